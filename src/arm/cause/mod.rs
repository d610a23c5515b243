//! The true causes of a failure, found in Azure's error trees.

mod info;
mod known;
mod merge;
mod model;
mod policy;
#[cfg(test)]
mod recordings;
mod seen;
mod text;
mod tree;
mod words;

use serde_json::Value;

pub(crate) use model::Cause;

impl Cause {
    /// The causes in an error of either of Azure's generations: a tree of details, JSON in strings, plain text.
    ///
    /// A wrapper is named only if nothing is inside it. Causes that say the same appear once.
    #[must_use]
    pub(crate) fn find(error: &Value) -> Vec<Self> {
        merge::merge(tree::leaves(error))
    }

    /// Causes found on several ways, each told once: a failure is seen through the operations of a deployment, through
    /// those of the deployments around it, and in the error of the whole.
    #[must_use]
    pub(crate) fn merge(causes: Vec<Self>) -> Vec<Self> {
        merge::merge(causes)
    }
}
