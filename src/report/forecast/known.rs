//! What forecasts are made from.

use std::collections::HashMap;

use super::samples::Samples;
use crate::{
    arm::Dependencies,
    event::{Foreseen, History},
    report::record::seen::Seen,
};

/// What is known of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    /// Resources and nested deployments as last seen.
    pub(crate) resources: &'a [Seen],
    /// What Azure said it would deploy.
    pub(crate) foreseen: Option<&'a Foreseen>,
    /// Which resources of a deployment wait for which, by its id in lower case.
    pub(crate) dependencies: &'a HashMap<String, Dependencies>,
    /// Earlier runs.
    pub(crate) history: Option<&'a History>,
    /// What these tell.
    pub(crate) samples: &'a Samples,
}
