//! The what-if: whether there is one, and which changes it must not find.

use super::{Operation, Parser, ResultFormat, WhatIfInputs, values::list};
use crate::arm::ChangeType;

impl Parser<'_> {
    /// The what-if to make: `None` inside if there is to be none.
    pub(super) fn what_if(
        &mut self,
        is_stack: Option<bool>,
        operation: Option<Operation>,
    ) -> Option<Option<WhatIfInputs>> {
        let wanted = self.boolean("what-if", &self.raw.what_if);
        let excluded = self.change_types(
            "what-if-exclude-change-types",
            &self.raw.what_if_exclude_change_types,
        );
        let forbidden = self.change_types("fail-on-change-types", &self.raw.fail_on_change_types);
        let allows = self.boolean(
            "what-if-allow-incomplete",
            &self.raw.what_if_allow_incomplete,
        );
        let formats = [ResultFormat::Full, ResultFormat::IdOnly];
        let formats = formats.map(|format| (format.as_str(), format));
        let format = self.choice(
            "what-if-result-format",
            &self.raw.what_if_result_format,
            &formats,
        );
        let inputs = WhatIfInputs {
            excluded: excluded?,
            forbidden: forbidden?,
            allows_incomplete: allows?,
            format: format?,
        };
        self.check_forbidden(&inputs);
        if is_stack == Some(false) {
            self.check_format(&inputs);
        }
        let (wanted, guarded) = (wanted?, !inputs.forbidden.is_empty());
        match operation? {
            Operation::Validate | Operation::Delete | Operation::Wait | Operation::Cancel => {
                self.check_no_what_if(wanted, guarded);
                Some(None)
            }
            Operation::WhatIf => Some(Some(inputs)),
            Operation::Create => Some((wanted || guarded).then_some(inputs)),
        }
    }

    fn change_types(&mut self, input: &'static str, value: &str) -> Option<Vec<ChangeType>> {
        let choices: Vec<_> = (0..).zip(&ChangeType::KNOWN).collect();
        let choices: Vec<_> = choices
            .iter()
            .map(|(at, kind)| (kind.as_str(), *at))
            .collect();
        let chosen: Vec<Option<usize>> = list(value)
            .iter()
            .map(|name| self.choice(input, name, &choices))
            .collect();
        let known = |at: Option<usize>| at.map(|at| ChangeType::KNOWN[at].clone());
        chosen.into_iter().map(known).collect()
    }

    /// A change type that is excluded from the what-if cannot be guarded against.
    fn check_forbidden(&mut self, inputs: &WhatIfInputs) {
        let forbidden = inputs.forbidden.iter();
        for kind in forbidden.filter(|kind| inputs.excluded.contains(kind)) {
            let kind = kind.as_str();
            self.problems.add(
                "fail-on-change-types",
                format!(
                    "{kind} is left out by what-if-exclude-change-types: remove it from one of them"
                ),
            );
        }
    }

    /// A deployment's what-if of ids alone does not tell whether what is deployed is changed by that.
    fn check_format(&mut self, inputs: &WhatIfInputs) {
        let is_blind = inputs.format == ResultFormat::IdOnly;
        if is_blind && inputs.forbidden.contains(&ChangeType::Modify) {
            self.problems.add(
                "fail-on-change-types",
                "Modify is never found with the what-if-result-format ResourceIdOnly: give FullResourcePayloads, or \
                 Deploy instead of Modify",
            );
        }
    }

    fn check_no_what_if(&mut self, wanted: bool, guarded: bool) {
        let given = [("what-if", wanted), ("fail-on-change-types", guarded)];
        for (input, _) in given.into_iter().filter(|(_, given)| *given) {
            self.problems.add(
                input,
                "this operation makes no what-if: give the operation create or whatIf, or remove it",
            );
        }
    }
}
