//! The signals with which a runner cancels a step.

use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled at the first SIGINT or SIGTERM.
///
/// Process 1 of a container has no default signal handlers, so both would be ignored otherwise. Must be called in a
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
