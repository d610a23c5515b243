//! Entry points for the fuzz targets in `fuzz/`, which see nothing else of this crate.
//!
//! Each takes what an input file, the compiler or Azure may send, and panics if something is wrong.

pub use crate::{
    arm::fuzzing::{cause, what_if},
    deploy::fuzzing::operations,
    inputs::fuzzing::duration,
    report::fuzzing::report,
    template::fuzzing::{pairs, parameters_file, sarif, template},
};
