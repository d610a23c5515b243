//! Authorises and answers token requests from the Bicep child process.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    task::JoinSet,
};
use url::Url;

use super::wire::{AccessToken, TokenRequest, TokenResponse};
use crate::{
    clock::Clock,
    host::text::quote,
    identity::{Guid, Session, SignIn, SignInError},
};

/// Maximum request size in bytes.
const LONGEST_REQUEST: u64 = 8 * 1024;

/// Serves the broker's socket with tokens of one session.
pub(super) struct TokenServer {
    session: Arc<Session>,
    resource_manager: Url,
    tenant_id: Option<Guid>,
    clock: Clock,
    /// Requests that were received and not answered.
    unanswered: AtomicUsize,
}

impl TokenServer {
    pub(super) fn new(session: Arc<Session>, sign_in: &SignIn, clock: Clock) -> Self {
        Self {
            session,
            resource_manager: sign_in.cloud.resource_manager.clone(),
            tenant_id: sign_in.tenant_id.clone(),
            clock,
            unanswered: AtomicUsize::default(),
        }
    }

    /// Whether a client disconnected before its request was answered, or still waits.
    pub(super) fn has_unanswered(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) > 0
    }

    /// Serves all connections, concurrently, until it is dropped.
    pub(super) async fn serve(self: Arc<Self>, listener: UnixListener) {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(Arc::clone(&self).serve_one(stream));
            while connections.try_join_next().is_some() {}
        }
    }

    /// Answers the one request of a connection.
    async fn serve_one(self: Arc<Self>, mut stream: UnixStream) -> io::Result<()> {
        let mut line = String::new();
        let (reader, mut writer) = stream.split();
        BufReader::new(reader.take(LONGEST_REQUEST))
            .read_line(&mut line)
            .await?;
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        let response: TokenResponse = match serde_json::from_str(&line) {
            Ok(request) => self.token(&request).await,
            Err(_) => Err("not a token request".to_owned()),
        };
        let response = serde_json::to_string(&response)?;
        writer.write_all(response.as_bytes()).await?;
        self.unanswered.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }

    /// A token for Resource Manager, which the vault has had since it was issued; an error for any other request.
    async fn token(&self, request: &TokenRequest) -> TokenResponse {
        self.authorise(request)?;
        let failed =
            |error: SignInError| format!("signing in to Azure failed: {}", error.one_line());
        let keeper = self.session.keeper().await.map_err(failed)?;
        let secret = keeper.token().await.map_err(failed)?;
        let secret = secret.secret();
        let expires = self.clock.now() + keeper.expires_in();
        let tenant = self.tenant_id.as_ref().map(ToString::to_string);
        Ok(AccessToken::new(secret, expires, tenant))
    }

    /// Refuses every audience but Resource Manager, and every other tenant than our own.
    fn authorise(&self, request: &TokenRequest) -> Result<(), String> {
        let ours = self.resource_manager.as_str().trim_end_matches('/');
        let asked = request.resource.trim_end_matches('/');
        if !asked.eq_ignore_ascii_case(ours) {
            return Err(format!(
                "only tokens for {ours} are available, not for {}: set `cloud.currentProfile` in bicepconfig.json \
                 and the input `environment` to the same cloud",
                quote(asked)
            ));
        }
        let (Some(ours), Some(asked)) = (&self.tenant_id, &request.tenant) else {
            return Ok(());
        };
        if !asked.eq_ignore_ascii_case(&ours.to_string()) {
            return Err(format!(
                "only tokens of tenant {ours} are available, not of {}",
                quote(asked)
            ));
        }
        Ok(())
    }
}
