//! Why requests are sent again, in words.

use crate::event::Trouble;

/// What happens, as a clause without its reason.
pub(crate) fn clause(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Unreachable => "Azure cannot be reached",
        Trouble::Unreadable => "something other than Azure answers",
        Trouble::Refused => "Azure refuses the request, which may pass",
        Trouble::NotFound => "Azure does not find it, which may pass",
    }
}

/// What happened, as a clause without its reason.
pub(crate) fn past(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Unreachable => "Azure was out of reach",
        Trouble::Unreadable => "something other than Azure answered",
        Trouble::Refused => "Azure refused the requests",
        Trouble::NotFound => "Azure did not find it",
    }
}
