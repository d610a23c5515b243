//! What GitLab finds of what we print and write, and how long its token serves.

use std::{fs, time::Duration};

use proptest::prelude::*;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{GitLab, TOKENS, reader};
use crate::{
    clock::Clock,
    host::{Annotation, Console, Host, Kept, Line, Output, Severity, Taste, host::Written, jwt},
    testing::{entra::FakeAzure, hostile},
};

fn printed(act: impl FnOnce(&Console)) -> String {
    let kept = Kept::default();
    act(&Console::of("GITLAB_CI", kept.clone(), Taste::default()));
    kept.text()
}

fn host(variables: &[(&str, &str)]) -> GitLab {
    GitLab::new(&|name| {
        let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
        Some((*value).to_owned())
    })
}

#[test]
fn each_section_has_a_name_of_its_own() {
    let log = printed(|console| {
        for title in ["Plan", "Plan", "Compile"] {
            console.group(title);
            console.print(&Line::plain("within"));
            console.end_group();
        }
    });
    let titles = reader::sections(&log).expect("sections that begin and end");
    assert_eq!(titles, ["Plan", "Plan", "Compile"]);
}

#[test]
fn what_gitlab_has_no_place_for_is_in_the_log() {
    let log = printed(|console| {
        console.annotate(&Annotation::new(Severity::Warning, "careful"));
        console.mask(&"hush-4711".into());
        console.progress(42);
        console.debug("looked");
    });
    assert_eq!(log, "warning: careful\n");
}

#[test]
fn a_report_of_variables_is_written_anew_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = host(&[("CI_PROJECT_DIR", &folder.path().display().to_string())]);
    for state in ["Running", "Succeeded"] {
        let outputs = [
            Output::open("provisioning-state", state),
            Output::open("hubId", " a=b#c\"d' "),
        ];
        assert!(matches!(host.set_outputs(&outputs), Ok(Written::Done)));
    }
    let report = fs::read_to_string(folder.path().join("long-deploy.env")).expect("it is there");
    let variables = reader::variables(&report).expect("GitLab reads it");
    assert_eq!(variables["provisioning_state"], "Succeeded");
    assert_eq!(variables["hubId"], " a=b#c\"d' ");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let host = host(&[("CI_PROJECT_DIR", "/no/such/folder")]);
    let error = host
        .set_outputs(&[Output::open("a", "1")])
        .expect_err("no such folder");
    assert!(
        error.to_string().contains("artifacts:reports:dotenv"),
        "{error}"
    );
}

/// A job whose token is in this variable and ends after so long.
async fn fetch(name: &str, lifetime: Duration, after: Duration) -> Result<String, String> {
    let azure = FakeAzure::start();
    let clock = Clock::paused();
    let end = clock.now() + lifetime;
    let token = jwt::forge(&json!({ "exp": end.as_second() }));
    let variable = |asked: &str| (asked == name).then(|| format!(" {token}\n"));
    let host = GitLab::new(&variable);
    assert!(host.offers_id_tokens(&variable));
    let tokens = host.id_tokens(&variable, azure.http(), clock);
    let tokens = tokens.map_err(|error| error.to_string())?;
    assert_eq!(
        tokens.expires().map(|at| at.as_second()),
        Some(end.as_second())
    );
    tokio::time::sleep(after).await;
    let fetched = tokens.fetch("a").await.map_err(|error| error.to_string())?;
    assert_eq!(fetched.expose_secret(), token);
    Ok(fetched.expose_secret().to_owned())
}

#[tokio::test(start_paused = true)]
async fn the_one_token_serves_until_it_ends() {
    let (hour, second) = (Duration::from_hours(1), Duration::from_secs(1));
    for name in TOKENS {
        assert!(fetch(name, hour, Duration::ZERO).await.is_ok());
        assert!(fetch(name, hour, hour - 2 * second).await.is_ok());
    }
    let error = fetch(TOKENS[0], hour, hour)
        .await
        .expect_err("it has ended");
    let (begin, end) = (
        "GitLab issues no more id tokens to this job",
        "its one id token expired at",
    );
    assert!(error.starts_with(&format!("{begin}: {end} ")), "{error}");
    assert!(error.contains("give the job a longer `timeout`"), "{error}");
}

#[test]
fn without_a_token_the_job_is_told_how_to_get_one() {
    let azure = FakeAzure::start();
    for value in [None, Some(String::new()), Some(" ".to_owned())] {
        let variable = |_: &str| value.clone();
        let host = GitLab::new(&variable);
        assert!(!host.offers_id_tokens(&variable));
        let made = host.id_tokens(&variable, azure.http(), azure.clock());
        let error = made
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(error.contains("id_tokens: {GITLAB_OIDC_TOKEN"), "{error}");
    }
}

proptest! {
    #[test]
    fn no_text_begins_or_ends_a_section(texts in hostile::texts(3)) {
        let log = printed(|console| {
            console.group(&texts[0]);
            console.print(&Line::plain(&texts[1]));
            console.annotate(&Annotation::new(Severity::Error, &texts[2]));
            console.end_group();
        });
        let titles = reader::sections(&log).map_err(TestCaseError::fail)?;
        prop_assert_eq!(titles.len(), 1);
    }
}
