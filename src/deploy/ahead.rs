//! What is read ahead while something is followed. It decides nothing: it ends with the following, and neither a fault
//! nor a bug in it ends that.

use std::{convert::Infallible, future::pending, panic::AssertUnwindSafe, sync::OnceLock};

use azure_core::Bytes;
use futures::{FutureExt, future::join};
use tokio::select;
use tracing::debug;

use super::{Context, foresight::foresee, history::read_history, stage::Ours};
use crate::{
    arm::Target,
    event::{Event, Foreseen},
};

/// What can be read ahead of what is followed.
pub(super) struct Ahead<'a> {
    pub(super) context: Context<'a>,
    pub(super) target: &'a Target,
    /// Whose submission is followed.
    pub(super) ours: Ours,
    /// What was submitted, if this run did that.
    pub(super) body: Option<&'a Bytes>,
}

impl Ahead<'_> {
    /// Follows to the end, and reads ahead meanwhile.
    pub(super) async fn beside<T>(self, following: impl Future<Output = T>) -> T {
        select! {
            biased;
            followed = following => followed,
            never = harmless(Box::pin(self.read())) => match never {},
        }
    }

    async fn read(&self) {
        let foreseen = OnceLock::new();
        let history = read_history(self.context, self.target, &self.ours, &foreseen);
        join(self.foresee(&foreseen), history).await;
    }

    async fn foresee(&self, known: &OnceLock<Foreseen>) {
        if let (Target::Deployment(id), Some(body)) = (self.target, self.body)
            && let Some(foreseen) = foresee(self.context, id, body).await
        {
            self.context.events.emit(Event::Foreseen(foreseen.clone()));
            let _ = known.set(foreseen);
        }
    }
}

/// Goes on for ever when `work` is done, also if it panics.
async fn harmless(work: impl Future<Output = ()>) -> Infallible {
    if AssertUnwindSafe(work).catch_unwind().await.is_err() {
        debug!("reading ahead panicked");
    }
    pending().await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{sleep, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_is_done_or_panics_ends_nothing() {
        let done = timeout(Duration::from_hours(1), harmless(async {})).await;
        assert!(done.is_err());
        let odd = async {
            sleep(Duration::from_secs(1)).await;
            panic!("odd");
        };
        let panicked = timeout(Duration::from_hours(1), harmless(odd)).await;
        assert!(panicked.is_err());
    }
}
