//! Bicep templates, compiled by the real compiler, where there is one.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use azure_simulator::{SUBSCRIPTION_ID, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    common::submitted,
    step::{Outcome, Step, azure},
    templates::network,
};

const PASSWORD: &str = "hunter2-in-the-hub";
pub const MAIN: &str = "param count int\nparam name string = 'vnet'\nparam unused string = ''\n\
    resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {\n  name: name\n  location: 'westeurope'\n  \
    tags: { count: string(count) }\n}\noutput count int = count\n";

/// The Bicep program that the variable `BICEP` names, or of the `PATH`.
fn bicep() -> Option<PathBuf> {
    let named = env::var_os("BICEP").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let mut all = named
        .into_iter()
        .chain(env::split_paths(&path).map(|folder| folder.join("bicep")));
    let found = all.find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: no Bicep program, neither in BICEP nor on the PATH");
    }
    found
}

/// A step in which `files` are compiled.
pub fn step(azure: &Simulator, files: &[(&str, &str)]) -> Option<Step> {
    let bicep = bicep()?.display().to_string();
    let step = Step::new(azure, &network());
    let home = step.path("home").display().to_string();
    fs::create_dir(&home).unwrap();
    let step = step
        .input("template-file", "")
        .input("bicep-path", bicep)
        .environment("HOME", &home);
    Some(
        files
            .iter()
            .fold(step, |step, (name, content)| step.file(name, content)),
    )
}

/// Runs a step that must be refused before anything is sent.
#[track_caller]
pub fn refused(files: &[(&str, &str)], inputs: &[(&str, &str)]) -> Option<Outcome> {
    let azure = azure();
    let outcome = step(&azure, files)?.inputs(inputs).run().expect(2);
    assert!(azure.journal().is_empty(), "{}", outcome.log);
    Some(outcome)
}

fn hub() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/hub")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Types of resources and how many there are of each, nested deployments left out.
fn tally(kinds: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for kind in kinds {
        *tally.entry(kind.to_lowercase()).or_default() += 1;
    }
    tally.remove("microsoft.resources/deployments");
    tally
}

/// The resources that the compiler predicts for the hub.
fn predicted(bicep: &Path) -> BTreeMap<String, usize> {
    let folder = TempDir::new().unwrap();
    copy(&hub(), folder.path());
    let file = folder.path().join("hub.bicepparam");
    let parameters = fs::read_to_string(&file).unwrap() + "param vpnSharedKey = 'x'\n";
    fs::write(&file, parameters).unwrap();
    let status = Command::new(bicep)
        .arg("snapshot")
        .arg(&file)
        .args([
            "--mode",
            "Overwrite",
            "--location",
            "westeurope",
            "--deployment-name",
            "hub",
        ])
        .args(["--subscription-id", SUBSCRIPTION_ID])
        .env("HUB_ADMIN_PASSWORD", PASSWORD)
        .env("HOME", folder.path())
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .status()
        .unwrap();
    assert!(status.success());
    let snapshot = fs::read(folder.path().join("hub.snapshot.json")).unwrap();
    let snapshot: Value = serde_json::from_slice(&snapshot).unwrap();
    let resources = snapshot["predictedResources"].as_array().unwrap();
    tally(
        resources
            .iter()
            .map(|resource| resource["type"].as_str().unwrap().to_owned()),
    )
}

#[test]
fn the_hub_is_compiled_and_deployed_as_the_compiler_predicts() {
    let azure = azure();
    let (Some(step), Some(bicep)) = (step(&azure, &[]), bicep()) else {
        return;
    };
    let outcome = step
        .input("resource-group-name", "")
        .input("location", "westeurope")
        .input("parameters-file", "hub.bicepparam")
        .input("parameters", "vpnSharedKey=neither-is-this")
        .input("name", "hub")
        .input("wait", "false")
        .environment("GITHUB_WORKSPACE", &hub().display().to_string())
        .environment("HUB_ADMIN_PASSWORD", PASSWORD)
        .run()
        .expect(0)
        .hides(PASSWORD)
        .hides("neither-is-this");
    assert!(
        outcome.log.contains("Deploying hub.bicepparam"),
        "{}",
        outcome.log
    );
    let body = submitted(&azure);
    assert_eq!(body["parameters"]["adminPassword"]["value"], PASSWORD);
    assert_eq!(
        body["parameters"]["vpnSharedKey"]["value"],
        "neither-is-this"
    );
    let deployed = azure.deployment("hub").expect("it was accepted");
    let deployed = tally(deployed.resources.into_iter().map(|resource| resource.kind));
    assert_eq!(deployed, predicted(&bicep));
}

