//! The symbols of changes, which are the Azure CLI's.

use crate::{
    arm::{ChangeType, PropertyChangeType},
    host::Style,
};

/// The kind of a diff line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Delete,
    Detach,
    Create,
    Deploy,
    Modify,
    /// Unsupported, or without effect.
    Void,
    NoChange,
    Ignore,
    Unknown,
    /// No kind: the line closes an array.
    None,
}

impl Mark {
    /// The symbol at the start of the line.
    pub(super) fn sign(self) -> char {
        match self {
            Self::Delete => '-',
            Self::Detach => 'v',
            Self::Create => '+',
            Self::Deploy => '!',
            Self::Modify => '~',
            Self::Void => 'x',
            Self::NoChange => '=',
            Self::Ignore => '*',
            Self::Unknown => '?',
            Self::None => ' ',
        }
    }

    /// Its meaning, for the legend.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Detach => "Detach",
            Self::Create => "Create",
            Self::Deploy => "Deploy",
            Self::Modify => "Modify",
            Self::Void => "Unsupported, or no effect",
            Self::NoChange => "No change",
            Self::Ignore => "Ignore",
            Self::Unknown => "Unknown kind of change",
            Self::None => "",
        }
    }

    /// The line's style in the log.
    pub(super) fn style(self) -> Style {
        match self {
            Self::Delete => Style::Bad,
            Self::Create => Style::Good,
            Self::Modify | Self::Detach => Style::Doubtful,
            Self::Deploy => Style::Busy,
            Self::Unknown => Style::Strong,
            Self::Void | Self::NoChange | Self::Ignore => Style::Faint,
            Self::None => Style::Plain,
        }
    }

    /// The first character of the line in a `diff` block of Markdown, which decides its colour.
    pub(super) fn column(self) -> char {
        match self {
            Self::Delete => '-',
            Self::Create => '+',
            Self::Modify | Self::Detach | Self::Deploy | Self::Unknown => '!',
            Self::Void | Self::NoChange | Self::Ignore | Self::None => ' ',
        }
    }
}

impl From<&ChangeType> for Mark {
    fn from(kind: &ChangeType) -> Self {
        match kind {
            ChangeType::Delete => Self::Delete,
            ChangeType::Detach => Self::Detach,
            ChangeType::Create => Self::Create,
            ChangeType::Deploy => Self::Deploy,
            ChangeType::Modify => Self::Modify,
            ChangeType::Unsupported => Self::Void,
            ChangeType::NoChange => Self::NoChange,
            ChangeType::Ignore => Self::Ignore,
            ChangeType::Other(_) => Self::Unknown,
        }
    }
}

impl From<&PropertyChangeType> for Mark {
    fn from(kind: &PropertyChangeType) -> Self {
        match kind {
            PropertyChangeType::Create => Self::Create,
            PropertyChangeType::Delete => Self::Delete,
            PropertyChangeType::Modify | PropertyChangeType::Array => Self::Modify,
            PropertyChangeType::NoEffect => Self::Void,
            PropertyChangeType::Other(_) => Self::Unknown,
        }
    }
}
