//! Durations as people write them.

use std::time::Duration;

use jiff::SignedDuration;

/// The shortest duration that any input takes.
const SHORTEST: Duration = Duration::from_millis(100);
/// The longest duration that any input takes; Azure ends a deployment after seven days.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// Reads `45m`, `1h 30m`, `500ms`, `PT45M`; a bare number is seconds.
///
/// # Errors
/// What is wrong with it and what to give instead.
pub(in crate::inputs) fn parse(text: &str) -> Result<Duration, &'static str> {
    let duration = whole_seconds(text).or_else(|| text.parse::<SignedDuration>().ok());
    let duration = duration
        .ok_or("is not a duration: write hours, minutes and seconds, such as 45m or 1h 30m")?;
    match Duration::try_from(duration) {
        Ok(duration) if duration < SHORTEST => Err("is too short: give at least 100ms"),
        Ok(duration) if duration > LONGEST => Err("is too long: give at most 720h"),
        Ok(duration) => Ok(duration),
        Err(_) => Err("is negative: give at least 100ms"),
    }
}

fn whole_seconds(text: &str) -> Option<SignedDuration> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    // A number that does not fit is too long anyway.
    is_number.then(|| SignedDuration::from_secs(text.parse().unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, seconds) in [
            ("45m", 2_700.0),
            ("1h 30m", 5_400.0),
            ("1h30m", 5_400.0),
            ("1.5h", 5_400.0),
            ("90 minutes", 5_400.0),
            ("500ms", 0.5),
            ("100ms", 0.1),
            ("PT45M", 2_700.0),
            ("pt1h30m", 5_400.0),
            ("02:30:00", 9_000.0),
            ("90", 90.0),
            ("720h", 2_592_000.0),
        ] {
            let duration = parse(text).map(|duration| duration.as_secs_f64());
            assert_eq!(duration, Ok(seconds), "{text}");
        }
    }

    #[test]
    fn refuses_what_makes_no_sense() {
        for (text, problem) in [
            ("0", "is too short"),
            ("0s", "is too short"),
            ("99ms", "is too short"),
            ("PT0S", "is too short"),
            ("-5m", "is negative"),
            ("5m ago", "is negative"),
            ("-PT5M", "is negative"),
            ("721h", "is too long"),
            ("99999999999999999999", "is too long"),
            ("", "is not a duration"),
            ("soon", "is not a duration"),
            ("5 parsecs", "is not a duration"),
            ("1h 30", "is not a duration"),
            ("-5", "is not a duration"),
            ("9999999999999999h", "is not a duration"),
            ("P1Y", "is not a duration"),
            ("1month", "is not a duration"),
        ] {
            let message = parse(text).expect_err(text);
            assert!(message.starts_with(problem), "{text}: {message}");
        }
    }
}
