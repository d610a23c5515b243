//! How many requests show how soon what happens: whole runs on paused time over what people deploy for hours.
//!
//! `RUNS=60 cargo test --release --lib pacing -- --nocapture` prints the table of the documents.

#![expect(clippy::print_stderr, reason = "the table is for the documents")]

use std::collections::HashMap;

use super::*;
use crate::testing::timeline::{Asked, Manners, Random, Shape, Telling, Timeline};

/// What a run asked and how late it told, in seconds.
struct Seen {
    lasted: Duration,
    asked: Asked,
    end: f64,
    changes: Vec<f64>,
}

async fn watch(shape: Shape, seed: u64, manners: Manners) -> Seen {
    let timeline = Timeline::new(shape.schedule(&mut Random::new(seed)), manners);
    let clock = timeline.clock();
    let (sender, mut received) = unbounded_channel();
    let events = Events::new(sender);
    let stop = CancellationToken::new();
    let keeper = keeper(&timeline.identity, &events, &stop).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let stamping = {
        let (clock, told) = (clock.clone(), told.clone());
        tokio::spawn(async move {
            while let Some(event) = received.recv().await {
                told.lock()
                    .expect("not poisoned")
                    .push((clock.elapsed(), event));
            }
        })
    };
    let mut job = job();
    job.target = Target::Deployment(DeploymentId::from_target(&timeline.deployments()[0].id));
    let (http, interrupt) = (Arc::new(timeline.clone()), Interrupt::default());
    let (ending, _) = carry_out(http, keeper, &clock, &events, &job, &interrupt).await;
    assert!(matches!(ending, Ending::Succeeded), "{ending:?}");
    let ended = clock.elapsed();
    stop.cancel();
    tokio::task::yield_now().await;
    stamping.abort();
    let told = std::mem::take(&mut *told.lock().expect("not poisoned"));
    let since = timeline.begun();
    let end = timeline.deployments()[0].end;
    Seen {
        lasted: end,
        asked: timeline.asked(),
        end: (ended - since).as_secs_f64() - end.as_secs_f64(),
        changes: delays(&timeline, &told),
    }
}

/// How long after each change it was told.
fn delays(timeline: &Timeline, told: &[(Duration, Event)]) -> Vec<f64> {
    let rows = timeline
        .deployments()
        .iter()
        .flat_map(|deployment| &deployment.rows);
    let rows: HashMap<_, _> = rows.map(|row| (row.id.as_str(), row)).collect();
    let mut delays = Vec::new();
    for (at, event) in told {
        let Event::Progressed { changed, .. } = event else {
            continue;
        };
        let at = (*at - timeline.begun()).as_secs_f64();
        for resource in changed.iter().filter(|resource| !resource.is_deployment()) {
            let row = rows[resource.id.as_str()];
            let moment = if resource.state.is_terminal() {
                row.end
            } else {
                row.start
            };
            delays.push(at - moment.as_secs_f64());
        }
    }
    delays
}

/// What several runs cost and showed.
struct Row {
    minutes: f64,
    requests: f64,
    megabytes: f64,
    end: Spread,
    change: Spread,
}

struct Spread {
    mean: f64,
    most: f64,
    worst: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self {
            mean: mean(values.iter().copied()),
            most: values[values.len() * 95 / 100],
            worst: values.last().copied().expect("some"),
        }
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = u32::try_from(values.len()).expect("few");
    values.sum::<f64>() / f64::from(count)
}

/// Deployments of one shape, whose durations are drawn anew for each.
fn runs(default: u64) -> u64 {
    let wanted = std::env::var("RUNS").ok();
    wanted.map_or(default, |runs| runs.parse().expect("a number"))
}

/// Runs a shape several times, and prints what came of it.
async fn measure(shape: Shape, manners: Manners, runs: u64) -> Row {
    let mut seen = Vec::new();
    for seed in 1..=runs {
        seen.push(watch(shape, seed, manners).await);
    }
    let number = |count: usize| f64::from(u32::try_from(count).expect("few"));
    let row = Row {
        minutes: mean(seen.iter().map(|seen| seen.lasted.as_secs_f64() / 60.0)),
        requests: mean(seen.iter().map(|seen| number(seen.asked.requests()))),
        megabytes: mean(seen.iter().map(|seen| number(seen.asked.bytes) / 1e6)),
        end: Spread::of(seen.iter().map(|seen| seen.end).collect()),
        change: Spread::of(seen.iter().flat_map(|seen| seen.changes.clone()).collect()),
    };
    let Row {
        minutes,
        requests,
        megabytes,
        end,
        change,
    } = &row;
    eprintln!(
        "| {shape:?} | {minutes:.0} | {requests:.0} | {megabytes:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
        end.mean, end.worst, change.mean, change.most, change.worst
    );
    row
}

/// Azure as recorded from 2021 on, and before.
fn usual() -> [Manners; 2] {
    [None, Some(5)].map(|retry_after| Manners {
        retry_after,
        ..Manners::default()
    })
}

