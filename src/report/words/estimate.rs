//! The time left, and what is usual, in words.

use std::time::Duration;

use super::{duration, phrase::count};
use crate::{
    host::text::cut,
    report::{
        forecast::{Doing, Figure, Forecast, Note, Said, Usual},
        record::Record,
    },
};

const MINUTE: Duration = Duration::from_secs(60);
/// From here on, minutes are told in fives.
const COARSE: Duration = Duration::from_secs(20 * 60);
/// Longest name in a note, in characters.
const NAME: usize = 80;

/// `; about 25m left (10m to 40m)`, for behind what is done; empty if nothing can be said.
pub(crate) fn time_left(record: &Record) -> String {
    let left = record.told.latest.left.as_ref();
    left.map_or_else(String::new, |left| format!("; {}", forecast(left)))
}

/// The same at `at`, if it was told earlier.
pub(crate) fn time_left_at(record: &Record, at: Duration) -> String {
    let told = record.told.estimates.last();
    let Some(told) = told.filter(|_| record.told.latest.left.is_some()) else {
        return String::new();
    };
    let passed = at.saturating_sub(told.at);
    let fore = told.forecast;
    let left = Forecast {
        left: fore.left.saturating_sub(passed),
        low: fore.low.saturating_sub(passed),
        high: fore.high.saturating_sub(passed),
        basis: fore.basis,
    };
    format!("; {}", forecast(&left))
}

/// `; usually up to 45m: vgw-hub (Microsoft's figure)`, for behind what runs; empty if there is nothing to say.
pub(crate) fn notes(record: &Record) -> String {
    let same = |one: &Note, next: &Note| one.said == next.said;
    let notes = record.told.latest.notes.chunk_by(same).map(|notes| {
        let names: Vec<_> = notes.iter().map(|note| cut(&note.name, NAME)).collect();
        format!("; {}", note(notes[0].said, &names.join(", ")))
    });
    notes.collect()
}

/// What is usual for a resource, for a column of that name: `31m`, `up to 45m (Microsoft)`.
pub(crate) fn usual(usual: Usual) -> String {
    match usual {
        Usual::Took(took) => duration::show(took),
        Usual::Stated(figure) => format!("{} (Microsoft)", range(figure)),
    }
}

fn forecast(forecast: &Forecast) -> String {
    let Forecast {
        left,
        low,
        high,
        basis: _,
    } = *forecast;
    let (shown, low, high) = (rounded(left), rounded_down(low), rounded_up(high));
    let about = if left < MINUTE {
        "less than 1m left".to_owned()
    } else {
        format!("about {} left", duration::show(shown))
    };
    if high <= shown.max(MINUTE) && low >= shown {
        return about;
    }
    let high = duration::show(high);
    match low {
        Duration::ZERO => format!("{about} (up to {high})"),
        low => format!("{about} ({} to {high})", duration::show(low)),
    }
}

fn note(said: Said, names: &str) -> String {
    match said {
        Said::Suspect { after } => {
            let after = duration::show(after);
            format!(
                "may be stuck, look at it in the portal: {names} (Terraform gives up after {after})"
            )
        }
        Said::Longer {
            longest,
            count: before,
            doing,
        } => {
            let longest = duration::show(whole_minutes(longest));
            let before = match doing {
                Doing::Updating if before == 1 => "the last run".to_owned(),
                Doing::Updating => format!("the last {before} runs"),
                Doing::Creating => count(before, "earlier creation", "earlier creations"),
            };
            format!("longer than the {longest} of {before}: {names}")
        }
        Said::Stated(figure) => {
            format!("usually {}: {names} (Microsoft's figure)", range(figure))
        }
        Said::Next(figure) => {
            format!(
                "next usually {}: {names} (Microsoft's figure)",
                range(figure)
            )
        }
    }
}

fn range(figure: &Figure) -> String {
    let most = duration::show(figure.most());
    match figure.least() {
        Some(least) => format!("{} to {most}", duration::show(least)),
        None => format!("up to {most}"),
    }
}

