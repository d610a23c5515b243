//! Formats durations.

use std::time::Duration;

/// `duration` in whole seconds: `2h 10m 7s`, `45m`, `2h 0m 7s`, `0s`; hours are the largest unit.
pub(crate) fn show(duration: Duration) -> String {
    let (hours, minutes, seconds) = split(duration);
    let units: Vec<_> = [(hours, "h"), (minutes, "m"), (seconds, "s")]
        .into_iter()
        .skip_while(|(count, _)| *count == 0)
        .collect();
    let last = units.iter().rposition(|(count, _)| *count > 0);
    let shown: Vec<String> = units
        .iter()
        .take(last.map_or(0, |last| last + 1))
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if shown.is_empty() {
        return "0s".to_owned();
    }
    shown.join(" ")
}

/// `duration` in whole seconds with a fixed number of digits: `0h 00m 09s`.
pub(crate) fn stamp(duration: Duration) -> String {
    let (hours, minutes, seconds) = split(duration);
    format!("{hours}h {minutes:02}m {seconds:02}s")
}

fn split(duration: Duration) -> (u64, u64, u64) {
    let seconds = duration.as_secs();
    (seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_only_the_units_between_the_first_and_the_last() {
        for (seconds, shown, stamped) in [
            (0, "0s", "0h 00m 00s"),
            (9, "9s", "0h 00m 09s"),
            (60, "1m", "0h 01m 00s"),
            (2_700, "45m", "0h 45m 00s"),
            (3_600, "1h", "1h 00m 00s"),
            (7_207, "2h 0m 7s", "2h 00m 07s"),
            (7_807, "2h 10m 7s", "2h 10m 07s"),
            (266_582, "74h 3m 2s", "74h 03m 02s"),
        ] {
            let duration = Duration::from_millis(seconds * 1_000 + 999);
            assert_eq!(show(duration), shown);
            assert_eq!(stamp(duration), stamped);
        }
    }
}
