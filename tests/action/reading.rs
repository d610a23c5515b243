//! Templates and parameters as people have them: what Microsoft's readers take is taken, and what was doubtful is told.

use azure_simulator::{Exchange, Simulator};
use serde_json::{Value, json};

use super::{
    common::submitted,
    step::{Outcome, Step, azure},
    templates::{network, with_parameters},
};

/// Runs a step whose submission is not followed, and returns what was submitted.
#[track_caller]
pub fn sent(change: impl FnOnce(Step) -> Step) -> (Outcome, Value) {
    let azure = azure();
    let step = Step::new(&azure, &network()).input("wait", "false");
    let outcome = change(step).run().expect(0);
    (outcome, submitted(&azure))
}

/// A template in a text that begins like one and has this section.
pub fn with_section(section: &str) -> String {
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
    format!(
        "{{\"$schema\": \"{schema}\", \"contentVersion\": \"1.0.0.0\",\n {section}\n \"resources\": []\n}}"
    )
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let marked = format!("\u{feff}{text}");
    marked.encode_utf16().flat_map(unit).collect()
}

/// Templates that Azure deploys today, and what is sent of their `variables`.
pub fn templates() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let zurich = with_section("\"variables\": {\"a\": \"Zürich\"},");
    let bytes = |section| with_section(section).into_bytes();
    vec![
        (
            "trailing-comma",
            bytes("\"variables\": {\"p\": [1,],},"),
            r#"{"p":[1]}"#,
        ),
        (
            "key-twice",
            bytes("\"variables\": {\"owner\": \"first\",\n \"owner\": \"second\"},"),
            r#"{"owner":"second"}"#,
        ),
        (
            "integer-over-64-bits",
            bytes("\"variables\": {\"n\": 123456789012345678901234567890, \"f\": 100.00},"),
            r#"{"n":123456789012345678901234567890,"f":100.00}"#,
        ),
        (
            "single-quotes",
            bytes(r"'variables': {'a': 'it\'s'},"),
            r#"{"a":"it's"}"#,
        ),
        (
            "control-character",
            bytes("\"variables\": {\"a\": \"tab\u{c}feed\"},"),
            r#"{"a":"tab\ffeed"}"#,
        ),
        (
            "lone-surrogate",
            bytes(r#""variables": {"a": "\ud83d"},"#),
            "{\"a\":\"\u{fffd}\"}",
        ),
        (
            "utf16",
            utf16(&zurich, u16::to_le_bytes),
            r#"{"a":"Zürich"}"#,
        ),
        (
            "utf16-be",
            utf16(&zurich, u16::to_be_bytes),
            r#"{"a":"Zürich"}"#,
        ),
        (
            "bom",
            format!("\u{feff}{}", zurich.replace('\n', "\r\n")).into_bytes(),
            r#"{"a":"Zürich"}"#,
        ),
    ]
}

#[test]
fn what_microsofts_readers_take_is_sent() {
    for (name, text, variables) in templates() {
        for file in ["main.json", "main.jsonc"] {
            let step = |step: Step| step.file(file, &text).input("template-file", file);
            let (_, body) = sent(step);
            assert_eq!(
                body["template"]["variables"].to_string(),
                variables,
                "{name}"
            );
        }
    }
}

#[test]
fn a_key_given_twice_is_told_with_both_lines() {
    let text = with_section("\"variables\": {\"owner\": \"first\",\n \"owner\": \"hunter2\"},");
    let (outcome, _) = sent(|step| step.file("main.json", &text));
    let told = "template-file: `main.json` line 3, column 2: the key `owner` is given again, after line 2: \
                the last value counts";
    let summary = outcome.summary.clone();
    outcome.says(&["::warning", told]).hides("hunter2");
    assert!(summary.contains("after line 2"), "{summary}");
    let parameters = "{\"parameters\": {\"a\": {\"value\": 1},\n \"a\": {\"value\": 2}}}";
    let main = with_parameters(network(), json!({"a": {"type": "int"}})).to_string();
    let (outcome, body) = sent(|step| {
        let step = step.file("main.json", &main).file("p.json", parameters);
        step.input("parameters-file", "p.json")
    });
    outcome.says(&["parameters-file: `p.json` line 2, column 2: the key `a` is given again"]);
    assert_eq!(body["parameters"], json!({"a": {"value": 2}}));
}

#[test]
fn parameters_files_as_az_and_bicep_deploy_read_them() {
    let declared = json!({
        "name": {"type": "string"},
        "count": {"type": "int", "defaultValue": 1},
        "sizes": {"type": "array", "items": {"type": "int"}, "defaultValue": []},
    });
    let main = with_parameters(network(), declared).to_string();
    let whole = |parameters: &str| {
        format!(
            "{{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#\", \
             \"contentVersion\": \"1.0.0.0\", \"parameters\": {parameters}}}"
        )
    };
    let flat = r#"{"name": {"value": "flat"}, "count": {"value": 2}}"#;
    for (name, text, expected) in [
        (
            "flat",
            flat.as_bytes().to_vec(),
            r#"{"count":{"value":2},"name":{"value":"flat"}}"#,
        ),
        (
            "float-for-int",
            whole(
                r#"{"name": {"value": "x"}, "count": {"value": 3.0}, "sizes": {"value": [1e3]}}"#,
            )
            .into_bytes(),
            r#"{"count":{"value":3},"name":{"value":"x"},"sizes":{"value":[1000]}}"#,
        ),
        (
            "parameters-file-comments",
            whole("{ // a\n\"name\": {\"value\": \"x\", /* b */},}").into_bytes(),
            r#"{"name":{"value":"x"}}"#,
        ),
        (
            "utf16",
            utf16(&whole(r#"{"name": {"value": "Zürich"}}"#), u16::to_le_bytes),
            r#"{"name":{"value":"Zürich"}}"#,
        ),
    ] {
        let (_, body) = sent(|step| {
            let step = step.file("main.json", &main).file("p.json", &text);
            step.input("parameters-file", "p.json")
        });
        assert_eq!(body["parameters"].to_string(), expected, "{name}");
    }
    let inline = r#"{"name": "x", "count": 1e1,}"#;
    let (_, body) = sent(|step| step.file("main.json", &main).input("parameters", inline));
    assert_eq!(body["parameters"]["count"]["value"].to_string(), "10");
}

#[test]
fn a_value_in_other_letters_is_sent_with_a_warning() {
    let declared = json!({"sku": {"type": "string", "allowedValues": ["Basic", "Standard"]}});
    let main = with_parameters(network(), declared).to_string();
    let azure = azure();
    let step = Step::new(&azure, &network()).file("main.json", main);
    // The simulated Azure compares with regard to case, as the engine in Bicep does.
    let outcome = step.input("parameters", "sku=standard").run().expect(1);
    outcome.says(&["::warning", "`sku` is `Standard` in other letters"]);
    assert_eq!(puts(&azure).len(), 1);
}

fn puts(azure: &Simulator) -> Vec<Exchange> {
    let mut journal = azure.journal();
    journal.retain(|exchange| exchange.method == "PUT");
    journal
}
