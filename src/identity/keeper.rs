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
mod tests;
