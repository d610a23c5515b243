//! Signs in lazily, when the first token is needed.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::{Credential, Keeper, SignInError, news::NewsSender};
use crate::clock::Clock;

/// Signs in when the first token is needed, once for all users.
pub(crate) struct Session {
    credential: Result<Arc<Credential>, SignInError>,
    limit: Duration,
    clock: Clock,
    news: NewsSender,
    keeper: OnceCell<Result<Arc<Keeper>, SignInError>>,
}

impl Session {
    /// A session with this credential; nothing is sent yet. An error instead of a credential is returned on first use.
    /// No token is used for longer than `limit`.
    #[must_use]
    pub(crate) fn new(
        credential: Result<Credential, SignInError>,
        limit: Duration,
        clock: Clock,
        news: NewsSender,
    ) -> Self {
        Self {
            credential: credential.map(Arc::new),
            limit,
            clock,
            news,
            keeper: OnceCell::new(),
        }
    }

    /// The keeper of the token, after signing in if that has not happened. A failure is final.
    ///
    /// # Errors
    /// Why there is no token.
    pub(crate) async fn keeper(&self) -> Result<Arc<Keeper>, SignInError> {
        self.keeper.get_or_init(|| self.sign_in()).await.clone()
    }

    /// Why signing in failed, if it did.
    #[must_use]
    pub(crate) fn failure(&self) -> Option<SignInError> {
        self.keeper.get()?.as_ref().err().cloned()
    }

    /// When the runner stops issuing id tokens to this job, if known. No refresh can succeed after that.
    #[must_use]
    pub(crate) fn expires(&self) -> Option<Timestamp> {
        self.credential.as_ref().ok()?.expires()
    }

    async fn sign_in(&self) -> Result<Arc<Keeper>, SignInError> {
        let credential = self.credential.clone()?;
        Keeper::sign_in(
            credential,
            self.limit,
            self.clock.clone(),
            self.news.clone(),
        )
        .await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("credential", &self.credential)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use futures::future::join_all;

    use super::*;
    use crate::{
        identity::news::tests::kept,
        testing::entra::{Answer, FakeAzure},
    };

    fn session(azure: &FakeAzure) -> Session {
        let credential = Ok(azure.credential(FakeAzure::oidc()));
        let limit = Duration::from_mins(45);
        Session::new(credential, limit, azure.clock(), kept().0)
    }

    #[tokio::test(start_paused = true)]
    async fn signs_in_once_and_only_on_demand() {
        let azure = FakeAzure::start();
        let session = session(&azure);
        assert!(azure.asked().is_empty());
        let keepers = join_all((0..10).map(|_| session.keeper())).await;
        let first = keepers[0].as_ref().unwrap();
        assert!(
            keepers
                .iter()
                .all(|keeper| Arc::ptr_eq(keeper.as_ref().unwrap(), first))
        );
        assert_eq!(azure.asked().len(), 1);
        assert_eq!(session.failure(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_final() {
        let azure = FakeAzure::start();
        azure.entra_answers([Answer::aadsts(700213)]);
        let session = session(&azure);
        let error = session.keeper().await.unwrap_err();
        assert_eq!(session.keeper().await.unwrap_err(), error);
        assert_eq!(session.failure(), Some(error));
        assert_eq!(azure.asked().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_gives_up_does_not_affect_the_others() {
        let azure = FakeAzure::start();
        azure.entra_answers([Answer::Hang]);
        let session = session(&azure);
        let impatient = tokio::time::timeout(Duration::from_secs(13), session.keeper());
        assert!(impatient.await.is_err());
        assert!(session.keeper().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_missing_credential_is_an_error_on_first_use() {
        let missing = SignInError::Settings("none".to_owned());
        let clock = Clock::paused();
        let session = Session::new(Err(missing.clone()), Duration::MAX, clock, kept().0);
        assert_eq!(session.failure(), None);
        assert_eq!(session.keeper().await.unwrap_err(), missing);
        assert_eq!(session.failure(), Some(missing));
    }
}
