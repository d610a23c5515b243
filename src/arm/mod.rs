//! How Azure Resource Manager speaks: scopes and URLs, requests, answers, errors. No policy about the run.

mod cause;
mod client;
mod error;
mod model;
mod portal;
mod scope;
mod state;

pub use cause::Cause;
pub use client::{Answer, Arm};
pub use error::ArmError;
pub use model::{Deployment, DeploymentProperties, Operation, OperationProperties, TargetResource};
pub use portal::Portal;
pub use scope::{DeploymentId, Scope};
pub use state::ProvisioningState;
