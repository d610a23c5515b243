//! Log and summary of recorded what-ifs, which must show every change.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{lines, section};
use crate::{arm::WhatIf, testing::stories::minutes};

/// The folder of recordings, if it is there.
fn recordings() -> Option<PathBuf> {
    let given = std::env::var_os("LONG_DEPLOY_SHARED_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = given.unwrap_or(beside).join("recordings");
    folder.is_dir().then_some(folder)
}

/// The answers of what-ifs in a recording.
fn answers(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("readable");
    let mut recording: Value = serde_json::from_str(&text).expect("JSON");
    let calls = recording["interactions"].as_array_mut().expect("calls");
    let answers = calls.iter_mut().map(|call| call["responseBody"].take());
    answers
        .filter(|answer| answer["properties"].get("changes").is_some())
        .collect()
}

/// Collects the property changes in a JSON value: the path of each, and its values if they are strings or numbers.
fn property_changes(value: &Value, found: &mut Vec<(String, Vec<String>)>) {
    if let Some(path) = value["path"].as_str() {
        let values = [&value["before"], &value["after"]];
        let plain = values
            .iter()
            .filter(|value| value.is_string() || value.is_number());
        found.push((path.to_owned(), plain.map(ToString::to_string).collect()));
    }
    let within = ["delta", "children", "resourceConfigurationChanges"]
        .iter()
        .chain(&["denySettingsChange", "deploymentScopeChange"])
        .filter_map(|name| value.get(name));
    for part in within {
        match part {
            Value::Array(items) => items.iter().for_each(|item| property_changes(item, found)),
            part => property_changes(part, found),
        }
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn every_change_and_every_property_change_is_shown() {
    let Some(folder) = recordings() else {
        eprintln!("skipped: no recordings beside the repository");
        return;
    };
    let files = std::fs::read_dir(folder).expect("readable");
    let files = files.map(|entry| entry.expect("readable").path());
    let (mut resources, mut properties) = (0, 0);
    for answer in files.flat_map(|file| answers(&file)) {
        let (some_resources, some_properties) = check(&answer);
        resources += some_resources;
        properties += some_properties;
    }
    assert_eq!((resources, properties), (4, 9), "as many as there are");
}

/// Checks that log and summary show all of an answer, and counts it.
fn check(answer: &Value) -> (usize, usize) {
    let what_if = WhatIf::read(answer.clone(), &[]);
    let log: Vec<String> = lines(&what_if, minutes(1))
        .iter()
        .map(|line| line.render(false))
        .collect();
    let changes = &answer["properties"]["changes"];
    let listed = changes
        .as_array()
        .or_else(|| changes["resourceChanges"].as_array());
    let listed = listed.expect("changes");
    let mut properties = Vec::new();
    for change in listed {
        let id = change["resourceId"]
            .as_str()
            .or_else(|| change["id"].as_str());
        let name = id.and_then(|id| id.rsplit('/').next()).expect("an id");
        assert!(
            log.iter().any(|line| line.contains(name)),
            "{name}: {log:#?}"
        );
        property_changes(change, &mut properties);
    }
    property_changes(changes, &mut properties);
    let summary = section(&what_if);
    for (path, values) in &properties {
        let shown = |line: &str| {
            line.contains(&format!(" {path}:")) && values.iter().all(|value| line.contains(value))
        };
        assert!(log.iter().any(|line| shown(line)), "{path}: {log:#?}");
        let halves = values.iter().all(|value| summary.contains(value));
        assert!(
            summary.contains(&format!(" {path}:")) && halves,
            "{path}: {summary}"
        );
    }
    let shown = what_if.all().count();
    assert_eq!(shown, listed.len());
    (shown, properties.len())
}
