//! A task of Azure Pipelines.

use std::{fs, time::Duration};

use azure_simulator::{
    CLIENT_ID, Fault, Options, ResourceFailure, SERVICE_CONNECTION, Service, Simulator, State,
    TENANT_ID,
};
use serde_json::{Value, json};

use super::{HOSTILE, agent, elsewhere, with_outputs};
use crate::{
    common::{HUB, cancellations},
    step::{ACCEPTED, Outcome, Running, Step, azure, options},
    templates::{gateway, gateways, network},
};

/// A script within `AzureCLI@2`, whose environment has the token of the job.
fn task(azure: &Simulator, template: &Value) -> Step {
    let step = elsewhere(azure, template).inputs(&[("client-id", ""), ("tenant-id", "")]);
    let folder = step.path("temp");
    fs::create_dir_all(&folder).unwrap();
    let agents = azure.azure_pipelines_environment();
    let step = agents
        .iter()
        .fold(step, |step, (name, value)| step.environment(name, value));
    [
        ("TF_BUILD", "True"),
        ("AGENT_TEMPDIRECTORY", &folder.display().to_string()),
        ("AZURESUBSCRIPTION_CLIENT_ID", CLIENT_ID),
        ("AZURESUBSCRIPTION_TENANT_ID", TENANT_ID),
        (
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            SERVICE_CONNECTION,
        ),
        ("BUILD_BUILDID", "4711"),
        ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/contoso/"),
        ("SYSTEM_TEAMPROJECT", "platform"),
    ]
    .into_iter()
    .fold(step, |step, (name, value)| step.environment(name, value))
}

/// What the agent was told, and its page.
struct Told {
    agent: agent::Told,
    page: String,
    log: String,
}

/// Waits for the end, and has the agent read what was printed.
#[track_caller]
fn told(running: Running, status: i32) -> Told {
    running.seen(|outcome| {
        let Outcome { printed, log, .. } = outcome.expect(status);
        let agent = agent::read(&printed).unwrap_or_else(|wrong| panic!("{wrong}\n{log}"));
        let pages = agent.summaries.iter().map(fs::read_to_string);
        let page = pages.map(Result::unwrap).collect();
        Told { agent, page, log }
    })
}

impl Told {
    fn value(&self, name: &str) -> &str {
        let variable = self.agent.variables.get(name);
        &variable
            .unwrap_or_else(|| panic!("no {name}:\n{}", self.log))
            .value
    }

    fn has_issue(&self, kind: &str, words: &str) -> bool {
        let mut issues = self.agent.issues.iter();
        issues.any(|issue| issue.kind == kind && issue.message.contains(words))
    }
}

#[test]
fn signs_in_anew_for_hours_with_the_service_connection() {
    let azure = Simulator::start(Options {
        token_lifetime: Duration::from_secs(600),
        request_token_lifetime: Duration::from_secs(86_400),
        ..options()
    });
    let told = told(task(&azure, &gateways(2)).start(), 0);
    let refreshes: usize = told.value("token_refreshes").parse().unwrap();
    assert!(refreshes >= 2, "{refreshes}");
    assert_eq!(azure.reused_assertions(), 0);
    let journal = azure.journal();
    let asked: Vec<_> = journal
        .iter()
        .filter(|exchange| exchange.service == Service::GitHub)
        .collect();
    assert!(asked.len() > refreshes);
    assert!(asked.iter().all(|exchange| exchange.status == Some(200)));
    assert_eq!(told.agent.progress.last(), Some(&100));
    let progress = &told.agent.progress;
    assert!(
        progress.is_sorted_by(|before, after| before < after),
        "{progress:?}"
    );
}

#[test]
fn outputs_are_variables_and_the_summary_is_uploaded() {
    let azure = azure();
    let step = task(&azure, &with_outputs(network())).input("masked-outputs", "adminKey");
    let told = told(step.start(), 0);
    assert_eq!(told.value("provisioning_state"), "Succeeded");
    assert_eq!(told.value("deployment_name"), HUB);
    assert_eq!(told.value("hubId"), "/subscriptions/0;]%3B");
    assert_eq!(told.value("lines"), "one\r\ntwo");
    assert_eq!(told.value("ports"), "[22,443]");
    let key = &told.agent.variables["adminKey"];
    assert!(key.is_secret && key.value == "hunter22-4711");
    assert!(told.agent.secrets.contains(&"hunter22-4711".to_owned()));
    assert!(!told.agent.variables.contains_key("long"));
    assert!(
        told.has_issue("warning", "\"long\""),
        "{:?}",
        told.agent.issues
    );
    assert!(
        told.page.contains("vnet") && !told.page.contains("mermaid"),
        "{}",
        told.page
    );
    assert!(!told.page.contains("hunter22"), "{}", told.page);
    let shown = told.agent.log.iter();
    assert!(
        !shown.clone().any(|line| line.contains("hunter22")),
        "{}",
        told.log
    );
}

