//! Leaves out what the host does not take of the outputs.

use super::Outputs;
use crate::host::{Host, Output, OutputLimits, Secrecy};

/// Why a host does not take an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obstacle {
    /// Its value alone is too long.
    TooLong,
    /// There are too many, or too long ones, before it.
    TooMuch,
    /// Its value has several lines.
    Lines,
    /// It is secret.
    Secret,
}

/// Names that a warning lists.
const NAMED: usize = 5;

impl Outputs {
    /// Keeps what the host takes, and warns of the rest.
    pub(super) fn fit(&mut self, host: &dyn Host) {
        let limits = host.output_limits();
        if limits.shared {
            self.warn_of_size(&limits, host.name());
            return;
        }
        let (mut left, mut size) = (Vec::new(), 0);
        for output in std::mem::take(&mut self.values) {
            let more = size_of(&output);
            let fits = self.values.len() < limits.most && size + more <= limits.all;
            match obstacle(&output, &limits).or((!fits).then_some(Obstacle::TooMuch)) {
                Some(obstacle) => left.push((obstacle, output.name)),
                None => {
                    size += more;
                    self.values.push(output);
                }
            }
        }
        for (obstacle, what) in [
            (Obstacle::TooLong, too_long(&limits)),
            (Obstacle::TooMuch, too_much(&limits)),
            (
                Obstacle::Lines,
                "that have several lines; the file of `report-file` has them".to_owned(),
            ),
            (Obstacle::Secret, secret(&limits).to_owned()),
        ] {
            let names = left.iter().filter(|(other, _)| *other == obstacle);
            let names: Vec<_> = names.map(|(_, name)| name.as_str()).collect();
            if !names.is_empty() {
                self.warnings.push(left_out(host.name(), &names, &what));
            }
        }
    }

    /// Only the host knows what others have taken of it.
    fn warn_of_size(&mut self, limits: &OutputLimits, host: &str) {
        let size: usize = self.values.iter().map(size_of).sum();
        if size > limits.all {
            let limit = limits.all;
            self.warnings.push(format!(
                "the step's outputs have {size} bytes; {host}'s limit is about {limit} per job, so it may drop them: \
                 reduce the template's outputs"
            ));
        }
    }
}

/// What an output needs in a file of `NAME=value` lines.
fn size_of(output: &Output) -> usize {
    output.name.len() + output.value.len() + "=\n".len()
}

fn obstacle(output: &Output, limits: &OutputLimits) -> Option<Obstacle> {
    let one_line = !output.value.contains(['\r', '\n', '\0']);
    match limits.secrets {
        Secrecy::Open if output.is_secret => Some(Obstacle::Secret),
        Secrecy::HiddenOnOneLine if output.is_secret && !one_line => Some(Obstacle::Secret),
        _ if output.value.len() > limits.one => Some(Obstacle::TooLong),
        _ if !one_line && !limits.lines => Some(Obstacle::Lines),
        _ => None,
    }
}

fn left_out(host: &str, names: &[&str], what: &str) -> String {
    let first: Vec<_> = (names.iter().take(NAMED))
        .map(|name| format!("{name:?}"))
        .collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {} more", more),
    };
    format!(
        "{host} is not given outputs {what}: {}{more}",
        first.join(", ")
    )
}

fn too_long(limits: &OutputLimits) -> String {
    format!(
        "of more than {} bytes; the file of `report-file` has them",
        limits.one
    )
}

fn too_much(limits: &OutputLimits) -> String {
    format!(
        "beyond {} with {} bytes together; the file of `report-file` has them",
        limits.most, limits.all
    )
}

