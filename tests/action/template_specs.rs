//! `name=value` beside a template that Azure fetches: its types are read, or nothing is guessed.

use azure_simulator::{Fault, Options, RESOURCE_GROUP, SUBSCRIPTION_ID, Service, Simulator};
use serde_json::{Value, json};

use super::{
    common::{requests, submitted},
    step::{self, Step},
    templates::{network, with_parameters},
};

/// Parameters of the template spec.
pub const PAIRS: &str = "count=3 enabled=true zone='007' key=hunter2-of-the-spec";
const NO_TEXT: &str = "line 1: `count` looks like no text, and its type is not known";

fn spec_id() -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/providers/Microsoft.Resources/templateSpecs/net/versions/1.0"
    )
}

/// Options with a template spec.
pub fn options() -> Options {
    let declared = json!({
        "count": {"type": "int"}, "enabled": {"type": "bool"}, "zone": {"type": "string"},
        "key": {"type": "secureString"},
    });
    Options {
        template_specs: vec![(spec_id(), with_parameters(network(), declared))],
        ..step::options()
    }
}

/// An Azure with a template spec.
fn azure(change: impl FnOnce(&mut Options)) -> Simulator {
    let mut options = options();
    change(&mut options);
    Simulator::start(options)
}

/// A step that deploys the template spec with these parameters.
pub fn step(azure: &Simulator, parameters: &str) -> Step {
    let step = Step::new(azure, &json!({})).input("template-file", "");
    let step = step.input("template-spec-id", spec_id());
    step.input("parameters", parameters)
}

fn reads(azure: &Simulator) -> usize {
    requests(azure, "GET", "/versions/1.0").len()
}

#[test]
fn pairs_take_the_types_of_the_template_spec() {
    let azure = azure(|_| {});
    step(&azure, PAIRS)
        .run()
        .expect(0)
        .hides("hunter2-of-the-spec");
    let expected: Value = json!({"count": {"value": 3}, "enabled": {"value": true},
        "zone": {"value": "007"}, "key": {"value": "hunter2-of-the-spec"}});
    assert_eq!(submitted(&azure)["parameters"], expected);
    assert_eq!(submitted(&azure)["templateLink"], json!({"id": spec_id()}));
    assert_eq!(reads(&azure), 1);
}

#[test]
fn what_the_template_spec_does_not_declare_is_told_before_anything_is_deployed() {
    let azure = azure(|_| {});
    step(&azure, "count=three enabled=true zone=1 kex=x")
        .run()
        .expect(2)
        .says(&[
            "`count` must be a whole number",
            "`kex` is not a parameter of the template: did you mean `key`?",
        ]);
    assert!(requests(&azure, "PUT", "").is_empty());
}

#[test]
fn texts_and_json_need_no_look_at_the_template_spec() {
    for parameters in [
        r#"{"count": 3, "enabled": true, "zone": "007", "key": "hunter2-of-the-spec"}"#,
        "count: 3\nenabled: true\nzone: '007'\nkey: hunter2-of-the-spec",
    ] {
        let azure = azure(|options| {
            options.denied_actions =
                vec!["Microsoft.Resources/templateSpecs/versions/read".to_owned()]
        });
        step(&azure, parameters).run().expect(0);
        assert_eq!(reads(&azure), 0);
    }
}

#[test]
fn a_template_spec_that_may_not_be_read_leaves_nothing_to_guesses() {
    let azure = azure(|options| {
        options.denied_actions = vec!["Microsoft.Resources/templateSpecs/versions/read".to_owned()];
    });
    step(&azure, PAIRS)
        .run()
        .expect(2)
        .says(&[
            NO_TEXT,
            "`enabled` looks like no text",
            "`zone` looks like no text",
            "the template spec cannot be read for it: HTTP 403 AuthorizationFailed",
            "give the parameters as JSON or YAML",
        ])
        .never_says(&["`key` looks"])
        .hides("hunter2-of-the-spec");
    assert!(requests(&azure, "PUT", "").is_empty());
}

#[test]
fn faults_of_a_moment_are_waited_for() {
    let azure = azure(|_| {});
    azure.inject(
        Fault::azure(503, "ServiceUnavailable", "Try again.")
            .on(Service::ResourceManager)
            .times(2),
    );
    step(&azure, PAIRS).run().expect(0);
    assert_eq!(reads(&azure), 3);
}

#[test]
fn wrong_inputs_are_told_before_anything_is_asked() {
    let azure = azure(|_| {});
    step(&azure, PAIRS)
        .input("parameters-file", "nowhere.json")
        .run()
        .expect(2)
        .says(&["`nowhere.json` does not exist"])
        .never_says(&["looks like no text"]);
    assert!(azure.journal().is_empty());
}

#[test]
fn pairs_beside_an_address_are_not_guessed() {
    let azure = azure(|_| {});
    let step = Step::new(&azure, &json!({})).input("template-file", "");
    let step = step.input("template-uri", "https://a.example/hub.json");
    step.input("parameters", "region=westeurope count=3")
        .run()
        .expect(2)
        .says(&[NO_TEXT, "Azure fetches the template"])
        .never_says(&["`region` looks"]);
    assert!(azure.journal().is_empty());
}
