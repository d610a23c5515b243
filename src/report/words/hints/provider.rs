//! Which resource provider an error is about.

use super::characters::is_made_of;
use crate::{arm::Cause, report::words::place::type_and_name};

/// Texts in front of a provider's namespace.
const NAMESPACES: [&str; 3] = [
    "to use namespace '",
    "in the namespace '",
    "resource namespace '",
];
/// Texts in front of a resource type, with or without its provider.
const TYPES: [&str; 4] = [
    "for the resource type '",
    "for resource types '",
    "The resource type '",
    "for type '",
];

/// The provider that the message names, or that of the resource, if it is of the type that the message names.
pub(super) fn provider(cause: &Cause) -> Option<String> {
    let message = &cause.message;
    let named = NAMESPACES.iter().find_map(|marker| quoted(message, marker));
    if let Some(namespace) = named {
        return is_namespace(namespace).then(|| namespace.to_owned());
    }
    let kind = TYPES.iter().find_map(|marker| quoted(message, marker));
    if let Some((namespace, _)) = kind.and_then(|kind| kind.split_once('/'))
        && is_namespace(namespace)
    {
        return Some(namespace.to_owned());
    }
    of_resource(cause.resource.as_deref()?, kind)
}

/// The provider of the resource with this id, unless it is of another type than `kind`. That a deployment failed says
/// nothing about the provider of deployments.
fn of_resource(id: &str, kind: Option<&str>) -> Option<String> {
    let (of_id, _) = type_and_name(id);
    let (namespace, types) = of_id.split_once('/')?;
    let is_it = kind.is_none_or(|kind| types.eq_ignore_ascii_case(kind));
    (is_it && !is_deployment(&of_id) && is_namespace(namespace)).then(|| namespace.to_owned())
}

/// Whether `kind` is the type of deployments or stacks.
pub(super) fn is_deployment(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    kind.starts_with("microsoft.resources/deployments")
        || kind.starts_with("microsoft.resources/deploymentstacks")
}

fn quoted<'a>(message: &'a str, marker: &str) -> Option<&'a str> {
    let (_, rest) = message.split_once(marker)?;
    rest.split_once('\'').map(|(value, _)| value)
}

fn is_namespace(text: &str) -> bool {
    text.contains('.') && is_made_of(text, ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "/subscriptions/s/resourceGroups/rg/providers";

    #[test]
    fn the_missing_provider_is_that_of_the_missing_type() {
        let components = "The subscription is not registered for the resource type 'components' in the location 'centralus'. Please re-register for this provider in order to have access to this location.";
        for (message, resource, expected) in [
            (
                components,
                "microsoft.insights/components/ai",
                Some("microsoft.insights"),
            ),
            (components, "Microsoft.Resources/deployments/hub", None),
            (components, "Microsoft.Web/sites/app", None),
            (
                "The subscription is not registered to use namespace 'Microsoft.ApiManagement'. See https://aka.ms/rps-not-found for how to register subscriptions.",
                "Microsoft.Resources/deployments/hub",
                Some("Microsoft.ApiManagement"),
            ),
            (
                "The subscription '0' is not registered for resource types 'microsoft.insights/webtests (centralus)'.",
                "Microsoft.Resources/deployments/hub",
                Some("microsoft.insights"),
            ),
            (
                "No registered resource provider found for location 'moon' and API version '1' for type 'workspaces'.",
                "Microsoft.Storage/storageAccounts/st/providers/Microsoft.OperationalInsights/workspaces/w",
                Some("Microsoft.OperationalInsights"),
            ),
            (
                "The resource type 'gateways' could not be found in the namespace 'Microsoft.Network' for api version '2024-01-01'.",
                "Microsoft.Resources/deployments/hub",
                Some("Microsoft.Network"),
            ),
            (
                "The resource namespace '$(reboot)' is invalid.",
                "Microsoft.Network/x/y",
                None,
            ),
            (
                "It is not registered.",
                "Microsoft.Network/azureFirewalls/afw",
                Some("Microsoft.Network"),
            ),
            (
                "It is not registered.",
                "Microsoft.Resources/deploymentStacks/hub",
                None,
            ),
        ] {
            let cause = Cause {
                message: message.to_owned(),
                resource: Some(format!("{GROUP}/{resource}")),
                ..Cause::default()
            };
            assert_eq!(
                provider(&cause).as_deref(),
                expected,
                "{message} {resource}"
            );
        }
    }
}
