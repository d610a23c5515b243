//! Template specs, which only exist: as options of the simulation.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{authorization::permit, call::Call, error::ArmError};
use crate::{reply::Reply, world::World};

const READ: &str = "Microsoft.Resources/templateSpecs/versions/read";
const API_VERSIONS: [&str; 2] = ["2022-02-01", "2021-05-01"];

/// The answer to a request about a version of a template spec; `None` if it is about something else.
pub(super) fn answer(
    world: &World,
    call: &Call,
    lower: &[&str],
) -> Option<Result<Reply, ArmError>> {
    match lower {
        [
            "providers",
            "microsoft.resources",
            "templatespecs",
            _,
            "versions",
            _,
        ] => Some(show(world, call)),
        _ => None,
    }
}

fn show(world: &World, call: &Call) -> Result<Reply, ArmError> {
    permit(world, READ, &call.path)?;
    if !API_VERSIONS.contains(&call.api_version.as_str()) {
        return Err(ArmError::bad_request(
            "NoRegisteredProviderFound",
            format!(
                "No registered resource provider found for API version '{}' for type 'templateSpecs/versions'. The supported api-versions are '{}'.",
                call.api_version,
                API_VERSIONS.join(", ")
            ),
        ));
    }
    if call.method != "GET" {
        return Err(ArmError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "HttpMethodNotAllowed",
            format!("The HTTP method '{}' is not supported here.", call.method),
        ));
    }
    let template = find(world, &call.path).ok_or_else(|| {
        ArmError::not_found(
            "TemplateSpecVersionNotFound",
            format!(
                "The Template Spec version '{}' could not be found.",
                call.path
            ),
        )
    })?;
    let name = call.path.rsplit('/').next().unwrap_or_default();
    Ok(Reply::json(
        StatusCode::OK,
        json!({
            "id": call.path,
            "name": name,
            "type": "Microsoft.Resources/templateSpecs/versions",
            "location": "westeurope",
            "properties": { "mainTemplate": template, "linkedTemplates": [] }
        }),
    ))
}

/// The template of the version with this id.
pub(super) fn find<'w>(world: &'w World, id: &str) -> Option<&'w Value> {
    let mut specs = world.options.template_specs.iter();
    let found = specs.find(|(own, _)| own.eq_ignore_ascii_case(id))?;
    Some(&found.1)
}
