//! What is worth knowing about single resources while a run goes on.

use std::time::Duration;

use super::{
    expected::{Doing, Exceeded, Expected, Usual},
    figures::Figure,
    network::Network,
    plan::{Plan, Stage},
};

/// Number of notes that a tired reader takes in.
const MOST: usize = 3;

/// Something worth knowing about a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// The resource's name.
    pub(crate) name: String,
    pub(crate) said: Said,
}

/// What is worth knowing. The first kinds matter most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It runs longer than others wait for such a resource.
    Suspect { after: Duration },
    /// It runs longer than ever before.
    Longer {
        longest: Duration,
        /// How many there were before.
        count: usize,
        doing: Doing,
    },
    /// This is stated of its type.
    Stated(&'static Figure),
    /// The same, and it begins next.
    Next(&'static Figure),
}

impl Said {
    fn rank(&self) -> usize {
        match self {
            Self::Suspect { .. } => 0,
            Self::Longer { .. } => 1,
            Self::Stated(_) => 2,
            Self::Next(_) => 3,
        }
    }

    fn length(&self) -> Duration {
        match self {
            Self::Suspect { after: length }
            | Self::Longer {
                longest: length, ..
            } => *length,
            Self::Stated(figure) | Self::Next(figure) => figure.most(),
        }
    }
}

/// The notes on what runs, and on what is next if no estimate has been made.
pub(super) fn notes(
    plan: &Plan<'_>,
    network: &Network,
    expected: &[Expected<'_>],
    is_estimated: bool,
) -> Vec<Note> {
    let next = next(plan);
    let mut found: Vec<_> = network
        .resources()
        .filter_map(|at| {
            let said = match plan.parts[at].stage {
                Stage::Running(ran) => of_running(ran, &plan.parts[at].kind, &expected[at]),
                Stage::Ahead if next[at] => stated(&expected[at]).map(Said::Next),
                Stage::Ahead | Stage::Over => None,
            };
            Some((at, said?))
        })
        .filter(|(_, said)| !is_estimated || said.rank() < 2)
        .collect();
    found.sort_by_key(|(at, said)| (said.rank(), std::cmp::Reverse(said.length()), *at));
    let notes = found.into_iter().take(MOST).map(|(at, said)| Note {
        name: plan.parts[at].name().into_owned(),
        said,
    });
    notes.collect()
}

fn of_running(ran: f64, kind: &str, expected: &Expected<'_>) -> Option<Said> {
    let suspect = Figure::of(kind).and_then(Figure::suspect_after);
    if let Some(after) = suspect.filter(|after| ran > after.as_secs_f64()) {
        return Some(Said::Suspect { after });
    }
    if let Some(Exceeded {
        longest,
        count,
        doing,
    }) = expected.exceeded(ran)
    {
        return Some(Said::Longer {
            longest,
            count,
            doing,
        });
    }
    stated(expected).map(Said::Stated)
}

fn stated(expected: &Expected<'_>) -> Option<&'static Figure> {
    match expected.usual() {
        Some(Usual::Stated(figure)) => Some(figure),
        _ => None,
    }
}

/// What is ahead and waits for nothing else than for what has begun.
fn next(plan: &Plan<'_>) -> Vec<bool> {
    let mut waits_for_begun = vec![false; plan.parts.len()];
    let mut waits_for_ahead = vec![false; plan.parts.len()];
    for &(before, after) in &plan.waits {
        let is_ahead = plan.parts[before].stage == Stage::Ahead;
        waits_for_ahead[after] |= is_ahead;
        waits_for_begun[after] |= !is_ahead;
    }
    (0..plan.parts.len())
        .map(|at| waits_for_begun[at] && !waits_for_ahead[at])
        .collect()
}
