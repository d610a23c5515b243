//! Runs that stop before their end: interrupted, or out of time.

use std::time::Duration;

use super::{
    Stage,
    cancel::{Cancelling, cancel, cancel_all, follow_cancelled},
    pace::{FOLLOW_CANCEL, INTERRUPTED_WITHIN, LAST_LOOK, OUTAGE_IS_THE_CAUSE},
    retry::Failures,
    run::Run,
    stage::Ours,
    submit::exists_now,
};
use crate::{
    arm::Target,
    event::{Ending, Event, Left},
    host::Wish,
    inputs::OnStop,
};

impl Run<'_> {
    /// What became of the deployment as far as this run knows, without asking.
    pub(super) fn left(&self) -> Left {
        match self.stage {
            Stage::Before => Left::NotSubmitted,
            Stage::Sent(_) => Left::Unknown,
            Stage::Ours(_) => Left::Running,
        }
    }

    /// Asks once whether what was sent is there, if that is not known.
    async fn settle(&mut self, limit: Duration) {
        let Stage::Sent(ours) = &self.stage else {
            return;
        };
        let ours = ours.clone();
        if exists_now(self.context, &self.job.target, &ours, limit).await == Some(true) {
            self.stage = Stage::Ours(ours.clone());
            self.context.save(&self.stage);
            self.context.events.emit(Event::Submitted {
                correlation: ours.clone(),
                recovered: true,
            });
            self.watch(Ours::shown(ours), None);
        }
    }

    /// How it ended, if that was seen although not all of it was told.
    fn seen_end(&self) -> Option<Ending> {
        let watch = self.watch.as_ref()?;
        if let Some(by) = watch.replaced_by() {
            return Some(Ending::Replaced { by: by.clone() });
        }
        watch.ended().map(|snapshot| self.result(snapshot))
    }

    /// The ending of an interrupted run, which has seconds. `wish`: what somebody said is to become of the deployment.
    pub(super) async fn interrupt(&mut self, wish: Option<Wish>) -> Ending {
        self.retry.end_throttling();
        if let Some(ending) = self.seen_end() {
            return ending;
        }
        self.settle(INTERRUPTED_WITHIN / 2).await;
        let is_cancelled = match wish {
            Some(wish) => wish == Wish::Cancel,
            None => self.job.on_cancel == OnStop::Cancel,
        };
        let left = if is_cancelled {
            self.cancel_quickly().await
        } else {
            self.left()
        };
        Ending::Cancelled { left }
    }

    async fn cancel_quickly(&mut self) -> Left {
        let (Target::Deployment(id), Some(watch)) = (&self.job.target, &self.watch) else {
            return self.left();
        };
        let (context, clock) = (self.context, self.context.clock);
        let began = clock.elapsed();
        let (ours, nested) = (watch.ours().clone(), watch.active());
        let retry = &mut self.retry;
        let cancelling = cancel(context, retry, id, &ours, INTERRUPTED_WITHIN).await;
        if cancelling == Cancelling::Agreed {
            let remaining = INTERRUPTED_WITHIN.saturating_sub(clock.elapsed() - began);
            // Azure cancels these by itself, only later.
            let _ = clock
                .timeout(remaining, cancel_all(context, nested, &ours))
                .await;
        }
        after(cancelling)
    }

    /// The ending of a run whose time is up. A wish to cancel is tried even if Azure did not answer lately.
    pub(super) async fn time_out(&mut self) -> Ending {
        if let Some(ending) = self.seen_end() {
            return ending;
        }
        self.settle(LAST_LOOK).await;
        if self.left() == Left::Running && self.job.on_timeout == OnStop::Cancel {
            return self.cancel_in_the_end().await;
        }
        let left = self.left();
        self.timed_out(left)
    }

    /// Cancels after the time-out, and follows that for some minutes.
    async fn cancel_in_the_end(&mut self) -> Ending {
        let (Target::Deployment(id), Some(watch)) = (&self.job.target, &mut self.watch) else {
            let left = self.left();
            return self.timed_out(left);
        };
        let (context, retry, clock) = (self.context, &mut self.retry, self.context.clock);
        let ours = watch.ours().clone();
        let cancelling = cancel(context, retry, id, &ours, FOLLOW_CANCEL).await;
        match cancelling {
            Cancelling::Agreed => {
                // Azure agreed, so whether its end is seen makes no difference.
                let following = follow_cancelled(context, retry, watch);
                let _ = clock.timeout(FOLLOW_CANCEL, following).await;
            }
            Cancelling::Ended => {
                let following = watch.follow(retry);
                if let Ok(Ok(followed)) = clock.timeout(FOLLOW_CANCEL, following).await {
                    return self.conclude(followed).await;
                }
            }
            Cancelling::Refused(_) | Cancelling::Unknown { .. } => {}
        }
        self.timed_out(after(cancelling))
    }

    fn timed_out(&mut self, left: Left) -> Ending {
        self.retry.end_throttling();
        let is_settled = matches!(left, Left::Cancelled | Left::CancelRefused(_));
        match self.lasting_outage().filter(|_| !is_settled) {
            Some(Failures { denied, .. }) if !denied.is_empty() && left == Left::Running => {
                Ending::CannotFollow {
                    causes: denied.to_vec(),
                    left,
                }
            }
            Some(Failures { reason, .. }) => Ending::Unreachable {
                reason: reason.to_owned(),
                left,
            },
            None => Ending::TimedOut {
                after: self.job.timeout,
                left,
            },
        }
    }

    /// Why nothing is known, if Azure was out of reach for long, or for most of the time there was.
    fn lasting_outage(&self) -> Option<Failures<'_>> {
        let outage = self.retry.outage()?;
        let lasted = (self.context.clock.elapsed()).saturating_sub(outage.since);
        let is_the_cause = lasted >= OUTAGE_IS_THE_CAUSE.min(self.job.timeout / 2);
        is_the_cause.then_some(outage)
    }
}

fn after(cancelling: Cancelling) -> Left {
    match cancelling {
        Cancelling::Agreed => Left::Cancelled,
        Cancelling::Ended => Left::Ended,
        Cancelling::Refused(causes) => Left::CancelRefused(causes),
        Cancelling::Unknown { reason } => Left::CancelUnknown { reason },
    }
}
