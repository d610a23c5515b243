//! Outputs that the runner and later steps read without loss.

use serde_json::{Value, json};

use super::{
    step::{Step, azure},
    templates::{network, with_outputs, with_parameters},
};

#[test]
fn values_survive_the_runners_grammar() {
    let azure = azure();
    let values = [
        ("lines", "one\ntwo\n\nfour\n"),
        ("heredoc", "a<<b\nEOF\nghadelimiter_x"),
        ("equals", "a=b=c"),
        ("percent", "100%25 %0A"),
        ("carriage", "one\r\ntwo\rthree"),
        ("unicode", "Zürich – 東京 🚀\u{200b}"),
        ("empty", ""),
    ];
    let declared: serde_json::Map<_, _> = values
        .iter()
        .map(|(name, _)| ((*name).to_owned(), json!({"type": "string"})))
        .collect();
    let given: serde_json::Map<_, _> = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    let outputs: serde_json::Map<_, _> = values
        .iter()
        .map(|(name, _)| {
            (
                (*name).to_owned(),
                json!({"type": "string", "value": format!("[parameters('{name}')]")}),
            )
        })
        .collect();
    let template = with_outputs(
        with_parameters(network(), Value::Object(declared)),
        Value::Object(outputs),
    );
    let outcome = Step::new(&azure, &template)
        .input("parameters", Value::Object(given).to_string())
        .run()
        .expect(0);
    for (name, value) in values {
        assert_eq!(outcome.output(name), value, "{name}");
    }
    let all: Value = serde_json::from_str(outcome.output("outputs")).unwrap();
    assert_eq!(all["unicode"], "Zürich – 東京 🚀\u{200b}");
}

#[test]
fn each_kind_of_output() {
    let azure = azure();
    let outputs = json!({
        "text": { "type": "string", "value": "plain" },
        "number": { "type": "int", "value": 7 },
        "flag": { "type": "bool", "value": true },
        "list": { "type": "array", "value": [1, "two"] },
        "object": { "type": "object", "value": { "a": { "b": 1 } } },
        "secret": { "type": "securestring", "value": "hush-hush" },
        "duration": { "type": "string", "value": "collides" }
    });
    let outcome = Step::new(&azure, &with_outputs(network(), outputs))
        .run()
        .expect(0)
        .hides("hush-hush");
    assert_eq!(outcome.output("text"), "plain");
    assert_eq!(outcome.output("number"), "7");
    assert_eq!(outcome.output("flag"), "true");
    assert_eq!(outcome.output("list"), r#"[1,"two"]"#);
    assert_eq!(outcome.output("object"), r#"{"a":{"b":1}}"#);
    assert!(!outcome.outputs.contains_key("secret"));
    assert_ne!(outcome.output("duration"), "collides");
    let all: Value = serde_json::from_str(outcome.output("outputs")).unwrap();
    assert_eq!(all["duration"], "collides");
    assert!(all.get("secret").is_none());
}

/// azure-pipelines-tasks 14246: a null is empty, as the toolkit of GitHub's actions writes it.
#[test]
fn outputs_odd_types() {
    let azure = azure();
    let deep = json!({"pw": null, "a": {"b": [1, {"c": "x\r\ny"}]}});
    let outputs = json!({
        "nothing": { "type": "string", "nullable": true, "value": null },
        "yes": { "type": "bool", "value": true },
        "list": { "type": "array", "value": [] },
        "n": { "type": "int", "value": 0 },
        "deep": { "type": "object", "value": deep },
        "empty": { "type": "string", "value": "" }
    });
    let outcome = Step::new(&azure, &with_outputs(network(), outputs))
        .run()
        .expect(0);
    for (name, value) in [
        ("nothing", ""),
        ("yes", "true"),
        ("list", "[]"),
        ("n", "0"),
        ("empty", ""),
    ] {
        assert_eq!(outcome.output(name), value, "{name}");
    }
    let shown: Value = serde_json::from_str(outcome.output("deep")).unwrap();
    assert_eq!(shown, deep);
    let all: Value = serde_json::from_str(outcome.output("outputs")).unwrap();
    assert_eq!((&all["nothing"], &all["empty"]), (&Value::Null, &json!("")));
    assert!(outcome.summary.contains("null"), "{}", outcome.summary);
}

#[test]
fn masked_outputs_are_masked_before_they_are_used() {
    let azure = azure();
    let outputs = json!({ "connectionString": { "type": "string", "value": "Endpoint=abc" } });
    let outcome = Step::new(&azure, &with_outputs(network(), outputs))
        .input("masked-outputs", "ConnectionString")
        .run()
        .expect(0);
    assert!(outcome.log.contains("::add-mask::Endpoint=abc"));
    assert!(!outcome.summary.contains("Endpoint=abc"));
    assert_eq!(outcome.output("connectionString"), "Endpoint=abc");
}
