//! How long earlier deployments of the same kind took, read beside the following in time that would be slept.
//!
//! Only a forecast depends on it: whatever goes wrong is silence, and Azure is asked for little.

mod choice;
mod own_times;
mod reading;
mod run;

use std::sync::OnceLock;

use self::{
    choice::{Choice, choose},
    own_times::OwnTimes,
    reading::Reading,
    run::read_run,
};
use super::{Context, pace::HISTORY_AFTER, stage::Ours};
use crate::{
    arm::Target,
    event::{Event, Foreseen, History},
};

/// Reads the history of what is followed and tells it: if there is much of it, first the newest deployment alone.
///
/// What ends soon needs no forecast, so the first request is not made at once.
pub(super) async fn read_history(
    context: Context<'_>,
    target: &Target,
    ours: &Ours,
    foreseen: &OnceLock<Foreseen>,
) {
    context.clock.sleep(HISTORY_AFTER).await;
    let mut reading = Reading::new(context);
    let Some(present) = reading.present(target, ours).await else {
        return;
    };
    let Some(listed) = reading.succeeded_beside(&present.id).await else {
        return;
    };
    let choice = choose(&present, listed);
    read_chosen(&mut reading, choice, foreseen, |history| {
        context.events.emit(Event::HistoryRead(history));
    })
    .await;
}

/// Reads the chosen deployments, the newest first, as long as requests may be made.
async fn read_chosen(
    reading: &mut Reading<'_>,
    choice: Choice,
    foreseen: &OnceLock<Foreseen>,
    tell: impl Fn(History),
) {
    let (mut times, mut told) = (OwnTimes::default(), None);
    let (mut runs, mut is_oldest_read) = (Vec::new(), false);
    for (at, chosen) in choice.runs.iter().enumerate() {
        if let Some(foreseen) = foreseen.get() {
            times.learn_foreseen(foreseen);
        }
        let read = read_run(reading, &mut times, chosen).await;
        is_oldest_read = read.is_some();
        runs.extend(read);
        if at == 0 && choice.runs.len() > 1 && !runs.is_empty() {
            let history = History {
                runs: runs.clone(),
                has_older: true,
            };
            tell(history.clone());
            told = Some(history);
        }
    }
    let has_older = choice.has_older || !is_oldest_read;
    let history = History { runs, has_older };
    if !history.runs.is_empty() && told.as_ref() != Some(&history) {
        tell(history);
    }
}
