//! What a proxy, a captive portal or a confused gateway answers is not Azure's word: it is asked
//! again, and neither passes a validation nor ends a run.

use std::time::Duration;

use azure_simulator::{Fault, Options, Service, Simulator};
use serde_json::json;

use super::{
    common::{
        FOREIGN, HUB, each, forbidden, hub, hub_id, later, not_found, requests, stack, submissions,
        told,
    },
    step::{azure, options},
    templates::{gateway, gateways, network},
};

const READ: &str = "Microsoft.Resources/deployments/read";
/// Requests that a run may make in a few minutes of trouble.
const MANY: usize = 100;

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

fn at(method: &str, end: &str, fault: Fault) -> Fault {
    fault
        .on(Service::ResourceManager)
        .method(method)
        .path_ends_with(end)
}

fn foreign(body: &str) -> Fault {
    Fault::status(200).with_body(body)
}

/// Answers with a status that nobody expects of a look at a deployment.
fn odd() -> Vec<Fault> {
    let target = "https://portal.example/";
    let statuses = [400, 403, 404, 405, 409, 410, 418, 451];
    let plain = statuses.into_iter().map(Fault::status);
    let azures = statuses
        .into_iter()
        .map(|status| Fault::azure(status, "Odd", "odd"));
    let redirects = [302, 307].map(|status| Fault::redirect(status, target));
    plain
        .chain(azures)
        .chain(redirects)
        .chain([not_found(), forbidden(READ)])
        .collect()
}

// Validation and what-if

#[test]
fn a_validation_that_azure_did_not_write_is_asked_for_again() {
    each(&FOREIGN, |body| {
        let azure = azure();
        azure.inject(at("POST", "/validate", foreign(body).times(1)));
        hub(&azure, &network())
            .input("operation", "validate")
            .run()
            .expect(0);
        let asked = requests(&azure, "POST", "/validate").len();
        assert_eq!(asked, 2, "{body:?}");
    });
}

#[test]
fn a_validation_that_azure_never_writes_is_not_passed() {
    each(&FOREIGN, |body| {
        let azure = azure();
        azure.inject(at("POST", "/validate", foreign(body)));
        let step = hub(&azure, &network()).inputs(&[("operation", "validate"), ("timeout", "20m")]);
        step.run().ends_with(&[1, 4, 6]).never_says(&["is valid"]);
    });
}

