//! How Azure Resource Manager speaks: scopes and URLs, requests, answers, errors. No policy about the run.

mod action;
pub(crate) mod benching;
mod cause;
mod client;
mod correlation;
mod delete;
mod dependencies;
mod deployment;
mod diagnostic;
mod error;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod history;
mod lenient;
mod model;
mod portal;
mod scope;
mod snapshot;
mod stack;
mod stack_what_if;
mod state;
mod target;
mod target_resource;
mod template_spec;
mod what_if;

pub(crate) use action::Location;
pub(crate) use action::{Action, Progress};
pub(crate) use cause::Cause;
pub(crate) use client::{Answer, Arm};
pub(crate) use correlation::Correlation;
pub(crate) use delete::Deletion;
pub(crate) use dependencies::Dependencies;
pub(crate) use deployment::{Cost, List};
pub(crate) use diagnostic::Diagnostic;
pub(crate) use error::ArmError;
pub(crate) use history::EarlierDeployment;
pub(crate) use model::{
    AsyncStatus, Operation, OperationProperties, Redeployment, RunningDeployment,
};
pub(crate) use portal::Portal;
pub(crate) use scope::{DeploymentId, Scope, StackId};
pub(crate) use snapshot::Snapshot;
pub(crate) use stack::{StackProperties, StackResource};
pub(crate) use state::ProvisioningState;
pub(crate) use target::Target;
pub(crate) use target_resource::TargetResource;
pub(crate) use what_if::{
    Change, ChangeType, PropertyChange, PropertyChangeType, Unseen, WhatIf, complete,
};
