//! Entry points of the benchmarks for the tree of operations.

use std::time::Duration;

use serde_json::Value;

use super::tree::Tree;
use crate::{
    arm::{
        Cause, DeploymentId, Scope,
        benching::{Causes, Operations},
    },
    event::Resource,
};

/// A deployment that is followed.
#[derive(Debug)]
pub struct Following {
    root: DeploymentId,
    tree: Tree,
}

/// The resources that changed.
#[derive(Clone, Debug)]
pub struct Changes(pub(crate) Vec<Resource>);

impl Default for Following {
    fn default() -> Self {
        let root = DeploymentId::new(&Scope::Tenant, "root");
        let tree = Tree::new(root.clone());
        Self { root, tree }
    }
}

impl Following {
    /// Takes the deployment's operations in; returns what changed.
    pub fn absorb(&mut self, operations: Operations) -> Changes {
        Changes((self.tree).absorb(&self.root, operations.0, Duration::ZERO))
    }

    /// Why it failed: what its resources say, and its own error.
    #[must_use]
    pub fn causes(&self, error: &Value) -> Causes {
        let own = Cause::find(error);
        let all = self.tree.causes().into_iter().chain(own);
        Causes(Cause::merge(all.collect()))
    }
}

impl Changes {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}