#[test]
fn a_what_if_that_azure_did_not_write_is_asked_for_again() {
    let bodies = FOREIGN
        .into_iter()
        .chain([r#""x""#, "true", "3", r#"{"status":"Succeeded"}"#]);
    let cases = bodies.flat_map(|body| {
        let result = foreign(body).path_contains("/operationresults/");
        [(body, at("POST", "/whatif", foreign(body))), (body, result)]
    });
    each(&cases.collect::<Vec<_>>(), |(body, fault)| {
        let azure = azure();
        azure.inject(fault.clone().times(1));
        let outcome = hub(&azure, &network())
            .input("operation", "whatIf")
            .run()
            .expect(0);
        assert_eq!(
            outcome.output("has-changes"),
            "true",
            "{body:?}\n{}",
            outcome.log
        );
        assert_eq!(outcome.output("changes"), r#"{"Create":1}"#);
    });
}

#[test]
fn the_guard_never_passes_on_what_azure_did_not_write() {
    let cases = FOREIGN.into_iter().flat_map(|body| {
        let result = foreign(body).path_contains("/operationresults/");
        [at("POST", "/whatif", foreign(body)), result]
    });
    each(&cases.collect::<Vec<_>>(), |fault| {
        let azure = azure();
        azure.inject(fault.clone());
        let step = hub(&azure, &network()).input("timeout", "20m");
        let outcome = step.input("fail-on-change-types", "Delete").run();
        let outcome = outcome.ends_with(&[1, 4, 6]);
        assert_ne!(
            outcome.outputs.get("has-changes").map(String::as_str),
            Some("false")
        );
        assert!(requests(&azure, "PUT", "").is_empty(), "{}", outcome.log);
    });
}

#[test]
fn a_result_at_another_host_is_not_fetched() {
    let azure = Simulator::start(Options {
        foreign_links: true,
        ..options()
    });
    let step = hub(&azure, &network()).input("timeout", "2h");
    step.input("operation", "whatIf").run().ends_with(&[1, 6]);
    assert!(azure.elapsed() < minutes(60), "it does not pass by itself");
}

// Following

#[test]
fn a_look_that_azure_did_not_answer_is_repeated() {
    each(&FOREIGN, |body| {
        let azure = azure();
        azure.inject(at("GET", "/hub", foreign(body).times(2)));
        let outcome = hub(&azure, &told(network(), "ours")).run().expect(0);
        assert_eq!(outcome.output("who"), "ours", "{body:?}\n{}", outcome.log);
    });
}

#[test]
fn one_odd_status_changes_nothing() {
    let ends = ["/hub", "/hub/operations"];
    let cases: Vec<_> = odd()
        .into_iter()
        .flat_map(|fault| ends.map(|end| (fault.clone(), end)))
        .collect();
    each(&cases, |(fault, end)| {
        let azure = azure();
        azure.inject(at("GET", end, fault.clone().skip(1).times(1)));
        let outcome = hub(&azure, &told(network(), "ours")).run().expect(0);
        assert_eq!(outcome.output("who"), "ours", "{}", outcome.log);
    });
}

#[test]
fn a_minute_of_odd_statuses_changes_nothing() {
    each(&odd(), |fault| {
        let azure = azure();
        azure.inject(at("GET", "/hub", fault.clone().skip(2).lasting(minutes(1))));
        let outcome = hub(&azure, &told(gateway(), "ours")).run().expect(0);
        assert_eq!(outcome.output("who"), "ours", "{}", outcome.log);
        assert_eq!(submissions(&azure), 1);
    });
}

#[test]
fn what_stays_away_or_forbidden_cannot_be_followed() {
    let cases = [
        (not_found(), 5, "DeploymentNotFound"),
        (forbidden(READ), 10, READ),
    ];
    each(&cases, |(fault, patience, words)| {
        let azure = azure();
        azure.inject(at("GET", "/hub", fault.clone().skip(2)));
        let outcome = hub(&azure, &gateways(4)).run().expect(1);
        let outcome = outcome.says(&["cannot be followed", words]);
        outcome.never_says(&["failed after", "could not be reached"]);
        let (elapsed, patience) = (azure.elapsed(), minutes(*patience));
        assert!(elapsed >= patience, "{elapsed:?}");
        assert!(elapsed < 3 * patience, "{elapsed:?}");
    });
}

#[test]
fn a_token_that_stays_refused_is_not_replaced_for_ever() {
    let azure = azure();
    azure.inject(at("GET", "/hub", Fault::unauthorized().skip(2)));
    let outcome = hub(&azure, &gateways(4)).run().ends_with(&[1, 3, 6]);
    let signed_in = azure
        .journal()
        .iter()
        .filter(|each| each.service == Service::Entra)
        .count();
    assert!(signed_in < 30, "{signed_in} times\n{}", outcome.log);
    assert!(azure.elapsed() < minutes(45), "{:?}", azure.elapsed());
}

#[test]
fn a_wait_of_nothing_does_not_become_a_flood_of_requests() {
    let cases = [("GET", 429), ("GET", 503), ("PUT", 429), ("PUT", 503)];
    each(&cases, |(method, status)| {
        let azure = azure();
        let fault = Fault::status(*status).with_retry_after(Duration::ZERO);
        azure.inject(at(method, "/hub", fault.lasting(minutes(5))));
        hub(&azure, &network()).run().expect(0);
        let asked = requests(&azure, method, "/hub").len();
        assert!(asked < MANY, "{method} {status}: {asked} requests");
    });
}

#[test]
fn an_active_deployment_that_nobody_sees_is_not_fought() {
    let azure = azure();
    azure.start_foreign_deployment(&hub_id(), gateway());
    azure.inject(at("GET", "/hub", not_found().lasting(minutes(3))));
    hub(&azure, &network()).run().expect(0);
    let asked = requests(&azure, "PUT", "/hub").len();
    assert!(asked < 40, "{asked} requests");
}

#[test]
fn waiting_right_after_a_submission_has_patience() {
    let azure = azure();
    let ours = hub(&azure, &told(network(), "ours"))
        .input("wait", "false")
        .run()
        .expect(0);
    azure.inject(at("GET", "/hub", not_found().lasting(minutes(1))));
    let outcome = later(&azure, "wait").run().expect(0);
    assert_eq!(outcome.output("who"), "ours");
    assert_eq!(
        outcome.output("correlation-id"),
        ours.output("correlation-id")
    );
}

#[test]
fn a_huge_answer_is_no_answer() {
    let azure = azure();
    azure.inject(at("GET", "/hub", Fault::flood(80 * 1024 * 1024).times(1)));
    let step = hub(&azure, &network()).environment("RUNNER_DEBUG", "1");
    step.run().expect(0).says(&["no answer method=GET"]);
    let journal = azure.journal();
    let flood = journal.iter().find(|exchange| exchange.fault).unwrap();
    assert!(flood.wire_bytes < 1024 * 1024, "it is large after decoding");
}

// Stacks

#[test]
fn a_stack_whose_answer_azure_did_not_write_is_settled_by_asking() {
    each(&FOREIGN, |body| {
        for takes_effect in [false, true] {
            let azure = azure();
            let fault = at("PUT", "/deploymentStacks/hub", foreign(body).times(1));
            azure.inject(if takes_effect {
                fault.with_effect()
            } else {
                fault
            });
            let outcome = stack(&azure, &told(network(), "ours")).run().expect(0);
            assert_eq!(outcome.output("who"), "ours", "{body:?}");
            assert_eq!(submissions(&azure), 1, "{body:?}\n{}", outcome.log);
        }
    });
}

#[test]
fn one_odd_status_does_not_end_a_stack() {
    each(&odd(), |fault| {
        let azure = azure();
        azure.inject(at(
            "GET",
            "/deploymentStacks/hub",
            fault.clone().skip(1).times(1),
        ));
        let outcome = stack(&azure, &told(network(), "ours")).run().expect(0);
        assert_eq!(outcome.output("who"), "ours", "{}", outcome.log);
    });
}

#[test]
fn a_deletion_that_azure_did_not_take_is_asked_for_again() {
    let delete = |azure: &Simulator| {
        stack(azure, &json!({})).inputs(&[
            ("operation", "delete"),
            ("template-file", ""),
            ("deny-settings-mode", ""),
            ("timeout", "40m"),
        ])
    };
    each(&FOREIGN, |body| {
        let azure = azure();
        stack(&azure, &network()).run().expect(0);
        azure.inject(at("DELETE", "/hub", foreign(body).times(1)));
        delete(&azure).run().expect(0).says(&["was deleted"]);
        let deletions = requests(&azure, "DELETE", "/deploymentStacks/hub");
        assert!(deletions.iter().any(|each| each.took_effect()), "{body:?}");
    });
    each(&FOREIGN, |body| {
        let azure = azure();
        stack(&azure, &network()).run().expect(0);
        azure.inject(at("DELETE", "/hub", foreign(body)));
        let outcome = delete(&azure).run().ends_with(&[1, 4, 6]);
        outcome.never_says(&["was deleted in", "goes on in Azure"]);
    });
}

#[test]
fn a_what_if_of_a_stack_is_asked_for_again() {
    let cases = FOREIGN
        .into_iter()
        .flat_map(|body| ["PUT", "GET"].map(|method| (method, body)));
    each(&cases.collect::<Vec<_>>(), |(method, body)| {
        let azure = azure();
        let fault = foreign(body).path_contains("WhatIfResults").method(method);
        azure.inject(fault.times(1));
        let outcome = stack(&azure, &network())
            .input("operation", "whatIf")
            .run()
            .expect(0);
        assert_eq!(outcome.output("has-changes"), "true", "{method} {body:?}");
    });
}

#[test]
fn a_validation_of_a_stack_is_asked_for_again() {
    each(&FOREIGN, |body| {
        let faults = [
            at("POST", "/validate", foreign(body)),
            foreign(body).path_contains("/deploymentStackOperationResults/"),
        ];
        for fault in faults {
            let azure = azure();
            azure.inject(fault.times(1));
            let outcome = stack(&azure, &network())
                .input("operation", "validate")
                .run()
                .expect(0);
            let results = requests(&azure, "GET", "").into_iter();
            let own = results.filter(|each| !each.fault && each.path.contains("OperationResults"));
            assert!(
                own.count() > 0,
                "{body:?}: Azure never said so\n{}",
                outcome.log
            );
        }
    });
}

#[test]
fn a_stack_that_ended_long_ago_is_told_at_once() {
    let azure = azure();
    stack(&azure, &told(network(), "ours"))
        .input("deny-settings-mode", "denyDelete")
        .run()
        .expect(0);
    let inputs = [
        ("operation", "wait"),
        ("template-file", ""),
        ("action-on-unmanage-resources", ""),
        ("deny-settings-mode", ""),
    ];
    let before = azure.elapsed();
    let outcome = stack(&azure, &json!({})).inputs(&inputs).run().expect(0);
    let took = azure.elapsed() - before;
    assert!(took < minutes(3), "{took:?}\n{}", outcome.log);
    assert_eq!(outcome.output("who"), "ours");
    outcome.never_says(&["deny none"]);
    assert_eq!(requests(&azure, "PUT", &format!("/{HUB}")).len(), 1);
}
