//! Fuzz entry point for the tree of operations.

use std::time::Duration;

use super::tree::Tree;
use crate::arm::{DeploymentId, Scope, fuzzing};

/// A page of operations, as that of a deployment and of each deployment within it.
///
/// # Panics
/// When a deployment within it has no place, or more are active than are known.
pub fn operations(data: &[u8]) {
    let root = DeploymentId::new(&Scope::Tenant, "root");
    let mut tree = Tree::new(root.clone());
    let mut absorb = |deployment: &DeploymentId| {
        let operations = fuzzing::page(data)?;
        Some(tree.absorb(deployment, operations, Duration::ZERO))
    };
    if absorb(&root).is_none() {
        return;
    }
    for deployment in tree.open() {
        let operations = fuzzing::page(data).unwrap_or_default();
        let _ = tree.absorb(&deployment, operations, Duration::ZERO);
        assert!(!tree.path(&deployment).is_empty());
    }
    assert!(tree.active().len() <= tree.nested().len());
}
