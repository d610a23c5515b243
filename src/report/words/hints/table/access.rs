//! Rights, policies, locks and tokens.

use crate::report::words::hints::known::KnownCause;

pub(super) const KNOWN: &[KnownCause] = &[
    KnownCause {
        codes: &["LinkedAuthorizationFailed"],
        phrases: &["on the linked scope(s)"],
        text: "the identity also needs a role at the linked resource; the message names both",
        detailed: &[
            "the identity also needs a role that allows {action} at {linked}, such as {role}",
            "the identity also needs a role that allows {action} at {linked}",
        ],
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["DenyAssignmentAuthorizationFailed"],
        phrases: &["because of the deny assignment"],
        text: "a deny assignment forbids it, which a deployment stack or a managed application has made: make the change through that, or let it exclude this identity (for stacks `deny-settings-excluded-principals`)",
        ..KnownCause::NONE
    },
    KnownCause {
        phrases: &["Insufficient privileges to complete the operation"],
        text: "the identity lacks an application permission of Microsoft Graph, such as Application.ReadWrite.All: grant it in Entra ID, with the consent of an administrator; roles in Azure do not matter here",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["AuthorizationFailed"],
        phrases: &[
            "not have authorization to perform action",
            "not have permission to perform action",
        ],
        text: "the identity lacks a role for this: assign one that allows the action at the scope in the message, and allow some minutes for it to take effect",
        detailed: &[
            "the identity needs a role that allows {action} at {scope}, such as {role}; allow some minutes for it to take effect",
            "the identity needs a role that allows {action}: assign one at the scope in the message, and allow some minutes for it to take effect",
        ],
        command: "az role assignment create --assignee-object-id {principal} --assignee-principal-type ServicePrincipal --role '{role}' --scope {scope}",
    },
    KnownCause {
        codes: &["RoleAssignmentExists"],
        text: "the same role is already assigned under another name: use a `guid()` of scope, principal and role as the assignment's name, or delete the existing assignment",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["PrincipalNotFound"],
        text: "the principal does not exist in Entra ID, or does not exist yet: set `principalType` in the role assignment, and check that the object id is that of the service principal, not of the application",
        detailed: &[
            "the principal does not exist in Entra ID, or does not exist yet: set `principalType` in the role assignment, and check that the object id is that of the service principal, not of the application; in Bicep, `@retryOn(['{retry}'], 5)` before the resource lets Azure repeat it",
        ],
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["RoleAssignmentUpdateNotPermitted"],
        text: "principal, role and scope of a role assignment cannot be changed: give the new assignment another name, or delete the existing one",
        ..KnownCause::NONE
    },
    KnownCause {
        phrases: &["an external evaluation"],
        text: "the policy wants a token of an external evaluation with this request, which this action cannot get: ask the policy's owner to exempt deployments",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["RequestDisallowedByPolicy", "PolicyViolation"],
        phrases: &["disallowed by policy"],
        text: "a policy denies it: change the template to comply, or ask the policy's owner for an exemption",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["RequestDisallowedByAzure"],
        text: "Azure itself does not allow it for this subscription, usually only in this region: try another region, or ask Azure support",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["ScopeLocked"],
        text: "a lock prevents the change: remove the lock during the deployment, or leave the resource out",
        command: "az lock list --scope {locked}",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "ExpiredAuthenticationToken",
            "InvalidAuthenticationToken",
            "InvalidAuthenticationTokenTenant",
        ],
        text: "Azure does not accept the token: check that `tenant-id` is the tenant of the subscription, and that `environment` is its cloud",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "KeyVaultParameterReferenceNotFound",
            "KeyVaultParameterReferenceSecretRetrieveFailed",
            "KeyVaultParameterReferenceAuthorizationFailed",
        ],
        text: "a parameter refers to a secret that Azure cannot read: the vault needs `enabledForTemplateDeployment`, and the identity needs Microsoft.KeyVault/vaults/deploy/action on it",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["ReadOnlyDisabledSubscription", "SubscriptionDisabled"],
        text: "the subscription is disabled and read-only: its owner must re-enable it, or settle the bill",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["SubscriptionNotFound", "InvalidSubscriptionId"],
        text: "the subscription does not exist in this tenant, or the identity has no role in it",
        ..KnownCause::NONE
    },
];
