//! Templates and parameters files that people deploy, from a folder outside of the repository: each goes through the
//! program, and what Azure gets is compared with the file, literal for literal.
//!
//! The folder is the one that `CORPUS` names, else `templates` in that of `LONG_DEPLOY_SHARED_DATA`; files in folders below
//! it count, too. `cargo test --test action corpus -- --nocapture` shows the counts, and why something was refused.

#![expect(
    clippy::print_stderr,
    reason = "a corpus has counts, and a skipped test says so"
)]

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use azure_simulator::MANAGEMENT_GROUP;
use serde_json::{Map, Value, json};

use super::{
    common::each,
    dialect::strict,
    step::{Outcome, Step, azure},
    templates::{network, template, with_parameters},
};

/// What became of a file.
#[derive(Debug)]
enum Fate {
    Sent,
    Refused(String),
    /// What was sent is not what is in the file.
    Differs,
    /// Neither a template nor a parameters file, or in no JSON that this test reads.
    Other,
}

fn folder() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let data = env::var_os("LONG_DEPLOY_SHARED_DATA").unwrap_or_else(|| beside.into());
    let named = env::var_os("CORPUS").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from(data).join("templates"))
}

/// All JSON files below `folder`, by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path));
        } else if path
            .extension()
            .is_some_and(|own| own == "json" || own == "jsonc")
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn what_people_deploy_arrives_as_it_is() {
    let folder = folder();
    let files = files(&folder);
    if files.is_empty() {
        eprintln!("skipped: no templates in {}", folder.display());
        return;
    }
    let fates: Mutex<BTreeMap<PathBuf, (&str, Fate)>> = Mutex::default();
    each(&files, |path| {
        let fate = fate(&fs::read(path).unwrap());
        fates.lock().unwrap().insert(path.clone(), fate);
    });
    let fates = fates.into_inner().unwrap();
    for kind in ["template", "parameters file"] {
        tell(kind, &fates);
    }
    let is_wrong = |(_, (_, fate)): &(&PathBuf, &(&str, Fate))| matches!(fate, Fate::Differs);
    let wrong: Vec<_> = fates.iter().filter(is_wrong).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Prints how many of a kind were sent and refused, and why.
fn tell(kind: &str, fates: &BTreeMap<PathBuf, (&str, Fate)>) {
    let own = fates.iter().filter(|(_, (own, _))| *own == kind);
    let (mut sent, mut refused, mut other) = (0, Vec::new(), 0);
    for (path, (_, fate)) in own {
        match fate {
            Fate::Sent => sent += 1,
            Fate::Refused(reason) => refused.push(format!("  {}: {reason}", path.display())),
            Fate::Differs => eprintln!("  {}: DIFFERS", path.display()),
            Fate::Other => other += 1,
        }
    }
    eprintln!(
        "{kind}s: {sent} sent, {} refused, {other} not compared",
        refused.len()
    );
    for reason in refused {
        eprintln!("{reason}");
    }
}

fn fate(bytes: &[u8]) -> (&'static str, Fate) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let Ok(document) = serde_json::from_str::<Value>(&strict(text)) else {
        return ("template", Fate::Other);
    };
    let schema = document["$schema"].as_str().unwrap_or_default();
    let schema = schema.to_ascii_lowercase();
    if schema.contains("deploymenttemplate.json") {
        ("template", of_template(bytes, &document, &schema))
    } else if schema.contains("deploymentparameters.json") {
        ("parameters file", of_parameters(bytes, &document))
    } else {
        ("template", Fate::Other)
    }
}

fn of_template(bytes: &[u8], document: &Value, schema: &str) -> Fate {
    let inputs: &[(&str, &str)] = match () {
        () if schema.contains("/tenantdeployment") => &[
            ("scope", "tenant"),
            ("resource-group-name", ""),
            ("location", "westeurope"),
        ],
        () if schema.contains("/managementgroupdeployment") => &[
            ("management-group-id", MANAGEMENT_GROUP),
            ("resource-group-name", ""),
            ("location", "westeurope"),
        ],
        () if schema.contains("/subscriptiondeployment") => {
            &[("resource-group-name", ""), ("location", "westeurope")]
        }
        () => &[],
    };
    let given = Value::Object(required(document));
    let (outcome, body) = run(|step| {
        let step = step.file("main.json", bytes).inputs(inputs);
        step.input("parameters", given.to_string())
    });
    // Whether Azure likes the values is another question.
    settle(&outcome, body.as_ref(), "template", document)
}

