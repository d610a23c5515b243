//! The own times of the operations of earlier deployments, by what their resources wait for.

use std::collections::HashSet;

use crate::{
    arm::{Dependencies, DeploymentId, Operation},
    deploy::times::count_own_time,
    event::Foreseen,
};

/// What resources wait for, as far as it is known: of the same template, the same ones wait for the same.
#[derive(Debug, Default)]
pub(super) struct OwnTimes {
    dependencies: Dependencies,
    /// The deployments of which it is known, by their ids in lower case.
    known: HashSet<String>,
}

impl OwnTimes {
    /// Takes note of what Azure foresaw for the present deployment and all within it.
    pub(super) fn learn_foreseen(&mut self, foreseen: &Foreseen) {
        let ids = foreseen.resources.iter().map(|id| id.to_lowercase());
        self.known.extend(ids);
        self.dependencies.extend(foreseen.dependencies.clone());
    }

    /// Takes note of what the resources of a deployment waited for.
    pub(super) fn learn(&mut self, deployment: &str, dependencies: Dependencies) {
        self.known.insert(deployment.to_lowercase());
        self.dependencies.extend(dependencies);
    }

    /// Whether it is not known what the resources of a deployment waited for, and may matter.
    pub(super) fn lack(&self, deployment: &DeploymentId, operations: &[Operation]) -> bool {
        let is_told = |operation: &Operation| {
            let target = operation.properties.target_resource.as_ref();
            target.is_some_and(|target| self.dependencies.of(&target.identity()).next().is_some())
        };
        // One resource alone waits for none.
        operations.len() > 1
            && !self.known.contains(&deployment.as_str().to_lowercase())
            && !operations.iter().any(is_told)
    }

    /// Makes the duration of each operation its own.
    pub(super) fn count(&self, operations: &mut [Operation]) {
        count_own_time(operations, &self.dependencies);
    }
}
