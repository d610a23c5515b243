//! Parameters in Bicep, and the template that they are for, by the real compiler, where there is one.

use super::{
    bicep::{MAIN, refused, step},
    common::submitted,
    reading::{templates, with_section},
    step::azure,
    templates::network,
};

#[test]
fn inline_parameters_complete_and_override_a_bicepparam_file() {
    for parameters in ["count=7", "{\"count\": 7}", "count: 7"] {
        let azure = azure();
        let file = "using 'main.bicep'\nparam name = 'x'\n";
        let Some(step) = step(&azure, &[("main.bicep", MAIN), ("dev.bicepparam", file)]) else {
            return;
        };
        let step = step.input("parameters-file", "dev.bicepparam");
        let outcome = step.input("parameters", parameters).run().expect(0);
        assert_eq!(outcome.output("count"), "7");
        assert_eq!(submitted(&azure)["parameters"]["name"]["value"], "x");
    }
}

#[test]
fn values_of_the_environment_are_not_shown() {
    let main = "@secure()\nparam key string\nparam size int = 1\nparam place string\noutput place string = place\n";
    let quoting = "using 'main.bicep'\nparam key = 'x'\nparam place = 'y'\nparam size = int(readEnvironmentVariable('PW'))\n";
    let reading = "using 'main.bicep'\nparam key = 'Password=${readEnvironmentVariable('PW')}'\n\
                   param place = readEnvironmentVariable('PLACE')\n";
    let read = |parameters| {
        let azure = azure();
        let files = [("main.bicep", main), ("dev.bicepparam", parameters)];
        let step = step(&azure, &files)?.input("parameters-file", "dev.bicepparam");
        let step = step.environment("PW", "Hunter2-of-the-environment");
        Some(step.environment("PLACE", "westeurope").run())
    };
    let Some(refused) = read(quoting) else {
        return;
    };
    let refused = refused.expect(2).hides("Hunter2-of-the-environment");
    refused.says(&["BCP338", "'***'"]);
    let deployed = read(reading).unwrap().expect(0);
    assert_eq!(deployed.output("place"), "westeurope", "no secret");
    let masked = "::add-mask::Hunter2-of-the-environment\n";
    assert!(deployed.log.contains(masked), "{}", deployed.log);
    assert!(!deployed.log.contains("::add-mask::westeurope"));
    deployed.hides("Hunter2-of-the-environment");
}

#[test]
fn using_agrees_with_the_template_or_leaves_it_open() {
    let azure = azure();
    let none = [
        ("main.bicep", MAIN),
        ("dev.bicepparam", "using none\nparam count = 5\n"),
    ];
    let Some(open) = step(&azure, &none) else {
        return;
    };
    let both = [
        ("template-file", "main.bicep"),
        ("parameters-file", "dev.bicepparam"),
    ];
    assert_eq!(open.inputs(&both).run().expect(0).output("count"), "5");
    let alone = [("parameters-file", "dev.bicepparam")];
    refused(&none, &alone)
        .unwrap()
        .says(&["`dev.bicepparam` says `using none`"]);
    let other = [
        ("main.bicep", MAIN),
        ("other.bicep", MAIN),
        ("dev.bicepparam", "using 'other.bicep'\nparam count = 5\n"),
    ];
    refused(&other, &both)
        .unwrap()
        .says(&["parameters-file", "doesn't match the Bicep file"]);
    let json = [
        ("template-file", "main.json"),
        ("parameters-file", "dev.bicepparam"),
    ];
    refused(&other, &json)
        .unwrap()
        .says(&["is for another template"]);
}

#[test]
fn a_bicepparam_file_for_json() {
    let azure = azure();
    let Some(step) = step(&azure, &[("dev.bicepparam", "using 'main.json'\n")]) else {
        return;
    };
    let inputs = [
        ("template-file", "main.json"),
        ("parameters-file", "dev.bicepparam"),
    ];
    step.inputs(&inputs).run().expect(0);
    assert_eq!(submitted(&azure)["template"], network());
}

