//! One run: does what is asked, and ends well whatever happens.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use azure_core::Bytes;
use futures::FutureExt;
use tokio::select;
use tokio_util::sync::CancellationToken;

use super::{
    Context, Failure, Job, Stage, Task,
    ahead::Ahead,
    cancel::{Cancelling, cancel, follow_cancelled},
    causes,
    delete::{Asked, Deleting},
    job::{DeletionRequest, Submission, WhatIfRequest},
    pace::{LAST_READS_WITHIN, SUBMIT_WITHIN, Tolerance},
    preview::Previewing,
    retry::{Purpose, Retry},
    stage::Ours,
    submitting::Submitting,
    watch::{Followed, Watch},
};
use crate::{
    arm::{ArmError, Cause, DeploymentId, Location, Snapshot, StackId, Target},
    clock::Clock,
    event::{Ending, Event, Left, StackResources},
    host::Interrupt,
};

/// Does what `job` asks, until that is done, `interrupt` comes, or the time is up.
///
/// What was sent and what became of it is state of the run, so that every ending knows it.
pub(crate) async fn run(context: Context<'_>, job: &Job, interrupt: &Interrupt) -> Ending {
    let mut run = Run::new(context, job);
    let working = AssertUnwindSafe(run.carry_out()).catch_unwind();
    let stop = match unless_stopped(context.clock, job.timeout, interrupt.token(), working).await {
        Ok(done) => return run.end(done),
        Err(stop) => stop,
    };
    // Cancelling after the time-out takes minutes, which an interrupted workflow does not have.
    if stop == Stop::TimedOut {
        let timing_out = run.time_out();
        let ending = interrupt.token().run_until_cancelled(timing_out).await;
        if let Some(ending) = ending {
            return ending;
        }
    }
    run.interrupt(interrupt.wish()).await
}

/// Why work stops before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The run was cancelled.
    Interrupted,
    /// The time for the whole step is up.
    TimedOut,
}

/// Does `work` until it is done, `interrupt` comes, or the run's clock shows `timeout`.
///
/// # Errors
/// What stopped it; `work` is dropped then, so what must survive that belongs to the caller.
pub(crate) async fn unless_stopped<T>(
    clock: &Clock,
    timeout: Duration,
    interrupt: &CancellationToken,
    work: impl Future<Output = T>,
) -> Result<T, Stop> {
    let left = timeout.saturating_sub(clock.elapsed());
    select! {
        biased;
        () = interrupt.cancelled() => Err(Stop::Interrupted),
        done = work => Ok(done),
        () = clock.sleep(left) => Err(Stop::TimedOut),
    }
}

type Panic = Box<dyn Any + Send>;

/// The state of a run.
pub(super) struct Run<'a> {
    pub(super) context: Context<'a>,
    pub(super) job: &'a Job,
    pub(super) retry: Retry<'a>,
    pub(super) stage: Stage,
    /// What follows the deployment, once Azure has it.
    pub(super) watch: Option<Watch<'a>>,
    /// Where the state of our own submission can be asked for, whatever its name carries.
    status: Option<Location>,
}

impl<'a> Run<'a> {
    fn new(context: Context<'a>, job: &'a Job) -> Self {
        Self {
            context,
            job,
            retry: Retry::new(context, job.poll_interval),
            stage: Stage::Before,
            watch: None,
            status: None,
        }
    }

    /// Does what is asked, from the first request to the end.
    async fn carry_out(&mut self) -> Result<Ending, Failure> {
        match &self.job.task {
            Task::Validate(submission) => {
                self.previewing().validate(&submission.body).await?;
                Ok(Ending::Validated)
            }
            Task::WhatIf(request) => {
                let objection = self.previewing().predict(request).await?;
                Ok(objection.unwrap_or(Ending::Predicted))
            }
            Task::Create {
                submission,
                what_if,
            } => self.create(submission, what_if.as_ref()).await,
            Task::Delete(id, request) => self.delete(id, request).await,
            Task::Wait => {
                let found = self.find().await?;
                self.follow(found, None).await
            }
            Task::Cancel(id) => {
                self.find().await?;
                self.cancel(id).await
            }
        }
    }

    fn previewing(&mut self) -> Previewing<'a, '_> {
        Previewing {
            context: self.context,
            target: &self.job.target,
            retry: &mut self.retry,
        }
    }

