//! The states of deployments and their operations.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A provisioning state as Azure wrote it; compared without regard to case, because stacks answer in lower case.
#[derive(Clone, Debug, Default, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct ProvisioningState(String);

impl ProvisioningState {
    /// The state with this text.
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The state's text.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing follows this state. An unknown state is not an end.
    #[must_use]
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_succeeded() || self.is_failed() || self.is_canceled() || self.is("Deleted")
    }

    /// Whether it is `Succeeded`.
    #[must_use]
    pub(crate) fn is_succeeded(&self) -> bool {
        self.is("Succeeded")
    }

    /// Whether it is `Failed`.
    #[must_use]
    pub(crate) fn is_failed(&self) -> bool {
        self.is("Failed")
    }

    /// Whether it is `Canceled`.
    #[must_use]
    pub(crate) fn is_canceled(&self) -> bool {
        self.is("Canceled")
    }

    fn is(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text)
    }
}

impl PartialEq for ProvisioningState {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.0)
    }
}

impl fmt::Display for ProvisioningState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_states_are_the_end() {
        for (text, terminal) in [
            ("Succeeded", true),
            ("succeeded", true),
            ("Failed", true),
            ("Canceled", true),
            ("Deleted", true),
            ("Accepted", false),
            ("Running", false),
            ("Ready", false),
            ("updatingDenyAssignments", false),
            ("SomethingNew", false),
            ("", false),
        ] {
            assert_eq!(
                ProvisioningState::new(text).is_terminal(),
                terminal,
                "{text}"
            );
        }
    }
}
