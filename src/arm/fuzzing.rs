//! Fuzz entry points for Azure's answers.

use serde_json::Value;

use super::{Cause, ChangeType, Operation, WhatIf, benching::Operations};
use crate::host::{Annotation, Severity};

/// An error of either of Azure's generations, as a response body has it.
///
/// # Panics
/// When merging the causes again changes them, or a cause names neither code nor message.
pub fn cause(data: &[u8]) {
    let Ok(error) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let causes = Cause::find(&error);
    for cause in &causes {
        let _ = Annotation::new(Severity::Error, &cause.message).titled(&cause.code);
        assert!(!cause.code.is_empty() || !cause.message.is_empty());
    }
    assert_eq!(Cause::merge(causes.clone()), causes);
}

/// The answer of a what-if.
///
/// # Panics
/// When something changes and neither a resource nor a setting of the stack is told.
pub fn what_if(data: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let read = WhatIf::read(answer.clone(), &[]);
    let counted: usize = read.counts().into_iter().map(|(_, count)| count).sum();
    assert!(counted > 0 || !read.settings.is_empty() || !read.finds_changes());
    let kinds = [ChangeType::NoChange, ChangeType::Ignore];
    let without = WhatIf::read(answer, &kinds);
    assert!(without.changes.len() <= read.changes.len());
}

/// The operations on a page of their list; `None` if it is no page.
pub(crate) fn page(data: &[u8]) -> Option<Vec<Operation>> {
    Operations::read(data).map(|operations| operations.0)
}
