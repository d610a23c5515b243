//! Templates, submissions, throttling and conflicts.

use crate::report::words::hints::known::KnownCause;

pub(super) const KNOWN: &[KnownCause] = &[
    KnownCause {
        codes: &[
            "ResourceRequestsThrottled",
            "SubscriptionRequestsThrottled",
            "TooManyRequests",
            "OperationThrottled",
            "ThrottlingException",
        ],
        text: "too many requests were sent to Azure in this subscription: run it again in some minutes, with fewer deployments at the same time",
        detailed: &[
            "too many requests were sent to Azure in this subscription: run it again after {seconds} seconds, with fewer deployments at the same time",
        ],
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["DeploymentActive"],
        text: "a deployment of this name is still running: wait for its end or cancel it",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "JobSizeExceeded",
            "RequestContentTooLarge",
            "RequestEntityTooLarge",
            "JobSizeExceededException",
            "DeploymentJobSizeExceeded",
            "DeploymentJobSizeExceededException",
        ],
        text: "the deployment is too large for Azure, which takes 4 MB of template and 1 MB of the whole job, both compressed: shorten names in loops, let instances of a loop depend on instances rather than on all of another loop, or split the template",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "InvalidTemplate",
            "InvalidDeploymentParameters",
            "InvalidRequestContent",
        ],
        text: "the template or its parameters are invalid at the place in the message: correct them there",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["InvalidContentLink"],
        text: "Azure cannot download a linked template: the URL must be reachable from Azure without sign-in, or contain a SAS token that has not expired",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["DeploymentOutputEvaluationFailed"],
        text: "the resources are deployed, but an output could not be evaluated: correct the expression in the message",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["ResourceGroupBeingDeleted"],
        text: "the resource group is being deleted: wait until it is gone, or deploy to another one",
        detailed: &[
            "the resource group is being deleted: wait until it is gone, or deploy to another one; in Bicep, `@retryOn(['{retry}'], 5)` before the resource lets Azure repeat it",
        ],
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "AnotherOperationInProgress",
            "OperationInProgress",
            "ConcurrentOperationInProgress",
            "RetryableError",
            "OperationPreempted",
            "RequestConflict",
            "StorageAccountOperationInProgress",
            "CanceledAndSupersededDueToAnotherOperation",
        ],
        text: "another operation on the same resource was in progress: run it again, and add `dependsOn` between resources of the template that conflict",
        detailed: &[
            "another operation on the same resource was in progress: run it again, and add `dependsOn` between resources of the template that conflict; in Bicep, `@retryOn(['{retry}'], 5)` before the resource lets Azure repeat it",
        ],
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "InternalServerError",
            "ServiceUnavailable",
            "GatewayTimeout",
        ],
        text: "Azure failed by itself: run it again, and if that lasts, ask Azure support with the correlation id",
        detailed: &[
            "Azure failed by itself: run it again, and if that lasts, ask Azure support with the correlation id; in Bicep, `@retryOn(['{retry}'], 5)` before the resource lets Azure repeat it",
        ],
        ..KnownCause::NONE
    },
];
