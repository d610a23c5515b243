//! How Azure Resource Manager speaks: scopes and URLs, requests, answers, errors. No policy about the run.

mod action;
mod cause;
mod client;
mod diagnostic;
mod error;
mod model;
mod portal;
mod scope;
mod stack;
mod state;
mod what_if;

pub use action::{Location, Progress};
pub use cause::Cause;
pub use client::{Answer, Arm};
pub use diagnostic::Diagnostic;
pub use error::ArmError;
pub use model::{Deployment, DeploymentProperties, Operation};
pub use portal::Portal;
pub use scope::{DeploymentId, Scope};
pub use stack::{Stack, StackId, StackProperties, StackResource};
pub use state::ProvisioningState;
pub use what_if::{Change, ChangeType, PropertyChange, PropertyChangeType, WhatIf};
