//! The image of the action, run as GitHub's runner runs it, against a simulated Azure on loopback.
//!
//! `tests/image.sh` builds the image and starts these tests with its name in `LONG_DEPLOY_IMAGE`.
//! Without an image they are skipped. Tests in `bicep` need the image with Bicep.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![expect(unreachable_pub, reason = "modules of one test program")]

mod bicep;
mod container;
mod content;
mod deploying;
#[path = "../action/grammar.rs"]
mod grammar;
mod interrupted;
#[path = "../action/process.rs"]
mod process;
#[expect(dead_code, reason = "tests/action uses the others")]
#[path = "../action/templates.rs"]
mod templates;