#[test]
fn the_compiler_sees_the_users_variables_and_none_of_ours() {
    let file = |name: &str| {
        format!(
            "using 'main.bicep'\nparam count = 1\nparam name = readEnvironmentVariable('{name}')\n"
        )
    };
    let azure = azure();
    let theirs = file("MY_VALUE");
    let Some(step) = step(&azure, &[("main.bicep", MAIN), ("dev.bicepparam", &theirs)]) else {
        return;
    };
    let step = step.input("parameters-file", "dev.bicepparam");
    step.environment("MY_VALUE", "mine").run().expect(0);
    assert_eq!(submitted(&azure)["parameters"]["name"]["value"], "mine");
    for ours in ["INPUT_TENANT-ID", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] {
        let ours = file(ours);
        let files = [("main.bicep", MAIN), ("dev.bicepparam", ours.as_str())];
        let outcome = refused(&files, &[("parameters-file", "dev.bicepparam")]);
        outcome.unwrap().says(&["BCP427"]);
    }
}

#[test]
fn a_template_in_json_is_read_as_without_bicep() {
    let some = ["trailing-comma", "key-twice", "integer-over-64-bits"];
    let templates = templates().into_iter();
    for (name, text, variables) in templates.filter(|(name, ..)| some.contains(name)) {
        let azure = azure();
        let file = [("dev.bicepparam", "using 'infra/main.json'\n")];
        let Some(step) = step(&azure, &file) else {
            return;
        };
        std::fs::create_dir(step.path("infra")).unwrap();
        let step = step.file("infra/main.json", &text);
        let step = step.input("parameters-file", "dev.bicepparam");
        let outcome = step.input("wait", "false").run().expect(0);
        let sent = submitted(&azure)["template"]["variables"].to_string();
        assert_eq!(sent, variables, "{name}");
        if name == "key-twice" {
            outcome.says(&["`infra/main.json` line 3, column 2: the key `owner` is given again"]);
        }
    }
}

#[test]
fn a_fault_in_a_template_in_json_names_that_file_and_its_line() {
    let broken = with_section("\"variables\": {\"a\": 0x1F},");
    let files = [
        ("dev.bicepparam", "using 'other.json'\n"),
        ("other.json", &broken),
    ];
    if let Some(outcome) = refused(&files, &[("parameters-file", "dev.bicepparam")]) {
        outcome
            .says(&[
                "parameters-file: `other.json`, which `dev.bicepparam` uses, line 2, column 21: not a number",
            ])
            .never_says(&["compile"]);
    }
}

#[test]
fn settings_for_bicep_deploy_are_refused_by_name() {
    let settings = "using 'main.bicep' with {\n  mode: 'stack'\n}\nparam count = 1\n";
    let experimental = r#"{"experimentalFeaturesEnabled": {"deployCommands": true}}"#;
    for configuration in ["{}", experimental] {
        let files = [
            ("main.bicep", MAIN),
            ("dev.bicepparam", settings),
            ("bicepconfig.json", configuration),
        ];
        if let Some(outcome) = refused(&files, &[("parameters-file", "dev.bicepparam")]) {
            outcome.says(&["`dev.bicepparam` says `using … with", "remove the `with`"]);
        }
    }
}

#[test]
fn secrets_as_pairs_complete_a_bicepparam_file() {
    let main = "@secure()\nparam adminPassword string\nparam adminUsername string\nparam count int = 1\n\
                param zones array = []\nparam cfg object = {}\n\
                output n string = '${adminUsername}${count}${length(zones)}'\n";
    let files = [
        ("main.bicep", main),
        (
            "main.bicepparam",
            "using 'main.bicep'\n\nparam adminUsername = 'alice'\n",
        ),
    ];
    let azure = azure();
    let Some(step) = step(&azure, &files) else {
        return;
    };
    let pairs = "adminUsername=bob adminPassword='Wal$rus\"7 tooth' count=3 zones='[\"1\", \"2\"]' \
                 cfg={\"a\":{\"b\":\"c d\"}}";
    let step = step.input("parameters-file", "main.bicepparam");
    let outcome = step.input("parameters", pairs).run().expect(0);
    assert_eq!(outcome.output("n"), "bob32");
    let password = "Wal$rus\"7 tooth";
    assert_eq!(
        submitted(&azure)["parameters"]["adminPassword"]["value"],
        password
    );
    outcome.hides(password);
}
