//! Bicep: locates, downloads and runs the compiler, and parses its messages.

mod child;
mod compiler;
mod diagnostics;
mod download;
mod program;
mod redaction;
mod release;
mod version;

pub(crate) use compiler::Compiler;
pub(super) use compiler::{BuiltParameters, Compiled, Using};
pub(crate) use diagnostics::{Compilation, Diagnostic};

/// The compiler's messages about `main.bicep` in `folder`, for fuzzing.
#[cfg(feature = "fuzzing")]
pub(super) fn read_messages(stderr: &str, folder: &std::path::Path) -> Compilation {
    Compilation::read("main.bicep".to_owned(), stderr, folder)
}
