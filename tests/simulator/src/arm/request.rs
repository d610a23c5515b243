//! The body of a deployment request, checked as strictly as the real one.

use std::rc::Rc;

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::{call::Call, error::ArmError, scope::Scope, template_specs};
use crate::{plan::Request, template::schema, world::World};

/// Largest request: template and parameters together.
const LARGEST: usize = 4 * 1024 * 1024;
const LONGEST_NAME: usize = 64;

const MEMBERS: [&str; 8] = [
    "location",
    "tags",
    "identity",
    "properties",
    "id",
    "name",
    "type",
    "scope",
];
const PROPERTIES: [&str; 13] = [
    "mode",
    "template",
    "templateLink",
    "parameters",
    "parametersLink",
    "externalInputs",
    "externalInputDefinitions",
    "extensionConfigs",
    "debugSetting",
    "onErrorDeployment",
    "expressionEvaluationOptions",
    "validationLevel",
    "provisioningState",
];
const PARAMETER_MEMBERS: [&str; 4] = ["value", "reference", "expression", "metadata"];

/// A request to deploy, read and checked.
pub(crate) struct Submitted {
    pub(crate) request: Request,
    /// `properties`, as sent.
    pub(crate) properties: Value,
}

/// Reads the body of a PUT, or of an action whose body has `more` properties.
pub(crate) fn read(
    world: &World,
    call: &Call,
    scope: &Scope,
    name: &str,
    more: &[&str],
) -> Result<Submitted, ArmError> {
    check_name(name)?;
    let body = json_body(call)?;
    let body = object(&body, "DeploymentContent", &MEMBERS, "")?;
    let properties = body.get("properties").filter(|value| !value.is_null());
    let properties = properties.ok_or_else(|| {
        ArmError::bad_request(
            "InvalidDeployment",
            format!("The 'properties' of deployment '{name}' are required."),
        )
    })?;
    let fields = object(
        properties,
        "DeploymentPropertiesDefinition",
        &[&PROPERTIES, more].concat(),
        "properties.",
    )?;
    let location = check_location(body, scope, name)?;
    let mode = check_mode(fields, scope)?;
    let template = check_template(world, fields, scope)?;
    let request = Request {
        name: name.to_owned(),
        scope: scope.clone(),
        location,
        tags: body.get("tags").filter(|tags| !tags.is_null()).cloned(),
        mode,
        template: Rc::new(template),
        parameters: check_parameters(fields)?,
    };
    Ok(Submitted {
        request,
        properties: properties.clone(),
    })
}

fn check_name(name: &str) -> Result<(), ArmError> {
    let length = name.chars().count();
    if length > LONGEST_NAME {
        return Err(ArmError::bad_request(
            "DeploymentNameLengthLimitExceeded",
            format!(
                "The provided deployment name '{name}' has a length of '{length}' which exceeds the maximum length of '{LONGEST_NAME}'. Please see https://aka.ms/arm-deploy for usage details."
            ),
        ));
    }
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if name.is_empty() || !name.chars().all(allowed) {
        return Err(ArmError::bad_request(
            "InvalidDeploymentName",
            format!(
                "The provided deployment name '{name}' has invalid characters. It must match the regular expression '^[-\\w\\._\\(\\)]+$'."
            ),
        ));
    }
    Ok(())
}

pub(super) fn json_body(call: &Call) -> Result<Value, ArmError> {
    let kind = call
        .headers
        .get("content-type")
        .map_or("<null>", String::as_str);
    if !kind.starts_with("application/json") {
        return Err(ArmError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedMediaType",
            format!(
                "The content media type '{kind}' is not supported. Only 'application/json' is supported."
            ),
        ));
    }
    if call.body.len() > LARGEST {
        return Err(ArmError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestContentTooLarge",
            format!("The request content size exceeds the maximum size of '{LARGEST}' bytes."),
        ));
    }
    let read = serde_json::from_slice(&call.body);
    read.or_else(|error| unquoted(call).ok_or(error))
        .map_err(|error| {
            ArmError::invalid_content(&format!(
                "Unexpected character encountered while parsing. Path '', line {}, position {}.",
                error.line(),
                error.column()
            ))
        })
}

/// Azure's command line writes the name of the template without quotes, which Resource Manager takes.
fn unquoted(call: &Call) -> Option<Value> {
    let text = std::str::from_utf8(&call.body).ok()?;
    let quoted = text.replacen(", template:", ", \"template\":", 1);
    serde_json::from_str(&quoted).ok()
}

