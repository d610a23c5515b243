//! Keeps a valid token: refreshes it in time, although timers, clock or network may fail.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use azure_core::credentials::Secret;
use tokio_util::sync::CancellationToken;

use super::{
    credential::{Credential, Issued},
    error::SignInError,
    exchange::{exchange, pause, sign_in},
    held::{Held, Moment},
    news::{NewsSender, TokenNews},
};
use crate::clock::Clock;

/// How often the token's age is checked. Timers stand still while a machine is suspended, so one long sleep until the
/// next refresh would end too late.
const TICK: Duration = Duration::from_secs(20);

/// How long a token that was issued because Resource Manager refused the one before is not replaced for that reason
/// again: a refusal that lasts is not about the token.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(5 * 60);
/// The same after a failed exchange, which may have been transient.
const RENEWAL_RETRY: Duration = Duration::from_secs(60);

/// Keeps a token and refreshes it in time, independently of who asks for it.
pub(crate) struct Keeper {
    credential: Arc<Credential>,
    limit: Duration,
    clock: Clock,
    news: NewsSender,
    /// Held during an exchange, so that there is one at a time.
    exchanging: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    held: Held,
    /// Tokens that were issued after the first.
    refreshes: u32,
    /// Exchanges that ended, successfully or not, after the first.
    exchanges: u64,
    /// How the last exchange ended, if it failed.
    failure: Option<SignInError>,
    /// The last exchange because Resource Manager refused the token: when it ended, and how long none follows it.
    renewal: Option<(Moment, Duration)>,
}

impl Keeper {
    /// Signs in, with retries for two minutes after transient errors, and keeps the token. While [`Self::keep`] runs, no
    /// token is used for longer than `limit` or three quarters of its lifetime, unless the issuer gives no other.
    ///
    /// # Errors
    /// Why there is no token.
    pub(crate) async fn sign_in(
        credential: Arc<Credential>,
        limit: Duration,
        clock: Clock,
        news: NewsSender,
    ) -> Result<Arc<Self>, SignInError> {
        let issued = sign_in(&credential, &clock, &news).await?;
        let held = Held::new(issued, limit, &clock);
        news.send(TokenNews::SignedIn(held.token));
        Ok(Arc::new(Self {
            credential,
            limit,
            clock,
            news,
            exchanging: tokio::sync::Mutex::default(),
            state: Mutex::new(State {
                held,
                refreshes: 0,
                exchanges: 0,
                failure: None,
                renewal: None,
            }),
        }))
    }

    /// The present token, without waiting while it is valid; a new one after that.
    ///
    /// # Errors
    /// Why the expired token could not be renewed.
    pub(crate) async fn token(&self) -> Result<Secret, SignInError> {
        let held = self.state().held.clone();
        if held.is_alive(&self.clock) {
            return Ok(held.secret);
        }
        self.refresh(|held| held.is_alive(&self.clock)).await
    }

    /// Another token than `rejected`, which Resource Manager refused: the present one if it was refreshed meanwhile, else
    /// a new one. `None` if there is no other: the issuer returned the same one, or `rejected` is itself the result of
    /// a renewal less than five minutes ago, so that another one would not help.
    ///
    /// # Errors
    /// Why there is no new token.
    pub(crate) async fn renew(&self, rejected: &Secret) -> Result<Option<Secret>, SignInError> {
        let before = {
            let state = self.state();
            let is_recent = state
                .renewal
                .is_some_and(|(ended, interval)| ended.elapsed(&self.clock) < interval);
            if is_recent && state.held.secret == *rejected {
                return Ok(None);
            }
            state.exchanges
        };
        let outcome = self
            .refresh(|held| held.secret != *rejected && held.is_alive(&self.clock))
            .await;
        let interval = outcome.as_ref().map_or(RENEWAL_RETRY, |_| RENEWAL_INTERVAL);
        let mut state = self.state();
        if state.exchanges != before {
            state.renewal = Some((Moment::now(&self.clock), interval));
        }
        outcome.map(|secret| (secret != *rejected).then_some(secret))
    }

