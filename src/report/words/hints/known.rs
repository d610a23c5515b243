//! A known cause of failures and how to fix it.

use crate::arm::Cause;

/// A known cause and its hint.
#[derive(Debug)]
pub(crate) struct KnownCause {
    /// Azure's codes for it.
    pub(crate) codes: &'static [&'static str],
    /// Parts of messages that identify the cause regardless of its code.
    pub(crate) phrases: &'static [&'static str],
    /// The hint without placeholders, used if facts are missing.
    pub(crate) text: &'static str,
    /// The hint with placeholders for facts of the message, the most precise first.
    pub(crate) detailed: &'static [&'static str],
    /// A command with placeholders; empty if there is none.
    pub(crate) command: &'static str,
}

impl KnownCause {
    /// What a cause has that does not say otherwise.
    pub(super) const NONE: Self = Self {
        codes: &[],
        phrases: &[],
        text: "",
        detailed: &[],
        command: "",
    };

    /// Whether `cause` is this one.
    pub(super) fn is_of(&self, cause: &Cause) -> bool {
        let has_code = |code: &&str| code.eq_ignore_ascii_case(&cause.code);
        self.codes.iter().any(has_code)
            || (self.phrases.iter()).any(|phrase| cause.message.contains(phrase))
    }
}
