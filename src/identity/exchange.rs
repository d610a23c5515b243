//! Token exchange with a time limit and retries.

use std::time::Duration;

use super::{
    credential::{Credential, Issued},
    error::SignInError,
    news::{NewsSender, TokenNews},
};
use crate::clock::Clock;

/// Longest time for one exchange, fetching its assertion included.
pub(super) const EXCHANGE_LIMIT: Duration = Duration::from_secs(30);
/// How long the first sign-in is retried after transient errors.
const SIGN_IN_LIMIT: Duration = Duration::from_secs(120);
/// Longest wait between two tries, unless the issuer asks for more.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The first token, with retries. Later exchanges still have a token to use and are retried by the keeper.
pub(super) async fn sign_in(
    credential: &Credential,
    clock: &Clock,
    news: &NewsSender,
) -> Result<Issued, SignInError> {
    let began = clock.elapsed();
    let mut failures = 0;
    loop {
        let error = match exchange(credential, clock).await {
            Ok(issued) => return Ok(issued),
            Err(error) => error,
        };
        let left = SIGN_IN_LIMIT.saturating_sub(clock.elapsed() - began);
        if !error.is_transient() || left.is_zero() {
            return Err(error);
        }
        if failures == 0 {
            news.send(TokenNews::Retrying {
                reason: error.one_line(),
                limit: SIGN_IN_LIMIT,
            });
        }
        clock.sleep(pause(failures, &error).min(left)).await;
        failures += 1;
    }
}

/// One exchange, repeated at once with a new assertion if the first one was outside of its validity period, as happens
/// when the clock is set in between.
pub(super) async fn exchange(
    credential: &Credential,
    clock: &Clock,
) -> Result<Issued, SignInError> {
    match exchange_once(credential, clock).await {
        Err(error) if error.is_stale_assertion() => exchange_once(credential, clock).await,
        outcome => outcome,
    }
}

async fn exchange_once(credential: &Credential, clock: &Clock) -> Result<Issued, SignInError> {
    clock
        .timeout(EXCHANGE_LIMIT, credential.exchange())
        .await
        .unwrap_or(Err(SignInError::TimedOut {
            after: EXCHANGE_LIMIT,
        }))
}

/// How long to wait after `error`, which `failures` others preceded.
pub(super) fn pause(failures: u32, error: &SignInError) -> Duration {
    let backoff = Duration::from_secs(1 << failures.min(6)).min(LONGEST_PAUSE);
    backoff.max(error.retry_after().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use insta::assert_snapshot;
    use tokio::sync::mpsc::UnboundedReceiver;

    use super::*;
    use crate::{
        identity::news::tests::kept,
        testing::entra::{Answer, FakeAzure},
    };

    async fn first(
        azure: &FakeAzure,
    ) -> (Result<Issued, SignInError>, UnboundedReceiver<TokenNews>) {
        let (sender, news) = kept();
        let credential = azure.credential(FakeAzure::oidc());
        let outcome = sign_in(&credential, &azure.clock(), &sender).await;
        (outcome, news)
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
    async fn the_first_sign_in_is_retried_after_transient_errors() {
        let azure = FakeAzure::start();
        azure.entra_answers([Answer::aadsts(90033), Answer::Busy(429, 10), Answer::Drop]);
        let (outcome, mut news) = first(&azure).await;
        assert!(outcome.is_ok());
        let asked: Vec<_> = azure.asked().iter().map(Duration::as_secs).collect();
        assert_eq!(asked, [0, 1, 11, 15]);
        let Ok(TokenNews::Retrying { reason, limit }) = news.try_recv() else {
            panic!("news of the retry");
        };
        assert_eq!(limit, SIGN_IN_LIMIT);
        assert_snapshot!(reason, @"Entra ID cannot issue a token at the moment; Entra ID answered: AADSTS90033: It's so. (HTTP 401, trace id tttt, correlation id cccc)");
        assert!(news.try_recv().is_err());
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
    async fn the_first_sign_in_is_not_retried_where_the_network_is_in_the_way() {
        let page = || Answer::Refuse(200, "<html>log in</html>".to_owned());
        let mut messages = Vec::new();
        for answer in [Answer::Untrusted, page()] {
            for is_entra in [true, false] {
                let azure = FakeAzure::start();
                match is_entra {
                    true => azure.entra_answers([answer.clone()]),
                    false => azure.github_answers([answer.clone()]),
                }
                let error = first(&azure).await.0.unwrap_err();
                assert!(error.is_blocked() && !error.is_transient(), "{error}");
                assert_eq!(azure.elapsed(), Duration::ZERO);
                messages.push(error.to_string());
            }
        }
        assert_snapshot!(messages.join("\n"), @r"
        cannot reach Entra ID at login.microsoftonline.com: the server's certificate was not issued by a trusted authority; if a proxy inspects TLS, give the proxy's CA certificate as ca-file; if SSL_CERT_FILE or SSL_CERT_DIR is set, it replaces the public authorities
        GitHub's id-token endpoint cannot be reached: the server's certificate was not issued by a trusted authority; if a proxy inspects TLS, give the proxy's CA certificate as ca-file; if SSL_CERT_FILE or SSL_CERT_DIR is set, it replaces the public authorities
        cannot reach Entra ID at login.microsoftonline.com: a web page came instead of a token; a captive portal, proxy or firewall answers in the server's place: let this machine reach the server, or set HTTPS_PROXY to the proxy to use
        GitHub's id-token endpoint cannot be reached: a web page came instead of a token; a captive portal, proxy or firewall answers in the server's place: let this machine reach the server, or set HTTPS_PROXY to the proxy to use
        ");
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_sign_in_is_not_retried_after_permanent_errors() {
        for code in [700213, 7000215, 123_456] {
            let azure = FakeAzure::start();
            azure.entra_answers([Answer::aadsts(code)]);
            assert!(first(&azure).await.0.is_err());
            assert_eq!(azure.asked().len(), 1);
        }
    }
}
