//! Whole runs as report files, each checked against the published schema.

use std::{collections::BTreeSet, fs, iter, path::Path};

use boon::{Compiler, Schemas};
use serde_json::Value;

use super::*;
use crate::{
    event::Event,
    host::{Console, Taste, Vault},
    report::replay::Recording,
    testing::stories::{self, Story},
};

const SCHEMA: &str = include_str!("../../../docs/report.schema.json");

/// The report file of `story`, checked against the schema without additional properties.
fn report(story: &Story) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Path::new("new/folder/report.json");
    let masked = ["AdminKey".to_owned()];
    let vault = Vault::new(Console::plain(io::sink(), Taste::default()));
    let mut recording = Recording::default();
    for (at, event) in story {
        recording.observe(event, *at);
    }
    write(
        &ReportPath::new(folder.path(), path).expect("nothing is there"),
        &stories::record(story),
        &masked,
        &stories::workflow_run(),
        recording.redacted(&vault),
    )
    .expect("it can be written");
    let text = fs::read(folder.path().join(path)).expect("it was written");
    let report = serde_json::from_slice(&text).expect("JSON");
    validate(&report);
    report
}

fn validate(report: &Value) {
    let schema = closed(serde_json::from_str(SCHEMA).expect("JSON"));
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler
        .add_resource("report.json", schema)
        .expect("a schema");
    let schema = compiler
        .compile("report.json", &mut schemas)
        .expect("a schema");
    if let Err(error) = schemas.validate(report, schema) {
        panic!("{error:#}\n{report:#}");
    }
}

/// `schema` without additional properties in objects that list theirs.
fn closed(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(fields) => {
            for field in fields.values_mut() {
                *field = closed(field.take());
            }
            if fields.get("properties").is_some_and(Value::is_object) && fields.contains_key("type")
            {
                fields.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| *item = closed(item.take())),
        _ => {}
    }
    schema
}

macro_rules! stories {
    ($($name:ident: $story:expr;)*) => {$(
        #[test]
        fn $name() {
            let mut report = report(&$story);
            report["program"]["version"] = "[version]".into();
            // They have tests of their own.
            report.as_object_mut().expect("an object").shift_remove("events");
            insta::assert_snapshot!(format!("{report:#}"));
        }
    )*};
}

stories! {
    success_with_nesting: stories::success();
    failure: stories::failure();
    time_out: stories::time_out(false);
    cancel: stories::cancel();
    outage: stories::outage();
    input_problems: stories::input_problems();
    throttling: stories::throttling();
    failure_of_the_old_generation: stories::failure_of_the_old_generation();
    failure_of_the_new_generation: stories::failure_of_the_new_generation();
    failure_in_plain_words: stories::failure_in_plain_words();
    what_if: stories::what_if();
    stack: stories::stack();
    rolled_back: stories::rolled_back();
    foretold: stories::foretold();
    no_resources: stories::no_resources();
}

#[test]
fn every_story_fits_the_schema() {
    for (_, story) in stories::every::stories() {
        report(&story);
    }
}

#[test]
fn every_kind_of_ending_is_in_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let known = &schema["properties"]["ending"]["properties"]["kind"]["enum"];
    let told: BTreeSet<String> = stories::every::endings()
        .into_iter()
        .map(|ending| {
            let mut story = stories::begun();
            story.push((stories::minutes(9), Event::Ended(ending)));
            report(&story)["ending"]["kind"].to_string()
        })
        .collect();
    let known = known.as_array().expect("a list").iter();
    assert_eq!(told, known.map(Value::to_string).collect());
}

#[test]
fn secure_and_masked_outputs_are_left_out() {
    let report = report(&stories::success());
    let outputs = report["outputs"].as_object().expect("an object");
    assert!(outputs.contains_key("hubId") && !report.to_string().contains("hunter22"));
    assert!(!outputs.contains_key("adminKey") && !outputs.contains_key("secret"));
}

#[test]
fn a_folder_in_the_way_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Path::new("report.json");
    let place = ReportPath::new(folder.path(), path).expect("nothing is there yet");
    fs::create_dir(folder.path().join(path)).expect("a folder");
    let record = stories::record(&stories::success());
    let error = write(&place, &record, &[], &Context::default(), iter::empty());
    let error = error.expect_err("a folder");
    let told = error.to_string();
    assert!(
        told.contains("set report-file to a writable path"),
        "{told}"
    );
    assert!(told.contains("report.json"), "{told}");
}
