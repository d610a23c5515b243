//! Where we run: GitHub's runner, its commands and files. Another CI system would get a sibling of `runner`.

mod annotation;
mod console;
mod files;
#[cfg(test)]
pub(crate) mod grammar;
pub mod id_token;
mod interruption;
pub mod jwt;
mod line;
mod runner;
pub(crate) mod text;
mod trace;

pub use annotation::{Annotation, Place, Severity};
#[cfg(test)]
pub(crate) use console::tests::Kept;
pub use console::{Console, Dialect};
pub use files::{FileError, Files, Written};
pub(crate) use files::{SUMMARY_LIMIT, is_name};
pub use interruption::interruption;
pub use line::{Line, Style};
pub use runner::{Context, Runner};
pub use trace::trace;