fn of_parameters(bytes: &[u8], document: &Value) -> Fate {
    let Some(given) = document["parameters"].as_object() else {
        return Fate::Other;
    };
    // No type of a template takes a number with a fraction, and one without is sent as an integer.
    let is_float = |given: &Value| given["value"].as_number().is_some_and(|own| own.is_f64());
    if given.values().any(is_float) {
        return Fate::Other;
    }
    let declared = given.iter().map(|(name, given)| {
        let kind = match &given["value"] {
            Value::Bool(_) => "bool",
            Value::Number(_) => "int",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            Value::String(_) | Value::Null => "string",
        };
        (name.clone(), json!({"type": kind, "nullable": true}))
    });
    let main = with_parameters(network(), Value::Object(declared.collect()));
    let mut expected = given.clone();
    for (_, given) in &mut expected {
        if let Some(given) = given.as_object_mut() {
            given.retain(|key, _| key != "metadata");
        }
    }
    expected.sort_keys();
    let (outcome, body) = run(|step| {
        let step = step
            .file("main.json", main.to_string())
            .file("p.json", bytes);
        step.input("parameters-file", "p.json")
    });
    let body = body.map(|mut body| {
        if let Some(sent) = body["parameters"].as_object_mut() {
            sent.sort_keys();
        }
        body
    });
    settle(
        &outcome,
        body.as_ref(),
        "parameters",
        &Value::Object(expected),
    )
}

/// Runs a step whose deployment is not followed; returns the properties that it submitted.
fn run(change: impl FnOnce(Step) -> Step) -> (Outcome, Option<Value>) {
    let azure = azure();
    let step = Step::new(&azure, &template("resourceGroup", json!([])));
    let outcome = change(step).input("wait", "false").run();
    let journal = azure.journal();
    let put = journal
        .into_iter()
        .find(|exchange| exchange.method == "PUT");
    let body = put.and_then(|put| put.request_body);
    (outcome, body.map(|mut body| body["properties"].take()))
}

/// Numbers keep their digits and objects the order of their keys, so equal texts are equal literals.
fn settle(outcome: &Outcome, body: Option<&Value>, member: &str, expected: &Value) -> Fate {
    let sent = body.map(|body| body[member].to_string());
    let expected = Some(expected.to_string());
    match (outcome.status, sent) {
        (Some(0 | 1), sent) if sent == expected => Fate::Sent,
        (Some(0 | 1), Some(_)) => Fate::Differs,
        (Some(2), None) => Fate::Refused(outcome.output("error-message").to_owned()),
        _ => panic!("{:?}: {}", outcome.status, outcome.log),
    }
}

/// A value of the right type for each parameter that needs one.
fn required(document: &Value) -> Map<String, Value> {
    let declared = document["parameters"].as_object().into_iter().flatten();
    let needed = declared.filter_map(|(name, declared)| {
        let definition = declared["$ref"]
            .as_str()
            .and_then(|path| document.pointer(path.strip_prefix('#')?));
        let definition = definition.unwrap_or(declared);
        let is_optional = declared.get("defaultValue").is_some()
            || [declared, definition]
                .iter()
                .any(|own| own["nullable"] == true);
        (!is_optional).then(|| (name.clone(), value(definition)))
    });
    needed.collect()
}

fn value(declared: &Value) -> Value {
    if let Some(allowed) = declared["allowedValues"].as_array() {
        return allowed[0].clone();
    }
    let length = declared["minLength"].as_u64().unwrap_or(5).max(1);
    let longest = declared["maxLength"].as_u64().unwrap_or(length);
    let length = usize::try_from(length.min(longest)).unwrap_or_default();
    let kind = declared["type"].as_str().unwrap_or_default();
    match kind.to_ascii_lowercase().as_str() {
        "int" => declared.get("minValue").cloned().unwrap_or(json!(1)),
        "bool" => json!(true),
        "array" => {
            let least = declared["minLength"].as_u64().unwrap_or_default();
            (0..least).map(|_| json!("a")).collect()
        }
        "object" | "secureobject" => json!({}),
        _ => "abcde".repeat(length)[..length].into(),
    }
}
