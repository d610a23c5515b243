//! A job of GitLab CI.

use std::{collections::BTreeMap, fs, time::Duration};

use azure_simulator::{CLIENT_ID, Options, ResourceFailure, Simulator, TENANT_ID};
use serde_json::{Value, json};

use super::{HOSTILE, elsewhere, reader, with_outputs};
use crate::{
    common::HUB,
    step::{ACCEPTED, Outcome, Running, Step, azure, options},
    templates::{gateway, gateways, network},
};

/// A job whose one id token lives so long.
fn job(azure: &Simulator, template: &Value, lifetime: Duration) -> Step {
    let step = elsewhere(azure, template);
    let folder = step.path("").display().to_string();
    let step = step
        .input("client-id", CLIENT_ID)
        .input("tenant-id", TENANT_ID);
    [
        ("GITLAB_CI", "true"),
        ("CI_PROJECT_DIR", &folder),
        ("CI_PIPELINE_ID", "4711"),
        ("CI_JOB_URL", "https://gitlab.com/contoso/platform/-/jobs/1"),
        ("GITLAB_OIDC_TOKEN", &azure.gitlab_token(lifetime)),
    ]
    .into_iter()
    .fold(step, |step, (name, value)| step.environment(name, value))
}

/// What GitLab reads when a job has ended.
#[track_caller]
fn told(
    running: Running,
    folder: &std::path::Path,
    status: i32,
) -> (Outcome, BTreeMap<String, String>) {
    running.seen(|outcome| {
        let outcome = outcome.expect(status);
        reader::sections(&outcome.printed).unwrap_or_else(|wrong| panic!("{wrong}"));
        let report = fs::read_to_string(folder.join("long-deploy.env")).unwrap_or_default();
        let variables =
            reader::variables(&report).unwrap_or_else(|wrong| panic!("{wrong}\n{report}"));
        (outcome, variables)
    })
}

const HOURS: Duration = Duration::from_secs(6 * 3600);

fn run(step: Step, status: i32) -> (Outcome, BTreeMap<String, String>) {
    let folder = step.path("");
    told(step.start(), &folder, status)
}

#[test]
fn one_token_serves_as_long_as_the_job_may_take() {
    let azure = Simulator::start(Options {
        token_lifetime: Duration::from_secs(600),
        ..options()
    });
    let (outcome, variables) = run(job(&azure, &gateways(2), HOURS), 0);
    let refreshes: usize = variables["token_refreshes"].parse().unwrap();
    assert!(refreshes >= 2, "{refreshes}");
    outcome.never_says(&["vouches for this job"]);
}

#[test]
fn a_token_that_ends_early_is_told_at_the_start_and_when_it_has_ended() {
    let azure = Simulator::start(Options {
        token_lifetime: Duration::from_secs(600),
        ..options()
    });
    let short = Duration::from_secs(900);
    let (outcome, variables) = run(job(&azure, &gateways(2), short), 3);
    outcome.says(&[
        "GitLab vouches for this job for another 1",
        "only, which is less than `timeout`",
        "GitLab issues no more id tokens to this job: its one id token expired at",
        "give the job a longer `timeout`",
    ]);
    assert_eq!(variables["deployment_name"], HUB);
    assert!(variables["error_message"].starts_with("sign-in failed"));
}

#[test]
fn a_job_without_a_token_is_told_how_to_get_one() {
    let azure = azure();
    let step = job(&azure, &network(), HOURS).environment("GITLAB_OIDC_TOKEN", "");
    run(step, 3)
        .0
        .says(&["id_tokens: {GITLAB_OIDC_TOKEN: {aud: 'api://AzureADTokenExchange'}}"]);
}

#[test]
fn outputs_fit_into_a_report_of_variables() {
    let azure = azure();
    let template = with_outputs(network());
    let step = job(&azure, &template, HOURS).input("masked-outputs", "adminKey");
    let (outcome, variables) = run(step, 0);
    assert_eq!(variables["provisioning_state"], "Succeeded");
    assert_eq!(variables["hubId"], "/subscriptions/0;]%3B");
    assert_eq!(variables["ports"], "[22,443]");
    for name in ["adminKey", "lines", "long", "outputs"] {
        assert!(!variables.contains_key(name), "{name}");
    }
    outcome
        .says(&["\"long\"", "\"lines\"", "\"adminKey\""])
        .hides("hunter22");
}

#[test]
fn a_hostile_error_begins_no_section() {
    let azure = Simulator::start(Options {
        failures: vec![ResourceFailure::new("vnet", "SkuNotAvailable", HOSTILE)],
        ..options()
    });
    let (outcome, variables) = run(job(&azure, &network(), HOURS), 1);
    assert_eq!(variables["error_code"], "SkuNotAvailable");
    assert!(!variables.contains_key("forged"));
    outcome.says(&["no room"]);
}

#[test]
fn a_cancelled_job_leaves_the_name_for_its_after_script() {
    let azure = azure();
    let step = job(&azure, &gateway(), HOURS);
    let folder = step.path("");
    let running = step.start().until(ACCEPTED).signal("TERM");
    let (_, variables) = told(running, &folder, 5);
    let inputs = [
        ("template-file", ""),
        ("operation", "cancel"),
        ("name", variables["deployment_name"].as_str()),
    ];
    let (_, variables) = run(job(&azure, &json!({}), HOURS).inputs(&inputs), 0);
    assert_eq!(variables["provisioning_state"], "Canceled");
}
