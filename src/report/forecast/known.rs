//! What forecasts are made from.

use std::collections::HashMap;

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
    /// How long earlier runs took.
    pub(crate) history: Option<&'a History>,
}
