//! Whole runs as summaries.

use std::time::Instant;

use serde_json::json;

use super::*;
use crate::{
    event::{Ending, Event, Resource},
    testing::stories::{self, cause, minutes, progressed, record, resource},
};

fn shown(record: &Record) -> String {
    summary(
        record,
        &["AdminKey".to_owned()],
        &stories::workflow_run(),
        SummaryForm::GITHUB,
    )
}

macro_rules! stories {
    ($($name:ident: $story:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(shown(&record(&$story)));
        }
    )*};
}

stories! {
    success_with_nesting: stories::success();
    failure: stories::failure();
    time_out: stories::time_out(false);
    time_out_and_cancel: stories::time_out(true);
    cancel: stories::cancel();
    outage: stories::outage();
    sign_in_lost: stories::sign_in_lost();
    input_problems: stories::input_problems();
    no_resources: stories::no_resources();
    hostile_text: stories::hostile();
    hostile_names: forged();
    throttling: stories::throttling();
    failure_of_the_old_generation: stories::failure_of_the_old_generation();
    failure_of_the_new_generation: stories::failure_of_the_new_generation();
    failure_in_plain_words: stories::failure_in_plain_words();
    what_if: stories::what_if();
    stack: stories::stack();
    rolled_back: stories::rolled_back();
    foretold: stories::foretold();
    first_run: stories::first_run();
}

#[test]
fn many_resources() {
    let summary = shown(&record(&stories::many_resources(500)));
    let (top, all) = summary
        .split_once("<details><summary>All 500 resources</summary>")
        .expect("all of them are folded");
    insta::assert_snapshot!(top);
    let rows: Vec<&str> = all.lines().filter(|line| line.contains("spoke-")).collect();
    assert_eq!(rows.len(), 500);
    assert!(rows[0].contains("spoke-0 › r0<"), "{}", rows[0]);
    assert!(rows[499].contains("spoke-4 › r499<"), "{}", rows[499]);
}

#[test]
fn secure_and_masked_values_are_stars() {
    let outputs = json!({
        "adminKey": { "type": "String", "value": "hunter22" },
        "secure": { "type": "SecureString", "value": "never sent, but if it were" },
        "long": { "type": "String", "value": "x".repeat(5_000) },
    });
    let record = Record {
        outputs: outputs.as_object().cloned(),
        ended: Some((Ending::Succeeded, minutes(1))),
        ..Record::default()
    };
    let summary = shown(&record);
    assert!(
        !summary.contains("hunter22") && !summary.contains("never sent"),
        "{summary}"
    );
    assert!(summary.contains("x…") && summary.len() < 1_000, "{summary}");
}

/// Names with a meaning in Mermaid or Markdown.
fn forged() -> stories::Story {
    const NAMES: [&str; 24] = [
        "title forged",
        "section forged",
        "click a href \"https://evil.example\"",
        "call forged()",
        "excludes weekends",
        "todayMarker off",
        "2001-01-01",
        "dateFormat X",
        "end",
        "gantt",
        "done, crit",
        "a: b, c",
        "semi;colon",
        "a#59;b",
        "%% comment",
        "%%{init: {\"theme\": \"dark\"}}%%",
        "```",
        "~~~",
        "--- ---",
        "<img src=x onerror=y>",
        "\"quoted\" 'text'",
        "@octocat #1",
        "</details>",
        "| | |",
    ];
    let changed = NAMES.iter().zip(1..).map(|(name, n)| Resource {
        path: vec![(*name).to_owned()],
        ..resource(name, "Succeeded", n)
    });
    let mut story = stories::begun();
    story.extend([
        (minutes(30), progressed(changed.collect(), 24, 24)),
        (minutes(30), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

/// A run with every section, each of them over its limits.
fn huge() -> Record {
    let name = "&".repeat(5_000);
    let outputs = (0..5_000)
        .map(|n| (format!("{n}{name}"), json!({ "value": name })))
        .collect();
    let mut record = Record {
        outputs: Some(outputs),
        warnings: vec![name.clone(); 500],
        ended: Some((
            Ending::Failed {
                causes: vec![cause(&name, &name, &name); 500],
            },
            minutes(1),
        )),
        ..Record::default()
    };
    let changed = (0..900)
        .map(|n| resource(&format!("{n}{name}"), "Failed", n))
        .collect();
    record.observe(&progressed(changed, 900, 900), minutes(1));
    record
}

#[test]
fn a_huge_run_loses_its_least_and_says_so() {
    let summary = shown(&huge());
    assert!(summary.len() < SummaryForm::GITHUB.limit);
    assert!(summary.ends_with(SHORTENED));
    assert!(summary.contains("### Timeline") && summary.contains("### Outputs"));
    assert!(!summary.contains("All 900 resources"), "they go first");
}

#[test]
fn ten_thousand_resources_fit() {
    let record = record(&stories::many_resources(10_000));
    let begun = Instant::now();
    let summary = shown(&record);
    let took = begun.elapsed();
    assert!(summary.len() < SummaryForm::GITHUB.limit);
    assert!(summary.contains("<details><summary>All 10000 resources"));
    report_time(summary.len(), took);
}

#[expect(clippy::print_stdout, reason = "a measurement, for `--nocapture`")]
fn report_time(bytes: usize, took: std::time::Duration) {
    println!("10000 resources: {bytes} bytes in {took:?}");
}

#[test]
fn a_run_that_is_not_over_has_none() {
    assert_eq!(shown(&Record::default()), "");
}
