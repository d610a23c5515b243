//! What a what-if must not contain.

use crate::{
    arm::{Change, ChangeType, Unseen, WhatIf},
    event::Ending,
};

/// What a what-if must not contain; nothing is forbidden by default.
#[derive(Clone, Debug, Default)]
pub(super) struct Guard {
    /// Changes that must not be.
    pub(super) forbidden: Vec<ChangeType>,
    /// Whether a what-if may pass that could not predict everything.
    pub(super) allows_incomplete: bool,
}

impl Guard {
    /// The ending of a run whose what-if must not pass; `None` if it may.
    pub(super) fn objection(&self, what_if: &WhatIf) -> Option<Ending> {
        if self.forbidden.is_empty() {
            return None;
        }
        let is_forbidden = |change: &&Change| self.forbidden.contains(&change.kind);
        let changes = what_if.all().filter(is_forbidden);
        let changes: Vec<_> = changes
            .map(|change| (change.kind.clone(), change.id.clone()))
            .collect();
        let unseen = if self.allows_incomplete {
            Vec::new()
        } else {
            self.unseen(what_if, &changes)
        };
        (!changes.is_empty() || !unseen.is_empty()).then_some(Ending::Forbidden { changes, unseen })
    }

    /// What was not predicted, without what is forbidden anyway.
    fn unseen(&self, what_if: &WhatIf, forbidden: &[(ChangeType, String)]) -> Vec<Unseen> {
        let mut unseen = what_if.unseen.clone();
        if self.forbidden.contains(&ChangeType::Modify) {
            unseen.extend(undecided(what_if));
        }
        let is_named = |each: &Unseen| {
            !each.id.is_empty()
                && forbidden
                    .iter()
                    .any(|(_, id)| id.eq_ignore_ascii_case(&each.id))
        };
        unseen.retain(|each| !is_named(each));
        unseen
    }
}

/// What is deployed without that Azure tells whether it is modified by that.
fn undecided(what_if: &WhatIf) -> impl Iterator<Item = Unseen> {
    let deployed = |change: &&Change| change.kind == ChangeType::Deploy;
    what_if
        .changes
        .iter()
        .filter(deployed)
        .map(|change| Unseen {
            id: change.id.clone(),
            code: change.kind.as_str().to_owned(),
            reason: "it is deployed, and Azure does not tell whether that modifies it".to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The forbidden changes and the unseen parts that stop the what-if with these properties.
    fn stopped(guard: &Guard, properties: &Value, excluded: &[ChangeType]) -> Option<[usize; 2]> {
        let answer = json!({"properties": properties});
        match guard.objection(&WhatIf::read(answer, excluded))? {
            Ending::Forbidden { changes, unseen } => Some([changes.len(), unseen.len()]),
            other => panic!("{other:?}"),
        }
    }

    fn no_deletion() -> Guard {
        Guard {
            forbidden: vec![ChangeType::Delete],
            allows_incomplete: false,
        }
    }

    fn skipped() -> Value {
        json!({"changes": [], "diagnostics": [{"level": "Warning", "code": "NestedDeploymentShortCircuited",
            "target": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Resources/deployments/firewall"}]})
    }

    #[test]
    fn what_was_not_predicted_stops_it_unless_the_author_allows_that() {
        assert_eq!(stopped(&no_deletion(), &skipped(), &[]), Some([0, 1]));
        let lenient = Guard {
            allows_incomplete: true,
            ..no_deletion()
        };
        assert_eq!(stopped(&lenient, &skipped(), &[]), None);
        assert_eq!(stopped(&Guard::default(), &skipped(), &[]), None);
        let deletion = json!({"changes": [{"resourceId": "/a", "changeType": "Delete"}]});
        assert_eq!(stopped(&lenient, &deletion, &[]), Some([1, 0]));
    }

    #[test]
    fn what_is_not_shown_is_not_hidden_from_it() {
        let unsupported = json!({"changes": [{"resourceId": "/a", "changeType": "Unsupported"}]});
        let excluded = [ChangeType::Unsupported, ChangeType::Ignore];
        assert_eq!(
            stopped(&no_deletion(), &unsupported, &excluded),
            Some([0, 1])
        );
    }

    #[test]
    fn what_is_forbidden_by_name_is_not_told_twice() {
        let maybe = json!({"changes": [], "potentialChanges": [
            {"resourceId": "/A", "changeType": "Delete"}, {"resourceId": "/b", "changeType": "Create"}]});
        assert_eq!(stopped(&no_deletion(), &maybe, &[]), Some([1, 1]));
    }

    #[test]
    fn what_may_be_modified_does_not_pass_where_modifying_is_forbidden() {
        let deployed = json!({"changes": [{"resourceId": "/a", "changeType": "Deploy"}]});
        let guard = Guard {
            forbidden: vec![ChangeType::Modify],
            allows_incomplete: false,
        };
        assert_eq!(stopped(&guard, &deployed, &[]), Some([0, 1]));
        assert_eq!(stopped(&no_deletion(), &deployed, &[]), None);
    }
}
