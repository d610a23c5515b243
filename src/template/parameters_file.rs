//! Parameters files in JSON: `{"parameters": {"name": {"value" | "reference" | "expression": …}}}`, or what is inside of
//! `parameters` alone, as `az` reads it.

use serde_json::{Map, Value};

use super::{
    findings::Findings,
    json::member,
    parameters::{Argument, Given, Origin, Parameters},
    schema,
};
use crate::host::text::code;

/// Sections of a parameters file that this version does not support.
const NOT_SENT: [&str; 4] = [
    "usingConfig",
    "externalInputs",
    "externalInputDefinitions",
    "extensionConfigs",
];

/// The parameters in `file`, which is the content of the file that `origin` names.
pub(super) fn parameters(
    file: &Map<String, Value>,
    origin: &Origin,
    findings: &mut Findings,
) -> Parameters {
    let mut parameters = Parameters::default();
    for fault in faults(file) {
        findings.add(origin.input(), format!("{origin}{fault}"));
    }
    for (name, entry) in entries(file).into_iter().flatten() {
        let shown = code(name);
        match given(entry) {
            Ok(given) => {
                let argument = Argument {
                    name: name.clone(),
                    given,
                    origin: origin.clone(),
                };
                if !parameters.add(argument) {
                    let message = "is given twice, in different case: remove one";
                    findings.add(origin.input(), format!("{origin}{shown} {message}"));
                }
            }
            Err(fault) => findings.add(origin.input(), format!("{origin}{shown} {fault}")),
        }
    }
    parameters
}

/// Members of a flat file that are no parameters.
const NO_PARAMETERS: [&str; 2] = ["$schema", "contentVersion"];

/// The parameters by name; `None` if it is no parameters file.
fn entries(file: &Map<String, Value>) -> Option<Vec<(&String, &Value)>> {
    if let Some(parameters) = member(file, "parameters") {
        return Some(parameters.as_object()?.iter().collect());
    }
    let entries = file.iter();
    let entries = entries.filter(|(name, _)| !NO_PARAMETERS.contains(&name.as_str()));
    let entries: Vec<_> = entries.collect();
    let all_given = entries.iter().all(|(_, entry)| given(entry).is_ok());
    all_given.then_some(entries)
}

fn faults(file: &Map<String, Value>) -> Vec<String> {
    let mut faults = Vec::new();
    if schema::is_template(file) {
        faults.push("is a template, not a parameters file: give it as template-file".to_owned());
    } else if entries(file).is_none() {
        faults.push(
            "has no object `parameters`: write {\"parameters\": {\"name\": {\"value\": …}}}"
                .to_owned(),
        );
    }
    for part in NOT_SENT {
        if member(file, part).is_some() {
            faults.push(format!(
                "holds `{part}`, which this version does not send: give the values themselves"
            ));
        }
    }
    faults
}

fn given(entry: &Value) -> Result<Given, &'static str> {
    let entry = entry
        .as_object()
        .ok_or("is a bare value: write {\"value\": …}")?;
    let value = member(entry, "value").cloned().map(Given::Value);
    let reference = member(entry, "reference").cloned().map(Given::Reference);
    let expression = member(entry, "expression").cloned().map(Given::Expression);
    let mut all = [value, reference, expression].into_iter().flatten();
    match (all.next(), all.next()) {
        (Some(given), None) => Ok(given),
        (None, _) => Err("has neither `value`, `reference` nor `expression`: give one of them"),
        (Some(_), Some(_)) => {
            Err("has more than one of `value`, `reference` and `expression`: keep one")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::declaration::Declarations;

    fn read(file: &Value) -> (Value, Vec<String>) {
        let mut findings = Findings::default();
        let origin = Origin::File("dev.json".into());
        let parameters = parameters(file.as_object().expect("an object"), &origin, &mut findings);
        let messages = findings.problems.iter().map(ToString::to_string).collect();
        (
            Value::Object(parameters.into_json(&Declarations::default())),
            messages,
        )
    }

    #[test]
    fn values_references_and_expressions_are_kept() {
        let secret = json!({"reference": {"keyVault": {"id": "/subscriptions/…"}, "secretName": "s", "secretVersion": "1"}});
        let (parameters, problems) = read(&json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
            "contentVersion": "1.0.0.0",
            "parameters": {
                "count": {"value": 3, "metadata": {"note": "three"}},
                "nothing": {"value": null},
                "secret": secret,
                "computed": {"expression": "[externalInputs('x')]"},
            },
        }));
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(
            parameters,
            json!({"count": {"value": 3}, "nothing": {"value": null}, "secret": secret, "computed": {"expression": "[externalInputs('x')]"}})
        );
    }

    #[test]
    fn every_fault_is_reported_without_values() {
        let (_, problems) = read(&json!({
            "externalInputs": {},
            "parameters": {"a": "hunter2", "b": {}, "c": {"value": 1, "reference": {}}, "d": {"value": 1}, "D": {"value": 2}},
        }));
        let expected = [
            "holds `externalInputs`",
            "`a` is a bare value",
            "`b` has neither",
            "`c` has more",
            "`D` is given twice",
        ];
        assert_eq!(problems.len(), expected.len(), "{problems:?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(
                problem.starts_with(&format!("parameters-file: `dev.json`: {expected}")),
                "{problem}"
            );
            assert!(!problem.contains("hunter2"));
        }
    }

    #[test]
    fn the_outer_object_may_be_missing() {
        let reference = json!({"reference": {"keyVault": {"id": "/…"}, "secretName": "s"}});
        let flat = json!({"$schema": "…/deploymentParameters.json#", "contentVersion": "1.0.0.0",
            "count": {"value": 1}, "secret": reference});
        let (parameters, problems) = read(&flat);
        assert_eq!(problems, [""; 0]);
        assert_eq!(
            parameters,
            json!({"count": {"value": 1}, "secret": reference})
        );
        assert_eq!(read(&json!({})), (json!({}), vec![]));
    }

    #[test]
    fn other_documents_are_recognised() {
        let template = json!({"$schema": "…/deploymentTemplate.json#", "parameters": {}});
        assert!(read(&template).1[0].contains("is a template"));
        for other in [
            json!({"count": 1}),
            json!({"count": {"value": 1}, "name": "x"}),
            json!({"parameters": []}),
        ] {
            assert!(read(&other).1[0].contains("has no object `parameters`"));
        }
    }
}
