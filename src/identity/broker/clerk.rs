//! Who may have a token of the broker, and for what.

use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use super::wire::{AccessToken, Answer, Question};
use crate::{
    clock::Clock,
    host::Console,
    identity::{Guid, Session, SignIn},
};

/// Answers the questions that come over the socket.
pub(super) struct Clerk {
    session: Arc<Session>,
    resource_manager: Url,
    tenant_id: Option<Guid>,
    clock: Clock,
    console: Console,
}

impl Clerk {
    pub(super) fn new(
        session: Arc<Session>,
        sign_in: &SignIn,
        clock: Clock,
        console: Console,
    ) -> Self {
        Self {
            session,
            resource_manager: sign_in.cloud.resource_manager.clone(),
            tenant_id: sign_in.tenant_id.clone(),
            clock,
            console,
        }
    }

    /// A token for Resource Manager, which the console masks before it leaves; nothing for anything else.
    pub(super) async fn answer(&self, question: &Question) -> Answer {
        self.check(question)?;
        let failed = |error: crate::identity::SignInError| {
            format!("signing in to Azure failed: {}", error.one_line())
        };
        let keeper = self.session.keeper().await.map_err(failed)?;
        let secret = keeper.token().await.map_err(failed)?;
        let secret = secret.secret();
        self.console.mask(&SecretString::from(secret));
        let expires = self.clock.now() + keeper.expires_in();
        let tenant = self.tenant_id.as_ref().map(ToString::to_string);
        Ok(AccessToken::new(secret, expires, tenant))
    }

    fn check(&self, question: &Question) -> Result<(), String> {
        let ours = self.resource_manager.as_str().trim_end_matches('/');
        let asked = question.resource.trim_end_matches('/');
        if !asked.eq_ignore_ascii_case(ours) {
            return Err(format!(
                "this run has tokens for {ours} only, not for {asked:?}: let `cloud.currentProfile` in \
                 bicepconfig.json and the input `environment` name the same cloud"
            ));
        }
        let (Some(ours), Some(asked)) = (&self.tenant_id, &question.tenant) else {
            return Ok(());
        };
        if !asked.eq_ignore_ascii_case(&ours.to_string()) {
            return Err(format!(
                "this run has tokens of tenant {ours} only, not of {asked:?}"
            ));
        }
        Ok(())
    }
}
