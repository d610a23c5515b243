//! Entry points of the benchmarks for what Azure answers.

use serde_json::Value;

use super::{Cause, Operation, model::Page};

/// The operations on a page of their list.
#[derive(Clone, Debug)]
pub struct Operations(pub(crate) Vec<Operation>);

/// Why something failed.
#[derive(Clone, Debug)]
pub struct Causes(pub(crate) Vec<Cause>);

impl Operations {
    /// Reads a page; `None` if it is none.
    #[must_use]
    pub fn read(page: &[u8]) -> Option<Self> {
        let page: Page<Operation> = serde_json::from_slice(page).ok()?;
        Some(Self(page.value))
    }
}

impl Causes {
    /// The causes in an error of Azure's.
    #[must_use]
    pub fn find(error: &Value) -> Self {
        Self(Cause::find(error))
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}