#[test]
fn the_hub_in_json_is_the_compiled_one() {
    let Some(bicep) = bicep() else { return };
    let home = TempDir::new().unwrap();
    let output = Command::new(bicep)
        .args(["build", "--stdout"])
        .arg(hub().join("hub.bicep"))
        .env("HOME", home.path())
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output()
        .unwrap();
    let mut compiled: Value = serde_json::from_slice(&output.stdout).unwrap();
    let file = fs::read(hub().join("hub.json")).unwrap();
    let mut file: Value = serde_json::from_slice(&file).unwrap();
    for template in [&mut compiled, &mut file] {
        without_generator(template);
    }
    assert!(
        compiled == file,
        "hub.json is out of date: run `bicep build examples/hub/hub.bicep`"
    );
}

/// Takes out what the compiler says of itself.
fn without_generator(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("_generator");
            members.values_mut().for_each(without_generator);
        }
        Value::Array(elements) => elements.iter_mut().for_each(without_generator),
        _ => {}
    }
}

#[test]
fn warnings_are_grouped_and_fail_nothing() {
    let azure = azure();
    let Some(step) = step(&azure, &[("main.bicep", MAIN)]) else {
        return;
    };
    let outcome = step
        .inputs(&[("template-file", "main.bicep"), ("parameters", "count=3")])
        .run()
        .expect(0)
        .says(&[
            "::group::Bicep on main.bicep: 1 warning",
            "::warning title=no-unused-params,file=main.bicep,line=3,col=7::",
        ]);
    assert_eq!(outcome.output("count"), "3");
}

#[test]
fn errors_become_annotations_at_their_place() {
    let files = [("main.bicep", "param a string\n\noutput b string = nope\n")];
    let Some(outcome) = refused(&files, &[("template-file", "main.bicep")]) else {
        return;
    };
    let outcome = outcome.says(&[
        "::error title=template-file,file=main.bicep,line=3,col=19::",
        "BCP057",
    ]);
    assert!(
        outcome.summary.contains("at **main.bicep&#58;3:19**"),
        "{}",
        outcome.summary
    );
}

#[test]
fn what_the_compiler_says_in_words_is_readable() {
    let inputs = [("template-file", "nowhere.bicep")];
    if let Some(outcome) = refused(&[], &inputs) {
        outcome.says(&["Could not find file", "nowhere.bicep"]);
    }
}

#[test]
fn without_a_compiler_the_step_says_how_to_get_one() {
    let azure = azure();
    let outcome = Step::new(&azure, &network())
        .file("main.bicep", MAIN)
        .input("template-file", "main.bicep")
        .environment("PATH", "/nowhere")
        .run()
        .expect(2);
    outcome.says(&["template-file", "Bicep was not found", "bicep-version"]);
}

#[test]
fn values_in_the_compilers_messages_are_not_shown() {
    let files = [
        ("main.bicep", MAIN),
        ("dev.bicepparam", "using 'main.bicep'\n"),
    ];
    let inputs = [
        ("parameters-file", "dev.bicepparam"),
        ("parameters", "{\"count\": \"hunter2\"}"),
    ];
    if let Some(outcome) = refused(&files, &inputs) {
        outcome.hides("hunter2").says(&["BCP033", "dev.bicepparam"]);
    }
}

#[test]
fn a_bicep_file_and_its_json_have_one_fingerprint() {
    let azure = azure();
    let Some(compiled) = step(&azure, &[("main.bicep", MAIN)]) else {
        return;
    };
    let inputs = [
        ("parameters", "count=3"),
        ("wait", "false"),
        ("name", "one"),
    ];
    let fingerprint = |outcome: &Outcome| {
        let (_, rest) = outcome.log.split_once("(fingerprint ").expect("it is told");
        rest.split(')').next().unwrap_or_default().to_owned()
    };
    let compiled = compiled
        .inputs(&inputs)
        .input("template-file", "main.bicep")
        .run()
        .expect(0);
    let mut body = submitted(&azure)["template"].clone();
    body["metadata"]["_generator"] = json!({"name": "bicep", "version": "0.1.0"});
    let read = Step::new(&azure, &body)
        .inputs(&inputs)
        .input("name", "two")
        .run()
        .expect(0);
    assert_eq!(fingerprint(&compiled), fingerprint(&read));
}

