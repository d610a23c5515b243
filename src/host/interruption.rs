//! The signals by which a runner cancels a step.

use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled at the first SIGINT or SIGTERM.
///
/// As process 1 of a container we get no default handling: unhandled, both would be ignored. Must be called within a
/// tokio runtime.
#[must_use]
pub(crate) fn interruption() -> CancellationToken {
    let token = CancellationToken::new();
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    if let [Ok(interrupt), Ok(terminate)] = signals {
        tokio::spawn(cancel_at_first(token.clone(), interrupt, terminate));
    }
    token
}

async fn cancel_at_first(token: CancellationToken, mut interrupt: Signal, mut terminate: Signal) {
    select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    token.cancel();
}
