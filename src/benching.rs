//! Entry points for the benchmarks in `benches/`, which see nothing else of this crate. The program uses none of them, so
//! they are no part of it.

pub use crate::{
    arm::benching::{Causes, Operations},
    deploy::benching::{Changes, Following},
    report::benching::{Ahead, Log, Run},
    template::fingerprint_files,
};
