//! The wish to stop a run before its end: a signal, and in a terminal an answer.

use std::{
    io,
    sync::{Arc, OnceLock},
};

use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
    task::spawn_blocking,
};
use tokio_util::sync::CancellationToken;

use super::{Console, Line, Runner};

/// Short, as it must fit into a row.
const QUESTION: &str = "Leave the deployment to Azure, or cancel it? [L/c] ";

/// What is to become of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// It goes on in Azure.
    Leave,
    /// It is cancelled.
    Cancel,
}

impl Wish {
    /// What an answer means; anything but a clear word leaves the deployment alone.
    fn of(answer: &str) -> Self {
        match answer.trim().to_lowercase().as_str() {
            "c" | "cancel" => Self::Cancel,
            _ => Self::Leave,
        }
    }
}

/// Whether a run is to stop before its end; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt {
    token: CancellationToken,
    wish: Arc<OnceLock<Wish>>,
}

impl Interrupt {
    /// Is cancelled when the run is to stop.
    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// What somebody said is to become of the deployment; otherwise the inputs say it.
    pub(crate) fn wish(&self) -> Option<Wish> {
        self.wish.get().copied()
    }

    /// Stops the run. Only the first call has an effect.
    pub(crate) fn stop(&self, wish: Option<Wish>) {
        if self.token.is_cancelled() {
            return;
        }
        if let Some(wish) = wish {
            self.wish.get_or_init(|| wish);
        }
        self.token.cancel();
    }
}

/// An interrupt that comes at the first SIGINT or SIGTERM. At a SIGINT in a terminal, people are asked first; another one
/// leaves the deployment alone.
///
/// Process 1 of a container has no default signal handlers, so both would be ignored otherwise. Must be called in a
/// tokio runtime.
#[must_use]
pub(crate) fn interruption(runner: &Runner) -> Interrupt {
    let interrupt = Interrupt::default();
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    if let [Ok(int), Ok(term)] = signals {
        tokio::spawn(stop_at_signal(interrupt.clone(), runner.clone(), int, term));
    }
    interrupt
}

async fn stop_at_signal(interrupt: Interrupt, runner: Runner, mut int: Signal, mut term: Signal) {
    let is_by_hand = select! {
        _ = int.recv() => true,
        _ = term.recv() => false,
    };
    if !is_by_hand || !runner.can_ask() {
        return interrupt.stop(None);
    }
    let (int, term) = (int.recv(), term.recv());
    let wish = ask(&runner.console, answer(), int, term).await;
    interrupt.stop(wish);
}

/// Asks what is to become of the deployment; `None` if a SIGTERM comes, as inputs say it then.
async fn ask(
    console: &Console,
    answer: impl Future<Output = Wish>,
    int: impl Future,
    term: impl Future,
) -> Option<Wish> {
    if console.has_live_row() {
        console.set_question(Some(QUESTION));
    } else {
        console.print(&Line::plain(QUESTION));
    }
    let wish = select! {
        biased;
        _ = term => None,
        _ = int => Some(Wish::Leave),
        wish = answer => Some(wish),
    };
    console.set_question(None);
    wish
}

/// What is typed. The thread that waits for it does not keep the process.
async fn answer() -> Wish {
    let line = spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    });
    match line.await {
        Ok(Ok(line)) => Wish::of(&line),
        _ => Wish::Leave,
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;
    use crate::host::{Kept, Taste};

    #[test]
    fn only_a_clear_word_cancels() {
        for (answer, expected) in [
            ("c\n", Wish::Cancel),
            (" CANCEL \r\n", Wish::Cancel),
            ("\n", Wish::Leave),
            ("", Wish::Leave),
            ("l\n", Wish::Leave),
            ("continue\n", Wish::Leave),
            ("yes\n", Wish::Leave),
        ] {
            assert_eq!(Wish::of(answer), expected, "{answer:?}");
        }
    }

    async fn asked(
        answer: impl Future<Output = Wish>,
        int: impl Future,
        term: impl Future,
    ) -> (Option<Wish>, String) {
        let kept = Kept::default();
        let console = Console::plain(kept.clone(), Taste::default());
        (ask(&console, answer, int, term).await, kept.text())
    }

    #[tokio::test]
    async fn another_signal_is_an_answer() {
        let (wish, shown) = asked(ready(Wish::Cancel), pending::<()>(), pending::<()>()).await;
        assert_eq!(wish, Some(Wish::Cancel));
        assert!(shown.contains("[L/c]"), "{shown}");
        let (wish, _) = asked(pending(), ready(()), pending::<()>()).await;
        assert_eq!(wish, Some(Wish::Leave));
        let (wish, _) = asked(pending(), pending::<()>(), ready(())).await;
        assert_eq!(wish, None);
    }

    #[test]
    fn the_first_wish_counts() {
        let interrupt = Interrupt::default();
        interrupt.stop(Some(Wish::Leave));
        interrupt.stop(Some(Wish::Cancel));
        assert_eq!(interrupt.wish(), Some(Wish::Leave));
        let interrupt = Interrupt::default();
        interrupt.stop(None);
        interrupt.stop(Some(Wish::Cancel));
        assert_eq!(interrupt.wish(), None);
        assert!(interrupt.token().is_cancelled());
    }
}
