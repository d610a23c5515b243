//! What happens in a run, and how it ends: what the run tells and the report shows.

mod ahead;
mod ending;
#[expect(clippy::module_inception, reason = "the room's main type")]
mod event;
mod left;
mod texts;

pub(crate) use ahead::{EarlierResource, EarlierRun, Foreseen, History};
pub(crate) use ending::Ending;
pub(crate) use event::{Event, Events, Plan, Resource, StackResources, Token, Trouble};
pub(crate) use left::Left;
pub(crate) use texts::Texts;
