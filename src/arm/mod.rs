//! How Azure Resource Manager speaks: scopes and URLs, requests, answers, errors. No policy about the run.

mod cause;
mod scope;
mod state;

pub use cause::Cause;
pub use scope::{DeploymentId, Scope};
pub use state::ProvisioningState;
