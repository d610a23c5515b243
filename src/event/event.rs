//! What happens in a run, as told to the reports.

use std::{borrow::Cow, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::mpsc::UnboundedSender;

use super::{Ending, Foreseen, History};
pub(crate) use crate::identity::Token;
use crate::{
    arm::{
        Cause, Correlation, Dependencies, Diagnostic, Portal, ProvisioningState, Redeployment,
        Scope, StackProperties, StackResource, Target, WhatIf,
    },
    clock::seconds,
    inputs::{DeploymentMode, Operation, Rollback, StackSettings},
    template::Compilation,
};

/// Where events go. Sending never fails: nobody listening is no reason to stop a deployment.
#[derive(Clone, Debug)]
pub(crate) struct Events(UnboundedSender<Event>);

impl Events {
    /// Events that go to `sender`.
    #[must_use]
    pub(crate) fn new(sender: UnboundedSender<Event>) -> Self {
        Self(sender)
    }

    /// Tells that `event` happened.
    pub(crate) fn emit(&self, event: Event) {
        let _ = self.0.send(event);
    }
}

/// Something that happened in a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Event {
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
        #[serde(with = "seconds")]
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
        correlation: Correlation,
        /// The answer was lost and the deployment was found by its correlation id.
        recovered: bool,
    },
    /// This very deployment was running already, submitted by an earlier run; it is followed as if this one had.
    Adopted {
        /// Azure's name for that submission.
        correlation: Correlation,
    },
    /// The deployment or stack that another step submitted was found.
    Found {
        /// Azure's name for that submission.
        correlation: Correlation,
        /// When it began.
        since: Option<jiff::Timestamp>,
    },
    /// Another deployment of the same name is running; ours is submitted after its end.
    Waiting {
        /// Azure's name for that submission.
        correlation: Correlation,
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
        #[serde(with = "seconds")]
        token_age: Duration,
    },
    /// Requests fail in a way that may pass, so they are sent again.
    OutageBegan {
        /// What kind of failure it is.
        trouble: Trouble,
        /// What was seen, on one line.
        reason: String,
    },
    /// Requests succeed again.
    OutageEnded {
        /// How long it lasted.
        #[serde(with = "seconds")]
        lasted: Duration,
        /// Requests that failed meanwhile.
        attempts: u32,
    },
    /// Azure asked us to slow down, for the first time in a while.
    Throttled {
        /// How long we wait before the next request.
        #[serde(with = "seconds")]
        wait: Duration,
    },
    /// Azure has not asked us to slow down for a while, or the run is over.
    ThrottlingEnded {
        /// Time from the first request that was put off to the last one's being taken.
        #[serde(with = "seconds")]
        lasted: Duration,
        /// Requests that were put off.
        attempts: u32,
    },
    /// Something that the user should know, though it ends nothing: a lower-case fragment.
    Warned {
        /// What, and what to do about it.
        message: String,
    },
    /// The operations of a deployment cannot be read, so its progress cannot be shown.
    ProgressHidden {
        /// Names of the nested deployments around it and its own; empty for the deployment that is followed.
        path: Vec<String>,
        /// Why, on one line.
        reason: String,
        /// The action that our role lacks, if that is why.
        missing: Option<Cow<'static, str>>,
    },
    /// The deployment has ended, and another submission of its name took its place.
    Replaced {
        /// The other submission.
        by: Correlation,
    },
    /// Azure told what the deployment will deploy.
    Foreseen(Foreseen),
    /// Azure told which resources of a deployment wait for which.
    DependenciesRead {
        /// The id of the deployment: the one that is followed, or one nested in it.
        deployment: String,
        /// Which wait for which; those that are not named wait for none.
        #[serde(deserialize_with = "Dependencies::told")]
        dependencies: Dependencies,
    },
    /// It is known how long earlier deployments of the same kind took.
    HistoryRead(History),
    /// The deployment has ended, and Azure told from when to when it ran.
    Lasted {
        /// When it began, by Azure's clock.
        began: jiff::Timestamp,
        /// When it ended, by Azure's clock.
        ended: jiff::Timestamp,
    },
    /// Azure agreed to cancel the deployment.
    CancelRequested,
    /// The template's outputs are known: name → `{"type": …, "value": …}` as Azure wrote them.
    OutputsRead(Map<String, Value>),
    /// What became of the stack's resources is known.
    StackRead(StackResources),
    /// The deployment has failed, and this is how Azure's attempt to repeat an earlier one stands.
    RollbackSeen(Redeployment),
    /// The run is over. Always the last event.
    Ended(Ending),
}

