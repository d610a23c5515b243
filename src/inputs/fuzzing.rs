//! Fuzz entry point for durations.

use std::time::Duration;

use super::parse;

/// A duration as a user writes it.
///
/// # Panics
/// When one is taken that is out of bounds.
pub fn duration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(duration) = parse::duration(text) {
        let bounds = Duration::from_millis(100)..=Duration::from_hours(720);
        assert!(bounds.contains(&duration), "{duration:?}");
    }
}