/// A few minutes and more without the seconds.
fn whole_minutes(time: Duration) -> Duration {
    if time < 2 * MINUTE {
        return time;
    }
    Duration::from_secs(time.as_secs() / 60 * 60)
}

/// The unit in which so long a time is told.
fn unit(time: Duration) -> Duration {
    if time < COARSE { MINUTE } else { 5 * MINUTE }
}

fn rounded(time: Duration) -> Duration {
    rounded_down(time + unit(time) / 2)
}

fn rounded_down(time: Duration) -> Duration {
    let unit = unit(time).as_secs();
    Duration::from_secs(time.as_secs() / unit * unit)
}

fn rounded_up(time: Duration) -> Duration {
    let unit = unit(time).as_secs();
    Duration::from_secs(time.as_secs().div_ceil(unit) * unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        report::forecast::{Basis, News, Outlook},
        testing::stories::minutes,
    };

    fn telling(latest: Outlook) -> Record {
        let mut record = Record::default();
        record.told.latest = latest;
        record
    }

    fn outlook(left: u64, low: u64, high: u64) -> Outlook {
        let [left, low, high] = [left, low, high].map(Duration::from_secs);
        let basis = Basis {
            runs: 5,
            percent: 100,
        };
        Outlook {
            left: Some(Forecast {
                left,
                low,
                high,
                basis,
            }),
            notes: Vec::new(),
        }
    }

    #[test]
    fn what_was_told_becomes_less_as_time_passes() {
        let mut record = Record::default();
        assert_eq!(time_left_at(&record, minutes(1)), "");
        let told = outlook(30 * 60, 20 * 60, 50 * 60);
        record.told.tell(told, News::default(), minutes(10));
        assert_eq!(
            time_left_at(&record, minutes(20)),
            "; about 20m left (10m to 40m)"
        );
        assert_eq!(time_left_at(&record, minutes(90)), "; less than 1m left");
        record.told.latest.left = None;
        assert_eq!(time_left_at(&record, minutes(20)), "");
    }

    #[test]
    fn times_are_rounded_and_the_range_is_not_made_smaller() {
        for (left, low, high, told) in [
            (1_500, 719, 2_399, "about 25m left (11m to 40m)"),
            (1_391, 1_300, 1_510, "about 25m left (20m to 30m)"),
            (6_000, 4_500, 7_300, "about 1h 40m left (1h 15m to 2h 5m)"),
            (89, 60, 120, "about 1m left (1m to 2m)"),
            (300, 300, 300, "about 5m left"),
            (300, 59, 400, "about 5m left (up to 7m)"),
            (20, 0, 61, "less than 1m left (up to 2m)"),
            (20, 0, 59, "less than 1m left"),
            (0, 0, 0, "less than 1m left"),
        ] {
            let record = telling(outlook(left, low, high));
            assert_eq!(time_left(&record), format!("; {told}"));
        }
        assert_eq!(time_left(&Record::default()), "");
    }

    #[test]
    fn what_is_the_same_for_several_is_said_once() {
        let longer = |count, doing| Said::Longer {
            longest: Duration::from_secs(1_872),
            count,
            doing,
        };
        let suspect = Said::Suspect { after: minutes(90) };
        let said = [
            ("a", suspect),
            ("b", suspect),
            ("c", longer(1, Doing::Updating)),
            ("d", longer(5, Doing::Updating)),
            ("e", longer(1, Doing::Creating)),
            ("f", longer(2, Doing::Creating)),
        ];
        let notes_of = said.map(|(name, said)| Note {
            name: name.to_owned(),
            said,
        });
        let outlook = Outlook {
            left: None,
            notes: notes_of.into(),
        };
        let told = notes(&telling(outlook)).replace("; ", "\n");
        insta::assert_snapshot!(told.trim_start(), @"
        may be stuck, look at it in the portal: a, b (Terraform gives up after 1h 30m)
        longer than the 31m of the last run: c
        longer than the 31m of the last 5 runs: d
        longer than the 31m of 1 earlier creation: e
        longer than the 31m of 2 earlier creations: f
        ");
    }
}
