//! Runs that are reported, and shown again from their reports.

mod damage;
mod fixtures;
mod limits;
mod reading;
mod secrets;
mod variants;

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use proptest::{prelude::*, sample::Index};
use tempfile::TempDir;

use super::{entry::What, parse, play};
use crate::{
    clock::Clock,
    event::{Ending, Event},
    host::{Console, Kept, ReportPath, Runner, Taste, commands},
    report::{Reporter, Settings, hostile},
    testing::{
        self,
        stories::{self, Story, minutes},
    },
};

const FILE: &str = "report.json";
/// A length of time that milliseconds cannot tell.
const ODD: Duration = Duration::from_nanos(123_456_789);

/// A run, and what is left of it.
struct Run {
    folder: TempDir,
    reporter: Reporter,
    clock: Clock,
    log: Kept,
}

impl Run {
    fn new() -> Self {
        Self::masking(&["AdminKey", "unknown"])
    }

    /// A run in which the values of these outputs are secrets.
    fn masking(outputs: &[&str]) -> Self {
        Self::on("", outputs)
    }

    /// The same on the host whose variable this is.
    fn on(host: &str, outputs: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, place) = (Kept::default(), folder.path().to_owned());
        let variable = |name: &str| {
            let is_file = ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"].contains(&name);
            match name == host {
                true => Some("true".to_owned()),
                false => is_file.then(|| place.join(name).display().to_string()),
            }
        };
        let path = ReportPath::new(folder.path(), Path::new(FILE));
        let settings = Settings {
            masked_outputs: outputs.iter().map(|&name| name.to_owned()).collect(),
            report_file: Some(path.expect("nothing is there")),
            ..Settings::default()
        };
        let clock = Clock::paused();
        let runner = Runner::new(&variable, log.clone(), false);
        Self {
            reporter: Reporter::new(runner, clock.clone(), settings),
            folder,
            clock,
            log,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Lets something happen so long after the start; before a long silence there is a heartbeat.
    async fn at(&mut self, at: Duration, event: &Event) {
        let silent = at.saturating_sub(self.clock.elapsed());
        if silent > minutes(5) {
            tokio::time::advance(silent / 3 + ODD).await;
            self.reporter.heartbeat();
        }
        let left = at.saturating_sub(self.clock.elapsed());
        tokio::time::advance(left + ODD).await;
        self.reporter.observe(event);
    }

    async fn tell(mut self, story: &Story) -> Self {
        for (at, event) in story {
            self.at(*at, event).await;
        }
        self
    }

    /// The log, and the report.
    fn end(self) -> (String, String) {
        let report = fs::read_to_string(self.path(FILE)).expect("it was written");
        (self.log.text(), report)
    }
}

/// The log that a report shows.
async fn replayed(report: &str) -> String {
    let run = parse(report.as_bytes()).expect("a report of ours");
    assert_eq!(run.warning(), None);
    let log = Kept::default();
    let console = Console::plain(log.clone(), Taste::default());
    assert!(play(&run, console, None).await, "a bug");
    log.text()
}

#[tokio::test(start_paused = true)]
async fn every_story_is_replayed_line_for_line() {
    for (name, story) in stories::every::stories() {
        let (log, report) = Run::new().tell(&story).await.end();
        assert!(!log.is_empty(), "{name}");
        assert_eq!(replayed(&report).await, log, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn heartbeats_are_replayed() {
    let (log, report) = Run::new().tell(&stories::success()).await.end();
    let count = report.matches("\"event\":\"heartbeat\"").count();
    assert!(count >= 3, "{report}");
    assert!(log.matches("still running: ").count() > count, "{log}");
    assert_eq!(replayed(&report).await, log);
}

#[tokio::test(start_paused = true)]
async fn lost_files_are_replayed() {
    let run = Run::on("GITHUB_ACTIONS", &["AdminKey", "unknown"]);
    for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
        fs::create_dir(run.path(name)).expect("a folder in the way");
    }
    let (log, report) = run.tell(&stories::success()).await.end();
    let again = replayed(&report).await;
    for (kind, said) in [
        ("error", "the outputs will be lost: "),
        ("error", "the outputs are lost: "),
        ("error", "the summary is lost: "),
        ("warning", "masked-outputs contains \"unknown\""),
    ] {
        assert!(log.contains(&format!("::{kind}::{said}")), "{said}: {log}");
        assert!(
            again.contains(&format!("{kind}: {said}")),
            "{said}: {again}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_bug_in_the_reports_there_is_a_report_to_replay() {
    let mut run = Run::new().tell(&stories::begun()).await;
    run.reporter.observe(&Event::Ended(Ending::Succeeded));
    fs::remove_file(run.path(FILE)).expect("it was written");
    let ending = Event::Ended(Ending::Succeeded);
    run.reporter.salvage(&ending, "index out of bounds");
    let (log, report) = run.end();
    assert!(log.contains("internal error while reporting"), "{log}");
    let again = replayed(&report).await;
    assert!(
        log.starts_with(&again) && again.contains("succeeded"),
        "{again}"
    );
}

/// An outage that cannot be added to another one.
fn endless() -> Vec<Event> {
    let began = Event::OutageBegan {
        trouble: crate::event::Trouble::Unreachable,
        reason: "no route".to_owned(),
    };
    let ended = Event::OutageEnded {
        lasted: Duration::MAX,
        attempts: 1,
    };
    vec![began.clone(), ended.clone(), began, ended]
}

#[tokio::test(start_paused = true)]
async fn a_bug_in_the_reports_ends_no_replay() {
    let (_, report) = Run::new().tell(&stories::success()).await.end();
    let mut run = parse(report.as_bytes()).expect("it can be read");
    let mut ending = run.entries.pop().expect("an ending");
    ending.notes.clear();
    for event in endless() {
        ending.event = What::Event(Box::new(event));
        run.entries.push(ending.clone());
    }
    for event in [Event::Ended(Ending::Succeeded), Event::CancelRequested] {
        ending.event = What::Event(Box::new(event));
        run.entries.push(ending.clone());
    }
    let log = Kept::default();
    let console = Console::plain(log.clone(), Taste::default());
    assert!(!play(&run, console, None).await);
    let log = log.text();
    let mut last = log.lines().rev();
    assert_eq!(
        last.next(),
        Some("[2h 10m 07s] Azure agreed to cancel the deployment")
    );
    let bug = last.next().expect("a line");
    assert!(
        bug.starts_with("error: internal error while reporting"),
        "{log}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_replay_takes_as_long_as_the_run_or_a_part_of_it() {
    let (log, report) = Run::new().tell(&stories::success()).await.end();
    let run = parse(report.as_bytes()).expect("a report of ours");
    let shown = Kept::default();
    let console = Console::plain(shown.clone(), Taste::default());
    let begun = tokio::time::Instant::now();
    let clock = Clock::new(60);
    let playing = play(&run, console, Some(&clock));
    tokio::pin!(playing);
    // After a minute an hour has been shown.
    assert!(
        tokio::time::timeout(Duration::from_secs(60), &mut playing)
            .await
            .is_err()
    );
    let half = shown.text();
    assert!(log.starts_with(&half), "{half}");
    assert!(
        half.contains("[0h 48m 00s]") && !half.contains("[1h 30m"),
        "{half}"
    );
    assert!(playing.await);
    assert_eq!(shown.text(), log);
    let took = begun.elapsed().as_secs();
    assert_eq!(took, 130, "130 minutes, sixty times as fast");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_is_changed_by_the_report_or_leaves_its_line(texts in testing::hostile::texts(23), ending in any::<Index>()) {
        let story = hostile::story(&texts, ending);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let (log, again) = runtime.expect("a runtime").block_on(async {
            let (log, report) = Run::masking(&[]).tell(&story).await.end();
            (log, replayed(&report).await)
        });
        prop_assert_eq!(&again, &log);
        prop_assert_eq!(commands::commands(&again).len(), 0, "{}", again);
        prop_assert!(!again.contains('\u{1b}'), "{:?}", again);
    }
}
