//! How many resources a run deploys.

use super::Record;
use crate::{arm::ProvisioningState, event::Foreseen};

/// How many resources there are, nested deployments not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Total {
    /// Azure told all of them ahead.
    All(usize),
    /// Those that are known so far.
    AtLeast(usize),
}

impl Total {
    /// The same, or `known` if that is more.
    pub(crate) fn at_least(self, known: usize) -> Self {
        match self {
            Self::All(number) => Self::All(number.max(known)),
            Self::AtLeast(number) => Self::AtLeast(number.max(known)),
        }
    }

    /// The number alone.
    pub(crate) fn number(self) -> usize {
        match self {
            Self::All(number) | Self::AtLeast(number) => number,
        }
    }
}

impl Record {
    /// How many resources there are.
    pub(crate) fn total(&self) -> Total {
        // A damaged report file may tell any number.
        let number = self.known.saturating_add(self.awaited.len());
        match self.state.as_ref() {
            // What Azure did not deploy in the end was not to be deployed, as a condition said so.
            Some(state) if state.is_succeeded() => Total::All(self.known),
            _ if self.foreseen.is_some() => Total::All(number),
            _ => Total::AtLeast(number),
        }
    }

    /// How many per cent of the resources are done, without fractions; `None` as long as Azure has not told all of them.
    /// The last one is that of the success.
    pub(crate) fn percent(&self) -> Option<u8> {
        if self
            .state
            .as_ref()
            .is_some_and(ProvisioningState::is_succeeded)
        {
            return Some(100);
        }
        match self.total() {
            Total::All(all) if all > 0 => {
                let done = (self.done.saturating_mul(100) / all).min(99);
                u8::try_from(done).ok()
            }
            _ => None,
        }
    }

    /// Ids of the resources that are known to be deployed but had not begun when Azure last showed them: none after a
    /// success, and none where something cannot be shown, as that may have begun unseen.
    pub(crate) fn not_begun(&self) -> Vec<&str> {
        let has_succeeded = self
            .state
            .as_ref()
            .is_some_and(ProvisioningState::is_succeeded);
        if has_succeeded || !self.hidden.is_empty() {
            return Vec::new();
        }
        self.awaited.ids()
    }

    pub(super) fn foresee(&mut self, foreseen: &Foreseen) {
        self.await_all(foreseen.resources.iter().map(String::as_str));
        self.foreseen = Some(foreseen.clone());
    }

    /// Takes note of resources that are to be deployed.
    pub(super) fn await_all<'a>(&mut self, ids: impl Iterator<Item = &'a str>) {
        for id in ids {
            let is_known = self.index.contains_key(&id.to_ascii_lowercase());
            if !is_known {
                self.awaited.add(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        arm::Dependencies,
        event::Event,
        testing::stories::{minutes, nested, progressed, resource, state, told_ahead},
    };

    fn names(record: &Record) -> Vec<&str> {
        let ids = record.not_begun().into_iter();
        ids.filter_map(|id| id.rsplit('/').next()).collect()
    }

    #[test]
    fn a_total_that_was_told_ahead_does_not_grow() {
        let mut record = Record::default();
        let begun = vec![resource("VNET", "Running", 1), nested("hub", "Running")];
        record.observe(&progressed(begun, 0, 1), minutes(1));
        assert_eq!(record.total(), Total::AtLeast(1));
        record.observe(&told_ahead(&["vnet", "afw", "vgw", "rt"], &[]), minutes(1));
        assert_eq!(record.total(), Total::All(4));
        assert_eq!(names(&record)[..2], ["afw", "vgw"]);
        let begun = vec![resource("afw", "Running", 1)];
        record.observe(&progressed(begun, 0, 2), minutes(2));
        assert_eq!(record.total(), Total::All(4));
        assert_eq!(names(&record), ["vgw", "rt"]);
    }

    #[test]
    fn nothing_is_said_not_to_have_begun_where_it_may_have_begun_unseen() {
        let mut record = Record::default();
        record.observe(&told_ahead(&["vnet", "vgw"], &[]), minutes(1));
        assert_eq!(record.not_begun().len(), 2);
        for path in [vec![], vec!["hub".to_owned()]] {
            let mut record = record.clone();
            let hidden = Event::ProgressHidden {
                path,
                reason: "HTTP 403 AuthorizationFailed".to_owned(),
                missing: None,
            };
            record.observe(&hidden, minutes(2));
            assert_eq!(record.not_begun(), [""; 0]);
            // They are deployed all the same.
            assert_eq!(record.total(), Total::All(2));
        }
    }

    #[test]
    fn what_never_had_to_begin_is_not_counted_after_success() {
        let mut record = Record::default();
        record.observe(&told_ahead(&["vnet", "conditional"], &[]), minutes(1));
        let begun = vec![resource("vnet", "Succeeded", 1)];
        record.observe(&progressed(begun, 1, 1), minutes(2));
        record.observe(&state("Failed"), minutes(3));
        assert_eq!(record.total(), Total::All(2));
        record.observe(&state("Succeeded"), minutes(3));
        assert_eq!(record.total(), Total::All(1));
    }

    #[test]
    fn dependencies_tell_of_some_that_have_not_begun() {
        let mut record = Record::default();
        let (vnet, afw) = (
            resource("vnet", "Running", 1),
            resource("afw", "Running", 0),
        );
        record.observe(&progressed(vec![vnet.clone()], 0, 1), minutes(1));
        let mut dependencies = Dependencies::default();
        dependencies.insert(afw.id.to_ascii_lowercase(), vec![vnet.id]);
        let read = Event::DependenciesRead {
            deployment: "/d".to_owned(),
            dependencies,
        };
        record.observe(&read, minutes(1));
        assert_eq!(record.total(), Total::AtLeast(2));
        assert_eq!(names(&record), ["afw"]);
    }
}
