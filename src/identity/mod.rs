//! Who we are to Azure: clouds, assertions, credentials, and the keeper of the token.

mod assertion;
pub(crate) mod broker;
mod cloud;
mod credential;
mod endpoint;
mod error;
mod exchange;
#[cfg(test)]
pub(crate) mod fake;
mod guid;
mod held;
mod keeper;
pub(crate) mod news;
mod refusal;
mod refused;
mod session;
mod sign_in;

pub use azure_core::credentials::Secret;
pub use broker::Broker;
pub use cloud::Cloud;
pub use credential::Credential;
pub use error::SignInError;
pub use guid::{Guid, InvalidGuid};
pub use keeper::Keeper;

pub use news::{NewsSender, Token, TokenNews};
pub use refusal::Refusal;
pub use refused::{Asker, Issuer, Refused};
pub use session::Session;
pub(crate) use sign_in::TOKEN_FILE;
pub use sign_in::{Method, SignIn};
