//! What happens in a run, as told to the reports.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio::sync::mpsc::UnboundedSender;

use super::{Ending, StackResources};
pub(crate) use crate::identity::Token;
use crate::{
    arm::{DeploymentId, Diagnostic, Portal, ProvisioningState, Scope, WhatIf},
    inputs::{Operation, StackSettings},
    template::Compilation,
};

/// Where events go. Sending never fails: nobody listening is no reason to stop a deployment.
#[derive(Clone, Debug)]
pub struct Events(UnboundedSender<Event>);

impl Events {
    /// Events that go to `sender`.
    #[must_use]
    pub fn new(sender: UnboundedSender<Event>) -> Self {
        Self(sender)
    }

    /// Tells that `event` happened.
    pub fn emit(&self, event: Event) {
        let _ = self.0.send(event);
    }
}

/// Something that happened in a run.
#[derive(Clone, Debug)]
pub enum Event {
    /// The Bicep compiler ran; what kept it from success is told by the ending.
    Compiled(Compilation),
    /// What is about to be submitted, before anything is sent.
    Planned(Plan),
    /// The first token was issued.
    SignedIn(Token),
    /// A later token was issued.
    TokenRefreshed(Token),
    /// A refresh failed while the token still lives; it will be tried again.
    TokenRefreshFailed {
        /// What the identity provider said, on one line.
        reason: String,
        /// How long the present token is still good.
        expires_in: Duration,
    },
    /// Azure found nothing that would stop the deployment.
    Validated {
        /// How many resources it would deploy; `None` if Azure did not say.
        resources: Option<usize>,
        /// What Azure remarks.
        diagnostics: Vec<Diagnostic>,
    },
    /// Azure told what the deployment would change.
    WhatIfRead(WhatIf),
    /// Azure accepted the deployment.
    Submitted {
        /// Azure's name for this submission.
        correlation_id: String,
        /// The answer was lost and the deployment was found by its correlation id.
        recovered: bool,
    },
    /// This very deployment was running already, submitted by an earlier run; it is followed as if this one had.
    Adopted {
        /// Azure's name for that submission.
        correlation_id: String,
    },
    /// The deployment or stack that another step submitted was found.
    Found {
        /// Azure's name for that submission.
        correlation_id: String,
        /// When it began.
        since: Option<jiff::Timestamp>,
    },
    /// Another deployment of the same name is running; ours is submitted after its end.
    Waiting {
        /// Azure's name for that submission.
        correlation_id: String,
        /// When it began.
        since: Option<jiff::Timestamp>,
    },
    /// The deployment as a whole changed its state.
    StateChanged {
        /// The new state.
        state: ProvisioningState,
    },
    /// Resources appeared or changed their state; one event for each look that found a change.
    Progressed {
        /// The resources that changed, in Azure's order; nested deployments among them.
        changed: Vec<Resource>,
        /// Resources known so far that have reached an end, nested deployments not counted.
        done: usize,
        /// Resources known so far, nested deployments not counted; it may grow.
        known: usize,
    },
    /// Nothing has been told for a heartbeat interval.
    StillRunning {
        /// What is running, the longest first, nested deployments left out.
        running: Vec<Resource>,
        /// Time since the present token was issued.
        token_age: Duration,
    },
    /// Azure cannot be reached, or answers with faults that pass.
    OutageBegan {
        /// What was seen, on one line.
        reason: String,
    },
    /// Azure answers again.
    OutageEnded {
        /// How long it lasted.
        lasted: Duration,
        /// Requests that failed meanwhile.
        attempts: u32,
    },
    /// Azure asked us to slow down, for the first time in a while.
    Throttled {
        /// How long we wait before the next request.
        wait: Duration,
    },
    /// Azure has not asked us to slow down for a while, or the run is over.
    ThrottlingEnded {
        /// Time from the first request that was put off to the last one's being taken.
        lasted: Duration,
        /// Requests that were put off.
        attempts: u32,
    },
    /// Something that the user should know, though it ends nothing: a lower-case fragment.
    Warned {
        /// What, and what to do about it.
        message: String,
    },
    /// We asked Azure to cancel the deployment.
    CancelRequested,
    /// The template's outputs are known: name → `{"type": …, "value": …}` as Azure wrote them.
    OutputsRead(Map<String, Value>),
    /// What became of the stack's resources is known.
    StackRead(StackResources),
    /// The run is over. Always the last event.
    Ended(Ending),
}

/// What is about to be submitted.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The resource id of the deployment, or of the stack.
    pub id: DeploymentId,
    /// What is done with it.
    pub operation: Operation,
    /// The stack's settings, if it is one.
    pub stack: Option<Box<StackSettings>>,
    /// Its scope.
    pub scope: Scope,
    /// Region of the deployment's data, outside resource groups.
    pub location: Option<String>,
    /// Incremental or complete, as Azure writes it.
    pub mode: &'static str,
    /// The template file as the user named it.
    pub template: String,
    /// First characters of the fingerprint of template, parameters, mode and scope.
    pub fingerprint: String,
    /// The application or identity that signs in; `None` for a system-assigned identity.
    pub client_id: Option<String>,
    /// The deployment's page in the portal, where the cloud's portal is known.
    pub portal_url: Option<String>,
    /// The portal, for the pages of resources.
    pub portal: Option<Portal>,
}

/// A resource of the deployment, or a nested deployment, as its operation shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// The resource id.
    pub id: String,
    /// Resource type, such as `Microsoft.Network/azureFirewalls`.
    pub kind: String,
    /// Name, such as `afw-hub`.
    pub name: String,
    /// Names of the nested deployments around it, outermost first.
    pub path: Vec<String>,
    /// The operation's state.
    pub state: ProvisioningState,
    /// How long the operation took, or has been running.
    pub duration: Duration,
    /// When it ended; `None` while it runs.
    pub ended: Option<jiff::Timestamp>,
    /// Why it failed.
    pub causes: Vec<crate::arm::Cause>,
}

impl Resource {
    /// Whether it is a nested deployment rather than a resource.
    #[must_use]
    pub fn is_deployment(&self) -> bool {
        self.kind
            .eq_ignore_ascii_case("Microsoft.Resources/deployments")
    }
}
