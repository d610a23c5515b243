//! Forecasts of whole runs.

#![expect(clippy::print_stdout, reason = "figures, for `--nocapture`")]

mod backtest;
mod calibration;
mod honesty;
mod paths;
mod whole;
mod world;
