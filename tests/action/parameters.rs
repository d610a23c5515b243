//! Parameters as people write them: pairs, files and JSON, and what of them reaches Azure.

use serde_json::{Value, json};

use super::{
    common::submitted,
    reading::sent,
    step::{Step, azure},
    templates::{network, with_parameters},
};

const REFUSED: &str =
    "parameters: line 1: a word without `=`: put a value that holds spaces in quotes";

fn main(declared: &Value) -> String {
    with_parameters(network(), declared.clone()).to_string()
}

/// What is sent of `parameters` for a template that declares these types.
#[track_caller]
fn values(declared: &Value, parameters: &str) -> Value {
    let main = main(declared);
    let (_, body) = sent(|step| {
        step.file("main.json", &main)
            .input("parameters", parameters)
    });
    let mut sent = body["parameters"].clone();
    for (_, given) in sent.as_object_mut().into_iter().flatten() {
        *given = given["value"].take();
    }
    sent
}

#[test]
fn pairs_that_people_write() {
    let allowed = json!([
        ["Office north", "192.0.2.10"],
        ["Office south", "192.0.2.20"]
    ]);
    let connection = "Server=tcp:sql.example.net,1433;User ID=app;Password=Zebra9 crossing";
    for (name, declared, parameters, expected) in [
        (
            "pairs-array-with-spaces",
            json!({"allowList": {"type": "array"}}),
            "allowList=[ [\"Office north\", \"192.0.2.10\"],  [\"Office south\", \"192.0.2.20\"]  ]\n".to_owned(),
            json!({"allowList": allowed}),
        ),
        (
            "pairs-array-in-quotes",
            json!({"allowList": {"type": "array"}, "sku": {"type": "object"}}),
            format!("allowList='{allowed}' sku='{{\"name\": \"BasicPool\", \"capacity\": 50}}'\n"),
            json!({"allowList": allowed, "sku": {"name": "BasicPool", "capacity": 50}}),
        ),
        (
            "pairs-connection-string-quoted",
            json!({"conn": {"type": "string"}, "key": {"type": "string"}}),
            format!("conn=\"{connection}\" key=YWJj#ZGVm==\n"),
            json!({"conn": connection, "key": "YWJj#ZGVm=="}),
        ),
        (
            "pairs-object-from-output",
            json!({"id": {"type": "string"}, "backend": {"type": "object"}}),
            "id=/subscriptions/1/x\nbackend={\"name\":\"snet\",\"etag\":\"W/\\\"4f1c\\\"\",\"delegations\":[]}\n".to_owned(),
            json!({"id": "/subscriptions/1/x", "backend": {"name": "snet", "etag": "W/\"4f1c\"", "delegations": []}}),
        ),
        (
            "names-with-spaces-pairs",
            json!({"User Access CIDR": {"type": "string"}}),
            "\"User Access CIDR\"=10.2.0.0/24\n".to_owned(),
            json!({"User Access CIDR": "10.2.0.0/24"}),
        ),
        (
            "names-with-spaces-json",
            json!({"User Access CIDR": {"type": "string"}}),
            r#"{"User Access CIDR": "10.2.0.0/24"}"#.to_owned(),
            json!({"User Access CIDR": "10.2.0.0/24"}),
        ),
        (
            "int64",
            json!({"maxSizeBytes": {"type": "int"}, "big": {"type": "int"}}),
            "maxSizeBytes=2147483648 big=9007199254740993".to_owned(),
            json!({"maxSizeBytes": 2_147_483_648_i64, "big": 9_007_199_254_740_993_i64}),
        ),
        (
            "python-lists",
            json!({"zones": {"type": "array"}, "tags": {"type": "object"}}),
            "zones=['1','2'] tags={'env':'dev', 'on': True, 'off': None}".to_owned(),
            json!({"zones": ["1", "2"], "tags": {"env": "dev", "on": true, "off": null}}),
        ),
        (
            "quotes-around-words",
            json!({"name": {"type": "string"}, "note": {"type": "string"}, "count": {"type": "int"}}),
            "\"name=two words\" count=2 note=pre-\"two words\"-post".to_owned(),
            json!({"name": "two words", "count": 2, "note": "pre-two words-post"}),
        ),
    ] {
        assert_eq!(values(&declared, &parameters), expected, "{name}");
    }
}

#[test]
fn a_value_in_a_file_is_sent_and_a_secure_one_is_hidden() {
    let declared = json!({
        "name": {"type": "string"}, "pem": {"type": "secureString"}, "zones": {"type": "array"},
    });
    let main = main(&declared);
    let (outcome, body) = sent(|step| {
        step.file("main.json", &main)
            .file(
                "example.pem",
                "-----BEGIN-----\nhunter2-of-the-file\n-----END-----\n",
            )
            .file("zones.json", "[\"1\", \"2\"]")
            .input("parameters", "name=x pem=@example.pem zones=@zones.json")
    });
    let pem = "-----BEGIN-----\nhunter2-of-the-file\n-----END-----";
    assert_eq!(body["parameters"]["pem"]["value"], pem);
    assert_eq!(body["parameters"]["zones"]["value"], json!(["1", "2"]));
    assert!(
        outcome.log.contains("::add-mask::hunter2-of-the-file"),
        "{}",
        outcome.log
    );
    outcome.hides("hunter2-of-the-file");
}

