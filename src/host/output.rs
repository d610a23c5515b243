//! Outputs of a step, and what a host takes of them.

/// An output of the step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Whether the value is, or holds, one that the log must not show.
    pub(crate) is_secret: bool,
}

impl Output {
    /// An output that anybody may see.
    pub(crate) fn open(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            is_secret: false,
        }
    }
}

/// What a host takes of outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutputLimits {
    /// The most that one value may have, in bytes.
    pub(crate) one: usize,
    /// The most that all names and values may have, in bytes.
    pub(crate) all: usize,
    /// The most outputs.
    pub(crate) most: usize,
    /// Whether a value may have several lines.
    pub(crate) lines: bool,
    /// What it does with secrets.
    pub(crate) secrets: Secrecy,
    /// Whether other steps have a share in `all`, so that nobody knows what fits: it is tried then.
    pub(crate) shared: bool,
}

/// What a host does with outputs that are secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrecy {
    /// It hands them on, and hides them by the masks that were set before.
    Hidden,
    /// The same, but it refuses one with several lines.
    HiddenOnOneLine,
    /// It has no place for them that not everybody may read.
    Open,
}

impl OutputLimits {
    /// No limits.
    pub(crate) const NONE: Self = Self {
        one: usize::MAX,
        all: usize::MAX,
        most: usize::MAX,
        lines: true,
        secrets: Secrecy::Hidden,
        shared: false,
    };
}

/// Whether every program can have a variable of this name in its environment.
pub(super) fn is_variable(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(is_part)
}

/// The name of an output of ours as a variable.
pub(super) fn variable(name: &str) -> String {
    name.replace('-', "_")
}
