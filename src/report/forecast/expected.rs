//! How long a resource is expected to take, and what is left of it.

use std::time::Duration;

use super::{
    factors::assumed,
    figures::Figure,
    samples::{Own, Sample, Samples},
};

/// Seconds that a new resource is assumed to take if its type is not a slow one.
const QUICK: f64 = 30.0;
/// Seconds from which on it matters that something takes long: what was quicker is no news if it is late, and the
/// creation of what was quicker says enough of its update.
const SLOW: f64 = 120.0;

/// What is known of how long a resource takes.
#[derive(Debug)]
pub(super) enum Expected<'a> {
    /// Earlier runs did the same.
    Known {
        sample: &'a Sample,
        /// By how much its type differs, in order.
        factors: &'a [f64],
        doing: Doing,
    },
    /// It is updated, and only the first run with it was seen, which took so many seconds and may have created it.
    First(f64),
    /// It is new and of a slow type.
    Figure(&'static Figure),
    /// It is new, and nothing is known.
    Nothing,
}

/// What is usual for a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Usual {
    /// The median of earlier runs that did the same.
    Took(Duration),
    /// It is new, no earlier run created one of its type, and Microsoft states this of the type.
    Stated(&'static Figure),
}

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Updating,
    Creating,
}

/// What is left of a resource.
#[derive(Debug)]
pub(super) struct Left<'a> {
    /// Seconds: the median of the outcomes.
    pub(super) usual: f64,
    /// Whether earlier runs tell it.
    pub(super) on_history: bool,
    pub(super) outcomes: Outcomes<'a>,
}

/// Seconds that may be left.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcomes<'a> {
    One(f64),
    /// Any number between two.
    Between(f64, f64),
    /// So many seconds times one of these factors, which are in order, less those that have passed.
    Scaled {
        median: f64,
        factors: &'a [f64],
        ran: f64,
    },
}

/// A resource takes longer than ever before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exceeded {
    pub(super) longest: Duration,
    /// How many there were before.
    pub(super) count: usize,
    pub(super) doing: Doing,
}

impl<'a> Expected<'a> {
    /// What is expected of a resource of this type, of which earlier runs tell this.
    pub(super) fn of(own: Option<&'a Own>, kind: &str, samples: &'a Samples) -> Self {
        let (creations, factors) = samples.of_type(own, kind);
        if let Some(own) = own.filter(|own| own.exists) {
            if own.updates.is_empty() {
                return Self::First(own.first);
            }
            return Self::Known {
                sample: &own.updates,
                factors,
                doing: Doing::Updating,
            };
        }
        if let Some(sample) = creations {
            return Self::Known {
                sample,
                factors,
                doing: Doing::Creating,
            };
        }
        Figure::of(kind).map_or(Self::Nothing, Self::Figure)
    }

    /// What is usual, as far as it can be shown.
    pub(super) fn usual(&self) -> Option<Usual> {
        match self {
            Self::Known { sample, .. } => Some(Usual::Took(seconds(sample.median()))),
            Self::Figure(figure) => figure.is_official().then_some(Usual::Stated(figure)),
            Self::First(_) | Self::Nothing => None,
        }
    }

    /// What is left of it, if it has run for so many seconds, or has not begun.
    pub(super) fn left(&self, ran: Option<f64>) -> Left<'a> {
        let ran_or_none = ran.unwrap_or_default();
        match self {
            _ if ran.is_some_and(|ran| self.is_overdue(ran)) => Left::as_long_again(ran_or_none),
            Self::Known {
                sample, factors, ..
            } => Left::scaled(sample.median(), factors, ran_or_none, true),
            Self::First(took) => Left::one(took - ran_or_none),
            Self::Figure(figure) => {
                let most = figure.most().as_secs_f64();
                let least = figure
                    .least()
                    .map_or(most / 2.0, |least| least.as_secs_f64());
                Left::between(least - ran_or_none, most - ran_or_none)
            }
            Self::Nothing => Left::scaled(QUICK, assumed(), ran_or_none, false),
        }
    }

    /// Whether what is known says nothing more about something that has run for so many seconds.
    fn is_overdue(&self, ran: f64) -> bool {
        let longest = match self {
            Self::Known { sample, .. } => sample.longest(),
            Self::First(took) => *took,
            Self::Figure(figure) => figure.most().as_secs_f64(),
            Self::Nothing => QUICK,
        };
        ran > longest.max(SLOW)
    }

    /// Whether it has run longer than ever before.
    pub(super) fn exceeded(&self, ran: f64) -> Option<Exceeded> {
        match self {
            Self::Known { sample, doing, .. } if self.is_overdue(ran) => Some(Exceeded {
                longest: seconds(sample.longest()),
                count: sample.count(),
                doing: *doing,
            }),
            _ => None,
        }
    }
}

impl<'a> Left<'a> {
    /// What may take any time. No estimate relies on it: for as long as it is the longest, none is told.
    fn as_long_again(ran: f64) -> Self {
        Self::one(ran)
    }

    fn one(left: f64) -> Self {
        let left = left.max(0.0);
        Self {
            usual: left,
            on_history: false,
            outcomes: Outcomes::One(left),
        }
    }

    fn between(least: f64, most: f64) -> Self {
        let (least, most) = (least.max(0.0), most.max(0.0));
        Self {
            usual: f64::midpoint(least, most),
            on_history: false,
            outcomes: Outcomes::Between(least, most),
        }
    }

    fn scaled(median: f64, factors: &'a [f64], ran: f64, on_history: bool) -> Self {
        let outcomes = Outcomes::Scaled {
            median,
            factors,
            ran,
        };
        let usual = if ran > 0.0 {
            outcomes.in_run(1.0).at(0, 1)
        } else {
            median
        };
        Self {
            usual,
            on_history,
            outcomes,
        }
    }
}

impl Outcomes<'_> {
    /// The outcomes in a run that as a whole differs by this factor. Only those are left that are longer than what has
    /// passed.
    pub(super) fn in_run(self, factor: f64) -> Self {
        match self {
            Self::Scaled {
                median,
                factors,
                ran,
            } if ran > 0.0 => {
                let median = median * factor;
                let past = factors.partition_point(|factor| median * factor <= ran);
                let factors = &factors[past..];
                if factors.is_empty() {
                    return Self::One(0.0);
                }
                Self::Scaled {
                    median,
                    factors,
                    ran,
                }
            }
            Self::Scaled {
                median,
                factors,
                ran,
            } => Self::Scaled {
                median: median * factor,
                factors,
                ran,
            },
            Self::One(_) | Self::Between(..) => self,
        }
    }

    /// One of as many outcomes as are asked for, the shortest first.
    pub(super) fn at(self, at: usize, of: usize) -> f64 {
        match self {
            Self::One(left) => left,
            Self::Between(least, most) => least + (at as f64 + 0.5) / of as f64 * (most - least),
            Self::Scaled {
                median,
                factors,
                ran,
            } => {
                let factor = factors.get((2 * at + 1) * factors.len() / (2 * of));
                factor.map_or(0.0, |factor| (median * factor - ran).max(0.0))
            }
        }
    }
}

fn seconds(count: f64) -> Duration {
    Duration::try_from_secs_f64(count).unwrap_or_default()
}

#[cfg(test)]
mod tests;
