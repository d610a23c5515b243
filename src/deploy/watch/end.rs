//! The end of what is followed: its last operations, and what Azure repeats after a failure.

use std::time::Duration;

use super::{Followed, Watch};
use crate::{
    arm::{ProvisioningState, Redeployment, Snapshot},
    deploy::{
        pace::{LAST_READS_WITHIN, NEAR_THE_END, ROLLBACK_BEGINS_WITHIN, Tolerance},
        retry::Retry,
    },
    event::Event,
};

/// What Azure repeats because the deployment failed, unless that has ended.
fn pending_rollback(shown: &Snapshot) -> Option<&Redeployment> {
    let rollback = shown.rollback.as_ref().filter(|_| shown.state.is_failed());
    rollback.filter(|rollback| !rollback.state.is_terminal())
}

impl Watch<'_> {
    /// The last operations and the end: operations that are read after a final state are final, too.
    pub(super) async fn end(&mut self, snapshot: Box<Snapshot>, retry: &mut Retry<'_>) -> Followed {
        self.ended = Some(snapshot.clone());
        self.learn(&snapshot);
        let pause = self.read_all(retry).await;
        self.note_state(&snapshot.state);
        self.read_the_rest(&snapshot, pause, retry).await;
        Followed::Ended(self.follow_rollback(snapshot, retry).await)
    }

    /// After the end, reads what could not be read before; tells what stays unknown.
    async fn read_the_rest(&mut self, snapshot: &Snapshot, pause: Duration, retry: &mut Retry<'_>) {
        let Some(progress) = &mut self.progress else {
            return;
        };
        let (clock, events) = (self.context.clock, self.context.events);
        // Causes are worth more patience than progress.
        let limit = if snapshot.state.is_succeeded() {
            LAST_READS_WITHIN / 4
        } else {
            LAST_READS_WITHIN
        };
        let (until, mut pause) = (clock.elapsed() + limit, pause);
        while progress.may_complete() && clock.elapsed() < until {
            clock.sleep(pause.max(NEAR_THE_END)).await;
            pause = progress.read_all(retry).await;
            progress.tell();
        }
        // After a failure, causes may be missing, which is worth another word.
        let missing = match snapshot.state.is_succeeded() {
            true => progress.missing_unsaid(),
            false => progress.missing(),
        };
        if !missing.is_empty() {
            let message = format!(
                "the last operations of {} could not be read, so resources or causes may be missing here",
                missing.join(", ")
            );
            events.emit(Event::Warned { message });
        }
    }

    /// Follows what Azure repeats after a failure, as long as it shows that, and returns what it showed last.
    async fn follow_rollback(
        &mut self,
        failed: Box<Snapshot>,
        retry: &mut Retry<'_>,
    ) -> Box<Snapshot> {
        let clock = self.context.clock;
        let (mut shown, since) = (failed, clock.elapsed());
        let mut told = ProvisioningState::default();
        while let Some(rollback) = pending_rollback(&shown) {
            let has_begun = !rollback.state.as_str().is_empty();
            if !has_begun && clock.elapsed() - since > ROLLBACK_BEGINS_WITHIN {
                break;
            }
            if rollback.state != told {
                told = rollback.state.clone();
                self.context
                    .events
                    .emit(Event::RollbackSeen(rollback.clone()));
            }
            let wait = if has_begun {
                self.poll_interval
            } else {
                NEAR_THE_END
            };
            clock.sleep(wait).await;
            let read = retry.read(&self.target, &Tolerance::READ).await;
            match read.map(|answer| answer.value) {
                Ok(next) if next.correlation == self.ours && next.rollback.is_some() => {
                    shown = Box::new(next);
                    self.ended = Some(shown.clone());
                }
                // A stale view shows what was before; another submission ends what can be seen of ours.
                Ok(next) if next.correlation == self.ours => {}
                _ => break,
            }
        }
        shown
    }
}
