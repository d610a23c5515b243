//! What is known ahead of time: what a deployment will deploy, and how long it took before.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{arm::Dependencies, clock::seconds};

/// What Azure says a deployment will deploy, deployments within it included, before it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Foreseen {
    /// Ids of the resources and of the deployments within it.
    pub(crate) resources: Vec<String>,
    /// Which of them wait for which.
    #[serde(deserialize_with = "Dependencies::told")]
    pub(crate) dependencies: Dependencies,
}

/// Earlier deployments of the same kind that succeeded, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct History {
    /// Not more than a few.
    pub(crate) runs: Vec<EarlierRun>,
    /// Azure knows of more that were not read, so the oldest of these was not the first.
    pub(crate) has_older: bool,
}

/// An earlier deployment that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EarlierRun {
    /// Its name.
    pub(crate) name: String,
    /// When it ended.
    pub(crate) ended: Option<Timestamp>,
    /// What it deployed, deployments within it included; what was in these only if it could be read.
    pub(crate) resources: Vec<EarlierResource>,
}

/// What became of a resource in an earlier deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EarlierResource {
    /// The resource id.
    pub(crate) id: String,
    /// Resource type, such as `Microsoft.Network/azureFirewalls`.
    pub(crate) kind: String,
    /// Names of the nested deployments around it, outermost first.
    pub(crate) path: Vec<String>,
    /// How long its own operation took.
    #[serde(with = "seconds")]
    pub(crate) duration: Duration,
}
