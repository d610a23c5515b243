//! Values of pairs, from their texts and from files.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::*;
use crate::template::{declaration::Declarations, inline::Types};

/// The parameters in a text and what was found, with a template of all types and a workspace with files.
struct Read {
    values: Value,
    findings: Findings,
}

fn template() -> Map<String, Value> {
    let template = json!({"parameters": {
        "name": {"type": "string"}, "pem": {"type": "secureString"}, "count": {"type": "int"},
        "flag": {"type": "bool"}, "zones": {"type": "array"}, "tags": {"type": "object"},
        "odd": {"$ref": "#/definitions/nowhere"}, "User Access CIDR": {"type": "string"},
    }});
    template.as_object().unwrap().clone()
}

fn workspace() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("a.pem", "-----BEGIN-----\r\nAAAA\r\n-----END-----\r\n\r\n"),
        ("zones.json", "[\"1\", // north\n \"2\",]"),
        ("count.txt", "3\n"),
        (
            "p.json",
            "{\"parameters\": {\"name\": {\"value\": \"of the file\"}, \"count\": {\"value\": 7}}}",
        ),
        ("flat.json", "{\"name\": {\"value\": \"flat\"}}"),
        ("twice.json", "{\"a\": 1, \"a\": 2}"),
        ("broken.json", "{\"parameters\": {\"hunter2\": }}"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn read_in(folder: &Path, text: &str, types: Types) -> Read {
    let template = template();
    let declarations = match types {
        Types::Declared => Declarations::of(&template),
        _ => Declarations::default(),
    };
    let context = Context {
        declarations: &declarations,
        types,
        folder,
    };
    let mut findings = Findings::default();
    let parameters = parameters(text, &context, &mut findings);
    let values = parameters.into_json(&declarations).into_iter();
    let values = values.map(|(name, given)| (name, given["value"].clone()));
    Read {
        values: values.collect(),
        findings,
    }
}

fn read(text: &str) -> Read {
    read_in(workspace().path(), text, Types::Declared)
}

#[track_caller]
fn assert_reads(text: &str, expected: &Value) {
    let Read { values, findings } = read(text);
    assert!(findings.problems.is_empty(), "{text}: {findings:?}");
    assert_eq!(&values, expected, "{text}");
}

#[track_caller]
fn assert_refuses(text: &str, expected: &str) {
    let problems = read(text).findings.problems.to_string();
    let expected = format!("parameters: {expected}");
    assert!(problems.starts_with(&expected), "{text}: {problems}");
    assert!(!problems.contains("hunter2"), "{problems}");
}

#[test]
fn values_as_arm_deploy_and_az_read_them() {
    for (text, expected) in [
        (
            "\"name=two words\" count=2",
            json!({"name": "two words", "count": 2}),
        ),
        (
            "name=pre-\"two words\"-post",
            json!({"name": "pre-two words-post"}),
        ),
        (
            "zones=['1','2'] tags={'env':'dev', 'on': True, 'off': None,}",
            json!({"zones": ["1", "2"], "tags": {"env": "dev", "on": true, "off": null}}),
        ),
        (
            "'zones=[\"a b\", \"c\"]' flag=False count=3.0",
            json!({"zones": ["a b", "c"], "flag": false, "count": 3}),
        ),
        (
            "\"User Access CIDR\"=10.2.0.0/24",
            json!({"User Access CIDR": "10.2.0.0/24"}),
        ),
    ] {
        assert_reads(text, &expected);
    }
}

#[test]
fn a_value_may_be_in_a_file() {
    let pem = "-----BEGIN-----\nAAAA\n-----END-----";
    for (text, expected) in [
        ("pem=@a.pem name=@./a.pem", json!({"pem": pem, "name": pem})),
        (
            "\"pem=@a.pem\" name='@a.pem'",
            json!({"pem": pem, "name": pem}),
        ),
        (
            "zones=@zones.json count=@count.txt",
            json!({"zones": ["1", "2"], "count": 3}),
        ),
        ("name=@", json!({"name": "@"})),
        ("name=a@b", json!({"name": "a@b"})),
    ] {
        assert_reads(text, &expected);
    }
    for (text, expected) in [
        ("pem=@hunter2", "line 1: `pem` begins with @, but"),
        ("pem=@/etc/passwd", "line 1: `pem` begins with @, but"),
        ("pem=@../hunter2", "line 1: `pem` begins with @, but"),
        (
            "zones=@a.pem",
            "line 1: `zones` must be a JSON array: in it, line 1",
        ),
        ("count=@a.pem", "line 1: `count` must be a whole number"),
        (
            "name=@.",
            "line 1: `name` is to be read from `.`, which is a folder",
        ),
    ] {
        assert_refuses(text, expected);
    }
    let warnings = read("tags=@twice.json").findings.warnings;
    assert!(warnings[0].starts_with("parameters: `twice.json` line 1, column 10: the key `a`"));
}

#[test]
fn pipes_and_links_that_lead_out_are_refused() {
    let folder = workspace();
    let made = Command::new("mkfifo")
        .arg(folder.path().join("pipe"))
        .status();
    assert!(made.unwrap().success());
    symlink("/etc/passwd", folder.path().join("out.json")).unwrap();
    for (text, expected) in [
        (
            "pem=@pipe",
            "`pem` is to be read from `pipe`, which is a pipe",
        ),
        ("pem=@out.json", "`pem` begins with @, but"),
        ("@pipe", "`pipe` is a pipe or device"),
        (
            "out.json",
            "a word that names a file, but not one of the workspace",
        ),
    ] {
        let read = read_in(folder.path(), text, Types::Declared);
        let problems = read.findings.problems.to_string();
        assert!(problems.contains(expected), "{text}: {problems}");
    }
}

#[test]
fn parameters_files_among_pairs_and_later_words_win() {
    for (text, expected) in [
        (
            "p.json name=\"of the pair\"",
            json!({"name": "of the pair", "count": 7}),
        ),
        (
            "@p.json flag=true",
            json!({"name": "of the file", "count": 7, "flag": true}),
        ),
        (
            "name=x ./p.json flat.json",
            json!({"name": "flat", "count": 7}),
        ),
    ] {
        assert_reads(text, &expected);
    }
    for (text, expected) in [
        (
            "hunter2.json",
            "line 1: a word that names a file, but not one of the workspace",
        ),
        (
            "name=x\nbroken.json",
            "line 2: `broken.json` line 1, column 28",
        ),
        (
            "main.bicepparam count=1",
            "line 1: a .bicepparam file among other words",
        ),
        (
            "https://a.test/hunter2.json a=1",
            "line 1: an address among other words",
        ),
        ("zones.json", "line 1: `zones.json` is not a JSON object"),
    ] {
        assert_refuses(text, expected);
    }
}

#[test]
fn of_a_name_given_twice_the_last_value_counts() {
    let Read { values, findings } = read("name=a\nNAME=b");
    assert_eq!(values, json!({"name": "b"}));
    assert_eq!(
        findings.warnings,
        [
            "parameters: line 2: `NAME` is given again, after line 1: the last value counts, remove the other"
        ]
    );
}

#[test]
fn what_may_be_no_text_needs_a_type() {
    let text = "region=westeurope count=3 on=true zone='007' list=[1] map={} none=null name=x3";
    let Read { values, findings } = read_in(Path::new("/"), text, Types::Azures);
    assert_eq!(values, json!({"region": "westeurope", "name": "x3"}));
    let names = ["count", "on", "zone", "list", "map", "none"];
    assert_eq!(
        findings.untyped,
        names.map(|name| format!("line 1: `{name}`"))
    );
    assert!(findings.problems.is_empty());
    assert_eq!(read("odd=5 other=5").findings.untyped, ["line 1: `odd`"]);
    let missing = read_in(Path::new("/"), text, Types::Missing).findings;
    assert!(
        missing.untyped.is_empty(),
        "the template itself is the problem"
    );
}
