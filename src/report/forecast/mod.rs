//! How long a run still takes, and how long its resources usually take, by what earlier runs took.
//!
//! All of it is computed from what is [`Known`] at a moment, without a clock or state of its own: the same events give
//! the same forecast. What is not known well enough is not told.
//!
//! 1. [`samples`] and [`factors`]: what earlier runs tell, with creations and updates told apart.
//! 2. [`expected`]: what that says of a resource; [`figures`] of what is new.
//! 3. [`plan`] with its [`index`], [`wholes`] and [`network`]: what is still to do, and what waits for what.
//! 4. [`range`]: when the run may end; [`outlook`] whether that is told, [`notes`] what else.
//! 5. [`told`]: what the heartbeats tell.

mod expected;
mod factors;
mod figures;
mod index;
mod known;
mod network;
mod notes;
mod outlook;
mod plan;
mod range;
mod samples;
mod seed;
#[cfg(test)]
mod tests;
mod told;
mod wholes;

pub(crate) use self::{
    expected::{Doing, Usual},
    figures::Figure,
    known::Known,
    notes::{Note, Said},
    outlook::{Basis, Forecast, Outlook},
    samples::Samples,
    told::{Estimate, News, Told},
};
