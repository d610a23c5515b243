//! How long earlier deployments took is read beside the following, with few requests.

use super::*;
use crate::{
    deploy::pace::HISTORY_RUNS,
    event::{EarlierRun, History},
    testing::timeline::{Asked, Manners, Past, Row, Scheduled, Telling, Timeline},
};

/// Where all deployments are.
pub(super) const PLACE: &str = "/providers/Microsoft.Resources/deployments/";
const BEGAN: [&str; 3] = [
    "2026-01-04T02:00:00Z",
    "2026-01-03T02:00:00Z",
    "2026-01-02T02:00:00Z",
];

/// Seconds that a network, a firewall in a deployment after it, and a route after that take.
type Seconds = [u64; 3];

const PRESENT: Seconds = [60, 1_800, 30];

pub(super) fn row(id: String, kind: &'static str, start: u64, end: u64) -> Row {
    Row {
        name: id.rsplit('/').next().unwrap_or_default().to_owned(),
        id,
        kind,
        start: Duration::from_secs(start),
        end: Duration::from_secs(end),
    }
}

/// A hub of this name, whose nested deployment has this one.
fn hub_of(name: &str, inner: &str, [network, firewall, route]: Seconds) -> Vec<Scheduled> {
    let begins = 2 + network;
    let (firewall, route) = (begins + 1 + firewall, begins + 2 + firewall + route);
    let end = route + 1;
    let scheduled = |name: &str, start, end, rows| Scheduled {
        id: format!("{PLACE}{name}"),
        start: Duration::from_secs(start),
        end: Duration::from_secs(end),
        rows,
    };
    let resource = |name: &str, start, end| row(format!("/x/{name}"), "x/kind", start, end);
    let kind = "Microsoft.Resources/deployments";
    let nested = row(format!("{PLACE}{inner}"), kind, begins, end + 1);
    let rows = vec![resource("network", 1, 1 + network), nested];
    let within = vec![
        resource("firewall", begins + 1, firewall),
        resource("route", firewall + 1, route),
    ];
    vec![
        scheduled(name, 0, end + 2, rows),
        scheduled(inner, begins, end, within),
    ]
}

fn hub(run: u32, seconds: Seconds) -> Vec<Scheduled> {
    hub_of(
        &format!("hub-{run}-abcdef"),
        &format!("inner-{run}"),
        seconds,
    )
}

fn past(run: u32, seconds: Seconds) -> Past {
    Past::new(run, BEGAN[3 - run as usize], hub(run, seconds))
}

/// Three earlier runs, the first of which took longest.
pub(super) fn three() -> Vec<Past> {
    let seconds = [[20, 300, 10], [30, 360, 15], [50, 1_500, 40]];
    let runs = [3, 2, 1].into_iter().zip(seconds);
    runs.map(|(run, seconds)| past(run, seconds)).collect()
}

/// What came of a run.
pub(super) struct Watched {
    pub(super) events: Vec<Event>,
    pub(super) asked: Asked,
    pub(super) lasted: Duration,
}

impl Watched {
    pub(super) fn histories(&self) -> Vec<&History> {
        let histories = self.events.iter().filter_map(|event| match event {
            Event::HistoryRead(history) => Some(history),
            _ => None,
        });
        histories.collect()
    }

    /// The paths of what was asked of earlier deployments, without those of the scope.
    fn read(&self) -> Vec<&str> {
        let paths = self.asked.history.iter().map(|(_, target)| {
            let path = target.split('?').next().unwrap_or_default();
            path.trim_start_matches(PLACE)
        });
        paths.collect()
    }
}

pub(super) async fn watch(present: Vec<Scheduled>, past: Vec<Past>, manners: Manners) -> Watched {
    let azure = Timeline::new(present, manners).after(past);
    let clock = azure.clock();
    let (sender, received) = unbounded_channel();
    let events = Events::new(sender);
    let stop = CancellationToken::new();
    let keeper = keeper(&azure.identity, &events, &stop).await;
    let id = DeploymentId::from_target(&azure.deployments()[0].id);
    let job = Job {
        target: Target::Deployment(id),
        ..job()
    };
    let (http, interrupt) = (Arc::new(azure.clone()), Interrupt::default());
    let (ending, _) = carry_out(http, keeper, &clock, &events, &job, &interrupt).await;
    stop.cancel();
    assert!(matches!(ending, Ending::Succeeded), "{ending:?}");
    Watched {
        events: drain(received),
        asked: azure.asked(),
        lasted: clock.elapsed(),
    }
}