    async fn create(
        &mut self,
        submission: &'a Submission,
        what_if: Option<&WhatIfRequest>,
    ) -> Result<Ending, Failure> {
        if let Some(request) = what_if
            && let Some(objection) = self.previewing().predict(request).await?
        {
            return Ok(objection);
        }
        let earlier = self.earlier_deployment().await;
        let submitting = Submitting {
            context: self.context,
            target: &self.job.target,
            submission,
            retry: &mut self.retry,
            stage: &mut self.stage,
        };
        let ours = submitting.submit().await?;
        self.watch(ours.clone(), earlier);
        self.follow(ours, Some(&submission.body)).await
    }

    /// The deployment that a stack names from before, so that it is not taken for ours.
    async fn earlier_deployment(&self) -> Option<DeploymentId> {
        let Target::Stack(_) = self.job.target else {
            return None;
        };
        // Only progress depends on it, so it is asked for once.
        let found = self.context.arm.get(&self.job.target).await.ok()?.value;
        // A stack that is being changed may name the deployment of that change, which may be ours.
        found.progress.filter(|_| found.state.is_terminal())
    }

    pub(super) fn watch(&mut self, ours: Ours, earlier: Option<DeploymentId>) {
        let (interval, target) = (self.job.poll_interval, self.job.target.clone());
        self.status = ours.status.clone();
        let watch = Watch::new(self.context, interval, target, ours, earlier);
        self.watch = Some(watch);
    }

    /// Finds what another step submitted.
    async fn find(&mut self) -> Result<Ours, Failure> {
        let reading = self.retry.read(&self.job.target, &Tolerance::READ);
        let found = reading.await?.value;
        self.stage = Stage::Ours(found.correlation.clone());
        self.context.save(&self.stage);
        self.context.events.emit(Event::Found {
            since: found.began,
            correlation: found.correlation.clone(),
        });
        let ours = Ours {
            template_hash: found.template_hash,
            ..Ours::shown(found.correlation)
        };
        self.watch(ours.clone(), None);
        Ok(ours)
    }

    async fn follow(&mut self, ours: Ours, body: Option<&Bytes>) -> Result<Ending, Failure> {
        let Some(watch) = self.watch.as_mut().filter(|_| self.job.wait) else {
            return Ok(Ending::Detached);
        };
        let ahead = Ahead {
            context: self.context,
            target: &self.job.target,
            ours,
            body,
        };
        let followed = ahead.beside(watch.follow(&mut self.retry)).await?;
        Ok(self.conclude(followed).await)
    }

    /// The ending of what was followed.
    pub(super) async fn conclude(&mut self, followed: Followed) -> Ending {
        match followed {
            Followed::Ended(snapshot) => self.result(&snapshot),
            Followed::Replaced { by } => self
                .result_unseen()
                .await
                .unwrap_or(Ending::Replaced { by }),
        }
    }

    /// The ending that this final state means, with outputs and causes.
    pub(super) fn result(&self, snapshot: &Snapshot) -> Ending {
        let events = self.context.events;
        let succeeded = snapshot.state.is_succeeded();
        self.context.tell_times(snapshot);
        if succeeded || !snapshot.outputs.is_empty() {
            events.emit(Event::OutputsRead(snapshot.outputs.clone()));
        }
        if let Some(properties) = &snapshot.stack {
            events.emit(Event::StackRead(StackResources::from(&**properties)));
        }
        if succeeded {
            return Ending::Succeeded;
        }
        if let Some(rollback) = &snapshot.rollback {
            events.emit(Event::RollbackSeen(rollback.clone()));
        }
        let known = self.watch.as_ref().map(Watch::causes).unwrap_or_default();
        Ending::Failed {
            causes: causes::of(known, snapshot),
        }
    }

    /// How our own submission ended, whose name another one has now: Azure still tells its state, not its outputs.
    async fn result_unseen(&mut self) -> Option<Ending> {
        let (arm, status) = (self.context.arm, self.status.as_ref()?);
        let read = async || arm.status(status).await;
        let persisting = self.retry.persist(Purpose::Read, &Tolerance::NONE, read);
        let clock = self.context.clock;
        let status = clock.timeout(LAST_READS_WITHIN, persisting).await;
        let status = status.ok()?.ok()?.value;
        if !status.status.is_terminal() {
            return None;
        }
        let state = status.status.clone();
        self.context.events.emit(Event::StateChanged { state });
        if status.status.is_succeeded() {
            return Some(Ending::Succeeded);
        }
        let known = self.watch.as_ref().map(Watch::causes).unwrap_or_default();
        let own = Cause::find(&status.error);
        let causes = Cause::merge(known.into_iter().chain(own).collect());
        Some(Ending::Failed { causes })
    }