fn secret(limits: &OutputLimits) -> &'static str {
    match limits.secrets {
        Secrecy::Open => {
            "that are in `masked-outputs`, as everybody who sees the job could read them: let a later job read them \
             from Azure"
        }
        _ => {
            "that are in `masked-outputs` and have several lines, as it takes no such secret; `outputs` has them as \
             JSON on one line, unless that is too long"
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        host::host_named,
        report::{outputs::outputs, record::Record},
    };

    /// Names and warnings on the host whose variable this is.
    fn on(variable: &str, template: &Value) -> (Vec<String>, Vec<String>) {
        let record = Record {
            outputs: template.as_object().cloned(),
            ..Record::default()
        };
        let masked = ["adminKey".to_owned(), "keyFile".to_owned()];
        let outputs = outputs(&record, &masked, host_named(variable).as_ref());
        let names = outputs.values.into_iter().map(|output| output.name);
        (names.collect(), outputs.warnings)
    }

    fn text(value: &str) -> Value {
        json!({ "type": "String", "value": value })
    }

    fn template() -> Value {
        json!({
            "hubId": text("/subscriptions/0"),
            "long": text(&"x".repeat(40_000)),
            "lines": text("one\ntwo"),
            "adminKey": text("hunter22"),
            "keyFile": text("begin\nend"),
            "deployment_id": text("theirs"),
            "9": text("nine"),
        })
    }

    #[test]
    fn github_takes_all_and_may_drop_too_much() {
        let (names, warnings) = on("GITHUB_ACTIONS", &template());
        assert_eq!(names.len(), 2 + 7);
        assert_eq!(warnings, [""; 0]);
        let (names, warnings) = on(
            "GITHUB_ACTIONS",
            &json!({ "big": text(&"x".repeat(600_000)) }),
        );
        assert!(names.contains(&"big".to_owned()));
        insta::assert_snapshot!(warnings.join("\n"), @"the step's outputs have 1200042 bytes; GitHub's limit is about 1000000 per job, so it may drop them: reduce the template's outputs");
    }

    #[test]
    fn azure_pipelines_takes_variables_and_secrets_of_one_line() {
        let (names, warnings) = on("TF_BUILD", &template());
        assert_eq!(names, ["token-refreshes", "hubId", "lines", "adminKey"]);
        insta::assert_snapshot!(warnings.join("\n"), @r#"
        the template's output "deployment_id" has the name of an output of this step: it is only available in `outputs`; rename it to get an output of its own
        the template's output "9" has a name that Azure Pipelines does not accept: it is only available in `outputs`; rename it to get an output of its own
        Azure Pipelines is not given outputs of more than 32768 bytes; the file of `report-file` has them: "outputs", "long"
        Azure Pipelines is not given outputs that are in `masked-outputs` and have several lines, as it takes no such secret; `outputs` has them as JSON on one line, unless that is too long: "keyFile"
        "#);
    }

    #[test]
    fn gitlab_takes_short_lines_that_are_no_secrets() {
        let (names, warnings) = on("GITLAB_CI", &template());
        assert_eq!(names, ["token-refreshes", "hubId"]);
        insta::assert_snapshot!(warnings.join("\n"), @r#"
        the template's output "deployment_id" has the name of an output of this step: it is only available in `outputs`; rename it to get an output of its own
        the template's output "9" has a name that GitLab does not accept: it is only available in `outputs`; rename it to get an output of its own
        GitLab is not given outputs beyond 20 with 5120 bytes together; the file of `report-file` has them: "outputs", "long"
        GitLab is not given outputs that have several lines; the file of `report-file` has them: "lines"
        GitLab is not given outputs that are in `masked-outputs`, as everybody who sees the job could read them: let a later job read them from Azure: "adminKey", "keyFile"
        "#);
        let many: serde_json::Map<_, _> = (0..30).map(|at| (format!("o{at}"), text("x"))).collect();
        let (names, warnings) = on("GITLAB_CI", &Value::Object(many));
        assert_eq!((names.len(), names[1].as_str()), (20, "outputs"));
        insta::assert_snapshot!(warnings.join("\n"), @r#"GitLab is not given outputs beyond 20 with 5120 bytes together; the file of `report-file` has them: "o18", "o19", "o20", "o21", "o22" and 7 more"#);
    }

    #[test]
    fn what_is_secret_is_marked_unless_nobody_is_to_see_it() {
        let record = Record {
            outputs: json!({ "ADMINKEY": text("hunter22"), "open": text("x") })
                .as_object()
                .cloned(),
            ..Record::default()
        };
        let masked = ["adminKey".to_owned()];
        for (host, secrets, all) in [
            (
                "TF_BUILD",
                &["outputs", "ADMINKEY"][..],
                r#"{"ADMINKEY":"hunter22","open":"x"}"#,
            ),
            ("GITLAB_CI", &[], r#"{"open":"x"}"#),
        ] {
            let outputs = outputs(&record, &masked, host_named(host).as_ref()).values;
            let secret = outputs.iter().filter(|output| output.is_secret);
            let secret: Vec<_> = secret.map(|output| output.name.as_str()).collect();
            assert_eq!(secret, secrets, "{host}");
            let whole = outputs.iter().find(|output| output.name == "outputs");
            assert_eq!(
                whole.map(|output| output.value.as_str()),
                Some(all),
                "{host}"
            );
        }
    }
}
