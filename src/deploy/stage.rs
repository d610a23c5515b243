//! What Azure has of this run's submission.

use crate::arm::{Correlation, Location};

/// What Azure has of this run's submission. It is state of the run, so that whatever ends the run knows it.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// Nothing: nothing was sent, or it is certain that Azure did not accept it.
    Before,
    /// A submission was sent, and whether Azure accepted it is not known.
    Sent(Correlation),
    /// Azure accepted this submission, or had it from an earlier step.
    Ours(Correlation),
}

impl Stage {
    /// The submission that Azure has or may have.
    #[must_use]
    pub(crate) fn correlation(&self) -> Option<&Correlation> {
        match self {
            Self::Before => None,
            Self::Sent(correlation) | Self::Ours(correlation) => Some(correlation),
        }
    }
}

/// A submission that Azure has.
#[derive(Clone, Debug)]
pub(super) struct Ours {
    /// Whose it is, as Azure shows it.
    pub(super) correlation: Correlation,
    /// Where to ask for its state even if its name is taken by another one.
    pub(super) status: Option<Location>,
    /// A read showed it, so another one in its place is no view from before.
    pub(super) is_shown: bool,
    /// The same for every deployment of its template, if it is known.
    pub(super) template_hash: Option<String>,
}

impl Ours {
    /// A submission that Azure says it has, and does not show yet.
    pub(super) fn known_by(correlation: Correlation) -> Self {
        Self {
            correlation,
            status: None,
            is_shown: false,
            template_hash: None,
        }
    }

    /// A submission that a read showed.
    pub(super) fn shown(correlation: Correlation) -> Self {
        Self {
            is_shown: true,
            ..Self::known_by(correlation)
        }
    }
}

/// Where a run saves its stage, so that a later process can look after its deployment.
pub(crate) trait Ledger: Sync {
    /// Saves that a submission is about to be sent, or that Azure has it. [`Stage::Before`] takes back what was
    /// saved.
    fn save(&self, stage: &Stage);
}
