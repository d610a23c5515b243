//! Who we are to Azure: clouds, assertions, credentials, and the keeper of the token.

mod assertion;
mod cloud;
mod credential;
mod endpoint;
mod error;
#[cfg(test)]
pub(crate) mod fake;
mod guid;
mod keeper;
mod refusal;
mod sign_in;

pub use azure_core::credentials::Secret;
pub use cloud::Cloud;
pub use credential::{Credential, Issued, TokenSource};
pub use error::{Asker, Issuer, Refused, SignInError};
pub use guid::{Guid, InvalidGuid};
pub use keeper::Keeper;
pub use refusal::Refusal;
pub use sign_in::{Method, SignIn};