    /// Refreshes the token in time until `stop`. A failure is reported once, and retried without end.
    pub(crate) async fn keep(self: Arc<Self>, stop: CancellationToken) {
        stop.run_until_cancelled(self.refresh_in_time()).await;
    }

    /// Time since the present token was issued.
    #[must_use]
    pub(crate) fn age(&self) -> Duration {
        self.state().held.age(&self.clock)
    }

    /// How long the present token is still valid.
    #[must_use]
    pub(crate) fn expires_in(&self) -> Duration {
        self.state().held.expires_in(&self.clock)
    }

    /// How many tokens were issued after the first.
    #[must_use]
    pub(crate) fn refreshes(&self) -> u32 {
        self.state().refreshes
    }

    async fn refresh_in_time(&self) {
        let mut failures = 0;
        loop {
            let held = self.state().held.clone();
            let due = held.due_in(&self.clock);
            if !due.is_zero() {
                self.clock.sleep(due.min(TICK)).await;
                continue;
            }
            match self
                .refresh(|held| !held.due_in(&self.clock).is_zero())
                .await
            {
                Ok(_) => failures = 0,
                Err(error) => {
                    self.clock.sleep(pause(failures, &error)).await;
                    failures += 1;
                }
            }
        }
    }

    /// Gets a new token unless the present one is `good`. One exchange serves all who ask while it runs.
    async fn refresh(&self, good: impl Fn(&Held) -> bool) -> Result<Secret, SignInError> {
        let exchanges = self.state().exchanges;
        let _guard = self.exchanging.lock().await;
        {
            let state = self.state();
            if good(&state.held) {
                return Ok(state.held.secret.clone());
            }
            if state.exchanges != exchanges {
                return match &state.failure {
                    Some(error) => Err(error.clone()),
                    None => Ok(state.held.secret.clone()),
                };
            }
        }
        match exchange(&self.credential, &self.clock).await {
            Ok(issued) => Ok(self.succeed(issued)),
            Err(error) => Err(self.fail(error)),
        }
    }

    fn succeed(&self, issued: Issued) -> Secret {
        let mut state = self.state();
        state.exchanges += 1;
        state.failure = None;
        // A managed identity's endpoint returns its cached token: nothing was refreshed.
        if issued.secret == state.held.secret {
            state.held.confirm(issued.lifetime, &self.clock);
            return issued.secret;
        }
        let held = Held::new(issued, self.limit, &self.clock);
        let (secret, token) = (held.secret.clone(), held.token);
        state.held = held;
        state.refreshes += 1;
        drop(state);
        self.news.send(TokenNews::Refreshed(token));
        secret
    }