#[test]
fn a_hostile_error_is_no_command() {
    let azure = Simulator::start(Options {
        failures: vec![ResourceFailure::new("vnet", "SkuNotAvailable", HOSTILE)],
        ..options()
    });
    let told = told(task(&azure, &network()).start(), 1);
    assert!(
        told.has_issue("error", "no room"),
        "{:?}",
        told.agent.issues
    );
    assert!(!told.agent.variables.contains_key("forged"));
    assert!(told.value("error_message").contains("no room"));
    let marks = told.agent.marks.iter().map(|(mark, _)| mark.as_str());
    assert!(!marks.clone().any(|mark| mark == "section"), "{}", told.log);
}

#[test]
fn a_cancelled_task_leaves_what_a_later_one_cancels() {
    let azure = azure();
    let running = task(&azure, &gateway())
        .start()
        .until(ACCEPTED)
        .signal("INT");
    let cancelled = told(running, 5);
    let name = cancelled.value("deployment_name").to_owned();
    assert!(!cancelled.page.is_empty());
    assert_eq!(cancellations(&azure), 0);
    let later = task(&azure, &json!({})).inputs(&[
        ("template-file", ""),
        ("operation", "cancel"),
        ("name", &name),
    ]);
    let ended = told(later.start(), 0);
    assert_eq!(ended.value("provisioning_state"), "Canceled");
    assert_eq!(azure.deployment(HUB).unwrap().state, State::Canceled);
}

#[test]
fn a_later_task_waits_for_what_a_cancelled_one_left() {
    let azure = azure();
    let running = task(&azure, &gateway())
        .start()
        .until(ACCEPTED)
        .signal("INT");
    told(running, 5);
    let later = task(&azure, &json!({})).inputs(&[("template-file", ""), ("operation", "wait")]);
    assert_eq!(
        told(later.start(), 0).value("provisioning_state"),
        "Succeeded"
    );
}

#[test]
fn an_access_token_that_has_expired_ends_the_sign_in_with_its_time() {
    let azure = Simulator::start(Options {
        token_lifetime: Duration::from_secs(600),
        request_token_lifetime: Duration::from_secs(900),
        ..options()
    });
    let told = told(task(&azure, &gateways(2)).start(), 3);
    let words =
        "Azure Pipelines issues no more id tokens to this job: its request token expired at";
    assert!(told.has_issue("error", words), "{}", told.log);
    let ahead = "only, which is less than `timeout`";
    assert!(told.has_issue("warning", ahead), "{}", told.log);
}

#[test]
fn a_refused_token_or_connection_says_what_to_do() {
    let other = "00000000-0000-4000-8000-000000000009";
    for (name, value, words) in [
        (
            "SYSTEM_ACCESSTOKEN",
            "not-the-token",
            "HTTP 401; it does not accept SYSTEM_ACCESSTOKEN",
        ),
        (
            "SYSTEM_ACCESSTOKEN",
            "$(System.AccessToken)",
            "SYSTEM_ACCESSTOKEN: $(System.AccessToken)",
        ),
        (
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            other,
            "no explicit reference to service connection",
        ),
        (
            "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
            "",
            "issues id tokens for a service connection",
        ),
    ] {
        let azure = azure();
        let step = task(&azure, &network()).environment(name, value);
        let told = told(step.start(), 3);
        assert!(told.has_issue("error", words), "{words}\n{}", told.log);
    }
}

#[test]
fn an_endpoint_that_redirects_or_shows_a_page_is_a_refusal() {
    let page = "<html><title>Sign In</title></html>";
    for fault in [
        Fault::status(203).with_body(page),
        Fault::redirect(302, "https://spsprodcus3.vssps.visualstudio.com/_signin"),
        Fault::status(405),
        Fault::status(200).with_body(page),
    ] {
        let azure = azure();
        azure.inject(fault.on(Service::GitHub));
        let told = told(task(&azure, &network()).start(), 3);
        assert!(told.has_issue("error", "Azure Pipelines"), "{}", told.log);
        assert!(
            told.agent
                .issues
                .iter()
                .all(|issue| !issue.message.contains("GitHub"))
        );
    }
}

#[test]
fn the_endpoint_may_fail_for_a_while() {
    let azure = azure();
    azure.inject(Fault::status(503).on(Service::GitHub).times(1));
    told(task(&azure, &network()).start(), 0);
}
