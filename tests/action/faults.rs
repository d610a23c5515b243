//! What passes by itself never ends a run.

use std::time::Duration;

use azure_simulator::{Fault, Options, Service, Simulator};

use super::{
    common::requests,
    step::{Step, azure, options},
    templates::{gateway, nested, network},
};

/// Requests to Resource Manager that submit a deployment.
fn submissions(azure: &Simulator) -> usize {
    azure
        .journal()
        .iter()
        .filter(|exchange| exchange.method == "PUT")
        .count()
}

#[test]
fn ten_minutes_of_outage() {
    let azure = azure();
    let outage = Duration::from_secs(600);
    azure.inject(
        Fault::status(503)
            .on(Service::ResourceManager)
            .method("GET")
            .lasting(outage),
    );
    let outcome = Step::new(&azure, &gateway())
        .run()
        .expect(0)
        .says(&["HTTP 503"]);
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    let told = outcome
        .log
        .lines()
        .filter(|line| line.contains("HTTP 503"))
        .count();
    assert_eq!(told, 1, "an outage is told once:\n{}", outcome.log);
}

#[test]
fn resets_garbage_and_single_errors() {
    let azure = azure();
    azure.inject(
        Fault::reset()
            .on(Service::ResourceManager)
            .method("GET")
            .times(2),
    );
    azure.inject(
        Fault::garbage()
            .on(Service::ResourceManager)
            .path_contains("/operations")
            .times(2),
    );
    azure.inject(
        Fault::status(500)
            .on(Service::ResourceManager)
            .method("GET")
            .times(2),
    );
    Step::new(&azure, &nested()).run().expect(0);
}

#[test]
fn a_request_that_hangs_is_cut_off() {
    let azure = azure();
    azure.inject(
        Fault::hang()
            .on(Service::ResourceManager)
            .method("GET")
            .times(1),
    );
    Step::new(&azure, &network()).run().expect(0);
}

#[test]
fn throttling_is_obeyed() {
    let azure = azure();
    let throttled = Fault::status(429)
        .with_retry_after(Duration::from_secs(90))
        .on(Service::ResourceManager)
        .method("GET")
        .times(1);
    azure.inject(throttled);
    Step::new(&azure, &gateway())
        .run()
        .expect(0)
        .says(&["1m 30s"]);
    let reads = requests(&azure, "GET", "");
    let refused = reads
        .iter()
        .position(|exchange| exchange.status == Some(429))
        .unwrap();
    let waited = reads[refused + 1].at - reads[refused].at;
    assert!(waited >= Duration::from_secs(90), "{waited:?}");
}

#[test]
fn a_throttled_submission_is_sent_again() {
    let azure = azure();
    azure.inject(
        Fault::status(429)
            .with_retry_after(Duration::from_secs(5))
            .on(Service::ResourceManager)
            .method("PUT")
            .times(1),
    );
    Step::new(&azure, &network()).run().expect(0);
    assert_eq!(submissions(&azure), 2);
}

#[test]
fn a_lost_answer_is_settled_by_asking() {
    let azure = azure();
    azure.inject(
        Fault::lose_answer()
            .on(Service::ResourceManager)
            .method("PUT")
            .times(1),
    );
    let outcome = Step::new(&azure, &gateway()).run().expect(0);
    assert_eq!(submissions(&azure), 1, "submitted once");
    let put = azure
        .journal()
        .into_iter()
        .find(|exchange| exchange.method == "PUT")
        .unwrap();
    assert_eq!(
        outcome.output("correlation-id"),
        put.request_headers["x-ms-correlation-request-id"]
    );
}

#[test]
fn a_lost_request_is_sent_again_once_azure_says_that_it_never_came() {
    let azure = azure();
    azure.inject(
        Fault::reset()
            .on(Service::ResourceManager)
            .method("PUT")
            .times(1),
    );
    Step::new(&azure, &network()).run().expect(0);
    let journal = azure.journal();
    let puts: Vec<_> = (0..journal.len())
        .filter(|&at| journal[at].method == "PUT")
        .collect();
    assert_eq!(puts.len(), 2);
    let between = &journal[puts[0]..puts[1]];
    assert!(
        between.iter().any(|exchange| exchange.status == Some(404)),
        "it asked before"
    );
}

#[test]
fn a_lost_answer_of_a_deployment_that_is_not_visible_yet() {
    let azure = Simulator::start(Options {
        early_not_found: Duration::from_secs(120),
        ..options()
    });
    azure.inject(
        Fault::lose_answer()
            .on(Service::ResourceManager)
            .method("PUT")
            .times(1),
    );
    Step::new(&azure, &gateway()).run().expect(0);
    let accepted = azure
        .journal()
        .iter()
        .filter(|exchange| exchange.method == "PUT" && exchange.status == Some(201))
        .count();
    assert!(accepted <= 1, "never two submissions");
}

#[test]
fn early_not_found_is_no_error() {
    let azure = Simulator::start(Options {
        early_not_found: Duration::from_secs(60),
        ..options()
    });
    Step::new(&azure, &network()).run().expect(0);
}

#[test]
fn a_refused_token_costs_one_refresh_and_one_resend() {
    let azure = azure();
    let refused = Fault::unauthorized()
        .on(Service::ResourceManager)
        .path_contains("/operations")
        .times(1);
    azure.inject(refused);
    let outcome = Step::new(&azure, &nested()).run().expect(0);
    assert_eq!(outcome.output("token-refreshes"), "1");
    assert_eq!(azure.reused_assertions(), 0);
}

#[test]
fn a_token_that_expires_in_mid_run_because_nobody_issues_another() {
    let minutes = |n: u64| Duration::from_secs(60 * n);
    let azure = Simulator::start(Options {
        token_lifetime: minutes(6),
        ..options()
    });
    azure.inject(
        Fault::status(503)
            .on(Service::Entra)
            .between(minutes(3), minutes(9)),
    );
    let outcome = Step::new(&azure, &gateway()).run().expect(0);
    outcome.says(&["the token could not be refreshed"]);
}

#[test]
fn azure_out_of_reach_from_the_start() {
    let azure = azure();
    azure.inject(
        Fault::reset()
            .on(Service::ResourceManager)
            .lasting(Duration::from_secs(24 * 3600)),
    );
    let outcome = Step::new(&azure, &network()).run().expect(6);
    assert!(!outcome.output("error-message").is_empty());
}
