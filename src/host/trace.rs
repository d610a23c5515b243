//! Traces requests to the log when step debugging is on.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;

use super::Console;

/// Only our own events are traced: libraries may log full URLs.
const OURS: &str = "long_deploy=debug";

/// Sends traces to `console` as debug messages.
pub(crate) fn trace(console: &Console) {
    let console = console.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(OURS))
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_level(false)
        .with_writer(move || Lines(console.clone()))
        .finish();
    // This fails only if a test has set a subscriber before.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Receives formatted events, each in a single write.
struct Lines(Console);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.debug(String::from_utf8_lossy(bytes).trim_end());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