    async fn cancel(&mut self, id: &DeploymentId) -> Result<Ending, Failure> {
        let Some(watch) = &mut self.watch else {
            return Ok(Ending::Stopped);
        };
        let (context, retry) = (self.context, &mut self.retry);
        let ours = watch.ours().clone();
        let cancelling = cancel(context, retry, id, &ours, SUBMIT_WITHIN).await;
        let is_agreed = cancelling == Cancelling::Agreed;
        let followed = match cancelling {
            Cancelling::Agreed => follow_cancelled(context, retry, watch).await?,
            Cancelling::Ended => watch.follow(retry).await?,
            Cancelling::Refused(causes) => return Ok(Ending::CancelRefused { causes }),
            Cancelling::Unknown { reason } => {
                let left = Left::CancelUnknown {
                    reason: reason.clone(),
                };
                return Ok(Ending::Unreachable { reason, left });
            }
        };
        Ok(match followed {
            Followed::Replaced { by } => Ending::Replaced { by },
            Followed::Ended(end) if end.state.is_canceled() => Ending::Stopped,
            // A deployment fails when one within it is cancelled.
            Followed::Ended(end) if is_agreed && end.state.is_failed() => Ending::Stopped,
            Followed::Ended(end) => Ending::NothingToCancel { state: end.state },
        })
    }

    async fn delete(
        &mut self,
        id: &'a StackId,
        request: &'a DeletionRequest,
    ) -> Result<Ending, Failure> {
        let job = self.job;
        let mut deleting = Deleting {
            context: self.context,
            id,
            target: &job.target,
            request,
            poll_interval: job.poll_interval,
            retry: &mut self.retry,
            stage: &mut self.stage,
        };
        match deleting.ask().await? {
            Asked::Absent => Ok(Ending::Succeeded),
            Asked::Accepted(_) if !job.wait => Ok(Ending::Detached),
            Asked::Accepted(status) => deleting.follow(status).await,
        }
    }

    /// The ending of a run that was not stopped.
    fn end(&mut self, done: Result<Result<Ending, Failure>, Panic>) -> Ending {
        self.retry.end_throttling();
        match done {
            Ok(Ok(ending)) => ending,
            Ok(Err(failure)) => self.failed(failure),
            Err(panic) => Ending::Bug {
                message: message_of(&*panic),
                left: self.left(),
            },
        }
    }

    fn failed(&self, failure: Failure) -> Ending {
        let left = self.left();
        let error = match failure {
            Failure::GaveUp { reason } => return Ending::Unreachable { reason, left },
            Failure::Refused(error) => error,
        };
        match error {
            ArmError::SignIn(error) => Ending::SignInFailed {
                message: error.to_string(),
                left,
            },
            // Azure does not take our token, however fresh.
            ArmError::Refused { status: 401, .. } => Ending::SignInFailed {
                message: token_refused(&error),
                left,
            },
            error if left == Left::NotSubmitted => Ending::Refused {
                causes: error.causes(),
            },
            error => Ending::CannotFollow {
                causes: error.causes(),
                left,
            },
        }
    }
}

fn token_refused(error: &ArmError) -> String {
    let causes = error.causes().into_iter();
    let lines: Vec<_> = causes
        .map(|cause| format!("{} {}", cause.code, cause.message))
        .collect();
    format!(
        "Azure Resource Manager refuses the token: {}",
        lines.join("; ")
    )
}

/// What a panic said.
pub(crate) fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    message.unwrap_or_else(|| "panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_in_its_own_words() {
        let said: [(Panic, &str); 3] = [
            (Box::new("no clock"), "no clock"),
            (Box::new(format!("no {}", "clock")), "no clock"),
            (Box::new(7), "panicked"),
        ];
        for (panic, expected) in said {
            assert_eq!(message_of(&*panic), expected);
        }
    }
}
