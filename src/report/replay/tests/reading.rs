//! Files that are no reports, old ones, later ones and damaged ones.

use std::fs;

use serde_json::{Value, json};

use super::Run;
use crate::{
    host::{Console, Kept, Taste},
    report::replay::{play, read, read::parse},
    testing::stories,
};

/// A report that was changed.
async fn report(change: impl FnOnce(&mut Value)) -> String {
    let (_, text) = Run::new().tell(&stories::success()).await.end();
    let mut report = serde_json::from_str(&text).expect("JSON");
    change(&mut report);
    report.to_string()
}

fn refused(text: &str) -> String {
    parse(text.as_bytes()).expect_err("it is wrong").to_string()
}

#[test]
fn what_is_no_report_is_refused() {
    let foreign = "it is no report of long-deploy-action";
    for (text, expected) in [
        ("", "it is not JSON, or was cut off: EOF while parsing"),
        (
            "{\"formatVersion\": 1,",
            "it is not JSON, or was cut off: EOF while parsing",
        ),
        (
            "\u{1b}[2J",
            "it is not JSON, or was cut off: expected value at line 1 column 1",
        ),
        ("[]", foreign),
        ("\"x\"", foreign),
        ("{}", foreign),
        ("{\"program\": {\"name\": \"terraform\"}}", foreign),
    ] {
        let error = refused(text);
        assert!(error.starts_with(expected), "{text:?}: {error}");
    }
    let missing = read(std::path::Path::new("/nowhere/report.json"));
    let missing = missing.expect_err("nothing is there").to_string();
    assert!(
        missing.starts_with("it cannot be read: No such file"),
        "{missing}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_damaged_is_refused_with_its_place() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 9] = [
        (
            |report| report["formatVersion"] = json!(2),
            "its format has the version 2, and this program reads 1",
        ),
        (
            |report| report["formatVersion"] = json!("x"),
            "its format has the version \"x\"",
        ),
        (
            |report| report["events"] = Value::Null,
            "it holds no events: version `1",
        ),
        (
            |report| report["events"] = json!({}),
            "it is damaged: its events: invalid type: map",
        ),
        (
            |report| report["started"] = json!("then"),
            "it is damaged: its head: ",
        ),
        (
            |report| report["events"][2]["at"] = json!(-1),
            "it is damaged: event 3: ",
        ),
        (
            |report| report["events"][2] = json!(7),
            "it is damaged: event 3: invalid type: number",
        ),
        (
            |report| report["events"][2]["event"] = json!({ "submitted": { "correlation": "x" } }),
            "it is damaged: event 3 submitted: missing field `recovered`",
        ),
        (
            |report| {
                report["events"][0]["event"]["planned"]["scope"]["subscription"] = json!("hub")
            },
            "it is damaged: event 1 planned: not a GUID",
        ),
    ];
    for (change, expected) in cases {
        let error = refused(&report(change).await);
        assert!(error.starts_with(expected), "{expected}: {error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_without_events_is_told_from_a_damaged_one() {
    let error = refused(
        &report(|report| {
            report
                .as_object_mut()
                .expect("an object")
                .shift_remove("events");
        })
        .await,
    );
    assert!(
        error.starts_with("it holds no events: version `"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_later_version_tells_is_left_out_with_a_warning() {
    let (log, _) = Run::new().tell(&stories::success()).await.end();
    let text = report(|report| {
        report["program"]["version"] = json!("9.1.0\u{1b}[2J");
        let events = report["events"].as_array_mut().expect("a list");
        let odd = |event: Value| json!({ "at": 3, "event": event, "later": true });
        events.insert(4, odd(json!({ "teleported": { "to": "Mars" } })));
        events.insert(5, odd(json!("teleported")));
        events.insert(6, odd(json!({ "submitted": { "by": "somebody" } })));
        events[0]["event"]["planned"]["later"] = json!(7);
    });
    let run = parse(text.await.as_bytes()).expect("most of it can be read");
    let warning = run.warning().expect("something is missing");
    let expected = format!("3 of {} events are left out", run.entries.len() + 3);
    assert!(warning.starts_with(&expected), "{warning}");
    assert!(
        warning.contains("(`teleported`, `submitted`)") && warning.contains("`9.1.0\\u{1b}[2J`"),
        "{warning}"
    );
    let shown = Kept::default();
    assert!(play(&run, Console::plain(shown.clone(), Taste::default()), None).await);
    assert_eq!(shown.text(), log);
}

/// Builds between two releases have the same version.
#[tokio::test(start_paused = true)]
async fn an_unknown_kind_is_left_out_whatever_the_version() {
    let text = report(|report| report["events"][3]["event"] = json!("teleported")).await;
    let run = parse(text.as_bytes()).expect("most of it can be read");
    assert!(run.warning().is_some());
}

/// What the guide leaves of a report for a bug report.
#[tokio::test(start_paused = true)]
async fn four_members_are_enough() {
    let (log, _) = Run::new().tell(&stories::success()).await.end();
    let text = report(|report| {
        let needed = ["formatVersion", "program", "started", "events"];
        let all = report.as_object_mut().expect("an object");
        all.retain(|name, _| needed.contains(&name.as_str()));
    });
    assert_eq!(super::replayed(&text.await).await, log);
}

#[tokio::test(start_paused = true)]
async fn a_file_is_read() {
    let run = Run::new().tell(&stories::success()).await;
    let path = run.path(super::FILE);
    assert!(read(&path).is_ok());
    fs::remove_file(&path).expect("it was written");
    fs::create_dir(&path).expect("a folder");
    let error = read(&path).expect_err("a folder").to_string();
    assert!(
        error.starts_with("it cannot be read: Is a directory"),
        "{error}"
    );
}
