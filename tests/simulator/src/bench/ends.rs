//! How late the end of a deployment is told, over many that end at random moments.

use std::time::Duration;

use azure_simulator::Pace;

use super::{
    Bench, Failure, Report,
    case::Run,
    goals::{Goal, Measured},
    hub::pace_label,
    parallel, requests,
    statistics::Spread,
    table::{self, seconds},
    templates,
};

/// Some minutes in some seconds.
const SCALE: u32 = 100;
const PACES: [Pace; 3] = [Pace::None, Pace::Fixed(5), Pace::Recorded];
/// Ends for each pace.
const ENDS: u32 = 32;
/// Runs at the same time.
const AT_ONCE: usize = 6;
/// How long the slowest resource takes at least, and how much longer at most.
const LEAST: Duration = Duration::from_secs(120);
const MORE: Duration = Duration::from_secs(180);

pub(super) fn run(bench: &Bench) -> Result<Report, Failure> {
    let (mut rows, mut measured) = (Vec::new(), Vec::new());
    for pace in PACES {
        let runs = parallel::each((0..ENDS).collect(), AT_ONCE, |at| {
            let case = templates::small(length(at)).seed(u64::from(at)).pace(pace);
            case.run(&bench.program, SCALE)
        })?;
        let delays: Spread = runs.iter().map(Run::delay).collect();
        rows.push(row(pace, &runs, &delays));
        let values = [
            (Goal::EndMean, delays.mean()),
            (Goal::EndWorst, delays.worst()),
        ];
        measured.extend(values.map(|(goal, value)| Measured {
            goal,
            of: pace_label(pace),
            value: value.as_secs_f64(),
        }));
    }
    let columns = [
        "ends",
        "mean s",
        "95 % s",
        "worst s",
        "requests",
        "a request took s",
    ];
    let heading = format!("How late {ENDS} random ends were told (scale {SCALE})");
    Ok(Report {
        tables: vec![table::markdown(&heading, &columns, &rows)],
        measured,
    })
}

/// Lengths that are spread evenly, whatever their number: multiples of the golden ratio, without their whole part.
fn length(at: u32) -> Duration {
    LEAST + MORE.mul_f64((f64::from(at) * 0.618_033_988_75).fract())
}

fn row(pace: Pace, runs: &[Run], delays: &Spread) -> Vec<String> {
    let requests = runs.iter().map(|run| run.exchanges.len()).sum::<usize>() / runs.len();
    let times = runs
        .iter()
        .map(|run| requests::request_time(&run.exchanges));
    vec![
        pace_label(pace),
        seconds(delays.mean(), 1),
        seconds(delays.percentile(0.95), 1),
        seconds(delays.worst(), 1),
        requests.to_string(),
        seconds(times.collect::<Spread>().percentile(0.5), 2),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_spread_over_the_whole_range() {
        let lengths: Vec<Duration> = (0..ENDS).map(length).collect();
        assert!(
            lengths
                .iter()
                .all(|length| (LEAST..LEAST + MORE).contains(length))
        );
        for part in 0..4 {
            let from = LEAST + MORE / 4 * part;
            let inside = lengths
                .iter()
                .filter(|length| (from..from + MORE / 4).contains(*length));
            assert!((6..=10).contains(&inside.count()), "{part}");
        }
    }
}
