//! The body of the `PUT` that submits a deployment or a stack.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    inputs::{Request, Rollback, StackSettings, ValidationLevel},
    template::{Arguments, Source, Template},
};

#[derive(Serialize)]
struct Body<'a, P> {
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    tags: &'a Map<String, Value>,
    properties: P,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeploymentProperties<'a> {
    mode: &'static str,
    #[serde(flatten)]
    source: &'a Source,
    #[serde(flatten)]
    arguments: &'a Arguments,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_error_deployment: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    debug_setting: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StackProperties<'a> {
    action_on_unmanage: ActionOnUnmanage,
    deny_settings: Deny<'a>,
    bypass_stack_out_of_sync_error: bool,
    #[serde(flatten)]
    source: &'a Source,
    #[serde(flatten)]
    arguments: &'a Arguments,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_level: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActionOnUnmanage {
    resources: &'static str,
    resource_groups: &'static str,
    management_groups: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deny<'a> {
    mode: &'static str,
    apply_to_child_scopes: bool,
    excluded_actions: &'a [String],
    excluded_principals: &'a [String],
}

/// The body of what the request asks for: a stack if it has settings of one, else a deployment.
///
/// # Errors
/// Only if the template cannot be written as JSON, which would be a bug.
pub(super) fn body(
    request: &Request,
    template: &Template,
    location: Option<&str>,
) -> serde_json::Result<Vec<u8>> {
    match &request.stack {
        Some(settings) => write(request, location, stack(request, settings, template)),
        None => write(request, location, deployment(request, template)),
    }
}

fn write(
    request: &Request,
    location: Option<&str>,
    properties: impl Serialize,
) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Body {
        location,
        tags: &request.tags,
        properties,
    })
}

fn deployment<'a>(request: &'a Request, template: &'a Template) -> DeploymentProperties<'a> {
    DeploymentProperties {
        mode: request.mode.as_str(),
        source: &template.source,
        arguments: &template.arguments,
        validation_level: request.validation_level.map(ValidationLevel::as_str),
        on_error_deployment: request.rollback.as_ref().map(on_error),
        debug_setting: (request.debug_setting)
            .map(|setting| json!({ "detailLevel": setting.as_str() })),
    }
}

fn on_error(rollback: &Rollback) -> Value {
    match rollback {
        Rollback::LastSuccessful => json!({ "type": "LastSuccessful" }),
        Rollback::To(name) => json!({ "type": "SpecificDeployment", "deploymentName": name }),
    }
}

fn stack<'a>(
    request: &'a Request,
    settings: &'a StackSettings,
    template: &'a Template,
) -> StackProperties<'a> {
    let (unmanaged, deny) = (settings.unmanaged, &settings.deny);
    StackProperties {
        action_on_unmanage: ActionOnUnmanage {
            resources: unmanaged.resources.as_str(),
            resource_groups: unmanaged.resource_groups.as_str(),
            management_groups: unmanaged.management_groups.as_str(),
        },
        deny_settings: Deny {
            mode: deny.mode.as_str(),
            apply_to_child_scopes: deny.child_scopes,
            excluded_actions: &deny.excluded_actions,
            excluded_principals: &deny.excluded_principals,
        },
        bypass_stack_out_of_sync_error: settings.bypass_out_of_sync,
        source: &template.source,
        arguments: &template.arguments,
        description: settings.description.as_deref(),
        validation_level: request.validation_level.map(ValidationLevel::as_str),
    }
}
