//! What the workflow asked for: from the environment to a typed, checked request.

mod problem;
mod request;

pub use problem::{Problem, Problems};
pub use request::{DeploymentMode, Fate, Pace, Request, TemplateInputs};
