//! Exchanges that hang, or fail for a while.

use std::time::Duration;

use super::{
    credential::{Issued, TokenSource},
    error::SignInError,
};
use crate::{
    clock::Clock,
    deploy::{Event, Events},
};

/// Longest time for one exchange, the fetching of its assertion included.
pub(super) const EXCHANGE_LIMIT: Duration = Duration::from_secs(30);
/// How long the first sign-in is tried while its faults pass.
const SIGN_IN_LIMIT: Duration = Duration::from_secs(120);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The first token, tried for while the faults pass. Later ones have a token to fall back to, and their own pace.
pub(super) async fn sign_in(
    source: &dyn TokenSource,
    clock: &Clock,
    events: &Events,
) -> Result<Issued, SignInError> {
    let began = clock.elapsed();
    let mut failures = 0;
    loop {
        let error = match exchange(source, clock).await {
            Ok(issued) => return Ok(issued),
            Err(error) => error,
        };
        let left = SIGN_IN_LIMIT.saturating_sub(clock.elapsed() - began);
        if !error.is_transient() || left.is_zero() {
            return Err(error);
        }
        if failures == 0 {
            let minutes = SIGN_IN_LIMIT.as_secs() / 60;
            let reason = error.one_line();
            events.emit(Event::Warned {
                message: format!("signing in is tried again for {minutes} minutes: {reason}"),
            });
        }
        clock.sleep(pause(failures, &error).min(left)).await;
        failures += 1;
    }
}

/// One exchange within its limit, and at once another if the assertion was stale, as it is when the clock was set in between.
pub(super) async fn exchange(
    source: &dyn TokenSource,
    clock: &Clock,
) -> Result<Issued, SignInError> {
    match exchange_once(source, clock).await {
        Err(error) if error.is_stale_assertion() => exchange_once(source, clock).await,
        outcome => outcome,
    }
}

async fn exchange_once(source: &dyn TokenSource, clock: &Clock) -> Result<Issued, SignInError> {
    clock
        .timeout(EXCHANGE_LIMIT, source.exchange())
        .await
        .unwrap_or(Err(SignInError::TimedOut {
            after: EXCHANGE_LIMIT,
        }))
}

/// How long to wait after so many `failures` before this one.
pub(super) fn pause(failures: u32, error: &SignInError) -> Duration {
    let backoff = Duration::from_secs(1 << failures.min(6)).min(LONGEST_PAUSE);
    backoff.max(error.retry_after().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use insta::assert_snapshot;
    use tokio::sync::mpsc::{self, UnboundedReceiver};

    use super::*;
    use crate::identity::fake::{Answer, FakeAzure};

    async fn first(azure: &FakeAzure) -> (Result<Issued, SignInError>, UnboundedReceiver<Event>) {
        let (sender, events) = mpsc::unbounded_channel();
        let source = azure.credential(FakeAzure::oidc());
        let outcome = sign_in(&source, &azure.clock(), &Events::new(sender)).await;
        (outcome, events)
    }

    #[tokio::test(start_paused = true)]
    async fn a_stale_assertion_is_replaced_at_once_and_only_once() {
        let azure = FakeAzure::start();
        azure.entra_answers([Answer::aadsts(700024)]);
        assert!(first(&azure).await.0.is_ok());
        assert_eq!(azure.asked(), [Duration::ZERO; 2]);
        azure.entra_answers([Answer::aadsts(700024), Answer::aadsts(700024)]);
        assert!(first(&azure).await.0.unwrap_err().is_stale_assertion());
        assert_eq!(azure.asked(), [Duration::ZERO; 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_sign_in_outlasts_faults_that_pass() {
        let azure = FakeAzure::start();
        azure.entra_answers([Answer::aadsts(90033), Answer::Busy(429, 10), Answer::Drop]);
        let (outcome, mut events) = first(&azure).await;
        assert!(outcome.is_ok());
        let asked: Vec<_> = azure.asked().iter().map(Duration::as_secs).collect();
        assert_eq!(asked, [0, 1, 11, 15]);
        let Ok(Event::Warned { message }) = events.try_recv() else {
            panic!("a warning");
        };
        assert_snapshot!(message, @"signing in is tried again for 2 minutes: Entra ID cannot issue a token at the moment; Entra ID answered: AADSTS90033: It's so. (HTTP 401, trace id tttt, correlation id cccc)");
        assert!(events.try_recv().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_sign_in_gives_up_after_two_minutes() {
        let azure = FakeAzure::start();
        azure.entra_answers(vec![Answer::Refuse(503, "<html>".to_owned()); 100]);
        let error = first(&azure).await.0.unwrap_err();
        assert_snapshot!(error, @r"
        Entra ID cannot issue a token at the moment
        Entra ID answered: <html> (HTTP 503)
        ");
        assert_eq!(azure.elapsed(), SIGN_IN_LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_sign_in_does_not_insist_on_what_is_wrong() {
        for code in [700213, 7000215, 123_456] {
            let azure = FakeAzure::start();
            azure.entra_answers([Answer::aadsts(code)]);
            assert!(first(&azure).await.0.is_err());
            assert_eq!(azure.asked().len(), 1);
        }
    }
}