#[tokio::test(start_paused = true)]
async fn a_hub_whose_parts_come_one_after_another() {
    for manners in usual() {
        let row = measure(Shape::HubInSequence, manners, runs(2)).await;
        assert!(row.requests <= row.minutes * 900.0 / 130.0);
        assert!(row.end.mean <= 3.0 && row.end.worst <= 7.0);
        assert!(row.change.mean <= 5.0 && row.change.worst <= 15.0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_runs_side_by_side() {
    for (shape, a_minute) in [
        (Shape::HubSideBySide, 15.0),
        (Shape::Flat, 7.5),
        (Shape::LandingZone, 30.0),
    ] {
        for manners in usual() {
            let row = measure(shape, manners, runs(1)).await;
            assert!(row.requests <= row.minutes * a_minute, "{shape:?}");
            assert!(row.end.mean <= 5.0 && row.end.worst <= 9.0, "{shape:?}");
            assert!(
                row.change.mean <= 6.0 && row.change.worst <= 15.0,
                "{shape:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crowd_of_nested_deployments_takes_sixty_requests_a_minute() {
    let row = measure(Shape::Crowd, usual()[1], 1).await;
    assert!(row.requests <= row.minutes * 60.0);
    assert!(row.change.worst <= 120.0);
    assert!(row.end.worst <= 15.0);
}

#[tokio::test(start_paused = true)]
async fn thousands_of_operations_stay_within_their_budget() {
    let row = measure(Shape::Long(2_000), usual()[1], 1).await;
    // Compressed, they are an eighth of that.
    assert!(row.megabytes <= 160.0 * row.minutes / 60.0);
    assert!(row.requests <= row.minutes * 60.0);
    assert!(row.end.worst <= 15.0);
}

#[tokio::test(start_paused = true)]
async fn without_lists_each_deployment_is_read_in_its_turn() {
    for lists in [Telling::Refused, Telling::Past, Telling::Hung] {
        let manners = Manners {
            lists,
            ..Manners::default()
        };
        let row = measure(Shape::LandingZone, manners, 1).await;
        assert!(row.requests <= row.minutes * 60.0, "{lists:?}");
        assert!(row.change.mean <= 40.0, "{lists:?}");
        assert!(row.end.worst <= 15.0, "{lists:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_state_of_the_submission_is_only_a_hint() {
    for status in [
        Telling::Past,
        Telling::Future,
        Telling::Refused,
        Telling::Hung,
    ] {
        let manners = Manners {
            status,
            retry_after: Some(5),
            ..Manners::default()
        };
        let row = measure(Shape::HubInSequence, manners, 1).await;
        assert!(row.end.worst <= 130.0, "{status:?}");
        assert!(row.change.mean <= 10.0, "{status:?}");
        assert!(row.requests <= row.minutes * 8.0, "{status:?}");
    }
}

/// Whatever the short answer tells, or does not.
#[tokio::test(start_paused = true)]
async fn what_runs_is_not_asked_for_before_azure_wants_it() {
    let wanted = Duration::from_secs(60);
    for status in [
        Telling::Truth,
        Telling::Past,
        Telling::Future,
        Telling::Refused,
        Telling::Hung,
    ] {
        let manners = Manners {
            status,
            retry_after: Some(60),
            ..Manners::default()
        };
        let asked = watch(Shape::HubInSequence, 1, manners)
            .await
            .asked
            .root_asked;
        // The first one is the submission.
        let asked = &asked[1..];
        assert!(asked.len() > 9, "{status:?}");
        let early = asked.windows(2).filter(|pair| pair[1] - pair[0] < wanted);
        // An end that was told is looked at once.
        let most = usize::from(status == Telling::Future);
        assert!(early.count() <= most, "{status:?}: {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn where_azure_grants_few_reads_most_are_left_to_others() {
    let scarce = Manners {
        remaining_reads: Some(20),
        ..Manners::default()
    };
    let plenty = Manners {
        remaining_reads: Some(1_000),
        ..Manners::default()
    };
    let scarce = measure(Shape::LandingZone, scarce, 1).await;
    let plenty = measure(Shape::LandingZone, plenty, 1).await;
    assert!(scarce.requests * 2.0 <= plenty.requests);
    assert!(scarce.end.worst <= 130.0);
}

#[tokio::test(start_paused = true)]
async fn an_end_that_the_short_answer_tells_is_looked_at_at_once() {
    let manners = Manners {
        retry_after: Some(60),
        ..Manners::default()
    };
    let row = measure(Shape::HubInSequence, manners, 1).await;
    assert!(row.end.worst <= 15.0, "{}", row.end.worst);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_never_changes_is_soon_asked_for_no_more() {
    let manners = Manners {
        lists: Telling::Past,
        ..Manners::default()
    };
    let asked = watch(Shape::HubSideBySide, 1, manners).await.asked;
    assert!(asked.lists <= 10, "{}", asked.lists);
}
