//! Runs of hours on paused time, against a Resource Manager that misbehaves.

mod aftermath;
mod cancelling;
mod conflicting;
mod deleting;
mod dependencies;
mod ending;
mod following;
mod foresight;
mod history;
mod history_faults;
mod last_reads;
mod owning;
mod pacing;
mod previewing;
mod progress;
mod retrying;
mod rolling_back;
mod stack_following;
mod stack_previewing;
mod submitting;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use azure_core::{Bytes, http::HttpClient};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use super::{Context, Job, Ledger, Stage, Submission, Task, run};
use crate::{
    arm::{Arm, Correlation, DeploymentId, Target},
    clock::Clock,
    event::{Ending, Event, Events},
    host::{Interrupt, Wish},
    identity::{Cloud, Keeper},
    inputs::{IfActive, OnStop},
    step::token_news,
    testing::{arm::FakeArm, entra::FakeAzure},
};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);
const OURS: &str = "11111111-1111-1111-1111-111111111111";
/// The same deployment, submitted by another run.
const EARLIER: &str = "11111111-1111-2222-2222-222222222222";
const THEIRS: &str = "99999999-9999-9999-9999-999999999999";
const ID: &str = "/providers/Microsoft.Resources/deployments/hub";

/// What came of a run.
struct Told {
    ending: Ending,
    events: Vec<Event>,
    /// The stages that were saved, in their order.
    saved: Vec<Stage>,
    lasted: Duration,
}

impl Told {
    fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| wanted(event)).count()
    }

    /// How often a deployment was found to be submitted although the answer was lost.
    fn recovered(&self) -> usize {
        self.count(|event| {
            matches!(
                event,
                Event::Submitted {
                    recovered: true,
                    ..
                }
            )
        })
    }

    /// Whose outputs were read.
    fn outputs_of(&self) -> Vec<String> {
        let read = self.events.iter().filter_map(|event| match event {
            Event::OutputsRead(outputs) => outputs["whose"]["value"].as_str(),
            _ => None,
        });
        read.map(str::to_owned).collect()
    }

    #[track_caller]
    fn succeeded(self) -> Self {
        let ending = &self.ending;
        assert!(matches!(ending, Ending::Succeeded), "{ending:?}");
        self
    }
}

/// Keeps what a run saves for its post step.
#[derive(Default)]
struct Saved(Mutex<Vec<Stage>>);

impl Ledger for Saved {
    fn save(&self, stage: &Stage) {
        self.0.lock().expect("not poisoned").push(stage.clone());
    }
}

fn target() -> Target {
    Target::Deployment(DeploymentId::from_target(ID))
}

fn job_of(task: Task) -> Job {
    Job {
        target: target(),
        task,
        wait: true,
        poll_interval: 30 * SECOND,
        timeout: 6 * HOUR,
        on_timeout: OnStop::Leave,
        on_cancel: OnStop::Leave,
    }
}

fn submission(if_active: IfActive) -> Submission {
    Submission {
        body: Bytes::from_static(b"{}"),
        correlation: Correlation::new(OURS),
        if_active,
    }
}

fn create(if_active: IfActive) -> Job {
    job_of(Task::Create {
        submission: submission(if_active),
        what_if: None,
    })
}

fn job() -> Job {
    create(IfActive::Auto)
}

/// Signs in, and keeps the token fresh until `stop`.
async fn keeper(identity: &FakeAzure, events: &Events, stop: &CancellationToken) -> Arc<Keeper> {
    let credential = Arc::new(identity.credential(FakeAzure::oidc()));
    let news = token_news(events);
    let keeper = Keeper::sign_in(credential, 45 * MINUTE, identity.clock(), news);
    let keeper = keeper.await.expect("signed in");
    tokio::spawn(keeper.clone().keep(stop.clone()));
    keeper
}

async fn follow(azure: &FakeArm, job: Job) -> Told {
    follow_until(azure, job, None).await
}

/// Runs `job`, and interrupts it at this time.
async fn follow_until(azure: &FakeArm, job: Job, interrupt_at: Option<Duration>) -> Told {
    follow_until_told(azure, job, interrupt_at, None).await
}

/// The same by somebody who says what is to become of the deployment.
async fn follow_until_told(
    azure: &FakeArm,
    job: Job,
    interrupt_at: Option<Duration>,
    wish: Option<Wish>,
) -> Told {
    let clock = azure.clock();
    let (sender, received) = unbounded_channel();
    let events = Events::new(sender);
    let stop = CancellationToken::new();
    let keeper = keeper(&azure.identity, &events, &stop).await;
    let interrupt = Interrupt::default();
    if let Some(at) = interrupt_at {
        let interrupt = interrupt.clone();
        tokio::spawn(async move {
            tokio::time::sleep(at).await;
            interrupt.stop(wish);
        });
    }
    let begun = clock.elapsed();
    let http = Arc::new(azure.clone());
    let (ending, saved) = carry_out(http, keeper, &clock, &events, &job, &interrupt).await;
    stop.cancel();
    Told {
        ending,
        events: drain(received),
        saved,
        lasted: clock.elapsed() - begun,
    }
}

/// What a run needs against a Resource Manager.
struct Needs<'a> {
    arm: Arm,
    clock: &'a Clock,
    events: &'a Events,
    saved: Saved,
}

impl<'a> Needs<'a> {
    fn new(
        http: Arc<dyn HttpClient>,
        keeper: Arc<Keeper>,
        clock: &'a Clock,
        events: &'a Events,
    ) -> Self {
        let origin = Cloud::public().resource_manager;
        Self {
            arm: Arm::new(http, origin, keeper, clock.clone()),
            clock,
            events,
            saved: Saved::default(),
        }
    }

    fn context(&self) -> Context<'_> {
        Context {
            arm: &self.arm,
            clock: self.clock,
            events: self.events,
            ledger: &self.saved,
        }
    }
}

/// Runs `job` against a Resource Manager; returns its ending and the stages that were saved.
async fn carry_out(
    http: Arc<dyn HttpClient>,
    keeper: Arc<Keeper>,
    clock: &Clock,
    events: &Events,
    job: &Job,
    interrupt: &Interrupt,
) -> (Ending, Vec<Stage>) {
    let needs = Needs::new(http, keeper, clock, events);
    let ending = run(needs.context(), job, interrupt).await;
    (ending, needs.saved.0.into_inner().expect("not poisoned"))
}

fn drain(mut received: UnboundedReceiver<Event>) -> Vec<Event> {
    std::iter::from_fn(|| received.try_recv().ok()).collect()
}