pub(super) async fn watch_hub(past: Vec<Past>, manners: Manners) -> Watched {
    watch(hub(9, PRESENT), past, manners).await
}

/// Durations in whole seconds, by resource, of one run.
fn seconds(history: &History, run: usize) -> Vec<(&str, u64)> {
    let resources = history.runs[run].resources.iter();
    resources
        .map(|each| (each.id.trim_start_matches("/x/"), each.duration.as_secs()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_own_times_of_earlier_deployments_are_told_whatever_their_durations_count_from() {
    for common_start in [false, true] {
        for validation in [Telling::Truth, Telling::Refused] {
            let manners = Manners {
                common_start,
                validation,
                ..Manners::default()
            };
            let watched = watch_hub(three(), manners).await;
            let [first, all] = watched.histories()[..] else {
                panic!("not twice");
            };
            assert_eq!((first.runs.len(), first.has_older), (1, true));
            assert_eq!((all.runs.len(), all.has_older), (3, false));
            assert_eq!(first.runs[0], all.runs[0]);
            let names: Vec<_> = all.runs.iter().map(|run| run.name.as_str()).collect();
            assert_eq!(names, ["hub-3-abcdef", "hub-2-abcdef", "hub-1-abcdef"]);
            let end = "2026-01-04T02:05:37Z".parse().ok();
            assert_eq!(all.runs[0].ended, end);
            // From the end of what it waits for, or the start of the deployment: a second earlier.
            let gap = u64::from(common_start);
            let inner = format!("{PLACE}inner-3");
            let expected = [
                ("network", 20 + gap),
                (inner.as_str(), 314 + gap),
                ("firewall", 300 + gap),
                ("route", 10 + gap),
            ];
            let told = seconds(all, 0);
            assert_eq!(told, expected, "{common_start} {validation:?}");
            let paths: Vec<_> = all.runs[0]
                .resources
                .iter()
                .map(|each| &each.path)
                .collect();
            let (outside, inner) = (vec![], vec!["inner-3".to_owned()]);
            assert_eq!(paths, [&outside, &outside, &inner, &inner]);
            assert_eq!(watched.asked.validations, 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_deployment_costs_a_request_and_dependencies_only_where_they_are_not_known() {
    let runs = [
        "hub-3-abcdef",
        "inner-3",
        "hub-2-abcdef",
        "inner-2",
        "hub-1-abcdef",
        "inner-1",
    ];
    let mut expected = vec![PLACE.trim_end_matches('/').to_owned()];
    expected.extend(runs.map(|name| format!("{name}/operations")));
    let watched = watch_hub(three(), Manners::default()).await;
    assert_eq!(watched.read(), expected);
    let unknown = Manners {
        validation: Telling::Refused,
        ..Manners::default()
    };
    // What waits for what is the same in all of them.
    expected.insert(3, "inner-3".to_owned());
    assert_eq!(watch_hub(three(), unknown).await.read(), expected);
}

#[tokio::test(start_paused = true)]
async fn requests_begin_after_a_while_and_have_pauses_between_them() {
    let watched = watch_hub(three(), Manners::default()).await;
    let times: Vec<_> = watched.asked.history.iter().map(|(at, _)| *at).collect();
    assert!(times[0] >= 20 * SECOND, "{:?}", times[0]);
    assert!(
        times.windows(2).all(|pair| pair[1] - pair[0] >= 2 * SECOND),
        "{times:?}"
    );
    let short = watch(hub(9, [5, 3, 2]), three(), Manners::default()).await;
    assert_eq!(short.asked.history, []);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_for_while_azure_grants_few_reads() {
    for (remaining, is_asked) in [(199, false), (200, true)] {
        let manners = Manners {
            remaining_reads: Some(remaining),
            ..Manners::default()
        };
        let watched = watch_hub(three(), manners).await;
        assert_eq!(!watched.asked.history.is_empty(), is_asked, "{remaining}");
    }
}

/// A hub of so many nested deployments.
fn wide(run: u32, count: u32) -> Vec<Scheduled> {
    let mut all = hub(run, [20, 600, 10]);
    let (start, end) = (Duration::from_secs(30), Duration::from_secs(500));
    for number in 0..count {
        let id = format!("{PLACE}spoke-{run}-{number}");
        all[0]
            .rows
            .push(row(id.clone(), "Microsoft.Resources/deployments", 30, 500));
        let rows = vec![row(format!("/x/spoke-{number}"), "x/kind", 40, 490)];
        all.push(Scheduled {
            id,
            start,
            end,
            rows,
        });
    }
    all
}

#[tokio::test(start_paused = true)]
async fn sixty_requests_are_the_most() {
    let all = |count| {
        let runs = [3, 2, 1].into_iter();
        runs.map(|run| Past::new(run, BEGAN[3 - run as usize], wide(run, count)))
            .collect::<Vec<_>>()
    };
    let watched = watch(hub(9, PRESENT), all(25), Manners::default()).await;
    assert_eq!(watched.asked.history.len(), 60, "{:?}", watched.read());
    let histories = watched.histories();
    let [three] = histories[1..] else {
        panic!("{} times", histories.len());
    };
    assert_eq!((three.runs.len(), three.has_older), (3, false));
    // Of nested deployments that were not read, only how long each took as a whole is known.
    let unread = |run: &EarlierRun| {
        let kinds = run.resources.iter().map(|resource| resource.kind.as_str());
        let (nested, others): (Vec<_>, Vec<_>) =
            kinds.partition(|kind| kind.ends_with("/deployments"));
        // A network outside of them, and two resources in one of them.
        nested.len() + 2 - others.len()
    };
    let unread: Vec<_> = three.runs.iter().map(unread).collect();
    assert_eq!(unread, [0, 0, 22]);
    // Of several that are too large, the newest.
    let watched = watch(hub(9, PRESENT), all(80), Manners::default()).await;
    assert_eq!(watched.asked.history.len(), 60);
    let [part] = watched.histories()[..] else {
        panic!("not once");
    };
    assert_eq!((part.runs.len(), part.has_older), (1, true));
    assert_eq!(part.runs[0].name, "hub-3-abcdef");
}

#[tokio::test(start_paused = true)]
async fn that_there_are_older_runs_than_were_read_is_told() {
    let began = [
        "2026-01-04T02:00:00Z",
        "2026-01-03T02:00:00Z",
        "2026-01-02T02:00:00Z",
        "2026-01-01T02:00:00Z",
        "2025-12-31T02:00:00Z",
        "2025-12-30T02:00:00Z",
    ];
    let runs = began.into_iter().zip((3..9).rev());
    let runs = runs.map(|(began, run)| Past::new(run, began, hub(run, [20, 300, 10])));
    let watched = watch_hub(runs.collect(), Manners::default()).await;
    let told = watched.histories();
    let all = told.last().expect("told");
    assert_eq!((all.runs.len(), all.has_older), (HISTORY_RUNS, true));
}

#[tokio::test(start_paused = true)]
async fn a_nested_deployment_that_azure_forgot_leaves_the_others() {
    let mut runs = three();
    runs[1].forgotten = vec![format!("{PLACE}inner-2")];
    let watched = watch_hub(runs, Manners::default()).await;
    let told = watched.histories();
    let all = told.last().expect("told");
    let names: Vec<_> = all.runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(names, ["hub-3-abcdef", "hub-2-abcdef", "hub-1-abcdef"]);
    assert!(!all.has_older, "the first one was read");
    let inner = format!("{PLACE}inner-2");
    let whole = seconds(all, 1).into_iter().find(|(id, _)| *id == inner);
    assert!(whole.is_some(), "{:?}", seconds(all, 1));
}

#[tokio::test(start_paused = true)]
async fn what_the_present_deployment_does_under_a_name_of_before_is_no_history() {
    let mut present = hub_of("hub-9-abcdef", "inner", PRESENT);
    let mut earlier = Past::new(3, BEGAN[0], hub_of("hub-3-abcdef", "inner", [20, 300, 10]));
    // Azure shows the latest deployment of a name, in which something has ended already.
    earlier.deployments.truncate(1);
    present[1].rows[0].start = Duration::from_secs(5);
    present[1].rows[0].end = Duration::from_secs(10);
    let watched = watch(present, vec![earlier], Manners::default()).await;
    let [history] = watched.histories()[..] else {
        panic!("not once");
    };
    let inner = format!("{PLACE}inner");
    // That of the nested deployment is lost, but for how long it took as a whole.
    assert_eq!(
        seconds(history, 0),
        [("network", 20), (inner.as_str(), 314)]
    );
    assert!(!history.has_older);
}

#[tokio::test(start_paused = true)]
async fn of_another_template_those_with_the_same_stem_are_history() {
    let mut runs = three();
    for run in &mut runs {
        run.is_other = true;
    }
    let watched = watch_hub(runs, Manners::default()).await;
    assert_eq!(watched.histories().last().expect("told").runs.len(), 3);
}
