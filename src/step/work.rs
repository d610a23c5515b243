//! The work of a step: prepare, sign in, deploy.

use std::{env, ffi::OsStr, sync::Arc, time::Duration};

use azure_core::http::HttpClient;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::{environment::session, state::SavedStage};
use crate::{
    arm::{Arm, ArmError},
    clock::Clock,
    deploy::{self, Context, Failure, Job, Ledger, Stage, Stop, unless_stopped},
    event::{Ending, Event, Events, Left, Plan},
    host::{Interrupt, Runner},
    http,
    identity::{Broker, Keeper, Session, SignInError},
    inputs::{Environment, Invalid, Problems, Request},
    report::duration,
    template::{self, Compiler, Loaded, NoTemplate, Spec, Template},
};

/// What the default `timeout` may lack of six hours because earlier steps took their time: not worth a warning.
const ID_TOKEN_SLACK: Duration = Duration::from_secs(30 * 60);

/// What the work of a step needs.
pub(super) struct Work {
    pub(super) environment: Environment,
    pub(super) runner: Runner,
    pub(super) clock: Clock,
    pub(super) events: Events,
    pub(super) interrupt: Interrupt,
}

impl Work {
    /// Does what the request asks for, from its template to the end of the deployment.
    pub(super) async fn carry_out(self, request: Result<Request, Box<Invalid>>) -> Ending {
        let request = match request {
            Ok(request) => request,
            Err(invalid) => return Ending::InvalidInputs(self.all_problems(*invalid).await),
        };
        let http = match http::client(&request.extra_roots) {
            Ok(http) => http,
            Err(error) => return unreachable(&error),
        };
        let Self {
            environment,
            runner,
            clock,
            events,
            ..
        } = &self;
        let vault = &runner.vault;
        let session = session(environment, &request, http.clone(), clock, events, vault);
        let timeout = request.timing.timeout;
        let beginning = self.begin(&request, http.clone(), Arc::new(session));
        match unless_stopped(clock, timeout, self.interrupt.token(), beginning).await {
            Ok(Ok((job, keeper))) => self.deploy(&request, &job, http, keeper).await,
            Ok(Err(ending)) => ending,
            Err(Stop::Interrupted) => Ending::Cancelled {
                left: Left::NotSubmitted,
            },
            Err(Stop::TimedOut) => Ending::TimedOut {
                after: timeout,
                left: Left::NotSubmitted,
            },
        }
    }

    /// What is wrong with the inputs, and with the files that they name.
    async fn all_problems(&self, invalid: Invalid) -> Problems {
        let Invalid {
            mut problems,
            template,
            scope,
        } = invalid;
        let workspace = self.environment.workspace();
        problems.extend(template::problems(&template, scope.as_ref(), workspace).await);
        problems
    }

    /// Everything that comes before the first word to Resource Manager about the deployment.
    async fn begin(
        &self,
        request: &Request,
        http: Arc<dyn HttpClient>,
        session: Arc<Session>,
    ) -> Result<(Job, Arc<Keeper>), Ending> {
        let (plan, job) = self.prepare(request, http, &session).await?;
        self.events.emit(Event::Planned(plan));
        let keeper = session
            .keeper()
            .await
            .map_err(|error| sign_in_failed(&error))?;
        self.check_id_tokens(&session, request.timing.timeout);
        Ok((job, keeper))
    }

    /// Reads the template. Nothing is sent yet, unless Bicep needs a token for a private registry, or nothing is wrong
    /// so far and `name=value` parameters need the types of a template spec.
    async fn prepare(
        &self,
        request: &Request,
        http: Arc<dyn HttpClient>,
        session: &Arc<Session>,
    ) -> Result<(Plan, Job), Ending> {
        if !request.operation.needs_template() {
            return Ok(deploy::plan_existing(request));
        }
        let mut loaded = self.load(request, session, &Spec::NotRead).await;
        if let Err(NoTemplate::Untyped(id)) = &loaded.template {
            let spec = self.spec(request, http, session, id).await?;
            loaded = self.load(request, session, &spec).await;
        }
        let template = self.told(request, session, loaded)?;
        let run_id = self.runner.context.run_id.as_deref();
        let planning = deploy::plan(request, &template, run_id);
        let plan = self.clock.run_local(planning).await;
        plan.map_err(|error| bug(&error))
    }

    /// The template that was loaded, after everything that was found on the way is told.
    fn told(
        &self,
        request: &Request,
        session: &Session,
        loaded: Loaded,
    ) -> Result<Template, Ending> {
        self.keep(request, &loaded.secrets);
        for warning in loaded.warnings {
            self.warn(warning);
        }
        for compilation in loaded.compilations {
            self.events.emit(Event::Compiled(compilation));
        }
        loaded
            .template
            .map_err(|reason| match (session.failure(), reason) {
                (Some(error), _) => sign_in_failed(&error),
                (None, NoTemplate::Problems(problems)) => Ending::InvalidInputs(problems),
                (None, NoTemplate::NoCompiler(reason)) => Ending::NoCompiler { reason },
                (None, NoTemplate::Untyped(id)) => bug(&format!("{id} was not read")),
            })
    }

