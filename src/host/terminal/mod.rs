//! A terminal, or whatever else describes itself as no other host.

pub(super) mod live;

use std::{
    io::{IsTerminal, stderr, stdin, stdout},
    sync::{Arc, LazyLock},
};

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

/// Whether a row of the terminal can be written anew: standard output and error are both one that can do that.
pub(super) fn has_live_row(variable: Variable<'_>) -> bool {
    let is_dumb = variable("TERM").as_deref() == Some("dumb");
    stdout().is_terminal() && stderr().is_terminal() && !is_dumb
}

/// How many columns the terminal has, if it tells them.
pub(super) fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(stderr()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// Whether somebody can be asked: standard input is a terminal, and not that of another command in front of us, which
/// would stop us for reading.
pub(super) fn can_ask() -> bool {
    let is_in_front = || match rustix::termios::tcgetpgrp(stdin()) {
        Ok(group) => group == rustix::process::getpgrp(),
        // Not our controlling terminal, so nobody stops us.
        Err(_) => true,
    };
    stdin().is_terminal() && is_in_front()
}
