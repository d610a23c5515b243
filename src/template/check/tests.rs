//! What Azure takes, what it refuses, and what it may refuse.

use serde_json::json;

use super::*;
use crate::template::parameters::Origin;

fn findings(declared: &Value, values: &Value) -> Findings {
    let template = json!({
        "definitions": {
            "sku": {"type": "string", "allowedValues": ["Basic", "Standard"]},
            "maybe": {"type": "int", "nullable": true, "maxValue": 5},
        },
        "parameters": declared,
    });
    let declarations = Declarations::of(template.as_object().expect("an object"));
    let mut parameters = Parameters::default();
    for (name, value) in values.as_object().expect("an object") {
        let (name, given) = (name.clone(), Given::Value(value.clone()));
        assert!(parameters.add(Argument {
            name,
            given,
            origin: Origin::Inline
        }));
    }
    let mut findings = Findings::default();
    given(&parameters, &declarations, &mut findings);
    missing(&parameters, &declarations, &mut findings);
    findings
}

fn problems(declared: &Value, values: &Value) -> Vec<String> {
    let problems = findings(declared, values).problems;
    let messages = problems.iter().map(|problem| problem.message.clone());
    messages.collect()
}

#[test]
fn a_value_in_other_letters_is_doubtful() {
    let declared = json!({
        "sku": {"type": "string", "allowedValues": ["Basic", "Standard"]},
        "key": {"type": "secureString", "allowedValues": ["Hunter2"]},
    });
    let found = findings(&declared, &json!({"SKU": "standard", "key": "hunter2"}));
    assert!(found.problems.is_empty());
    assert_eq!(
        found.warnings,
        [
            "parameters: `SKU` is `Standard` in other letters, as the template allows it: write it so, as Azure may compare with regard to case"
        ]
    );
    let exact = json!({"sku": "Standard", "key": "Hunter2"});
    assert!(findings(&declared, &exact).warnings.is_empty());
}

#[test]
fn typing_errors_are_recognised_and_other_names_are_not() {
    let names = ["location", "gatewaySku", "vnetName", "x"];
    for (name, expected) in [
        ("lokation", Some("location")),
        ("gatewaysku", Some("gatewaySku")),
        ("vnetNames", Some("vnetName")),
        ("y", None),
        ("tags", None),
        ("", None),
    ] {
        assert_eq!(nearest(name, names.into_iter()), expected, "{name}");
    }
    assert_eq!(nearest(&"l".repeat(1_000_000), names.into_iter()), None);
}

#[test]
fn values_that_azure_takes() {
    for (declared, value) in [
        (json!({"type": "string"}), json!("[not an expression here]")),
        (
            json!({"type": "SecureString", "minLength": 3}),
            json!("🚀a"),
        ),
        (
            json!({"type": "string", "allowedValues": ["EastUS"]}),
            json!("eastus"),
        ),
        (json!({"$ref": "#/definitions/sku"}), json!("STANDARD")),
        (
            json!({"$ref": "#/definitions/sku", "allowedValues": ["Premium"]}),
            json!("Premium"),
        ),
        (json!({"$ref": "#/definitions/maybe"}), json!(null)),
        (
            json!({"$ref": "#/definitions/maybe", "maxValue": 9}),
            json!(8),
        ),
        (json!({"$ref": "#/definitions/nowhere"}), json!({"any": 1})),
        (json!({"type": "int", "allowedValues": [1, 2]}), json!(2)),
        (json!({"type": "int"}), json!(3.0)),
        (json!({"type": "int"}), json!(1e3)),
        (json!({"type": "int"}), json!(u64::MAX)),
        (json!({"type": "int", "defaultValue": 1}), json!(null)),
        (
            json!({"type": "array", "allowedValues": ["a", "b", "c"]}),
            json!(["c", "a"]),
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "int"}}}),
            json!({"a": "left to Azure"}),
        ),
        (
            json!({"type": "string", "allowedValues": "[parameters('odd')]", "minLength": "odd"}),
            json!(""),
        ),
    ] {
        assert_eq!(
            problems(&json!({"p": declared}), &json!({"P": value})),
            Vec::<String>::new(),
            "{declared}"
        );
    }
}