    /// What Azure tells of the template spec with this id.
    async fn spec(
        &self,
        request: &Request,
        http: Arc<dyn HttpClient>,
        session: &Session,
        id: &str,
    ) -> Result<Spec, Ending> {
        let keeper = session.keeper().await;
        let keeper = keeper.map_err(|error| sign_in_failed(&error))?;
        let origin = request.sign_in.cloud.resource_manager.clone();
        let arm = Arm::new(http, origin, keeper, self.clock.clone());
        let context = Context {
            arm: &arm,
            clock: &self.clock,
            events: &self.events,
            ledger: &NothingSubmitted,
        };
        match deploy::main_template(context, id).await {
            Ok(template) => Ok(Spec::Read(template)),
            Err(Failure::Refused(ArmError::SignIn(error))) => Err(sign_in_failed(&error)),
            Err(Failure::Refused(error)) => Ok(Spec::Unreadable(error.to_string())),
            Err(Failure::GaveUp { reason }) => Err(unreachable(&reason)),
        }
    }

    /// Reads the template, once more if Bicep lost patience with a sign-in that then succeeded.
    async fn load(&self, request: &Request, session: &Arc<Session>, spec: &Spec) -> Loaded {
        let workspace = self.environment.workspace();
        let broker = self.broker(request, session.clone());
        let path = self.environment.get("PATH").map(OsStr::new);
        let variables = broker.as_ref().map(|broker| broker.environment(path));
        let compiler = Compiler::new(request.bicep.clone(), self.environment.clone(), workspace)
            .with_variables(variables.unwrap_or_default())
            .with_extra_roots(request.extra_roots.clone());
        let load = || {
            let loading = template::load(&request.template, &request.scope, &compiler, spec);
            self.clock.run_local(loading)
        };
        let loaded = load().await;
        let gave_up = broker.as_ref().is_some_and(Broker::has_unanswered);
        if loaded.template.is_err() && gave_up && session.keeper().await.is_ok() {
            return load().await;
        }
        loaded
    }

    /// Keeps secure values, but no names and ids of this run that were declared to be secure.
    fn keep(&self, request: &Request, values: &[SecretString]) {
        let vault = &self.runner.vault;
        let run = &self.runner.context;
        let names = [&request.location, &request.name, &run.run_id, &run.run_url];
        names
            .into_iter()
            .flatten()
            .for_each(|name| vault.spare(name));
        vault.spare(&request.scope.path());
        vault.spare(&request.template.shown());
        values.iter().for_each(|value| vault.keep_value(value));
    }

    /// Who gives Bicep our token for private registries; without it they cannot be used.
    fn broker(&self, request: &Request, session: Arc<Session>) -> Option<Broker> {
        let broker = env::current_exe().and_then(|program| {
            let folder = self.environment.temp_dir();
            Broker::start(
                &program,
                &folder,
                session,
                &request.sign_in,
                self.clock.clone(),
            )
        });
        let told = broker.map_err(|error| {
            self.warn(format!("private Bicep registries cannot be used: {error}"));
        });
        told.ok()
    }

    /// Warns if the job's id tokens end before the time-out does.
    fn check_id_tokens(&self, session: &Session, timeout: Duration) {
        let Some(left) = session
            .expires()
            .map(|end| end.duration_since(self.clock.now()))
        else {
            return;
        };
        let left = Duration::try_from(left).unwrap_or_default();
        if left + ID_TOKEN_SLACK < timeout {
            let left = duration::show(left);
            let host = self.runner.host().name();
            self.warn(format!(
                "{host} vouches for this job for another {left} only, which is less than `timeout`: a longer deployment cannot be followed to its end in this job"
            ));
        }
    }

    async fn deploy(
        &self,
        request: &Request,
        job: &Job,
        http: Arc<dyn HttpClient>,
        keeper: Arc<Keeper>,
    ) -> Ending {
        let stop = CancellationToken::new();
        let keeping = tokio::spawn(keeper.clone().keep(stop.clone()));
        let origin = request.sign_in.cloud.resource_manager.clone();
        let arm = Arm::new(http, origin, keeper, self.clock.clone());
        let (runner, events) = (self.runner.clone(), self.events.clone());
        let context = Context {
            arm: &arm,
            clock: &self.clock,
            events: &self.events,
            ledger: &SavedStage::new(runner, events, job.target.clone()),
        };
        let ending = deploy::run(context, job, &self.interrupt).await;
        stop.cancel();
        // Its events come before the ending. If it panicked, the token was still renewed on demand.
        let _ = keeping.await;
        ending
    }

    fn warn(&self, message: String) {
        self.events.emit(Event::Warned { message });
    }
}

/// There is nothing to save before the submission.
struct NothingSubmitted;

impl Ledger for NothingSubmitted {
    fn save(&self, _: &Stage) {}
}

fn sign_in_failed(error: &SignInError) -> Ending {
    Ending::SignInFailed {
        message: error.to_string(),
        left: Left::NotSubmitted,
    }
}

fn unreachable(error: &impl ToString) -> Ending {
    Ending::Unreachable {
        reason: error.to_string(),
        left: Left::NotSubmitted,
    }
}

fn bug(error: &impl ToString) -> Ending {
    Ending::Bug {
        message: error.to_string(),
        left: Left::NotSubmitted,
    }
}
