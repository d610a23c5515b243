//! Handles `DeploymentActive`: takes up our own deployment, or waits for the end of another one.

use super::{
    Failure, Stage,
    correlation::is_same_deployment,
    pace::{CONFLICT_INTERVAL, HANDOVER, SETTLE_INTERVAL, SETTLED_WITHIN, UNSEEN_CONFLICT},
    submitting::Submitting,
};
use crate::{
    arm::{ArmError, Correlation, Snapshot},
    event::Event,
    inputs::IfActive,
};

/// Azure's codes of a refusal because something of this name is being deployed.
const ACTIVE: [&str; 2] = ["DeploymentActive", "DeploymentStackInNonTerminalState"];

/// Whose deployment has the name.
pub(super) enum Conflict {
    /// Our own: the answer to its submission was lost.
    Recovered,
    /// This very deployment, submitted by an earlier run: it is ours to follow.
    Adopted(Correlation),
    /// Somebody else's, which has ended; or none that Azure shows. We may submit now.
    Gone,
}

impl Submitting<'_, '_> {
    /// Finds out whose deployment is running under our name, and waits for its end if it is not ours. Whose it is comes
    /// before what `if-active` says.
    ///
    /// # Errors
    /// `error`, which reported the conflict, if another deployment is a failure; or what keeps Azure from telling.
    pub(super) async fn resolve_active(
        &mut self,
        error: ArmError,
        uncertain: bool,
    ) -> Result<Conflict, Failure> {
        if quotes(&error, &self.submission.correlation) {
            return Ok(Conflict::Recovered);
        }
        let (clock, since) = (self.context.clock, self.context.clock.elapsed());
        let mut is_told = false;
        loop {
            // What was sent and not answered may be what is active, and not visible yet.
            let is_open = uncertain && clock.elapsed() - since < SETTLED_WITHIN;
            let is_failure = self.submission.if_active == IfActive::Fail && !is_open;
            match self.retry.read_if_any(self.target).await? {
                Some(present) if present.correlation == self.submission.correlation => {
                    return Ok(Conflict::Recovered);
                }
                _ if is_failure => {
                    self.enter(Stage::Before);
                    return Err(error.into());
                }
                _ if is_open => clock.sleep(SETTLE_INTERVAL).await,
                None => {
                    clock.sleep(UNSEEN_CONFLICT).await;
                    return Ok(Conflict::Gone);
                }
                Some(present) if present.state.is_terminal() => {
                    self.enter(Stage::Before);
                    clock.sleep(HANDOVER).await;
                    return Ok(Conflict::Gone);
                }
                Some(present) if self.is_adoptable(&present) => {
                    return Ok(Conflict::Adopted(present.correlation));
                }
                Some(present) => {
                    self.enter(Stage::Before);
                    if !is_told {
                        is_told = true;
                        self.context.events.emit(Event::Waiting {
                            since: present.began,
                            correlation: present.correlation,
                        });
                    }
                    clock.sleep(CONFLICT_INTERVAL).await;
                }
            }
        }
    }

    /// Whether it is this very deployment, and `if-active` lets us follow it.
    fn is_adoptable(&self, present: &Snapshot) -> bool {
        self.submission.if_active == IfActive::Auto
            && is_same_deployment(&present.correlation, &self.submission.correlation)
    }
}

/// Whether a submission was refused because something of its name is running.
pub(super) fn is_active(error: &ArmError) -> bool {
    error.status() == Some(409)
        && error
            .causes()
            .iter()
            .any(|cause| ACTIVE.contains(&cause.code.as_str()))
}

/// Whether a second `PUT` was refused because the first one, whose answer was lost, is running: today's wording of the
/// refusal quotes its id.
fn quotes(error: &ArmError, correlation: &Correlation) -> bool {
    let quotes = |message: &str| {
        message
            .to_ascii_lowercase()
            .contains(&correlation.as_str().to_ascii_lowercase())
    };
    error.causes().iter().any(|cause| quotes(&cause.message))
}
