//! The three forms of the input, and what they say.

use std::path::Path;

use serde_json::json;

use super::*;

fn read(text: &str) -> (Value, Vec<String>) {
    let template = json!({
        "definitions": {"port": {"type": "int"}},
        "parameters": {
            "name": {"type": "string"},
            "secret": {"type": "secureString"},
            "Count": {"type": "int"},
            "port": {"$ref": "#/definitions/port", "nullable": true},
            "flag": {"type": "bool"},
            "tags": {"type": "object"},
            "keys": {"type": "secureObject"},
            "zones": {"type": "array"},
            "odd": {"$ref": "#/definitions/nowhere"},
        },
    });
    let mut findings = Findings::default();
    let declarations = Declarations::of(template.as_object().expect("an object"));
    let context = Context {
        declarations: &declarations,
        types: Types::Declared,
        folder: Path::new("/nowhere"),
    };
    let mut parameters = parameters(text, &context, &mut findings);
    parameters.fit(&declarations);
    let messages = findings.problems.iter().map(ToString::to_string).collect();
    (Value::Object(parameters.into_json(&declarations)), messages)
}

fn assert_reads(text: &str, expected: &Value) {
    let (parameters, problems) = read(text);
    assert_eq!(problems, Vec::<String>::new(), "{text}");
    assert_eq!(&parameters, expected, "{text}");
}

#[test]
fn three_forms_say_the_same() {
    let expected = json!({"Count": {"value": 3}, "flag": {"value": true}, "name": {"value": "a b"}, "tags": {"value": {"env": "dev"}}});
    for text in [
        "{\"count\": 3, \"flag\": true, // note\n \"name\": \"a b\", \"tags\": {\"env\": \"dev\"}}",
        "count: 3\nflag: true\nname: a b\ntags:\n  env: dev\n",
        "# note\n---\n{count: 3, flag: true, name: a b, tags: {env: dev}}",
        "{ count: 3, flag: true, name: a b, tags: {env: dev} }",
        "count=3 flag=TRUE name=\"a b\" tags={\"env\": \"dev\"}",
        "# note\nCOUNT=3\nflag=true\nname='a b'\ntags='{\"env\": \"dev\"}'\n",
    ] {
        assert_reads(text, &expected);
    }
}

#[test]
fn the_form_follows_the_first_line() {
    for (text, form_of) in [
        ("{}", Some(Form::Json)),
        ("{\n  // note\n \"a\": 1}", Some(Form::Json)),
        ("// note\n{}", Some(Form::Json)),
        ("{a: 1}", Some(Form::Yaml)),
        ("# {\n{\"a\": 1}", Some(Form::Yaml)),
        ("# note", None),
        ("\"a=b\": 1", Some(Form::Yaml)),
        ("a: b=c", Some(Form::Yaml)),
        ("a:\n  - b=c", Some(Form::Yaml)),
        ("a=b: c", Some(Form::Words)),
        ("url=https://example.org", Some(Form::Words)),
        ("main.parameters.json", Some(Form::Words)),
        ("@dev.json", Some(Form::Words)),
        ("./p.json a=1", Some(Form::Words)),
        ("\"a=b c\" d=1", Some(Form::Words)),
        ("\"a b\"=c", Some(Form::Words)),
        ("'a=b\nc'", Some(Form::Words)),
        ("see p.json", None),
    ] {
        assert_eq!(form(text), form_of, "{text}");
    }
}

#[test]
fn pairs_take_the_declared_type() {
    assert_reads(
        "name=007 secret=true count=-3 port=null flag=False zones=[1,2] tags={}",
        &json!({"name": {"value": "007"}, "secret": {"value": "true"}, "Count": {"value": -3}, "port": {"value": null},
            "flag": {"value": false}, "zones": {"value": [1, 2]}, "tags": {"value": {}}}),
    );
    let (_, problems) = read("count=3.5\nflag=yes\ntags={1x}\n");
    let expected = [
        "parameters: line 1: `count` must be a whole number",
        "parameters: line 2: `flag` must be true or false",
        "parameters: line 3: `tags` must be a JSON object: in it, line 1, column 3",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn json_is_read_as_in_files() {
    assert_reads(
        "{\"name\": 'x', \"count\": 1e1, \"port\": 123456789012345678901234567890,}",
        &json!({"name": {"value": "x"}, "Count": {"value": 10},
            "port": {"value": "123456789012345678901234567890".parse::<serde_json::Number>().expect("a number")}}),
    );
}

#[test]
fn wrappers_are_recognised_where_no_object_is_meant() {
    let vault = json!({"keyVault": {"id": "/subscriptions/…"}, "secretName": "s"});
    for (given, expected) in [
        (
            json!({"count": {"value": 3}}),
            json!({"Count": {"value": 3}}),
        ),
        (
            json!({"tags": {"value": {"a": 1}}}),
            json!({"tags": {"value": {"value": {"a": 1}}}}),
        ),
        (
            json!({"odd": {"value": 3}}),
            json!({"odd": {"value": {"value": 3}}}),
        ),
        (
            json!({"count": {"value": 3}, "tags": {"value": {"a": 1}}, "odd": {"value": 3}}),
            json!({"Count": {"value": 3}, "tags": {"value": {"a": 1}}, "odd": {"value": 3}}),
        ),
        (
            json!({"count": {"value": 3}, "tags": {"value": "a"}}),
            json!({"Count": {"value": 3}, "tags": {"value": {"value": "a"}}}),
        ),
        (
            json!({"secret": {"reference": vault}}),
            json!({"secret": {"reference": vault}}),
        ),
        (
            json!({"keys": {"reference": vault}}),
            json!({"keys": {"reference": vault}}),
        ),
        (
            json!({"tags": {"reference": vault}}),
            json!({"tags": {"value": {"reference": vault}}}),
        ),
        (
            json!({"secret": {"reference": "s"}}),
            json!({"secret": {"value": {"reference": "s"}}}),
        ),
    ] {
        assert_reads(&given.to_string(), &expected);
    }
}

#[test]
fn what_cannot_be_read_is_reported() {
    for (text, expected) in [
        ("{\"a\": 1 2}", "line 1, column 8: a comma"),
        ("{\"a\": hunter2}", "line 1, column 7: not JSON"),
        ("a: 1\na: 2", "line 2, column 1: a key is given twice"),
        ("{\"a\": 1, \"A\": 2}", "`A` is given twice"),
        ("[1]", "is not an object"),
        ("- a", "is not an object"),
        ("main.parameters", "is neither"),
        ("a=1\nhunter2", "line 2: a word without"),
        (
            "{\"$schema\": \"x\", \"parameters\": {}}",
            "is a whole parameters file",
        ),
    ] {
        let (_, problems) = read(text);
        assert_eq!(problems.len(), 1, "{text}");
        assert!(
            problems[0].starts_with(&format!("parameters: {expected}")),
            "{problems:?}"
        );
        assert!(!problems[0].contains("hunter2"));
    }
}
