//! The run itself: submit, watch, cancel. It tells what happens as events and prints nothing.

mod ending;
mod event;

pub use ending::Ending;
pub use event::{Event, Events, Plan, Resource, Token};
