//! Azure's error codes and their hints, by subject.

mod access;
mod placement;
mod requests;
mod resources;

use super::known::KnownCause;

/// The known causes. The first match is used.
pub(super) fn known() -> impl Iterator<Item = &'static KnownCause> {
    let subjects = [
        access::KNOWN,
        placement::KNOWN,
        requests::KNOWN,
        resources::KNOWN,
    ];
    subjects.into_iter().flatten()
}
