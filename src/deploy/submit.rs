//! Submitting a deployment or stack exactly once, even when Azure's answer is lost.

use super::{
    Context, Failure, Stage,
    conflict::{Conflict, is_active},
    pace::{FOREIGN_REFUSALS, SETTLE_INTERVAL, SETTLED_WITHIN, SUBMIT_WITHIN},
    retry::Purpose,
    stage::Ours,
    submitting::Submitting,
};
use crate::{
    arm::{ArmError, Correlation, Target},
    event::Event,
};

/// What came of sending.
enum Sent {
    /// Azure has our submission.
    Accepted { ours: Ours, recovered: bool },
    /// Azure refused it because the name is being deployed. Uncertain: perhaps by our own unanswered request.
    Active { error: ArmError, uncertain: bool },
}

impl Submitting<'_, '_> {
    /// Submits, and tells that Azure accepted it; or takes up a deployment that is this very one.
    ///
    /// # Errors
    /// Azure's refusal, or what was seen last when Azure is out of reach for too long. The stage says whether
    /// something was submitted.
    pub(super) async fn submit(mut self) -> Result<Ours, Failure> {
        let clock = self.context.clock;
        loop {
            let sent = clock.timeout(SUBMIT_WITHIN, self.send()).await;
            let Ok(sent) = sent else {
                return Err(self.retry.give_up());
            };
            // What was given up is not over.
            if !matches!(sent, Err(Failure::GaveUp { .. })) {
                self.retry.succeeded(Purpose::Change);
            }
            let (error, uncertain) = match sent? {
                Sent::Accepted { ours, recovered } => return Ok(self.accepted(ours, recovered)),
                Sent::Active { error, uncertain } => (error, uncertain),
            };
            match self.resolve_active(error, uncertain).await? {
                Conflict::Recovered => {
                    let ours = Ours::known_by(self.submission.correlation.clone());
                    return Ok(self.accepted(ours, true));
                }
                Conflict::Adopted(correlation) => {
                    self.enter(Stage::Ours(correlation.clone()));
                    self.context.events.emit(Event::Adopted {
                        correlation: correlation.clone(),
                    });
                    return Ok(Ours::shown(correlation));
                }
                Conflict::Gone => {}
            }
        }
    }

    fn accepted(&mut self, ours: Ours, recovered: bool) -> Ours {
        self.enter(Stage::Ours(ours.correlation.clone()));
        self.context.events.emit(Event::Submitted {
            correlation: ours.correlation.clone(),
            recovered,
        });
        ours
    }

    /// Sends until Azure accepts or refuses. A lost answer is settled by a `GET`, never by a second blind `PUT`.
    async fn send(&mut self) -> Result<Sent, Failure> {
        let ours = &self.submission.correlation;
        // Whether any attempt may have been accepted. Looking for it found nothing then, which may be too early.
        let mut was_unanswered = matches!(self.stage, Stage::Sent(_));
        let mut foreign_refusals = 0;
        loop {
            self.enter(Stage::Sent(ours.clone()));
            let body = self.submission.body.clone();
            let error = match self.context.arm.put(self.target, body, ours).await {
                Ok(accepted) => {
                    let ours = Ours {
                        correlation: accepted.snapshot.correlation,
                        status: accepted.status,
                        is_shown: false,
                        template_hash: accepted.snapshot.template_hash,
                    };
                    return Ok(Sent::Accepted {
                        ours,
                        recovered: false,
                    });
                }
                Err(error) => error,
            };
            let is_unanswered = !error.was_not_carried_out();
            was_unanswered |= is_unanswered;
            if is_active(&error) {
                if !was_unanswered {
                    self.enter(Stage::Before);
                }
                return Ok(Sent::Active {
                    error,
                    uncertain: was_unanswered,
                });
            }
            foreign_refusals += u32::from(error.is_foreign_refusal());
            let is_final = !self.retry.may_pass(&error) || foreign_refusals == FOREIGN_REFUSALS;
            let pause = self.retry.failed(Purpose::Change, &error);
            // The refusal of a later attempt says nothing about an earlier one.
            if (is_unanswered || was_unanswered && is_final) && self.settle().await? {
                return Ok(Sent::Accepted {
                    ours: Ours::shown(ours.clone()),
                    recovered: true,
                });
            }
            self.enter(Stage::Before);
            if is_final {
                return Err(error.into());
            }
            self.context.clock.sleep(pause).await;
        }
    }

    /// Whether the deployment that we may have submitted exists, by its correlation id. Only another id, or that it
    /// stays invisible, means that it does not.
    async fn settle(&mut self) -> Result<bool, Failure> {
        let clock = self.context.clock;
        let since = clock.elapsed();
        loop {
            // An earlier deployment of this name may be shown as long as ours is not visible.
            let found = self.retry.read_if_any(self.target).await?;
            if found.is_some_and(|found| found.correlation == self.submission.correlation) {
                return Ok(true);
            }
            if clock.elapsed() - since >= SETTLED_WITHIN {
                return Ok(false);
            }
            clock.sleep(SETTLE_INTERVAL).await;
        }
    }
}

/// Whether the submission that may have been sent exists, asked once and only as long as `limit`; `None` if that
/// cannot be found out now.
pub(super) async fn exists_now(
    context: Context<'_>,
    target: &Target,
    correlation: &Correlation,
    limit: std::time::Duration,
) -> Option<bool> {
    let found = context.clock.timeout(limit, context.arm.get(target)).await;
    match found {
        Ok(Ok(found)) => Some(found.value.correlation == *correlation),
        _ => None,
    }
}