/// Why requests are sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Trouble {
    /// Azure cannot be reached, or answers with faults.
    Unreachable,
    /// Something else than Azure answers.
    Unreadable,
    /// Azure refuses what it took before; the deployment itself may be changing our rights.
    Refused,
    /// Azure does not find the deployment, which may not be visible yet.
    NotFound,
}

/// What is about to be done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Plan {
    /// The deployment or stack.
    pub(crate) target: Target,
    /// What is done with it.
    pub(crate) operation: Operation,
    /// The stack's settings, if one is submitted or deleted.
    pub(crate) stack: Option<Box<StackSettings>>,
    /// Its scope.
    pub(crate) scope: Scope,
    /// Region of the deployment's data, outside resource groups.
    pub(crate) location: Option<String>,
    /// Incremental or complete, if a deployment is submitted.
    pub(crate) mode: Option<DeploymentMode>,
    /// What Azure repeats if the deployment that is submitted fails.
    pub(crate) rollback: Option<Rollback>,
    /// The template file as the user named it.
    pub(crate) template: String,
    /// First characters of the fingerprint of template, parameters, mode and scope.
    pub(crate) fingerprint: String,
    /// The application or identity that signs in; `None` for a system-assigned identity.
    pub(crate) client_id: Option<String>,
    /// The portal, where the cloud's portal is known.
    pub(crate) portal: Option<Portal>,
}

impl Plan {
    /// The page of the deployment or stack in the portal, where that is known.
    #[must_use]
    pub(crate) fn portal_url(&self) -> Option<String> {
        let portal = self.portal.as_ref()?;
        Some(self.target.portal_url(portal))
    }

    /// What is submitted, in a word: the deployment's mode, or that it is a stack.
    #[must_use]
    pub(crate) fn mode_text(&self) -> &'static str {
        self.mode.map_or("stack", DeploymentMode::as_str)
    }
}

/// What became of a stack's resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StackResources {
    /// How many it manages.
    pub(crate) managed: usize,
    /// What left it and stays in Azure, by id.
    pub(crate) detached: Vec<String>,
    /// What was deleted, by id.
    pub(crate) deleted: Vec<String>,
    /// What could not be brought to where it should be, by id.
    pub(crate) failed: Vec<String>,
}

impl From<&StackProperties> for StackResources {
    fn from(properties: &StackProperties) -> Self {
        let ids = |resources: &[StackResource]| {
            let ids = resources.iter().map(|each| each.identity().to_owned());
            ids.collect()
        };
        Self {
            managed: properties.resources.len(),
            detached: ids(&properties.detached_resources),
            deleted: ids(&properties.deleted_resources),
            failed: ids(&properties.failed_resources),
        }
    }
}

/// A resource of the deployment, or a nested deployment, as its operation shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    /// The resource id.
    pub(crate) id: String,
    /// Resource type, such as `Microsoft.Network/azureFirewalls`.
    pub(crate) kind: String,
    /// Name, such as `afw-hub`.
    pub(crate) name: String,
    /// Names of the nested deployments around it, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) path: Vec<String>,
    /// The operation's state.
    pub(crate) state: ProvisioningState,
    /// How long the operation took, or has been running.
    #[serde(with = "seconds")]
    pub(crate) duration: Duration,
    /// When it ended; `None` while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<jiff::Timestamp>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) causes: Vec<Cause>,
}

impl Resource {
    /// Whether it is a nested deployment rather than a resource.
    #[must_use]
    pub(crate) fn is_deployment(&self) -> bool {
        self.kind
            .eq_ignore_ascii_case("Microsoft.Resources/deployments")
    }
}
