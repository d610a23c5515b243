//! From a request and its template to what is submitted.

use azure_core::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Plan, Submission, correlation::correlation_id, stack};
use crate::{
    arm::{DeploymentId, Portal, Scope, StackId},
    inputs::{Request, Rollback, ValidationLevel},
    template::{Arguments, Fingerprint, Source, Template, name::default_name},
};

/// Stands for the run's id outside of GitHub.
const NO_RUN: &str = "local";

/// The body of the `PUT` that submits a deployment.
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

/// What will be submitted, and what people are told of it first.
///
/// The same request and template in the same workflow run give the same deployment, so that a re-run meets its own.
///
/// # Errors
/// Only if the template cannot be written as JSON, which would be a bug.
pub(crate) fn plan(
    request: &Request,
    template: &Template,
    run_id: Option<&str>,
) -> serde_json::Result<(Plan, Submission)> {
    let fingerprint = Fingerprint::new(template, request.mode, &request.scope);
    let run_id = run_id.unwrap_or(NO_RUN);
    let named = request.name.clone();
    let name = named.unwrap_or_else(|| default_name(&template.stem, run_id, &fingerprint));
    let id = id(request, &name);
    let location = match request.scope {
        Scope::ResourceGroup { .. } => None,
        _ => request.location.clone(),
    };
    let body = match &request.stack {
        Some(settings) => stack::body(request, settings, template, location.as_deref())?,
        None => body(request, template, location.as_deref())?,
    };
    let submission = Submission {
        body: Bytes::from(body),
        correlation_id: correlation_id(&fingerprint),
        if_active: request.if_active,
        id: id.clone(),
    };
    let portal = request.sign_in.cloud.portal.as_ref();
    let announced = announce(request, id);
    let plan = Plan {
        portal_url: match request.stack {
            Some(_) => {
                (announced.portal.as_ref()).map(|pages| pages.resource_url(announced.id.as_str()))
            }
            None => portal.map(|portal| announced.id.portal_url(portal)),
        },
        mode: match request.stack {
            Some(_) => "stack",
            None => request.mode.as_str(),
        },
        template: template.name.clone(),
        fingerprint: fingerprint.short().to_owned(),
        location,
        ..announced
    };
    Ok((plan, submission))
}

fn body(
    request: &Request,
    template: &Template,
    location: Option<&str>,
) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Body {
        location,
        tags: &request.tags,
        properties: Properties {
            mode: request.mode.as_str(),
            source: &template.source,
            arguments: &template.arguments,
            validation_level: request.validation_level.map(ValidationLevel::as_str),
            on_error_deployment: request.rollback.as_ref().map(on_error),
            debug_setting: (request.debug_setting)
                .map(|setting| json!({ "detailLevel": setting.as_str() })),
        },
    })
}

fn on_error(rollback: &Rollback) -> Value {
    match rollback {
        Rollback::LastSuccessful => json!({ "type": "LastSuccessful" }),
        Rollback::To(name) => json!({ "type": "SpecificDeployment", "deploymentName": name }),
    }
}

/// What is told of a deployment or stack that exists already, and the identity of a run with it.
pub(crate) fn plan_existing(request: &Request) -> (Plan, Submission) {
    let id = id(request, request.name.as_deref().unwrap_or_default());
    let portal = request.sign_in.cloud.portal.as_ref();
    let plan = Plan {
        portal_url: portal
            .filter(|_| request.stack.is_none())
            .map(|portal| id.portal_url(portal)),
        ..announce(request, id.clone())
    };
    let submission = Submission {
        id,
        body: Bytes::new(),
        correlation_id: uuid::Uuid::new_v4().to_string(),
        if_active: request.if_active,
    };
    (plan, submission)
}

/// The resource id of the deployment or stack `name`.
fn id(request: &Request, name: &str) -> DeploymentId {
    match request.stack {
        Some(_) => DeploymentId::from_target(StackId::new(&request.scope, name).as_str()),
        None => DeploymentId::new(&request.scope, name),
    }
}

/// What the request alone tells: nothing of a template.
fn announce(request: &Request, id: DeploymentId) -> Plan {
    let sign_in = &request.sign_in;
    let tenant = sign_in.tenant_id.as_ref().map(ToString::to_string);
    let portal = sign_in.cloud.portal.as_ref();
    Plan {
        id,
        operation: request.operation,
        stack: request.stack.clone().map(Box::new),
        scope: request.scope.clone(),
        location: None,
        mode: "",
        template: String::new(),
        fingerprint: String::new(),
        client_id: sign_in.client_id.as_ref().map(ToString::to_string),
        portal_url: None,
        portal: portal.map(|portal| Portal::new(portal, tenant.as_deref())),
    }
}
