//! Durations in JSON: a number of seconds, exact to the nanosecond up to a month.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// Longest duration that is read, three thousand years in seconds: durations are added up, and a file may hold any number.
const LONGEST: f64 = 1e11;

/// Writes whole seconds as an integer.
pub(crate) fn serialize<S: Serializer>(
    duration: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match duration.subsec_nanos() {
        0 => serializer.serialize_u64(duration.as_secs()),
        _ => serializer.serialize_f64(duration.as_secs_f64()),
    }
}

/// Reads a number of seconds; more than [`LONGEST`] is as many as that.
///
/// # Errors
/// When it is negative, or no number.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds.min(LONGEST)).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(duration: Duration) -> String {
        let mut text = Vec::new();
        serialize(&duration, &mut serde_json::Serializer::new(&mut text)).expect("it is a number");
        String::from_utf8(text).expect("JSON")
    }

    fn read(text: &str) -> Option<Duration> {
        deserialize(&mut serde_json::Deserializer::from_str(text)).ok()
    }

    #[test]
    fn seconds_are_numbers() {
        for (duration, text) in [
            (Duration::ZERO, "0"),
            (Duration::from_mins(130), "7800"),
            (Duration::from_millis(1_500), "1.5"),
            (Duration::new(21_600, 1), "21600.000000001"),
        ] {
            assert_eq!(written(duration), text);
            assert_eq!(read(text), Some(duration));
        }
        let longest = read(&written(Duration::MAX)).expect("a number");
        assert_eq!(longest.as_secs(), 100_000_000_000);
        for text in ["-1", "1e999", "\"1\"", "null"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_month_is_exact_to_the_nanosecond(seconds in 0_u64..31 * 86_400, nanoseconds in 0_u32..1_000_000_000) {
            let duration = Duration::new(seconds, nanoseconds);
            prop_assert_eq!(read(&written(duration)), Some(duration));
        }
    }
}
