//! Who we are to Azure: clouds, assertions, credentials, and the keeper of the token.

mod cloud;
mod guid;
mod sign_in;

pub use cloud::Cloud;
pub use guid::{Guid, InvalidGuid};
pub use sign_in::{Method, SignIn};
