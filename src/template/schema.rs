//! Checks a template's `$schema` against the scope, and its required sections.

use serde_json::{Map, Value};

use super::json::member;
use crate::{arm::Scope, host::text::code};

/// File name of a schema, its scope, and the inputs that select this scope.
const SCHEMAS: [(&str, &str, &str); 4] = [
    (
        "deploymentTemplate.json",
        "resourceGroup",
        "give resource-group-name",
    ),
    (
        "subscriptionDeploymentTemplate.json",
        "subscription",
        "give subscription-id and location, without resource-group-name",
    ),
    (
        "managementGroupDeploymentTemplate.json",
        "managementGroup",
        "give management-group-id and location",
    ),
    (
        "tenantDeploymentTemplate.json",
        "tenant",
        "give scope: tenant and location",
    ),
];

/// Whether the `$schema` of `document` is a template's, for any scope.
pub(super) fn is_template(document: &Map<String, Value>) -> bool {
    let schema = member(document, "$schema").and_then(Value::as_str);
    schema.is_some_and(|url| known(url).is_some())
}

/// Why Azure would refuse `template` at `scope`, regardless of its resources.
pub(super) fn faults(template: &Map<String, Value>, scope: &Scope) -> Vec<String> {
    let mut faults = Vec::new();
    match member(template, "$schema").map(|schema| schema.as_str().unwrap_or_default()) {
        None => faults.push(format!(
            "has no $schema: add \"$schema\": \"{}\"",
            url(scope)
        )),
        Some(schema) => faults.extend(mismatch(schema, scope)),
    }
    if member(template, "contentVersion").is_none() {
        faults.push("has no contentVersion: add \"contentVersion\": \"1.0.0.0\"".to_owned());
    }
    if member(template, "resources").is_none() {
        faults.push("has no resources: add \"resources\": []".to_owned());
    }
    faults
}

fn mismatch(schema: &str, scope: &Scope) -> Option<String> {
    let file = file_name(schema);
    if file.eq_ignore_ascii_case(scope.schema()) {
        return None;
    }
    let given = scope.kind();
    Some(match known(schema) {
        Some((_, kind, remedy)) => format!(
            "is a template for the scope {kind} (by its $schema), but the scope is {given}: {remedy}"
        ),
        None if file
            .to_ascii_lowercase()
            .ends_with("deploymentparameters.json") =>
        {
            "is a parameters file: give it as parameters-file, and a template here".to_owned()
        }
        None => format!(
            "has the $schema {}, which is not a template's: for the scope {given} it is {}",
            code(schema),
            url(scope)
        ),
    })
}

fn known(url: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let mut schemas = SCHEMAS.into_iter();
    schemas.find(|(file, ..)| file_name(url).eq_ignore_ascii_case(file))
}

fn file_name(url: &str) -> &str {
    let path = url.trim().trim_end_matches('#');
    path.rsplit('/').next().unwrap_or(path)
}

/// The right schema for `scope`.
fn url(scope: &Scope) -> String {
    let version = match scope {
        Scope::Tenant | Scope::ManagementGroup(_) => "2019-08-01",
        Scope::Subscription(_) => "2018-05-01",
        Scope::ResourceGroup { .. } => "2019-04-01",
    };
    let file = scope.schema();
    format!("https://schema.management.azure.com/schemas/{version}/{file}#")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::identity::Guid;

    fn scopes() -> [Scope; 4] {
        let subscription: Guid = "00000000-0000-0000-0000-000000000001"
            .parse()
            .expect("a GUID");
        let name = "rg".to_owned();
        [
            Scope::ResourceGroup {
                subscription: subscription.clone(),
                name,
            },
            Scope::Subscription(subscription),
            Scope::ManagementGroup("mg".to_owned()),
            Scope::Tenant,
        ]
    }

    fn with_schema(schema: &str) -> Map<String, Value> {
        let template = json!({"$schema": schema, "contentVersion": "1.0.0.0", "resources": {}});
        template.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn each_scope_takes_its_own_schema_only() {
        for (index, scope) in scopes().iter().enumerate() {
            for (other, (file, kind, _)) in SCHEMAS.into_iter().enumerate() {
                for file in [file.to_owned(), file.to_uppercase()] {
                    let url =
                        format!("http://schema.management.azure.com/schemas/2015-01-01/{file}#");
                    let faults = faults(&with_schema(&url), scope);
                    if index == other {
                        assert_eq!(faults, Vec::<String>::new());
                    } else {
                        let expected = format!(
                            "for the scope {kind} (by its $schema), but the scope is {}",
                            scope.kind()
                        );
                        assert!(faults[0].contains(&expected), "{faults:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn missing_and_wrong_sections_are_reported() {
        let faults =
            |template: &Value| faults(template.as_object().expect("an object"), &Scope::Tenant);
        assert_eq!(faults(&json!({})).len(), 3);
        assert_eq!(faults(&json!({"$Schema": "…/tenantDeploymentTemplate.json", "ContentVersion": "1", "Resources": []})).len(), 0);
        for (schema, expected) in [
            (
                json!("https://…/2019-04-01/deploymentParameters.json#"),
                "is a parameters file",
            ),
            (
                json!("https://json-schema.org/draft-07/schema#"),
                "is not a template's: for the scope tenant it is https://",
            ),
            (json!(1), "is not a template's"),
        ] {
            let template = json!({"$schema": schema, "contentVersion": "1", "resources": []});
            assert!(faults(&template)[0].contains(expected));
        }
    }
}
