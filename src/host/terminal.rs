//! A terminal, or whatever else describes itself as no other host.

use std::sync::{Arc, LazyLock};

use azure_core::http::HttpClient;

use super::{
    context::Context,
    host::{Host, Variable},
    id_token::{IdTokenError, IdTokens},
};
use crate::clock::Clock;

static NOWHERE: LazyLock<Context> = LazyLock::new(Context::default);

/// A terminal: people read what is printed.
#[derive(Debug)]
pub(super) struct Terminal;

impl Host for Terminal {
    fn name(&self) -> &'static str {
        "a terminal"
    }

    fn context(&self) -> &Context {
        &NOWHERE
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn has_colours(&self) -> bool {
        false
    }

    fn id_tokens(
        &self,
        _: Variable<'_>,
        _: Arc<dyn HttpClient>,
        _: Clock,
    ) -> Result<Arc<dyn IdTokens>, IdTokenError> {
        Err(IdTokenError::NotOffered {
            advice: "a terminal offers no id token: give auth-type azure-cli to use the sign-in of `az login`, or a \
                     client-secret",
        })
    }
}
