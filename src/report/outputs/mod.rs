//! The outputs of the step.

pub(super) mod masking;

use serde_json::{Map, Value};

use crate::{
    arm::WhatIf,
    host::is_name,
    report::{
        record::Record,
        what_if,
        words::{duration, verdict},
    },
};

/// Names of the step's own outputs, which template outputs must not overwrite.
pub(super) const RESERVED: [&str; 14] = [
    "deployment-id",
    "deployment-name",
    "provisioning-state",
    "correlation-id",
    "portal-url",
    "duration",
    "duration-seconds",
    "token-refreshes",
    "outputs",
    "error-code",
    "error-message",
    "has-changes",
    "changes",
    "what-if",
];

/// GitHub's limit for the outputs of a job, in bytes.
const LIMIT: usize = 1_000_000;

/// The step's outputs, and warnings about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outputs {
    /// Names and values.
    pub(crate) values: Vec<(String, String)>,
    /// Lower-case fragments for the user.
    pub(crate) warnings: Vec<String>,
}

/// The step's outputs as far as they are known.
pub(crate) fn outputs(record: &Record) -> Outputs {
    let mut outputs = Outputs::default();
    outputs.of_run(record);
    if let Some(what_if) = &record.what_if {
        outputs.of_what_if(what_if);
    }
    if let Some(template) = &record.outputs {
        outputs.of_template(template);
    }
    outputs.of_error(record);
    outputs.check_size();
    outputs
}

/// Whether an output of the template has a secure type, whose value Azure does not return.
pub(crate) fn is_secure(output: &Value) -> bool {
    let kind = output
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    ["SecureString", "SecureObject"]
        .iter()
        .any(|secure| secure.eq_ignore_ascii_case(kind))
}

/// The value of a template output as a step output: strings as they are, null empty, everything else as compact JSON.
/// Actions that use GitHub's toolkit write null in the same way; as a text it would be true in a condition.
pub(crate) fn plain(output: &Value) -> String {
    match output.get("value") {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(value) => value.to_string(),
    }
}

/// The outputs that are known before the run has ended: ids and state.
pub(crate) fn ids(record: &Record) -> Vec<(String, String)> {
    let mut outputs = Outputs::default();
    outputs.of_run(record);
    outputs.values
}

impl Outputs {
    fn add(&mut self, name: &str, value: impl ToString) {
        self.values.push((name.to_owned(), value.to_string()));
    }

    fn of_run(&mut self, record: &Record) {
        if let Some(plan) = &record.plan {
            self.add("deployment-id", plan.target.as_str());
            self.add("deployment-name", plan.target.name());
            if let Some(url) = plan.portal_url()
                && !plan.operation.is_preview()
            {
                self.add("portal-url", url);
            }
        }
        if let Some(state) = &record.state {
            self.add("provisioning-state", state);
        }
        if let Some(id) = &record.correlation_id {
            self.add("correlation-id", id);
        }
        if let Some(took) = record.duration() {
            self.add("duration", duration::show(took));
            self.add("duration-seconds", took.as_secs());
        }
        self.add("token-refreshes", record.token_refreshes);
    }

    fn of_what_if(&mut self, what_if: &WhatIf) {
        self.add("has-changes", what_if.has_changes());
        let counts = what_if.counts().into_iter();
        let counts = counts.map(|(kind, count)| (kind.as_str().to_owned(), count.into()));
        self.add("changes", Value::Object(counts.collect()));
        let (json, warning) = what_if::json(what_if);
        self.add("what-if", json);
        self.warnings.extend(warning);
    }

    fn of_template(&mut self, template: &Map<String, Value>) {
        let open = || template.iter().filter(|(_, output)| !is_secure(output));
        let all: Map<String, Value> = open()
            .map(|(name, output)| {
                (
                    name.clone(),
                    output.get("value").cloned().unwrap_or_default(),
                )
            })
            .collect();
        self.add("outputs", Value::Object(all));
        for (name, output) in open() {
            if RESERVED
                .iter()
                .any(|reserved| reserved.eq_ignore_ascii_case(name))
            {
                self.warn(name, "has the name of an output of this step");
            } else if is_name(name) {
                self.add(name, plain(output));
            } else {
                self.warn(name, "has a name that GitHub does not accept");
            }
        }
    }

