//! The wording of each operation. A new operation needs an entry here and no other change in the report.

use crate::inputs::Operation;

/// The texts that differ between operations. `{it}` is the deployment or stack by kind and name, `{noun}` its kind, and
/// `{took}` the run's duration.
#[derive(Debug)]
pub(crate) struct Wording {
    /// What the log's first line says is happening.
    pub(crate) doing: &'static str,
    /// The log's line once Azure has accepted the request.
    pub(crate) accepted: &'static str,
    /// The headline of a success.
    pub(crate) succeeded: &'static str,
    /// The headline of a success for which nothing had to be submitted.
    pub(crate) unneeded: &'static str,
    /// The headline if the step does not follow what it submitted.
    pub(crate) detached: &'static str,
    /// The headline of a failure.
    pub(crate) failed: &'static str,
    /// What to do after a failure.
    pub(crate) after_failure: &'static str,
    /// The headline if Azure refused the request.
    pub(crate) refused: &'static str,
    /// That the run had no effect, to complete a headline.
    pub(crate) no_effect: &'static str,
    /// What the summary shows instead of a template, for operations without one.
    pub(crate) no_template: &'static str,
}

const CREATE: Wording = Wording {
    doing: "Deploying",
    accepted: "Azure accepted the {noun}",
    succeeded: "{it} succeeded in {took}",
    unneeded: "{it} succeeded in {took}",
    detached: "{it} was submitted and continues in Azure; this step does not follow it",
    failed: "{it} failed after {took}",
    after_failure: "fix the cause, then run it again; resources that match the template are left unchanged",
    refused: "Azure rejected {it}; nothing was deployed",
    no_effect: "nothing was deployed",
    no_template: "none",
};

const VALIDATE: Wording = Wording {
    doing: "Validating",
    refused: "{it} is not valid",
    ..CREATE
};

const WHAT_IF: Wording = Wording {
    doing: "Predicting the changes of",
    ..CREATE
};

const DELETE: Wording = Wording {
    doing: "Deleting",
    accepted: "Azure is deleting the {noun}",
    succeeded: "{it} was deleted in {took}",
    unneeded: "{it} does not exist; nothing was deleted",
    detached: "Azure is deleting {it}; this step does not follow it",
    failed: "{it} could not be deleted; the deletion failed after {took}",
    after_failure: "fix the cause, then run it again to delete the remaining resources",
    refused: "Azure rejected the deletion of {it}; nothing was deleted",
    no_effect: "nothing was deleted",
    no_template: "none (deletion)",
};

const WAIT: Wording = Wording {
    doing: "Following",
    refused: "{it} cannot be followed",
    no_effect: "nothing was changed",
    no_template: "submitted by another step",
    ..CREATE
};

const CANCEL: Wording = Wording {
    doing: "Cancelling",
    refused: "{it} cannot be cancelled",
    no_effect: "nothing was cancelled",
    ..WAIT
};

/// The wording of `operation`.
pub(crate) fn wording(operation: Operation) -> &'static Wording {
    match operation {
        Operation::Create => &CREATE,
        Operation::Validate => &VALIDATE,
        Operation::WhatIf => &WHAT_IF,
        Operation::Delete => &DELETE,
        Operation::Wait => &WAIT,
        Operation::Cancel => &CANCEL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Operation; 6] = [
        Operation::Create,
        Operation::Validate,
        Operation::WhatIf,
        Operation::Delete,
        Operation::Wait,
        Operation::Cancel,
    ];

    #[test]
    fn every_headline_names_the_deployment() {
        for operation in ALL {
            let words = wording(operation);
            for headline in [
                words.succeeded,
                words.unneeded,
                words.detached,
                words.failed,
                words.refused,
            ] {
                assert!(headline.contains("{it}"), "{operation:?}: {headline}");
            }
            assert!(words.accepted.contains("{noun}"), "{operation:?}");
        }
    }

    #[test]
    fn each_operation_says_what_it_does() {
        let mut doing: Vec<_> = ALL
            .iter()
            .map(|operation| wording(*operation).doing)
            .collect();
        doing.sort_unstable();
        doing.dedup();
        assert_eq!(doing.len(), ALL.len());
    }
}
