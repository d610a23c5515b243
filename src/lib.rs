//! Azure deployments that take hours, in one step of a pipeline.
//!
//! Data flows one way:
//!
//! ```text
//! environment → inputs → template → deploy ⇄ arm ⇄ identity
//!                                     │
//!                                     └─ events → report → log, outputs, summary
//! ```
//!
//! `inputs` turns environment variables into a validated request, and `template` loads what is to be deployed. `deploy`
//! submits it and follows it to its end through `arm`, the client of Azure Resource Manager, which gets its tokens from
//! `identity`. Events report the progress, and `report` renders them for people and later steps. `host` is the
//! system in which the step runs, such as GitHub Actions. The page `docs/architecture.md` has the rooms, the core types and the usual changes.

mod arm;
#[doc(hidden)]
pub mod benching;
mod cli;
mod clock;
mod deploy;
mod event;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod host;
mod http;
mod identity;
mod inputs;
mod otlp;
mod report;
mod step;
mod template;
#[cfg(test)]
mod testing;
mod yaml;

pub use cli::start;
