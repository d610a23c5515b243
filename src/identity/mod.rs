//! Signing in to Azure: clouds, assertions, credentials, and the token with its refreshes.

mod assertion;
mod azure_cli;
pub(crate) mod broker;
mod cloud;
mod credential;
mod endpoint;
mod error;
mod exchange;
mod guid;
mod held;
mod keeper;
pub(crate) mod news;
mod reason;
mod refusal;
mod refused;
mod session;
mod sign_in;

pub(crate) use broker::Broker;
pub(crate) use cloud::Cloud;
pub(crate) use credential::Credential;
pub(crate) use error::SignInError;
pub(crate) use guid::{Guid, InvalidGuid};
pub(crate) use keeper::Keeper;

pub(crate) use news::{NewsSender, Token, TokenNews};
pub(crate) use session::Session;
pub(crate) use sign_in::TOKEN_FILE;
pub(crate) use sign_in::{Method, SignIn};
