//! The hub network of two hours: what following it costs, and how late it is told.

use azure_simulator::Pace;

use super::{
    Bench, Failure, Report,
    case::Run,
    goals::{Goal, Measured},
    parallel,
    requests::{self, Kind},
    table::{self, count, megabytes, seconds},
    templates::{self, Layout},
    told::Delays,
};

/// Two hours and ten minutes in 80 seconds.
const SCALE: u32 = 100;
const CASES: [(Layout, Pace); 4] = [
    (Layout::OneAfterAnother, Pace::None),
    (Layout::OneAfterAnother, Pace::Fixed(5)),
    (Layout::SideBySide, Pace::None),
    (Layout::SideBySide, Pace::Fixed(5)),
];

pub(super) fn run(bench: &Bench) -> Result<Report, Failure> {
    let runs = parallel::each(CASES.to_vec(), CASES.len(), |(layout, pace)| {
        let case = templates::hub(&bench.root, layout)?.pace(pace);
        case.run(&bench.program, SCALE)
    })?;
    let runs: Vec<_> = CASES.into_iter().zip(runs).collect();
    Ok(Report {
        tables: vec![costs(&runs), kinds(&runs), delays(&runs)],
        measured: runs.iter().flat_map(measured).collect(),
    })
}

fn label((layout, pace): (Layout, Pace)) -> String {
    let layout = match layout {
        Layout::OneAfterAnother => "one after another",
        Layout::SideBySide => "side by side",
    };
    format!("{layout}, {}", pace_label(pace))
}

/// How a pace is called in tables.
pub(super) fn pace_label(pace: Pace) -> String {
    match pace {
        Pace::None => "no Retry-After".to_owned(),
        Pace::Fixed(seconds) => format!("Retry-After {seconds}"),
        Pace::Recorded => "Retry-After as recorded".to_owned(),
    }
}

type Row = ((Layout, Pace), Run);

fn costs(runs: &[Row]) -> String {
    let rows = runs.iter().map(|(case, run)| {
        vec![
            label(*case),
            (run.deployment.end.as_secs() / 60).to_string(),
            seconds(run.cpu, 2),
            megabytes(run.peak() as f64, 1),
            count(run.exchanges.len()),
            megabytes(requests::bytes_down(&run.exchanges) as f64, 2),
            run.connections.to_string(),
            seconds(run.delay(), 1),
            seconds(requests::request_time(&run.exchanges), 2),
        ]
    });
    let columns = [
        "hub",
        "minutes",
        "CPU s",
        "peak MB",
        "requests",
        "MB down",
        "connections",
        "end told after s",
        "a request took s",
    ];
    let heading = format!("Hub (scale {SCALE})");
    table::markdown(&heading, &columns, &rows.collect::<Vec<_>>())
}

fn kinds(runs: &[Row]) -> String {
    let rows = runs.iter().map(|(case, run)| {
        let counts = requests::by_kind(&run.exchanges, &run.deployment.id);
        let counts = Kind::ALL.map(|kind| count(counts.get(&kind).copied().unwrap_or_default()));
        [label(*case)].into_iter().chain(counts).collect()
    });
    let columns: Vec<_> = ["hub"]
        .into_iter()
        .chain(Kind::ALL.map(Kind::name))
        .collect();
    table::markdown("Requests of the hub", &columns, &rows.collect::<Vec<_>>())
}

fn delays(runs: &[Row]) -> String {
    let rows = runs.iter().map(|(case, run)| {
        let delays = Delays::of(&run.deployment.resources, &run.log);
        let spreads = [&delays.begins, &delays.ends];
        let spreads = spreads.into_iter().flat_map(|spread| {
            [spread.mean(), spread.percentile(0.95), spread.worst()].map(|time| seconds(time, 1))
        });
        let untold = delays.untold.to_string();
        [label(*case)]
            .into_iter()
            .chain(spreads)
            .chain([untold])
            .collect()
    });
    let columns = [
        "hub",
        "begin: mean s",
        "95 % s",
        "worst s",
        "end: mean s",
        "95 % s",
        "worst s",
        "never told",
    ];
    let heading = "How late a resource's begin and end were told";
    table::markdown(heading, &columns, &rows.collect::<Vec<_>>())
}

fn measured((case, run): &Row) -> Vec<Measured> {
    let of = match case.0 {
        Layout::OneAfterAnother => pace_label(case.1),
        Layout::SideBySide => label(*case),
    };
    let one = |goal, value| Measured {
        goal,
        of: of.clone(),
        value,
    };
    let end = one(Goal::EndWorst, run.delay().as_secs_f64());
    if case.0 == Layout::SideBySide {
        return vec![end];
    }
    let delays = Delays::of(&run.deployment.resources, &run.log);
    vec![
        one(Goal::HubRequests, run.exchanges.len() as f64),
        one(
            Goal::HubMegabytes,
            requests::bytes_down(&run.exchanges) as f64 / 1e6,
        ),
        one(Goal::HubCpu, run.cpu.as_secs_f64()),
        one(Goal::HubChange, delays.all.mean().as_secs_f64()),
        end,
    ]
}
