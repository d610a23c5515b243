//! Tests with real templates from a folder outside of the repository; skipped without it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::{fs, path::PathBuf};

use serde_json::{Map, Value, json};

use super::{
    Compiler, Spec,
    declaration::{Declarations, Kind},
    file, load,
};
use crate::{
    arm::Scope,
    inputs::{BicepInputs, Environment, TemplateInputs, TemplateSource},
};

/// The real templates, if the folder exists.
fn real_templates() -> Vec<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let data = std::env::var_os("LONG_DEPLOY_SHARED_DATA").unwrap_or_else(|| beside.into());
    let folder = PathBuf::from(data).join("templates");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: no real templates in {}", folder.display());
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Strict JSON of a template: comments blanked, line breaks in strings escaped.
fn strict(text: &str) -> String {
    let (mut strict, mut rest) = (String::new(), text);
    while let Some(character) = rest.chars().next() {
        let length = match rest {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => rest.find("*/").unwrap() + 2,
            _ if character == '"' => {
                let mut is_escaped = false;
                let closes = |c: char| {
                    let closes = c == '"' && !is_escaped;
                    is_escaped = c == '\\' && !is_escaped;
                    closes
                };
                let length = rest[1..].find(closes).unwrap() + 2;
                let string = &rest[..length];
                strict += &string
                    .replace('\n', "\\n")
                    .replace('\r', "\\r")
                    .replace('\t', "\\t");
                length
            }
            _ => {
                strict.push(character);
                character.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    strict
}

#[test]
fn real_templates_arrive_unharmed() {
    for path in real_templates() {
        let text = fs::read_to_string(&path).unwrap();
        let expected: Value = serde_json::from_str(&strict(&text)).unwrap();
        let body = Value::Object(file::read(&path).unwrap().object);
        assert!(body == expected, "{}", path.display());
        let declarations = Declarations::of(body.as_object().unwrap());
        assert!(
            declarations
                .iter()
                .all(|declaration| declaration.kind().is_some()),
            "{}",
            path.display()
        );
    }
}

#[tokio::test]
async fn real_templates_load_with_sensible_parameters() {
    for path in real_templates() {
        let body = file::read(&path).unwrap().object;
        let schema = body["$schema"].as_str().unwrap().to_owned();
        let scope = match () {
            () if schema.contains("/tenant") => Scope::Tenant,
            () if schema.contains("/managementGroup") => Scope::ManagementGroup("mg".to_owned()),
            () => Scope::ResourceGroup {
                subscription: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
                name: "rg".to_owned(),
            },
        };
        let inputs = TemplateInputs {
            source: Some(TemplateSource::File(path.file_name().unwrap().into())),
            parameters: Some(required_values(&body).to_string()),
            ..TemplateInputs::default()
        };
        let folder = path.parent().unwrap().to_owned();
        let compiler = Compiler::new(BicepInputs::default(), Environment::default(), folder);
        let loaded = load(&inputs, &scope, &compiler, &Spec::NotRead).await;
        let template = loaded.template.unwrap();
        assert!(!template.stem.is_empty(), "{}", path.display());
    }
}

/// A value of the right type for each parameter that needs one.
fn required_values(body: &Map<String, Value>) -> Value {
    let declarations = Declarations::of(body);
    let required = declarations
        .iter()
        .filter(|declaration| !declaration.is_optional());
    required
        .map(|declaration| {
            let first = declaration
                .rule("allowedValues")
                .map(|allowed| allowed[0].clone());
            let value = first.unwrap_or_else(|| match declaration.kind().unwrap() {
                Kind::Int => json!(1),
                Kind::Bool => json!(true),
                Kind::Array => json!([]),
                kind if kind.is_object() => json!({}),
                _ => json!("abcde"),
            });
            (declaration.name.to_owned(), value)
        })
        .collect()
}
