//! Notifications about the token: sign-in, refreshes and their failures.

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use crate::clock::seconds;

/// A token, described without its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    /// How long it is valid from when it was issued.
    #[serde(with = "seconds")]
    pub lifetime: Duration,
    /// When the next one will be fetched, counted from when it was issued.
    #[serde(with = "seconds")]
    pub refresh_in: Duration,
}

/// Something that happened to the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenNews {
    /// The first token was issued.
    SignedIn(Token),
    /// A later token was issued.
    Refreshed(Token),
    /// A refresh failed while the present token is valid; it will be tried again. Sent once until one succeeds.
    RefreshFailed {
        /// Why, on one line.
        reason: String,
        /// How long the present token remains valid.
        expires_in: Duration,
    },
    /// The first sign-in failed for a transient reason and is tried again. Sent once.
    Retrying {
        /// Why, on one line.
        reason: String,
        /// How long it is tried in all.
        limit: Duration,
    },
}

/// Where token news go; clones share it.
#[derive(Clone)]
pub(crate) struct NewsSender(Arc<dyn Fn(TokenNews) + Send + Sync>);

impl NewsSender {
    /// Calls `receive` for each news, in order and before the token can be used. It must not block.
    pub(crate) fn new(receive: impl Fn(TokenNews) + Send + Sync + 'static) -> Self {
        Self(Arc::new(receive))
    }

    pub(super) fn send(&self, news: TokenNews) {
        (self.0)(news);
    }
}

impl fmt::Debug for NewsSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewsSender")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    /// A sender whose news are kept for a look.
    pub(crate) fn kept() -> (NewsSender, UnboundedReceiver<TokenNews>) {
        let (sender, received) = unbounded_channel();
        let send = move |news| drop(sender.send(news));
        (NewsSender::new(send), received)
    }
}
