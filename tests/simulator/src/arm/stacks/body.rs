//! The body of a request about a stack, checked as strictly as the real one.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value, json};

use super::{
    super::request::{json_body, object},
    ArmError, Call, Scope, World,
};

const LONGEST_NAME: usize = 90;
const MOST_PRINCIPALS: usize = 5;
const MOST_ACTIONS: usize = 200;

const MEMBERS: [&str; 6] = ["location", "tags", "properties", "id", "name", "type"];
const PROPERTIES: [&str; 15] = [
    "template",
    "templateLink",
    "parameters",
    "parametersLink",
    "actionOnUnmanage",
    "denySettings",
    "deploymentScope",
    "description",
    "bypassStackOutOfSyncError",
    "debugSetting",
    "validationLevel",
    "extensionConfigs",
    "externalInputs",
    "deploymentStackResourceId",
    "retentionInterval",
];
const UNMANAGE: [&str; 4] = [
    "resources",
    "resourceGroups",
    "managementGroups",
    "resourcesWithoutDeleteSupport",
];
const DENY: [&str; 4] = [
    "mode",
    "excludedPrincipals",
    "excludedActions",
    "applyToChildScopes",
];

/// A body that was read and checked.
#[derive(Debug, Clone)]
pub(super) struct StackBody {
    pub(super) location: Option<String>,
    pub(super) tags: Value,
    /// `properties`, as sent.
    pub(super) properties: Map<String, Value>,
    unmanaged: Unmanaged,
}

/// What becomes of what leaves a stack.
#[derive(Debug, Clone, Default)]
pub(super) struct Unmanaged {
    resources: bool,
    groups: bool,
    management_groups: bool,
}

impl Unmanaged {
    /// Whether the resource is deleted.
    pub(super) fn deletes(&self, id: &str) -> bool {
        let lower = id.to_ascii_lowercase();
        let parts: Vec<&str> = lower.split('/').collect();
        match parts.as_slice() {
            [.., "resourcegroups", _] => self.groups,
            [.., "microsoft.management", "managementgroups", _] => self.management_groups,
            _ => self.resources,
        }
    }
}

impl StackBody {
    pub(super) fn read(call: &Call, scope: &Scope, name: &str) -> Result<Self, ArmError> {
        check_name(name)?;
        let body = json_body(call)?;
        let body = object(&body, "DeploymentStackDefinition", &MEMBERS, "")?;
        let location = body
            .get("location")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let grouped = matches!(scope, Scope::ResourceGroup { .. });
        if location.is_some() == grouped {
            let rule = if grouped { "not allowed" } else { "required" };
            return Err(invalid(&format!(
                "The 'location' property is {rule} at this scope."
            )));
        }
        let properties = body.get("properties").unwrap_or(&Value::Null);
        let properties = object(
            properties,
            "DeploymentStackProperties",
            &PROPERTIES,
            "properties.",
        )?;
        let unmanaged = check_unmanaged(properties.get("actionOnUnmanage"))?;
        check_deny(properties.get("denySettings"))?;
        Ok(Self {
            location,
            tags: body.get("tags").cloned().unwrap_or(Value::Null),
            properties: properties.clone(),
            unmanaged,
        })
    }

    pub(super) fn deletes(&self, id: &str) -> bool {
        self.unmanaged.deletes(id)
    }

    pub(super) fn deny_mode(&self) -> &str {
        self.properties["denySettings"]["mode"]
            .as_str()
            .unwrap_or_default()
    }

    pub(super) fn denies(&self) -> bool {
        !self.deny_mode().eq_ignore_ascii_case("none")
    }

    /// The request for the stack's own deployment.
    pub(super) fn deployment(&self, world: &World, call: &Call, start: Duration) -> Call {
        let mut properties = json!({"mode": "Incremental"});
        for name in ["template", "templateLink", "parameters", "parametersLink"] {
            if let Some(given) = self.properties.get(name) {
                properties[name] = given.clone();
            }
        }
        let mut body = json!({"properties": properties});
        if let Some(location) = &self.location {
            body["location"] = location.as_str().into();
        }
        Call {
            now: start,
            correlation_id: call.correlation_id.clone(),
            ..Call::internal(world, &body)
        }
    }
}

/// Reads what a deletion does with the resources.
pub(super) fn unmanage_query(query: &BTreeMap<String, String>) -> Result<Unmanaged, ArmError> {
    let given = |name: &str| {
        let name = format!("unmanageAction.{name}");
        let value = query
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(&name));
        deletes(value.map_or("detach", |(_, value)| value), &name)
    };
    Ok(Unmanaged {
        resources: given("Resources")?,
        groups: given("ResourceGroups")?,
        management_groups: given("ManagementGroups")?,
    })
}

fn check_name(name: &str) -> Result<(), ArmError> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    let length = name.chars().count();
    if (1..=LONGEST_NAME).contains(&length) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(ArmError::bad_request(
        "InvalidDeploymentStackName",
        format!("The deployment stack name '{name}' is not valid."),
    ))
}

fn check_unmanaged(given: Option<&Value>) -> Result<Unmanaged, ArmError> {
    let given = given.ok_or_else(|| invalid("The 'actionOnUnmanage' property is required."))?;
    let given = object(
        given,
        "ActionOnUnmanage",
        &UNMANAGE,
        "properties.actionOnUnmanage.",
    )?;
    if !given.contains_key("resources") {
        return Err(invalid(
            "The 'actionOnUnmanage.resources' property is required.",
        ));
    }
    let choice = |name: &str| {
        deletes(
            given
                .get(name)
                .map_or("detach", |own| own.as_str().unwrap_or("?")),
            name,
        )
    };
    Ok(Unmanaged {
        resources: choice("resources")?,
        groups: choice("resourceGroups")?,
        management_groups: choice("managementGroups")?,
    })
}

fn check_deny(given: Option<&Value>) -> Result<(), ArmError> {
    let given = given.ok_or_else(|| invalid("The 'denySettings' property is required."))?;
    let given = object(given, "DenySettings", &DENY, "properties.denySettings.")?;
    let mode = given
        .get("mode")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let modes = ["none", "denyDelete", "denyWriteAndDelete"];
    if !modes.iter().any(|own| own.eq_ignore_ascii_case(mode)) {
        return Err(invalid(
            "The 'denySettings.mode' property is missing or not valid.",
        ));
    }
    for (name, most) in [
        ("excludedPrincipals", MOST_PRINCIPALS),
        ("excludedActions", MOST_ACTIONS),
    ] {
        let items = given.get(name).and_then(Value::as_array);
        if items.is_some_and(|items| items.len() > most) {
            return Err(invalid(&format!(
                "'denySettings.{name}' has more than {most} items."
            )));
        }
    }
    Ok(())
}

fn deletes(choice: &str, name: &str) -> Result<bool, ArmError> {
    if choice.eq_ignore_ascii_case("delete") {
        return Ok(true);
    }
    if choice.eq_ignore_ascii_case("detach") {
        return Ok(false);
    }
    Err(invalid(&format!("'{name}' must be 'delete' or 'detach'.")))
}

fn invalid(message: &str) -> ArmError {
    ArmError::bad_request("DeploymentStackInvalidRequest", message)
}
