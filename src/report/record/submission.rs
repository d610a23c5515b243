//! How a run comes to its deployment.

use crate::event::Event;

/// How the run came to the deployment that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Submission {
    /// It submitted it.
    New,
    /// An earlier run had submitted the very same.
    Adopted,
    /// Another step had submitted it, and this one was asked to follow or cancel it.
    Found,
}

impl Submission {
    /// The way that `event` tells, if it does.
    pub(super) fn of(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Submitted { .. } => Self::New,
            Event::Adopted { .. } => Self::Adopted,
            Event::Found { .. } => Self::Found,
            _ => return None,
        })
    }
}
