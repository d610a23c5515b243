//! What a deployment or a stack would change, as Azure predicts it.
//!
//! The answers of the two differ in shape, and both are read leniently into one. Text from Azure: not to be trusted.

mod kinds;
mod model;
mod properties;
mod read;
mod unseen;

pub(crate) use kinds::{ChangeType, PropertyChangeType};
pub(crate) use model::{Change, PropertyChange, Unseen, WhatIf};
pub(crate) use properties::complete;
