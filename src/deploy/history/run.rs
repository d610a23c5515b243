//! One earlier deployment, with those nested in it.

use std::{collections::HashSet, time::Duration};

use super::{own_times::OwnTimes, reading::Reading};
use crate::{
    arm::{DeploymentId, EarlierDeployment, Operation},
    deploy::tree::Tree,
    event::{EarlierResource, EarlierRun, Resource},
};

/// How much later than the end of a deployment Azure may touch an operation of it.
const CLOSE: Duration = Duration::from_secs(5);

/// Reads the operations of a deployment level by level; `None` if not even its own can be read.
///
/// Of a deployment within it that cannot be read, as Azure has forgotten it or has a later one of its name, only how long
/// it took as a whole is known.
pub(super) async fn read_run(
    reading: &mut Reading<'_>,
    times: &mut OwnTimes,
    chosen: &EarlierDeployment,
) -> Option<EarlierRun> {
    let root = DeploymentId::from_target(&chosen.id);
    if let Some(dependencies) = &chosen.properties.dependencies {
        times.learn(&chosen.id, dependencies.clone());
    }
    let (mut tree, mut tried) = (Tree::new(root.clone()), HashSet::new());
    let mut seen = Vec::new();
    let mut level = vec![root];
    while !level.is_empty() {
        for id in level {
            tried.insert(id.clone());
            let operations = reading.operations(&id).await;
            let Some(mut operations) = operations.filter(|all| are_of(chosen, all)) else {
                continue;
            };
            if times.lack(&id, &operations)
                && let Some(dependencies) = reading.dependencies(&id).await
            {
                times.learn(id.as_str(), dependencies);
            }
            times.count(&mut operations);
            seen.extend(tree.absorb(&id, operations, Duration::ZERO));
        }
        if tree.is_empty() {
            return None;
        }
        level = tree.open();
        level.retain(|id| !tried.contains(id));
        level.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    }
    Some(EarlierRun {
        name: chosen.name().to_owned(),
        ended: chosen.properties.timestamp,
        resources: seen.into_iter().filter_map(resource).collect(),
    })
}

/// Whether these are operations of that run: a later deployment of the same name takes the place of an earlier one in
/// Azure's history, also one that is nested, as of modules whose names never change.
fn are_of(run: &EarlierDeployment, operations: &[Operation]) -> bool {
    let end = run.properties.timestamp;
    let end = end.and_then(|end| end.checked_add(CLOSE).ok());
    let is_later = |operation: &Operation| {
        let touched = operation.properties.timestamp;
        touched.is_some_and(|touched| end.is_some_and(|end| touched > end))
    };
    !operations.iter().any(is_later)
}

/// What is kept of what was deployed.
fn resource(seen: Resource) -> Option<EarlierResource> {
    let is_known = seen.state.is_succeeded() && !seen.duration.is_zero();
    is_known.then_some(EarlierResource {
        id: seen.id,
        kind: seen.kind,
        path: seen.path,
        duration: seen.duration,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories;

    #[test]
    fn only_what_succeeded_and_took_time_tells_how_long_it_takes() {
        for (state, seconds, expected) in [
            ("Succeeded", 5, true),
            ("Succeeded", 0, false),
            ("Failed", 5, false),
        ] {
            let seen = stories::resource("vgw", state, seconds);
            assert_eq!(resource(seen).is_some(), expected, "{state} {seconds}");
        }
    }
}
