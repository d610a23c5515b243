//! The outputs of the step.

mod fit;
pub(super) mod masking;

use serde_json::{Map, Value};

use self::masking::is_masked;
pub(crate) use self::masking::is_secure;
use crate::{
    arm::WhatIf,
    host::{Host, Output, Secrecy, text},
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

/// The step's outputs, and warnings about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outputs {
    /// Those that the host takes, the most important first.
    pub(crate) values: Vec<Output>,
    /// Lower-case fragments for the user.
    pub(crate) warnings: Vec<String>,
}

/// The step's outputs as far as they are known, as `host` takes them; `masked` names those of the template that are
/// secret.
pub(crate) fn outputs(record: &Record, masked: &[String], host: &dyn Host) -> Outputs {
    let mut outputs = Outputs::default();
    outputs.of_run(record);
    outputs.of_error(record, host);
    if let Some(what_if) = &record.what_if {
        outputs.of_what_if(what_if, host);
    }
    if let Some(template) = &record.outputs {
        outputs.of_template(template, masked, host);
    }
    outputs.fit(host);
    outputs
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
pub(crate) fn ids(record: &Record) -> Vec<Output> {
    let mut outputs = Outputs::default();
    outputs.of_run(record);
    outputs.values
}

impl Outputs {
    fn add(&mut self, name: &str, value: impl ToString) {
        self.values.push(Output::open(name, &value.to_string()));
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

    fn of_what_if(&mut self, what_if: &WhatIf, host: &dyn Host) {
        self.add("has-changes", what_if.has_changes());
        let counts = what_if.counts().into_iter();
        let counts = counts.map(|(kind, count)| (kind.as_str().to_owned(), count.into()));
        self.add("changes", Value::Object(counts.collect()));
        let limits = host.output_limits();
        // The rest is for the others.
        let limit = limits.one.min(limits.all / 10 * 9);
        let (json, warning) = what_if::json(what_if, limit, host.name());
        self.add("what-if", json);
        self.warnings.extend(warning);
    }

    fn of_template(&mut self, template: &Map<String, Value>, masked: &[String], host: &dyn Host) {
        let open: Vec<_> = (template.iter())
            .filter(|(_, output)| !is_secure(output))
            .collect();
        self.add_all(&open, masked, host.output_limits().secrets);
        for (name, output) in open {
            if is_reserved(name, host) {
                self.warn(name, "has the name of an output of this step");
            } else if host.accepts_output(name) {
                self.values.push(Output {
                    name: name.clone(),
                    value: plain(output),
                    is_secret: is_masked(masked, name),
                });
            } else {
                self.warn(
                    name,
                    &format!("has a name that {} does not accept", host.name()),
                );
            }
        }
    }

    /// All outputs of the template as one, with those that are secret where these are not shown to everybody.
    fn add_all(&mut self, open: &[(&String, &Value)], masked: &[String], secrets: Secrecy) {
        let is_secret = |name: &str| is_masked(masked, name);
        let shown = |name: &str| secrets != Secrecy::Open || !is_secret(name);
        let value = |output: &Value| output.get("value").cloned().unwrap_or_default();
        let all = open.iter().filter(|(name, _)| shown(name));
        let all = all.map(|(name, output)| ((*name).clone(), value(output)));
        self.values.push(Output {
            name: "outputs".to_owned(),
            value: Value::Object(all.collect()).to_string(),
            is_secret: open.iter().any(|(name, _)| is_secret(name) && shown(name)),
        });
    }

    fn of_error(&mut self, record: &Record, host: &dyn Host) {
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
        let lines = host.output_limits().lines;
        self.add(
            "error-message",
            match lines {
                true => message,
                false => text::one_line(&message),
            },
        );
    }

    fn warn(&mut self, name: &str, what: &str) {
        self.warnings.push(format!(
            "the template's output {name:?} {what}: it is only available in `outputs`; rename it to get an output of its own"
        ));
    }
}

/// Whether an output of the step has this name, in any case.
fn is_reserved(name: &str, host: &dyn Host) -> bool {
    RESERVED.iter().any(|reserved| {
        let same = reserved.eq_ignore_ascii_case(name);
        // A host that takes no hyphens has underscores instead.
        let other = || reserved.replace('-', "_").eq_ignore_ascii_case(name);
        same || !host.accepts_output(reserved) && other()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        host::host_named,
        testing::stories::{self, minutes},
    };

    fn of(template: Value) -> Outputs {
        let record = Record {
            outputs: template.as_object().cloned(),
            ..Record::default()
        };
        outputs(&record, &[], host_named("GITHUB_ACTIONS").as_ref())
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
            .map(|output| (output.name.as_str(), output.value.as_str()))
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
            .map(|output| output.name.as_str())
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
    fn every_name_of_ours_is_reserved() {
        let mut record = stories::record(&stories::failure());
        record.outputs = Some(Map::new());
        record.what_if = Some(WhatIf::default());
        record.ended.as_mut().expect("it failed").1 = minutes(1);
        let mut names: Vec<String> = outputs(&record, &[], host_named("").as_ref())
            .values
            .into_iter()
            .map(|output| output.name)
            .collect();
        names.sort();
        let mut reserved = RESERVED.to_vec();
        reserved.sort_unstable();
        assert_eq!(names, reserved);
    }
}
