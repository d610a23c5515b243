//! Traces requests to the log when step debugging is on, and writes panics to standard error. Both may quote secrets.

use std::{
    io::{self, Write},
    panic,
};

use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt};

use super::{Console, Vault, text};

/// The most detailed level that is traced.
const LEVEL: Level = Level::DEBUG;

/// Sends traces to `console` as debug messages, without the secrets of `vault`.
pub(crate) fn trace(console: &Console, vault: &Vault) {
    let lines = Lines(console.clone(), vault.clone());
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LEVEL)
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_level(false)
        .with_writer(move || lines.clone())
        .finish()
        .with(ours());
    // This fails only if a test has set a subscriber before.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Only our own events are traced: libraries may log full URLs.
fn ours() -> Targets {
    Targets::new().with_target("long_deploy", LEVEL)
}

/// From now on panics are written without the secrets of `vault`.
pub(crate) fn report_panics(vault: &Vault) {
    let vault = vault.clone();
    panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string);
        let reason = panic.payload_as_str().unwrap_or_default();
        let line = panic_line(&place.unwrap_or_default(), reason, &vault);
        let _ = writeln!(io::stderr(), "{line}");
    }));
}

/// Where it panicked and why; the reason only while the vault is free, as the panic may have come from there.
fn panic_line(place: &str, reason: &str, vault: &Vault) -> String {
    let reason = vault.try_redact(reason).unwrap_or_default();
    let line = format!("panicked at {place}: {reason}");
    text::disarm(&text::one_line(&line))
}

/// Receives formatted events, each in a single write.
#[derive(Clone)]
struct Lines(Console, Vault);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.debug(self.1.redact(text.trim_end()).trim_end());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{Kept, Taste};

    #[test]
    fn traces_hold_no_secrets() {
        let log = Kept::default();
        let taste = Taste {
            debug: true,
            ..Taste::default()
        };
        let console = Console::of("", log.clone(), taste);
        let vault = Vault::new(console.clone());
        vault.keep(&"hush-4711".into());
        let written = Lines(console, vault).write(b"path=/a/hush-4711\n");
        assert_eq!(written.ok(), Some(18));
        assert_eq!(log.text(), "debug: path=/a/***\n");
    }

    #[test]
    fn libraries_are_not_traced() {
        let ours = ours();
        assert!(ours.would_enable(module_path!(), &Level::DEBUG));
        assert!(!ours.would_enable(module_path!(), &Level::TRACE));
        assert!(!ours.would_enable("reqwest::connect", &Level::ERROR));
    }

    #[test]
    fn panics_hold_no_secrets_and_no_commands() {
        let vault = Vault::new(Console::of("", io::sink(), Taste::default()));
        vault.keep(&"hush-4711".into());
        let line = panic_line("src/a.rs:1:2", "no hush-4711\n##[error]x", &vault);
        assert_eq!(line, "panicked at src/a.rs:1:2: no *** ## [error]x");
    }
}