pub(super) fn object<'a>(
    value: &'a Value,
    kind: &str,
    members: &[&str],
    path: &str,
) -> Result<&'a Map<String, Value>, ArmError> {
    let Some(object) = value.as_object() else {
        return Err(ArmError::invalid_content(&format!(
            "Error converting value to type '{kind}'. Path '{path}', line 1, position 1."
        )));
    };
    match object.keys().find(|key| !members.contains(&key.as_str())) {
        None => Ok(object),
        Some(unknown) => Err(ArmError::invalid_content(&format!(
            "Could not find member '{unknown}' on object of type '{kind}'. Path '{path}{unknown}', line 1, position 1."
        ))),
    }
}

fn check_location(
    body: &Map<String, Value>,
    scope: &Scope,
    name: &str,
) -> Result<Option<String>, ArmError> {
    let location = body
        .get("location")
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    let grouped = matches!(scope, Scope::ResourceGroup { .. });
    match location {
        None if !grouped => Err(ArmError::bad_request(
            "InvalidDeployment",
            format!(
                "The 'location' property must be specified for '{name}'. Please see https://aka.ms/deploy-to-subscription for usage details."
            ),
        )),
        Some(_) if grouped => Err(ArmError::bad_request(
            "InvalidDeployment",
            format!(
                "The 'location' property is not allowed for '{name}' at resource group scope. Please see https://aka.ms/deploy-to-subscription for usage details."
            ),
        )),
        location => Ok(location.map(|text| text.replace(' ', "").to_ascii_lowercase())),
    }
}

fn check_mode(fields: &Map<String, Value>, scope: &Scope) -> Result<String, ArmError> {
    let mode = fields
        .get("mode")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if mode.eq_ignore_ascii_case("Incremental") {
        return Ok("Incremental".to_owned());
    }
    if !mode.eq_ignore_ascii_case("Complete") {
        return Err(ArmError::invalid_content(
            "Required property 'mode' expects the value 'Incremental' or 'Complete'. Path 'properties.mode', line 1, position 1.",
        ));
    }
    if !matches!(scope, Scope::ResourceGroup { .. }) {
        return Err(ArmError::bad_request(
            "InvalidDeployment",
            "The deployment mode 'Complete' is only supported at resource group scope. Please see https://aka.ms/arm-deploy for usage details.",
        ));
    }
    Ok("Complete".to_owned())
}

fn check_template(
    world: &World,
    fields: &Map<String, Value>,
    scope: &Scope,
) -> Result<Value, ArmError> {
    let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let spec = given("templateLink").and_then(|link| link["id"].as_str());
    if let Some(template) = spec.and_then(|id| template_specs::find(world, id))
        && given("template").is_none()
    {
        schema::check(template, scope).map_err(|why| ArmError::invalid_template(&why))?;
        return Ok(template.clone());
    }
    match (given("template"), given("templateLink")) {
        (Some(template), None) => {
            schema::check(template, scope).map_err(|why| ArmError::invalid_template(&why))?;
            Ok(template.clone())
        }
        (None, Some(link)) => Err(ArmError::bad_request(
            "InvalidContentLink",
            format!(
                "Unable to download deployment content from '{}'. The tracking Id is '{}'. Please see https://aka.ms/arm-deploy for usage details.",
                link["uri"]
                    .as_str()
                    .or(link["id"].as_str())
                    .unwrap_or_default(),
                uuid::Uuid::new_v4()
            ),
        )),
        _ => Err(ArmError::bad_request(
            "InvalidDeployment",
            "The deployment properties must specify either a 'template' or a 'templateLink'. Please see https://aka.ms/arm-deploy for usage details.",
        )),
    }
}

fn check_parameters(fields: &Map<String, Value>) -> Result<Map<String, Value>, ArmError> {
    let given = fields.get("parameters").filter(|value| !value.is_null());
    let link = fields
        .get("parametersLink")
        .filter(|value| !value.is_null());
    if given.is_some() && link.is_some() {
        return Err(ArmError::bad_request(
            "InvalidDeployment",
            "The deployment properties may specify 'parameters' or 'parametersLink', not both. Please see https://aka.ms/arm-deploy for usage details.",
        ));
    }
    let Some(given) = given else {
        return Ok(Map::new());
    };
    let Some(parameters) = given.as_object() else {
        return Err(ArmError::invalid_content(
            "The parameters are not an object. Path 'properties.parameters', line 1, position 1.",
        ));
    };
    for (name, parameter) in parameters {
        let path = format!("properties.parameters.{name}.");
        object(
            parameter,
            "DeploymentParameterDefinition",
            &PARAMETER_MEMBERS,
            &path,
        )?;
    }
    Ok(parameters.clone())
}