    fn of_error(&mut self, record: &Record) {
        let Some((ending, _)) = &record.ended else {
            return;
        };
        let Some(code) = verdict::code(record, ending) else {
            return;
        };
        let verdict = verdict::verdict(record, ending);
        let message = match verdict.reasons.as_slice() {
            [only] if verdict.itemised => only.sentence(),
            [first, rest @ ..] if verdict.itemised => {
                format!("{} (and {} more)", first.sentence(), rest.len())
            }
            _ => verdict.account(),
        };
        self.add("error-code", code);
        self.add("error-message", message);
    }

    fn check_size(&mut self) {
        let size: usize = self
            .values
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if size > LIMIT {
            self.warnings.push(format!(
                "the step's outputs have {size} bytes; GitHub's limit is about {LIMIT} per job, so it may drop them: \
                 reduce the template's outputs"
            ));
        }
    }

    fn warn(&mut self, name: &str, what: &str) {
        self.warnings.push(format!(
            "the template's output {name:?} {what}: it is only available in `outputs`; rename it to get an output of its own"
        ));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::stories::{self, minutes};

    fn of(template: Value) -> Outputs {
        outputs(&Record {
            outputs: template.as_object().cloned(),
            ..Record::default()
        })
    }

    #[test]
    fn values_are_plain_strings_or_compact_json() {
        let outputs = of(json!({
            "hubId": { "type": "String", "value": "/subscriptions/0" },
            "text": { "type": "String", "value": "two\nlines" },
            "ports": { "type": "Array", "value": [22, 443] },
            "tags": { "type": "Object", "value": { "env": "prod" } },
            "on": { "type": "Bool", "value": true },
            "nothing": { "type": "String" },
            "key": { "type": "SecureString" },
            "keys": { "type": "secureObject" },
        }));
        let values: Vec<_> = outputs
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            values,
            [
                ("token-refreshes", "0"),
                (
                    "outputs",
                    r#"{"hubId":"/subscriptions/0","text":"two\nlines","ports":[22,443],"tags":{"env":"prod"},"on":true,"nothing":null}"#
                ),
                ("hubId", "/subscriptions/0"),
                ("text", "two\nlines"),
                ("ports", "[22,443]"),
                ("tags", r#"{"env":"prod"}"#),
                ("on", "true"),
                ("nothing", ""),
            ]
        );
        assert!(outputs.warnings.is_empty());
    }

    #[test]
    fn names_that_cannot_stand_alone_are_only_in_outputs() {
        let outputs = of(json!({
            "Duration": { "type": "String", "value": "long" },
            "a<<b\n": { "type": "String", "value": "x" },
        }));
        let names: Vec<_> = outputs
            .values
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["token-refreshes", "outputs"]);
        assert_eq!(
            outputs.warnings,
            [
                "the template's output \"Duration\" has the name of an output of this step: it is only available in `outputs`; rename it to get an output of its own",
                "the template's output \"a<<b\\n\" has a name that GitHub does not accept: it is only available in `outputs`; rename it to get an output of its own",
            ]
        );
    }

    #[test]
    fn too_much_for_github_is_told() {
        let outputs = of(json!({ "big": { "type": "String", "value": "x".repeat(LIMIT) } }));
        assert_eq!(outputs.warnings.len(), 1);
    }

    #[test]
    fn every_name_of_ours_is_reserved() {
        let mut record = stories::record(&stories::failure());
        record.outputs = Some(Map::new());
        record.what_if = Some(WhatIf::default());
        record.ended.as_mut().expect("it failed").1 = minutes(1);
        let mut names: Vec<String> = outputs(&record)
            .values
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        names.sort();
        let mut reserved = RESERVED.to_vec();
        reserved.sort_unstable();
        assert_eq!(names, reserved);
    }
}
