//! Where the template is, and who compiles it.

use super::{environment, read, request};
use crate::inputs::{BicepInputs, TemplateSource, secrets};

const SPEC: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Resources/templateSpecs/hub.v2/versions/1.0";
const SIGNED: &str = "https://a.example/infra/hub.json?sv=1&sig=hush-4711";

fn problems(changes: &[(&str, &str)]) -> String {
    let invalid = read(&environment(changes)).expect_err("wrong inputs");
    invalid.problems.to_string()
}

#[test]
fn a_template_by_file_address_or_spec() {
    let none = ("template-file", "");
    for (changes, source, shown, stem) in [
        (
            [none, ("template-uri", SIGNED)],
            Some(TemplateSource::Uri(SIGNED.to_owned())),
            "https://a.example/infra/hub.json",
            "hub",
        ),
        (
            [none, ("template-spec-id", SPEC)],
            Some(TemplateSource::Spec(SPEC.to_owned())),
            SPEC,
            "hub",
        ),
        (
            [none, ("parameters-file", "infra/dev.BICEPPARAM")],
            None,
            "infra/dev.BICEPPARAM",
            "dev",
        ),
    ] {
        let template = request(&changes).template;
        assert!(template.source == source);
        assert_eq!(
            (template.shown().as_str(), template.stem().as_str()),
            (shown, stem)
        );
        assert!(!format!("{template:?}").contains("hush"));
    }
}

#[test]
fn parameters_by_address_stand_alone() {
    let template = request(&[("parameters-file", SIGNED)]).template;
    assert_eq!(template.parameters_uri.as_deref(), Some(SIGNED));
    assert!(template.parameters_files.is_empty());
    let masked = secrets(&environment(&[("parameters-file", SIGNED)]));
    let masked: Vec<_> = masked
        .iter()
        .map(secrecy::ExposeSecret::expose_secret)
        .collect();
    assert_eq!(masked, ["sv=1&sig=hush-4711", "hush-4711"]);
}

#[test]
fn a_bicep_of_the_users_choice() {
    let sha256 = "0".repeat(64);
    let bicep = request(&[("bicep-version", "v0.48.1"), ("bicep-sha256", &sha256)]).bicep;
    let expected = BicepInputs {
        version: Some("0.48.1".to_owned()),
        sha256: Some(sha256),
        path: None,
    };
    assert_eq!(bicep, expected);
}

#[test]
fn each_problem_names_the_input_and_the_remedy() {
    for (changes, expected) in [
        (
            &[("template-uri", SIGNED)][..],
            "template-uri: conflicts with template-file: remove one of them",
        ),
        (
            &[("template-file", SIGNED)],
            "template-file: is an address: give it as template-uri",
        ),
        (
            &[("template-file", "hub.bicepparam")],
            "template-file: \"hub.bicepparam\" is a parameters file: give it as parameters-file",
        ),
        (
            &[("template-file", ""), ("template-uri", "hub.json?sig=hush")],
            "template-uri: \"hub.json\" is not an address: give one such as https://example.com/main.json",
        ),
        (
            &[("template-file", ""), ("template-spec-id", "hub")],
            "template-spec-id: \"hub\" is not the id of a template spec's version: give /subscriptions/…/providers/Microsoft.Resources/templateSpecs/NAME/versions/VERSION",
        ),
        (
            &[("parameters-file", SIGNED), ("parameters", "a=1")],
            "parameters: conflicts with the address in parameters-file, beside which Azure takes no parameters: remove one of them",
        ),
        (
            &[("parameters-file", "a.json, https://a.example/b.json")],
            "parameters-file: an address must be the only one: Azure takes one, and no files beside it",
        ),
        (
            &[("parameters-file", "a.bicepparam, b.bicepparam")],
            "parameters-file: has more than one .bicepparam file: give one, which may extend another",
        ),
        (
            &[("bicep-version", "latest")],
            "bicep-version: \"latest\" is not a version: give one such as 0.48.1",
        ),
        (
            &[("bicep-version", "0.48.1"), ("bicep-sha256", "abc")],
            "bicep-sha256: \"abc\" is not a SHA-256: give its 64 hexadecimal digits",
        ),
        (
            &[("bicep-sha256", &"a".repeat(64))],
            "bicep-sha256: is for a Bicep that is downloaded: give bicep-version too, or remove it",
        ),
        (
            &[("bicep-path", "bicep"), ("bicep-version", "0.48.1")],
            "bicep-path: conflicts with bicep-version: remove one of them",
        ),
    ] {
        assert_eq!(problems(changes), expected);
    }
}
