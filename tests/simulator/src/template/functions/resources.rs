//! Resource ids and references.

use serde_json::Value;

use super::{
    super::{
        Result,
        evaluate::{Evaluator, placeholder},
    },
    Call,
};
use crate::arm::scope::{Scope, provider_path};

pub(super) fn call(evaluator: &Evaluator<'_>, call: &Call<'_>) -> Option<Result<Value>> {
    let scope = &evaluator.environment.scope;
    Some(match call.name {
        "resourceid" => resource_id(call, scope),
        "subscriptionresourceid" => subscription_resource_id(call, scope),
        "tenantresourceid" => within(call, "", 0),
        "managementgroupresourceid" => management_group_resource_id(call, scope),
        "extensionresourceid" => call.text(0).and_then(|base| within(call, base, 1)),
        "reference" => reference(evaluator, call),
        "references" => references(evaluator, call),
        "resourceinfo" => call.text(0).map(|name| {
            evaluator
                .references
                .identity(name)
                .unwrap_or_else(|| placeholder(name))
        }),
        name if name.starts_with("list") => Ok(placeholder(name)),
        _ => return None,
    })
}

/// Position of the resource type among the arguments: the first with a slash.
fn type_position(call: &Call<'_>) -> Result<usize> {
    let found = call.values.iter().position(|value| {
        value
            .as_str()
            .is_some_and(|text| text.contains('/') && !text.starts_with('/'))
    });
    found.ok_or_else(|| call.failure("a fully qualified resource type is required."))
}

fn within(call: &Call<'_>, base: &str, position: usize) -> Result<Value> {
    let kind = call.text(position)?.trim_end_matches('/');
    let names = (position + 1..call.values.len()).map(|index| call.text(index));
    let names = names.collect::<Result<Vec<_>>>()?;
    let expected = kind.split('/').count().saturating_sub(1);
    let given: usize = names.iter().map(|name| name.split('/').count()).sum();
    if given != expected {
        return Err(call.failure(&format!(
            "the type '{kind}' requires '{expected}' resource name argument(s)."
        )));
    }
    Ok(format!("{base}{}", provider_path(kind, &names.join("/"))).into())
}

fn resource_id(call: &Call<'_>, scope: &Scope) -> Result<Value> {
    let position = type_position(call)?;
    let base = match (scope, position) {
        (_, 0) => scope.id_for_resources(),
        (_, 2) => Scope::ResourceGroup {
            subscription: call.text(0)?.to_owned(),
            group: call.text(1)?.to_owned(),
        }
        .id(),
        (Scope::ResourceGroup { subscription, .. }, 1) => Scope::ResourceGroup {
            subscription: subscription.clone(),
            group: call.text(0)?.to_owned(),
        }
        .id(),
        (_, 1) => Scope::Subscription(call.text(0)?.to_owned()).id(),
        _ => return Err(call.failure("too many arguments before the resource type.")),
    };
    within(call, &base, position)
}

fn subscription_resource_id(call: &Call<'_>, scope: &Scope) -> Result<Value> {
    let position = type_position(call)?;
    let subscription = match position {
        0 => scope
            .subscription()
            .ok_or_else(|| call.failure("there is no subscription here."))?,
        _ => call.text(0)?,
    };
    within(call, &format!("/subscriptions/{subscription}"), position)
}

fn management_group_resource_id(call: &Call<'_>, scope: &Scope) -> Result<Value> {
    let position = type_position(call)?;
    let group = match (position, scope) {
        (0, Scope::ManagementGroup(group)) => group,
        (0, _) => return Err(call.failure("there is no management group here.")),
        _ => call.text(0)?,
    };
    within(
        call,
        &Scope::ManagementGroup(group.to_owned()).id(),
        position,
    )
}

fn reference(evaluator: &Evaluator<'_>, call: &Call<'_>) -> Result<Value> {
    let key = call.text(0)?;
    let found = evaluator.references.resource(key, is_full(call, 2))?;
    Ok(found.unwrap_or_else(|| placeholder(key.rsplit('/').next().unwrap_or(key))))
}

fn references(evaluator: &Evaluator<'_>, call: &Call<'_>) -> Result<Value> {
    let name = call.text(0)?;
    let found = evaluator
        .references
        .collection(name, is_full(call, 1) || is_full(call, 2))?;
    Ok(found.unwrap_or_else(|| placeholder(name)))
}

fn is_full(call: &Call<'_>, index: usize) -> bool {
    let flag = call.values.get(index).and_then(Value::as_str);
    flag.is_some_and(|flag| flag.eq_ignore_ascii_case("full"))
}
