//! One step of a workflow, from its environment to its exit status.

use std::{any::Any, env, panic::AssertUnwindSafe, path::PathBuf, sync::Arc, time::Duration};

use azure_core::http::HttpClient;
use futures::FutureExt;
use tokio::{
    select,
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
};
use tokio_util::sync::CancellationToken;

use crate::{
    arm::Arm,
    clock::{Clock, TIME_SCALE},
    deploy::{self, Context, Ending, Event, Events, Job, Plan, Submission},
    host::{self, Runner},
    http,
    identity::{Credential, Keeper, SignInError},
    inputs::{self, Environment, Problems, Request},
    report::{Reporter, Settings, duration},
    template,
};

/// Runs the step that the process's environment describes.
///
/// # Errors
/// When the program cannot even start; everything else becomes an exit status.
pub(crate) fn run() -> anyhow::Result<u8> {
    let environment: Environment = env::vars_os().collect();
    let runner = Runner::from_environment(&|name| environment.get(name).map(str::to_owned));
    for secret in inputs::secrets(&environment) {
        runner.console.mask(&secret);
    }
    if runner.context.debug {
        host::trace(&runner.console);
    }
    let runtime = tokio::runtime::Runtime::new()?;
    Ok(runtime.block_on(step(environment, runner)))
}

/// The step itself: the work, and the reports in a task of their own. A bug in the work costs no report.
async fn step(environment: Environment, runner: Runner) -> u8 {
    let scale = environment
        .get(TIME_SCALE)
        .and_then(|scale| scale.parse().ok());
    let clock = Clock::new(scale.unwrap_or(1));
    let request = inputs::read(&environment);
    let mut settings = request
        .as_ref()
        .map_or_else(|_| Settings::default(), Settings::from);
    settings.report_file =
        inputs::report_file(&environment).map(|path| workspace(&environment).join(path));
    let reporter = Reporter::new(runner.clone(), clock.clone(), settings);

    let (sender, received) = unbounded_channel();
    let events = Events::new(sender);
    let telling = tokio::spawn(tell(reporter, received));
    let work = Work {
        environment,
        runner,
        clock,
        events: events.clone(),
        interrupt: host::interruption(),
    };
    let done = AssertUnwindSafe(work.carry_out(request))
        .catch_unwind()
        .await;
    let ending = done.unwrap_or_else(|panic| bug(&message_of(&*panic)));
    let status = ending.exit_status();
    events.emit(Event::Ended(ending));
    match telling.await {
        Ok(()) => status,
        Err(error) => bug(&error).exit_status(),
    }
}

/// Reports what happens until the end, and that nothing happens when it has been silent for too long.
async fn tell(mut reporter: Reporter, mut received: UnboundedReceiver<Event>) {
    loop {
        select! {
            event = received.recv() => {
                let Some(event) = event else { return };
                let last = matches!(event, Event::Ended(_));
                reporter.observe(&event);
                if last {
                    return;
                }
            }
            () = reporter.silence() => reporter.heartbeat(),
        }
    }
}

/// What the work of a step needs.
struct Work {
    environment: Environment,
    runner: Runner,
    clock: Clock,
    events: Events,
    interrupt: CancellationToken,
}

impl Work {
    async fn carry_out(self, request: Result<Request, Problems>) -> Ending {
        let (request, plan, submission) = match self.prepare(request) {
            Ok(prepared) => prepared,
            Err(ending) => return ending,
        };
        self.events.emit(Event::Planned(plan));
        let http = match http::client() {
            Ok(http) => http,
            Err(error) => return unreachable(&error),
        };
        let signed_in = select! {
            biased;
            () = self.interrupt.cancelled() => return Ending::Cancelled { submitted: false, cancelled: false },
            signed_in = self.sign_in(&request, http.clone()) => signed_in,
        };
        match signed_in {
            Ok(keeper) => self.deploy(request, submission, http, keeper).await,
            Err(error) => Ending::SignInFailed {
                message: error.to_string(),
                submitted: false,
            },
        }
    }

    /// Reads the template and notes for a post step what will be deployed; nothing is sent yet.
    fn prepare(
        &self,
        request: Result<Request, Problems>,
    ) -> Result<(Request, Plan, Submission), Ending> {
        let request = request.map_err(Ending::InvalidInputs)?;
        let workspace = workspace(&self.environment);
        let template = template::load(&request.template, &request.scope, &workspace);
        let template = template.map_err(Ending::InvalidInputs)?;
        let run_id = self.runner.context.run_id.as_deref();
        let (plan, submission) =
            deploy::plan(&request, &template, run_id).map_err(|error| bug(&error))?;
        let saved = self.runner.save_state("deployment-id", plan.id.as_str());
        if let Err(error) = saved {
            self.warn(error.to_string());
        }
        Ok((request, plan, submission))
    }

    async fn sign_in(
        &self,
        request: &Request,
        http: Arc<dyn HttpClient>,
    ) -> Result<Arc<Keeper>, SignInError> {
        let variable = |name: &str| self.environment.get(name).map(str::to_owned);
        let credential =
            Credential::new(request.sign_in.clone(), variable, http, self.clock.clone())?;
        self.check_id_tokens(&credential, request.pace.timeout);
        let limit = request.pace.token_refresh_interval;
        Keeper::sign_in(
            Box::new(credential),
            limit,
            self.clock.clone(),
            self.events.clone(),
        )
        .await
    }

    /// Warns if the job's id tokens end before the time-out does.
    fn check_id_tokens(&self, credential: &Credential, timeout: Duration) {
        let Some(left) = credential
            .expires()
            .map(|end| end.duration_since(self.clock.now()))
        else {
            return;
        };
        let left = Duration::try_from(left).unwrap_or_default();
        if left < timeout {
            let left = duration::show(left);
            self.warn(format!(
                "GitHub issues id tokens to this job for another {left} only, which is less than `timeout`: \
                 a longer deployment cannot be followed to its end in this job"
            ));
        }
    }

    async fn deploy(
        &self,
        request: Request,
        submission: Submission,
        http: Arc<dyn HttpClient>,
        keeper: Arc<Keeper>,
    ) -> Ending {
        let stop = CancellationToken::new();
        let keeping = tokio::spawn(keeper.clone().keep(stop.clone()));
        let origin = request.sign_in.cloud.resource_manager;
        let arm = Arm::new(http, origin, keeper, self.clock.clone());
        let context = Context {
            arm: &arm,
            clock: &self.clock,
            events: &self.events,
        };
        let job = Job {
            submission,
            wait: request.wait,
            poll_interval: request.pace.poll_interval,
            timeout: request.pace.timeout,
            on_timeout: request.on_timeout,
            on_cancel: request.on_cancel,
        };
        let ending = deploy::run(context, &job, &self.interrupt).await;
        stop.cancel();
        // Its events come before the ending. If it panicked, the token was still renewed on demand.
        let _ = keeping.await;
        ending
    }

    fn warn(&self, message: String) {
        self.events.emit(Event::Warned { message });
    }
}

/// The folder that relative paths start from.
fn workspace(environment: &Environment) -> PathBuf {
    PathBuf::from(environment.get("GITHUB_WORKSPACE").unwrap_or("."))
}

/// What a panic said.
fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    message.unwrap_or_else(|| "panicked".to_owned())
}

fn unreachable(error: &impl ToString) -> Ending {
    Ending::Unreachable {
        reason: error.to_string(),
        submitted: false,
    }
}

fn bug(error: &impl ToString) -> Ending {
    Ending::Bug {
        message: error.to_string(),
    }
}
