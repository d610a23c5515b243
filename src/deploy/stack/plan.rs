//! From a request to what is sent of a stack.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    inputs::{Request, StackSettings, ValidationLevel},
    template::{Arguments, Source, Template},
};

/// The body of the `PUT` of a stack.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    tags: &'a Map<String, Value>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
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

/// The body of a stack with these settings.
///
/// # Errors
/// Only if the template cannot be written as JSON, which would be a bug.
pub(crate) fn body(
    request: &Request,
    settings: &StackSettings,
    template: &Template,
    location: Option<&str>,
) -> serde_json::Result<Vec<u8>> {
    let (unmanaged, deny) = (settings.unmanaged, &settings.deny);
    serde_json::to_vec(&Body {
        location,
        tags: &request.tags,
        properties: Properties {
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
        },
    })
}
