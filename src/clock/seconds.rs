//! Durations in JSON: a number of seconds, exact to the nanosecond up to a month.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// More seconds than these are as many as a duration can hold.
const MOST: f64 = u64::MAX as f64;

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

/// Reads a number of seconds.
///
/// # Errors
/// When it is negative, or no number.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    if seconds >= MOST {
        return Ok(Duration::MAX);
    }
    Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)
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
            (Duration::MAX, "1.8446744073709552e+19"),
        ] {
            assert_eq!(written(duration), text);
            assert_eq!(read(text), Some(duration));
        }
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