#[test]
fn templates_and_parameters_by_link() {
    let azure = azure();
    let spec = format!(
        "/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg/providers/Microsoft.Resources/templateSpecs/hub/versions/1"
    );
    for (inputs, expected) in [
        (
            [
                ("template-uri", "https://a.example/hub.json?sig=hush-hush"),
                ("parameters", "{\"a\": 1}"),
            ],
            json!({"templateLink": {"uri": "https://a.example/hub.json?sig=hush-hush"}, "parameters": {"a": {"value": 1}}}),
        ),
        (
            [
                ("template-spec-id", spec.as_str()),
                ("parameters-file", "https://a.example/p.json?sig=hush-hush"),
            ],
            json!({"templateLink": {"id": spec}, "parametersLink": {"uri": "https://a.example/p.json?sig=hush-hush"}}),
        ),
    ] {
        let azure = self::azure();
        let step = Step::new(&azure, &network()).input("template-file", "");
        // The simulated Azure fetches nothing.
        let outcome = step.inputs(&inputs).run().expect(1);
        let mut body = submitted(&azure);
        body.as_object_mut().unwrap().remove("mode");
        assert_eq!(body, expected);
        assert!(
            outcome.log.contains("::add-mask::sig=hush-hush"),
            "{}",
            outcome.log
        );
    }
    drop(azure);
}

#[test]
fn types_of_the_user_are_followed_by_pairs() {
    let main = "type port = int\ntype item = {\n  name: string\n  minReplicas: int?\n}\nparam container item\n\
                param list item[] = []\nparam p port = 80\n@allowed([1, 2])\nparam level int = 1\n\
                param note string?\noutput o string = '${container.name}${p}'\n";
    let azure = azure();
    let Some(step) = step(&azure, &[("main.bicep", main)]) else {
        return;
    };
    let pairs = "container={\"name\": \"web one\", \"minReplicas\": 1.0}\nlist=[{'name': 'a'}]\np=8443 level=2";
    let inputs = [("template-file", "main.bicep"), ("parameters", pairs)];
    let outcome = step.inputs(&inputs).run().expect(0);
    assert_eq!(outcome.output("o"), "web one8443");
    assert_eq!(
        submitted(&azure)["parameters"],
        json!({"container": {"value": {"name": "web one", "minReplicas": 1}}, "list": {"value": [{"name": "a"}]},
            "p": {"value": 8443}, "level": {"value": 2}})
    );
}

#[test]
fn a_template_for_another_scope_says_which_inputs_to_give() {
    let files = [(
        "main.bicep",
        "targetScope = 'subscription'\noutput a string = 'x'\n",
    )];
    if let Some(outcome) = refused(&files, &[("template-file", "main.bicep")]) {
        outcome.says(&[
            "template for the scope subscription",
            "without resource-group-name",
        ]);
    }
}

#[test]
fn paths_may_have_spaces_and_letters_of_all_languages() {
    let azure = azure();
    let Some(step) = step(&azure, &[]) else {
        return;
    };
    let folder = "in fra (1)/hüb";
    fs::create_dir_all(step.path(folder)).unwrap();
    let module = "param text string\noutput text string = text\n";
    let main = "module one '../mö dule.bicep' = {\n  name: 'one'\n  params: { text: loadTextContent('t x t.txt') }\n}\n\
                output text string = one.outputs.text\n";
    let outcome = step
        .file("in fra (1)/mö dule.bicep", module)
        .file(&format!("{folder}/t x t.txt"), "from a file")
        .file(&format!("{folder}/main.bicep"), main)
        .input("template-file", format!("{folder}/main.bicep"))
        .run()
        .expect(0);
    assert_eq!(outcome.output("text"), "from a file");
}