    fn fail(&self, error: SignInError) -> SignInError {
        let mut state = self.state();
        state.exchanges += 1;
        let is_first = state.failure.replace(error.clone()).is_none();
        let expires_in = state.held.expires_in(&self.clock);
        drop(state);
        if is_first && !expires_in.is_zero() {
            self.news.send(TokenNews::RefreshFailed {
                reason: error.one_line(),
                expires_in,
            });
        }
        error
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper")
            .field("age", &self.age())
            .field("refreshes", &self.refreshes())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use insta::assert_snapshot;
    use jiff::SignedDuration;
    use tokio::sync::mpsc::UnboundedReceiver;

    use super::*;
    use crate::{
        identity::{Method, exchange::EXCHANGE_LIMIT, news::tests::kept},
        testing::entra::{Answer, FakeAzure},
    };

    const MINUTE: Duration = Duration::from_mins(1);

    struct Run {
        azure: FakeAzure,
        keeper: Arc<Keeper>,
        news: UnboundedReceiver<TokenNews>,
        stop: CancellationToken,
    }

    impl Run {
        /// Signs in by OIDC and lets the keeper keep.
        async fn start(azure: FakeAzure) -> Self {
            Self::start_as(FakeAzure::oidc(), azure).await
        }

        async fn start_as(method: Method, azure: FakeAzure) -> Self {
            let (sender, news) = kept();
            let credential = Arc::new(azure.credential(method));
            let limit = MINUTE * 45;
            let keeper = Keeper::sign_in(credential, limit, azure.clock(), sender)
                .await
                .unwrap();
            let stop = CancellationToken::new();
            tokio::spawn(keeper.clone().keep(stop.clone()));
            Self {
                azure,
                keeper,
                news,
                stop,
            }
        }

        fn news(&mut self) -> Vec<String> {
            std::iter::from_fn(|| self.news.try_recv().ok())
                .map(|news| words(&news))
                .collect()
        }

        async fn secret(&self) -> String {
            self.keeper.token().await.unwrap().secret().to_owned()
        }
    }

    fn words(news: &TokenNews) -> String {
        let minutes = |duration: Duration| duration.as_secs_f64() / 60.0;
        match news {
            TokenNews::SignedIn(token) => {
                format!("signed in, next in {}", minutes(token.refresh_in))
            }
            TokenNews::Refreshed(token) => {
                format!("refreshed, next in {}", minutes(token.refresh_in))
            }
            TokenNews::RefreshFailed { expires_in, .. } => {
                format!("failed, {} left", minutes(*expires_in).round())
            }
            other => format!("{other:?}"),
        }
    }

    fn minutes(asked: &[Duration]) -> Vec<u64> {
        asked.iter().map(|at| at.as_secs() / 60).collect()
    }

    async fn pass(duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    #[tokio::test(start_paused = true)]
    async fn five_hours_take_a_new_token_every_45_minutes() {
        let mut run = Run::start(FakeAzure::start()).await;
        for _ in 0..600 {
            run.keeper.token().await.unwrap();
            assert!(run.keeper.age() <= MINUTE * 45);
            pass(MINUTE / 2).await;
        }
        assert_eq!(minutes(&run.azure.asked()), [0, 45, 90, 135, 180, 225, 270]);
        assert_eq!(run.keeper.refreshes(), 6);
        assert_eq!(run.secret().await, "token-7");
        let mut told = vec!["signed in, next in 45"];
        told.resize(7, "refreshed, next in 45");
        assert_eq!(run.news(), told);
    }

    #[tokio::test(start_paused = true)]
    async fn debugging_shows_the_age_and_no_token() {
        let run = Run::start(FakeAzure::start()).await;
        pass(MINUTE * 50).await;
        assert_eq!(
            format!("{:?}", run.keeper),
            "Keeper { age: 300s, refreshes: 1, .. }"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn short_tokens_are_renewed_at_three_quarters_of_their_life() {
        let azure = FakeAzure::start();
        azure.set_lifetime(600);
        let run = Run::start(azure).await;
        pass(MINUTE * 31).await;
        let asked: Vec<_> = run.azure.asked().iter().map(Duration::as_secs).collect();
        assert_eq!(asked, [0, 450, 900, 1350, 1800]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hung_exchange_is_cut_off_and_blocks_nobody() {
        let mut run = Run::start(FakeAzure::start()).await;
        run.azure.entra_answers([Answer::Hang, Answer::Hang]);
        pass(MINUTE * 45 + Duration::from_secs(5)).await;
        assert_eq!(run.azure.asked().len(), 2);
        let before = run.azure.elapsed();
        assert_eq!(run.secret().await, "token-1");
        assert_eq!(run.azure.elapsed(), before);
        pass(MINUTE * 3).await;
        let asked: Vec<_> = run.azure.asked().iter().map(Duration::as_secs).collect();
        assert_eq!(asked, [0, 2700, 2731, 2763]);
        assert_eq!(
            run.news(),
            [
                "signed in, next in 45",
                "failed, 30 left",
                "refreshed, next in 45"
            ]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn failed_refreshes_are_reported_once_while_the_token_is_valid() {
        let mut run = Run::start(FakeAzure::start()).await;
        run.azure.entra_answers(vec![Answer::aadsts(700213); 1000]);
        pass(MINUTE * 60).await;
        assert_eq!(run.secret().await, "token-1");
        run.azure.recover();
        pass(MINUTE).await;
        assert_eq!(run.keeper.refreshes(), 1);
        assert_eq!(
            run.news(),
            [
                "signed in, next in 45",
                "failed, 30 left",
                "refreshed, next in 45"
            ]
        );
        run.azure.entra_answers([Answer::Drop]);
        pass(MINUTE * 46).await;
        assert_eq!(run.news(), ["failed, 30 left", "refreshed, next in 45"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_cannot_be_renewed_ends_in_the_error() {
        let run = Run::start(FakeAzure::start()).await;
        run.azure.entra_answers(vec![Answer::aadsts(700213); 1000]);
        pass(MINUTE * 74).await;
        assert!(run.keeper.token().await.is_ok());
        pass(MINUTE * 2).await;
        let error = run.keeper.token().await.unwrap_err();
        assert!(!error.is_transient());
        assert_snapshot!(error, @r"
        application 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8 has no federated credential for the presented token: add one with exactly these values (in the portal: the application's Certificates & secrets, or the managed identity's Settings, then Federated credentials; a new one takes some minutes to work):
          issuer (iss):   https://token.actions.githubusercontent.com
          subject (sub):  repo:org/repo:ref:refs/heads/main
          audience (aud): api://AzureADTokenExchange
        Entra ID answered: AADSTS700213: It's so. (HTTP 401, trace id tttt, correlation id cccc)
        ");
        run.azure.recover();
        pass(MINUTE).await;
        assert!(run.keeper.token().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_step_past_three_quarters_refreshes_at_the_next_look() {
        let run = Run::start(FakeAzure::start()).await;
        pass(MINUTE).await;
        run.azure.clock().step(SignedDuration::from_mins(30));
        pass(TICK).await;
        assert_eq!(run.keeper.refreshes(), 0);
        run.azure.clock().step(SignedDuration::from_mins(20));
        pass(TICK).await;
        assert_eq!(run.keeper.refreshes(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_set_back_does_not_make_a_token_younger() {
        let run = Run::start(FakeAzure::start()).await;
        run.azure.clock().step(SignedDuration::from_hours(-3));
        pass(MINUTE * 46).await;
        assert_eq!(minutes(&run.azure.asked()), [0, 45]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_request_after_a_suspension_gets_a_new_token() {
        let run = Run::start(FakeAzure::start()).await;
        run.azure.clock().step(SignedDuration::from_hours(5));
        assert_eq!(run.secret().await, "token-2");
        pass(TICK * 2).await;
        assert_eq!(run.keeper.refreshes(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_exchange_serves_all_who_ask() {
        let run = Run::start(FakeAzure::start()).await;
        let rejected = run.keeper.token().await.unwrap();
        run.azure.clock().step(SignedDuration::from_hours(5));
        let asked = (0..50).map(async |index| match index % 2 {
            0 => run.keeper.token().await.unwrap(),
            _ => run.keeper.renew(&rejected).await.unwrap().unwrap(),
        });
        for secret in futures::future::join_all(asked).await {
            assert_eq!(secret.secret(), "token-2");
        }
        assert_eq!(run.azure.asked().len(), 2);
        let again = run.keeper.renew(&rejected).await.unwrap().unwrap();
        assert_eq!(again.secret(), "token-2");
        assert_eq!(run.azure.asked().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_failure_serves_all_who_ask() {
        let run = Run::start(FakeAzure::start()).await;
        let rejected = run.keeper.token().await.unwrap();
        run.azure.entra_answers([Answer::Hang]);
        let asked = (0..50).map(|_| run.keeper.renew(&rejected));
        for outcome in futures::future::join_all(asked).await {
            assert!(matches!(outcome, Err(SignInError::TimedOut { .. })));
        }
        assert_eq!(run.azure.elapsed(), EXCHANGE_LIMIT);
        assert_eq!(run.azure.asked().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_leaves_the_refresh_to_the_next() {
        let run = Run::start(FakeAzure::start()).await;
        let rejected = run.keeper.token().await.unwrap();
        run.azure.entra_answers([Answer::Hang]);
        let given_up = tokio::time::timeout(MINUTE / 60, run.keeper.renew(&rejected)).await;
        assert!(given_up.is_err());
        assert!(run.keeper.renew(&rejected).await.unwrap().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_that_last_cost_one_exchange_in_five_minutes() {
        let run = Run::start(FakeAzure::start()).await;
        let mut renewals = 0;
        for _ in 0..365 {
            let refused = run.keeper.token().await.unwrap();
            renewals += u64::from(run.keeper.renew(&refused).await.unwrap().is_some());
            pass(MINUTE).await;
        }
        assert_eq!(renewals, 73);
        assert_eq!(run.azure.asked().len(), 74);
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_cost_few_exchanges_when_those_fail_too() {
        let run = Run::start(FakeAzure::start()).await;
        run.azure.entra_answers(vec![Answer::aadsts(700213); 1000]);
        let refused = run.keeper.token().await.unwrap();
        for _ in 0..300 {
            let _ = run.keeper.renew(&refused).await;
            pass(MINUTE / 30).await;
        }
        assert_eq!(run.azure.asked().len(), 11);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_was_refreshed_in_time_may_be_refused_at_once() {
        let run = Run::start(FakeAzure::start()).await;
        let first = run.keeper.token().await.unwrap();
        pass(MINUTE * 46).await;
        let second = run.keeper.renew(&first).await.unwrap().unwrap();
        assert_eq!(second.secret(), "token-2");
        let third = run.keeper.renew(&second).await.unwrap().unwrap();
        assert_eq!(third.secret(), "token-3");
        assert_eq!(run.keeper.renew(&third).await.unwrap(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cached_token_is_no_refresh_and_is_not_asked_for_too_often() {
        let azure = FakeAzure::start();
        azure.set_lifetime(8 * 60 * 60);
        azure.cache_tokens();
        let mut run = Run::start_as(Method::ManagedIdentity, azure).await;
        pass(MINUTE * 8 * 60 - MINUTE).await;
        assert_eq!(run.keeper.refreshes(), 0);
        assert_eq!(run.news(), ["signed in, next in 45"]);
        assert_eq!(run.secret().await, "token-1");
        assert_eq!(run.keeper.age().as_secs() / 60, 8 * 60 - 1);
        assert!(run.keeper.expires_in() <= MINUTE * 2);
        // At 45 minutes, then after half of the remaining time, but never within two minutes.
        let asked = run.azure.asked();
        let expected = [0, 45, 262, 371, 425, 452, 466, 473, 476, 478];
        assert_eq!(minutes(&asked), expected);
        pass(MINUTE * 3).await;
        assert_eq!(run.news(), ["refreshed, next in 45"]);
        assert!(run.azure.asked().len() <= expected.len() + 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cached_token_that_is_refused_has_no_successor() {
        let azure = FakeAzure::start();
        azure.cache_tokens();
        let run = Run::start_as(Method::ManagedIdentity, azure).await;
        let refused = run.keeper.token().await.unwrap();
        assert_eq!(run.keeper.renew(&refused).await.unwrap(), None);
        assert_eq!(run.keeper.renew(&refused).await.unwrap(), None);
        assert_eq!(run.azure.asked().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stopped_keeper_renews_nothing() {
        let run = Run::start(FakeAzure::start()).await;
        run.stop.cancel();
        pass(MINUTE * 60).await;
        assert_eq!(run.azure.asked().len(), 1);
        assert_eq!(run.secret().await, "token-1");
    }

    #[tokio::test(start_paused = true)]
    async fn shows_no_token() {
        let run = Run::start(FakeAzure::start()).await;
        let token = run.keeper.token().await.unwrap();
        let shown = format!("{:?} {token:?}", run.keeper);
        assert!(!shown.contains("token-1"), "{shown}");
    }
}
