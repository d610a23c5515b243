//! Id tokens, with which a host vouches for a job.

mod endpoint;
mod error;

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;

pub(super) use self::endpoint::{Endpoint, Told};
pub(crate) use self::error::IdTokenError;

/// Where a job's id tokens come from.
#[async_trait]
pub(crate) trait IdTokens: fmt::Debug + Send + Sync {
    /// A token for `audience`: a new one where the host issues several.
    ///
    /// # Errors
    /// Why there is none, after tries that could help.
    async fn fetch(&self, audience: &str) -> Result<SecretString, IdTokenError>;

    /// When the host stops vouching for this job, if known: no fetch can succeed after that.
    fn expires(&self) -> Option<Timestamp>;
}
