//! How long operations took by themselves.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;

use crate::arm::{Dependencies, Operation};

/// Makes the duration of each operation its own: from its start, which is not before the end of what it depends on.
///
/// What Azure's `duration` counts from has changed over the years: until 2018 and since January 2026 the operation's
/// own start, in between a start that all operations of a deployment have in common.
pub(super) fn count_own_time(operations: &mut [Operation], dependencies: &Dependencies) {
    let ends = ends(operations);
    for operation in operations {
        let properties = &mut operation.properties;
        let (Some(touched), Some(target)) = (properties.timestamp, &properties.target_resource)
        else {
            continue;
        };
        let before = dependencies
            .of(&target.identity())
            .flat_map(|id| ends.get(id));
        // A resource that was deployed once more has several ends.
        let before = before.flatten().filter(|end| **end <= touched);
        if let Some(latest) = before.max() {
            properties.duration = properties.duration.min(since(*latest, touched));
        }
    }
}

/// When each resource ended, by what tells it from others, in lower case.
fn ends(operations: &[Operation]) -> HashMap<String, Vec<Timestamp>> {
    let mut ends: HashMap<_, Vec<_>> = HashMap::new();
    for operation in operations {
        let properties = &operation.properties;
        if let (Some(end), Some(target)) = (properties.timestamp, &properties.target_resource)
            && properties.provisioning_state.is_terminal()
        {
            let key = target.identity().to_lowercase();
            ends.entry(key).or_default().push(end);
        }
    }
    ends
}

fn since(start: Timestamp, end: Timestamp) -> Duration {
    end.duration_since(start).try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests;
