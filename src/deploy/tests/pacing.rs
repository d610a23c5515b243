//! How many requests show how soon what happens: whole runs on paused time over what people deploy for hours.

use std::collections::HashMap;

use super::*;
use crate::testing::timeline::{Asked, Random, Shape, Timeline};

/// What a run asked and how late it told, in seconds.
struct Seen {
    lasted: Duration,
    asked: Asked,
    end: f64,
    changes: Vec<f64>,
}

async fn watch(shape: Shape, seed: u64, retry_after: Option<u32>) -> Seen {
    let timeline = Timeline::new(shape.schedule(&mut Random::new(seed)), retry_after);
    let clock = timeline.clock();
    let (sender, mut received) = unbounded_channel();
    let events = Events::new(sender);
    let credential = timeline.identity.credential(FakeAzure::oidc());
    let news = token_news(&events);
    let keeper = Keeper::sign_in(Arc::new(credential), 45 * MINUTE, clock.clone(), news);
    let keeper = keeper.await.expect("signed in");
    let stop = CancellationToken::new();
    tokio::spawn(keeper.clone().keep(stop.clone()));
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
    let origin = Cloud::public().resource_manager;
    let arm = Arm::new(Arc::new(timeline.clone()), origin, keeper, clock.clone());
    let saved = Saved::default();
    let context = Context {
        arm: &arm,
        clock: &clock,
        events: &events,
        ledger: &saved,
    };
    let mut job = job();
    job.target = Target::Deployment(DeploymentId::from_target(&timeline.deployments()[0].id));
    let ending = run(context, &job, &CancellationToken::new()).await;
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

/// Runs a shape several times, and prints what came of it.
async fn measure(shape: Shape, retry_after: Option<u32>, runs: u64) -> Row {
    let mut seen = Vec::new();
    for seed in 1..=runs {
        seen.push(watch(shape, seed, retry_after).await);
    }
    let number = |count: usize| f64::from(u32::try_from(count).expect("few"));
    let row = Row {
        minutes: mean(seen.iter().map(|seen| seen.lasted.as_secs_f64() / 60.0)),
        requests: mean(seen.iter().map(|seen| number(seen.asked.requests()))),
        megabytes: mean(seen.iter().map(|seen| number(seen.asked.bytes) / 1e6)),
        end: Spread::of(seen.iter().map(|seen| seen.end).collect()),
        change: Spread::of(seen.iter().flat_map(|seen| seen.changes.clone()).collect()),
    };
    let asked = &seen[0].asked;
    eprintln!(
        "| {shape:?}, {retry_after:?} | {:.0} | {:.0} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | first: {} states, {} deployments, {} pages, {} lists",
        row.minutes,
        row.requests,
        row.megabytes,
        row.end.mean,
        row.end.worst,
        row.change.mean,
        row.change.most,
        row.change.worst,
        asked.states,
        asked.deployments,
        asked.pages,
        asked.lists
    );
    row
}

#[tokio::test(start_paused = true)]
async fn crowd() {
    measure(Shape::Crowd, Some(5), 1).await;
}
#[tokio::test(start_paused = true)]
async fn long() {
    measure(Shape::Long, Some(5), 1).await;
}

#[tokio::test(start_paused = true)]
async fn tables() {
    for retry_after in [None, Some(5)] {
        for shape in [
            Shape::HubInSequence,
            Shape::HubSideBySide,
            Shape::Flat,
            Shape::LandingZone,
        ] {
            measure(shape, retry_after, 4).await;
        }
    }
}
