//! Forecasts of whole runs.

#![expect(clippy::print_stdout, reason = "figures, for `--nocapture`")]

mod calibration;
mod honesty;
mod paths;
mod world;
