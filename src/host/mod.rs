//! Where we run: GitHub's runner with its commands and files. Another CI system would get a module beside `runner`.

mod annotation;
#[cfg(test)]
pub(crate) mod commands;
mod console;
mod files;
#[cfg(test)]
pub(crate) mod grammar;
pub(crate) mod id_token;
mod interruption;
pub(crate) mod jwt;
mod line;
mod protection;
mod report_path;
mod runner;
pub(crate) mod text;
mod trace;
mod vault;

pub(crate) use annotation::{Annotation, Place, Severity};
#[cfg(test)]
pub(crate) use console::tests::Kept;
pub(crate) use console::{Console, Dialect};
pub(crate) use files::{FileError, Files, Written};
pub(crate) use files::{SUMMARY_LIMIT, is_name};
pub(crate) use interruption::interruption;
pub(crate) use line::{Line, Style};
pub(crate) use protection::protect;
pub(crate) use report_path::{ReportPath, ReportPathError};
pub(crate) use runner::{Context, Runner};
pub(crate) use trace::{report_panics, trace};
pub(crate) use vault::{SHORTEST as SHORTEST_SECRET, Secrets, Vault};
