//! What the run told of the time left.

use serde::Serialize;

use super::scalars::{Seconds, Time};
use crate::report::{
    forecast::{Basis, Estimate},
    record::Record,
};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EstimateEntry {
    at: Time,
    remaining_seconds: Seconds,
    low_seconds: Seconds,
    high_seconds: Seconds,
    basis: BasisEntry,
}

#[derive(Debug, Serialize)]
struct BasisEntry {
    runs: usize,
    percent: u8,
}

/// The estimates of a run.
pub(super) fn estimates(record: &Record) -> Vec<EstimateEntry> {
    let estimates = record.told.estimates.iter();
    estimates.map(|estimate| entry(record, estimate)).collect()
}

fn entry(record: &Record, estimate: &Estimate) -> EstimateEntry {
    let forecast = estimate.forecast;
    let Basis { runs, percent } = forecast.basis;
    EstimateEntry {
        at: Time(record.time(estimate.at)),
        remaining_seconds: Seconds(forecast.left),
        low_seconds: Seconds(forecast.low),
        high_seconds: Seconds(forecast.high),
        basis: BasisEntry { runs, percent },
    }
}
