//! The common parts of log lines.

use std::time::Duration;

use crate::{
    arm::ProvisioningState,
    host::{Line, Style},
    report::words::duration,
};

/// A line that starts with the time since the run's start.
pub(crate) fn stamped(at: Duration) -> Line {
    Line::default().with(Style::Faint, &format!("[{}] ", duration::stamp(at)))
}

pub(crate) fn style_of(state: &ProvisioningState) -> Style {
    if state.is_succeeded() {
        Style::Good
    } else if state.is_failed() {
        Style::Bad
    } else if state.is_canceled() {
        Style::Doubtful
    } else {
        Style::Busy
    }
}

/// An indented line: a name and its value.
pub(crate) fn fact(name: &str, value: &str) -> Line {
    Line::default()
        .with(Style::Faint, &format!("  {name:<11}"))
        .with(Style::Plain, value)
}