#[test]
fn arm_deploy_file_and_pairs() {
    let declared = json!({"adminUsername": {"type": "string"}, "adminPassword": {"type": "secureString"},
        "size": {"type": "int"}});
    let main = main(&declared);
    let file =
        r#"{"parameters": {"adminUsername": {"value": "of the file"}, "size": {"value": 3}}}"#;
    for path in ["./main.parameters.json", "@main.parameters.json"] {
        let (_, body) = sent(|step| {
            let step = step
                .file("main.json", &main)
                .file("main.parameters.json", file);
            let pairs = format!("{path} adminUsername=alice adminPassword=Walrus7tooth");
            step.input("parameters", pairs)
        });
        let expected = json!({"adminUsername": {"value": "alice"}, "adminPassword": {"value": "Walrus7tooth"},
            "size": {"value": 3}});
        assert_eq!(body["parameters"], expected, "{path}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused_and_no_value_shown() {
    let declared = json!({"conn": {"type": "string", "defaultValue": ""}, "on": {"type": "bool", "defaultValue": true},
        "n": {"type": "int", "defaultValue": 1}, "pem": {"type": "secureString", "defaultValue": ""}});
    for (name, parameters, words) in [
        (
            "pairs-connection-string",
            "conn=Server=tcp:sql.example.net,1433;User ID=app;Password=Zebra9 crossing",
            &[REFUSED][..],
        ),
        (
            "json-strings-for-bool-int",
            r#"{"on": "true", "n": "3"}"#,
            &[
                "`n` must be int, but is a string: remove the quotes",
                "`on` must be bool, but is a string: remove the quotes",
            ],
        ),
        (
            "file-that-is-none",
            "pem=@Zebra9",
            &["`pem` begins with @, but what follows is not the path of a file in the workspace"],
        ),
        (
            "file-outside",
            "pem=@../../../etc/passwd",
            &["`pem` begins with @, but what follows is not the path of a file in the workspace"],
        ),
    ] {
        let azure = azure();
        let step = Step::new(&azure, &network()).file("main.json", main(&declared));
        let outcome = step
            .input("parameters", parameters)
            .run()
            .expect(2)
            .says(words);
        assert!(azure.journal().is_empty(), "{name}");
        outcome.hides("Zebra9");
    }
}

#[test]
fn parameters_that_nobody_has_to_give() {
    let default_null = json!({
        "a": {"type": "string", "defaultValue": ""}, "o": {"type": "object", "defaultValue": null},
        "n": {"type": "string", "nullable": true},
    });
    let nullable =
        json!({"a": {"type": "string", "nullable": true}, "b": {"$ref": "#/definitions/list"}});
    for (name, declared, parameters, expected) in [
        (
            "default-null",
            default_null,
            "n: ~\n",
            json!({"n": {"value": null}}),
        ),
        ("nullable-not-given", nullable, "", json!({})),
    ] {
        let azure = azure();
        let mut template = with_parameters(network(), declared);
        template["languageVersion"] = "2.0".into();
        template["resources"] = json!({});
        template["definitions"] =
            json!({"list": {"type": "array", "items": {"type": "string"}, "nullable": true}});
        let step = Step::new(&azure, &template).input("parameters", parameters);
        // Whether Azure takes a default value of null is not known; the simulated one does not.
        let outcome = step.input("wait", "false").run();
        assert!(
            matches!(outcome.status, Some(0 | 1)),
            "{name}: {}",
            outcome.log
        );
        assert_eq!(submitted(&azure)["parameters"], expected, "{name}");
    }
}

#[test]
fn references_to_key_vaults_and_files_without_values() {
    let declared = json!({"a": {"type": "string"}, "pw": {"type": "securestring"}});
    let main = main(&declared);
    let vault = json!({"keyVault": {"id": "/subscriptions/1/x/vaults/kv"}, "secretName": "pw"});
    let file = json!({"parameters": {"a": {"value": "x"}, "pw": {"reference": vault}}}).to_string();
    let (_, body) = sent(|step| {
        let step = step.file("main.json", &main).file("p.json", &file);
        step.input("parameters-file", "p.json")
    });
    assert_eq!(body["parameters"]["pw"], json!({"reference": vault}));
    let azure = azure();
    let bare = json!({"parameters": {"a": "x", "pw": vault}}).to_string();
    let step = Step::new(&azure, &network())
        .file("main.json", &main)
        .file("p.json", bare);
    step.input("parameters-file", "p.json")
        .run()
        .expect(2)
        .says(&[
            "`p.json`: `a` is a bare value: write {\"value\": …}",
            "`p.json`: `pw` has neither `value`, `reference` nor `expression`",
        ]);
}
