//! Hints: what known error codes mean and how to fix them.

mod characters;
#[cfg(test)]
mod docs;
mod facts;
mod known;
mod provider;
mod roles;
#[cfg(test)]
mod sources;
mod table;

use facts::Facts;

use crate::arm::Cause;

/// How to fix a cause: a lower-case text and optionally a command. Only checked identifiers come from Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) text: String,
    pub(crate) command: Option<String>,
}

impl Hint {
    /// The hint on one line.
    pub(crate) fn sentence(&self) -> String {
        match &self.command {
            Some(command) => format!("{}: {command}", self.text),
            None => self.text.clone(),
        }
    }
}

/// The hint for `cause`, if its code or its message is known.
pub(crate) fn hint(cause: &Cause) -> Option<Hint> {
    let known = table::known().find(|known| known.is_of(cause))?;
    let facts = Facts::of(cause);
    let mut detailed = known.detailed.iter();
    Some(Hint {
        text: detailed
            .find_map(|text| facts.fill(text))
            .unwrap_or_else(|| known.text.to_owned()),
        command: facts.fill(known.command),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn hint_for(code: &str, message: &str) -> String {
        let cause = Cause {
            code: code.to_owned(),
            message: message.to_owned(),
            resource: Some(
                "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v"
                    .to_owned(),
            ),
            path: vec![],
        };
        hint(&cause).map(|hint| hint.sentence()).unwrap_or_default()
    }

    #[test]
    fn a_missing_role_is_told_with_action_and_scope() {
        let message = "The client '11111111-1111-1111-1111-111111111111' with object id '22222222-2222-2222-2222-222222222222' does not have \
            authorization to perform action 'Microsoft.Authorization/roleAssignments/write' over scope '/subscriptions/s/resourceGroups/rg' \
            or the scope is invalid. If access was recently granted, please refresh your credentials.";
        insta::assert_snapshot!(hint_for("AuthorizationFailed", message), @"the identity needs a role that allows Microsoft.Authorization/roleAssignments/write at /subscriptions/s/resourceGroups/rg, such as Role Based Access Control Administrator; allow some minutes for it to take effect: az role assignment create --assignee-object-id 22222222-2222-2222-2222-222222222222 --assignee-principal-type ServicePrincipal --role 'Role Based Access Control Administrator' --scope /subscriptions/s/resourceGroups/rg");
        let other = message.replace("Authorization/roleAssignments", "Network/virtualNetworks");
        let under_another_code = hint_for("DeploymentScriptOperationFailed", &other);
        assert!(
            under_another_code.contains("--role 'Contributor'"),
            "{under_another_code}"
        );
        let forged = hint_for(
            "AuthorizationFailed",
            &message.replace("/resourceGroups/rg", "; rm -rf /"),
        );
        assert!(
            forged.contains("the scope in the message") && !forged.contains("rm -rf"),
            "{forged}"
        );
    }

    #[test]
    fn facts_of_other_messages() {
        let linked = "The client has permission to perform action 'Microsoft.Network/virtualNetworks/write' on scope '/subscriptions/s/resourceGroups/rg'; \
            however, it does not have permission to perform action(s) 'Microsoft.Network/networkSecurityGroups/join/action' on the linked scope(s) \
            '/subscriptions/s/resourceGroups/other' (respectively) or the linked scope(s) are invalid.";
        let hints: Vec<String> = [
            ("LinkedAuthorizationFailed", linked),
            ("MissingSubscriptionRegistration", "The subscription is not registered to use namespace 'Microsoft.Cdn'. See https://aka.ms/rps-not-found for how."),
            ("NoRegisteredProviderFound", "No registered resource provider found for location 'moon' and API version '1'."),
            ("SubscriptionRequestsThrottled", "Please try again after '6' seconds."),
            ("ScopeLocked", "The scope '/subscriptions/s' cannot perform write operation because following scope(s) are locked: '/subscriptions/s'."),
            ("DeploymentQuotaExceeded", "…"),
            ("Unheard", "of"),
        ].iter().map(|(code, message)| hint_for(code, message)).collect();
        insta::assert_snapshot!(hints.join("\n"), @"
        the identity also needs a role that allows Microsoft.Network/networkSecurityGroups/join/action at /subscriptions/s/resourceGroups/other, such as Contributor
        the subscription is not registered for Microsoft.Cdn: register it, wait some minutes, then run it again: az provider register --wait --namespace Microsoft.Cdn
        the resource type does not exist in this region or at this API version, or Microsoft.Network is not registered: correct the region or the API version, or register the provider: az provider register --wait --namespace Microsoft.Network
        too many requests were sent to Azure in this subscription: run it again after 6 seconds, with fewer deployments at the same time
        a lock prevents the change: remove the lock during the deployment, or leave the resource out: az lock list --scope /subscriptions/s
        the deployment history of this scope is full (800 deployments): delete old ones; a CanNotDelete lock, or a missing right to delete deployments, prevents Azure from deleting them automatically
        ");
    }

    #[test]
    fn a_preflights_refusal_is_told_as_one_of_a_right() {
        let refused = |name: &str, action: &str| {
            format!(
                "Authorization failed for template resource '{name}' of type 'x'. The client '***' with object id \
                 '22222222-2222-2222-2222-222222222222' does not have permission to perform action '{action}' at scope \
                 '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments/{name}'."
            )
        };
        let assign = "Microsoft.Authorization/roleAssignments/write";
        let message = |parts: &[String]| {
            format!(
                "The template deployment failed with error: '{}'.",
                parts.join(":")
            )
        };
        let same = [refused("a", assign), refused("b", assign)];
        insta::assert_snapshot!(hint_for("InvalidTemplateDeployment", &message(&same)), @"the identity needs a role that allows Microsoft.Authorization/roleAssignments/write at /subscriptions/s/resourceGroups/rg, such as Role Based Access Control Administrator; allow some minutes for it to take effect: az role assignment create --assignee-object-id 22222222-2222-2222-2222-222222222222 --assignee-principal-type ServicePrincipal --role 'Role Based Access Control Administrator' --scope /subscriptions/s/resourceGroups/rg");
        let different = [
            refused("a", assign),
            refused("b", "Microsoft.Network/virtualNetworks/write"),
        ];
        insta::assert_snapshot!(hint_for("InvalidTemplateDeployment", &message(&different)), @"the identity lacks a role for this: assign one that allows the action at the scope in the message, and allow some minutes for it to take effect");
    }

    #[test]
    fn only_a_resource_can_be_repeated() {
        let at_resource = hint_for(
            "AnotherOperationInProgress",
            "Another operation is in progress.",
        );
        assert!(
            at_resource.contains("`@retryOn(['AnotherOperationInProgress'], 5)`"),
            "{at_resource}"
        );
        let at_deployment = Cause {
            code: "AnotherOperationInProgress".to_owned(),
            resource: Some(
                "/subscriptions/s/providers/Microsoft.Resources/deployments/hub".to_owned(),
            ),
            ..Cause::default()
        };
        let hint = hint(&at_deployment)
            .map(|hint| hint.sentence())
            .unwrap_or_default();
        assert!(!hint.is_empty() && !hint.contains("@retryOn"), "{hint}");
    }

    #[test]
    fn every_code_is_known_once_and_every_hint_is_whole() {
        let mut codes = HashSet::new();
        let known = || table::known();
        for known in known() {
            for code in known.codes {
                assert!(codes.insert(code.to_ascii_lowercase()), "{code} twice");
                let hint = hint_for(code, "no facts here");
                assert!(
                    !hint.is_empty() && !hint.contains(['{', '}']),
                    "{code}: {hint}"
                );
                assert!(
                    !hint.ends_with('.')
                        && (hint.starts_with("Azure") || !hint.starts_with(char::is_uppercase)),
                    "{code}: {hint}"
                );
            }
        }
    }
}