#[test]
fn values_that_azure_refuses() {
    for (declared, value, expected) in [
        (
            json!({"type": "string"}),
            json!(1.5),
            "must be string, but is a number: put it in quotes",
        ),
        (
            json!({"type": "securestring"}),
            json!(true),
            "must be secureString, but is a boolean: put it in quotes",
        ),
        (
            json!({"type": "int"}),
            json!("3"),
            "must be int, but is a string: remove the quotes",
        ),
        (
            json!({"type": "int"}),
            json!("hunter2"),
            "must be int, but is a string",
        ),
        (
            json!({"type": "int"}),
            json!(1.5),
            "must be int, but is a number with a fraction",
        ),
        (
            json!({"type": "bool"}),
            json!("true"),
            "must be bool, but is a string: remove the quotes",
        ),
        (
            json!({"type": "bool"}),
            json!(0),
            "must be bool, but is a number",
        ),
        (
            json!({"type": "array"}),
            json!({}),
            "must be array, but is an object",
        ),
        (
            json!({"type": "secureObject"}),
            json!([]),
            "must be secureObject, but is an array",
        ),
        (
            json!({"type": "string"}),
            json!(null),
            "is null, and the template requires a value",
        ),
        (
            json!({"$ref": "#/definitions/sku"}),
            json!("hunter2"),
            "must be one of `Basic`, `Standard`",
        ),
        (
            json!({"type": "int", "allowedValues": [1, 2]}),
            json!(3),
            "must be one of `1`, `2`",
        ),
        (
            json!({"type": "secureString", "minLength": 12}),
            json!("hunter2"),
            "must have at least 12 characters",
        ),
        (
            json!({"type": "string", "maxLength": 3}),
            json!("🚀🚀"),
            "must have at most 3 characters",
        ),
        (
            json!({"type": "array", "minLength": 1}),
            json!([]),
            "must have at least 1 elements",
        ),
        (
            json!({"type": "int", "minValue": 2}),
            json!(1),
            "must be at least 2",
        ),
        (
            json!({"$ref": "#/definitions/maybe"}),
            json!(6),
            "must be at most 5",
        ),
    ] {
        let problems = problems(&json!({"p": declared}), &json!({"P": value}));
        assert_eq!(problems, [format!("`P` {expected}")], "{declared}");
    }
}

#[test]
fn what_is_missing_is_one_list() {
    let declared = json!({
        "b": {"type": "securestring"}, "a": {"$ref": "#/definitions/sku"}, "c": {"type": "int", "defaultValue": 1},
        "d": {"type": "object", "nullable": true}, "e": {"$ref": "#/definitions/nowhere"}, "f": {},
    });
    assert_eq!(
        problems(&declared, &json!({})),
        [
            "the template requires `b` (secureString), `a` (string), `f`: give it here or in parameters-file"
        ]
    );
}

#[test]
fn what_is_not_declared_has_a_suggestion() {
    let many: serde_json::Map<_, _> = (0..25)
        .map(|n| {
            (
                format!("name{n:02}"),
                json!({"type": "int", "defaultValue": 1}),
            )
        })
        .collect();
    for (declared, name, expected) in [
        (
            json!({"location": {"defaultValue": 1}}),
            "Locatoin",
            "did you mean `location`?",
        ),
        (
            json!({"location": {"defaultValue": 1}}),
            "tags",
            "it declares `location`",
        ),
        (json!({}), "tags", "it declares none"),
        (json!(many), "tags", "`name19`, and 5 more"),
    ] {
        let problems = problems(&declared, &json!({name: "hunter2"}));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with(&format!("`{name}` is not a parameter of the template: ")));
        assert!(problems[0].ends_with(expected), "{problems:?}");
    }
}
