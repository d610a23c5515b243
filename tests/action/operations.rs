//! Operations show progress and nothing else: a run that cannot read them ends as its deployment.

use azure_simulator::{CLIENT_ID, Fault, Options, ResourceFailure, Service, Simulator};

use super::{
    common::{HUB, each, forbidden, hub, requests, stack, told},
    step::{Outcome, azure, options},
    templates::{nested, network},
};

const ACTION: &str = "Microsoft.Resources/deployments/operations/read";
const CANNOT: &str = "progress cannot be shown";
/// Requests that one run may make for operations, whatever the links say.
const MOST: usize = 2_000;

fn operations(fault: Fault) -> Fault {
    fault
        .on(Service::ResourceManager)
        .path_ends_with("/operations")
}

/// What lasts, and so keeps the operations from being read at all.
fn lasting() -> Vec<(&'static str, Fault)> {
    let azures = |status, code| Fault::azure(status, code, "no");
    let all = [
        ("403", forbidden(ACTION)),
        ("401", Fault::unauthorized()),
        ("404", azures(404, "DeploymentNotFound")),
        ("409", azures(409, "Conflict")),
        ("418", azures(418, "Teapot")),
        ("500", Fault::status(500)),
        ("503", Fault::status(503)),
        ("302", Fault::redirect(302, "https://portal.example/")),
        ("HTML", Fault::garbage()),
        ("null", Fault::status(200).with_body("null")),
        ("no list", Fault::status(200).with_body(r#"{"value":7}"#)),
        ("half", Fault::truncate()),
        ("reset", Fault::reset()),
    ];
    all.map(|(name, fault)| (name, operations(fault))).into()
}

/// Checks the end of a run that could not show its progress.
#[track_caller]
fn ended_in_time(outcome: Outcome, status: i32, case: &str) -> Outcome {
    let outcome = outcome.expect(status);
    let told = outcome.log.lines().filter(|line| line.contains(CANNOT));
    assert_eq!(told.count(), 1, "{case}: told once\n{}", outcome.log);
    let seconds: u64 = outcome.output("duration-seconds").parse().unwrap();
    assert!(seconds < 20 * 60, "{case}: {seconds} s\n{}", outcome.log);
    outcome
}

#[test]
fn a_success_is_a_success_without_its_operations() {
    each(&lasting(), |(case, fault)| {
        let azure = azure();
        azure.inject(fault.clone());
        let outcome = hub(&azure, &told(nested(), "ours")).run();
        let outcome = ended_in_time(outcome, 0, case);
        assert_eq!(outcome.output("who"), "ours");
        assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    });
}

#[test]
fn the_missing_right_is_named() {
    let azure = || {
        Simulator::start(Options {
            denied_actions: vec![ACTION.to_owned()],
            ..options()
        })
    };
    let outcome = hub(&azure(), &network()).run();
    ended_in_time(outcome, 0, "deployment").says(&[ACTION]);
    let outcome = stack(&azure(), &network()).run();
    ended_in_time(outcome, 0, "stack").says(&[ACTION]);
}

#[test]
fn a_failure_has_its_cause_without_its_operations() {
    each(&lasting(), |(case, fault)| {
        let azure = Simulator::start(Options {
            failures: vec![ResourceFailure::new("routes", "QuotaExceeded", "no more")],
            ..options()
        });
        azure.inject(fault.clone());
        let outcome = ended_in_time(hub(&azure, &nested()).run(), 1, case);
        assert_eq!(outcome.output("error-code"), "QuotaExceeded");
    });
}

#[test]
fn unreadable_operations_within_do_not_hide_the_end() {
    each(&lasting(), |(_, fault)| {
        let azure = azure();
        azure.inject(fault.clone().path_contains("/inner/"));
        let outcome = hub(&azure, &nested()).run().expect(0);
        assert!(outcome.log.contains("vnet"), "{}", outcome.log);
    });
}

/// azure-dev 4100: no right to read deployments at the scope of a nested one.
#[test]
fn nested_forbidden() {
    let azure = azure();
    azure.inject(operations(forbidden(ACTION)).path_contains("/inner/"));
    let outcome = hub(&azure, &nested()).run().expect(0).says(&[
        "what is in inner cannot be shown",
        ACTION,
        "1/1 done, without what is in inner",
    ]);
    assert_eq!(outcome.log.matches(ACTION).count(), 1, "{}", outcome.log);
    let count = "1 of 1 succeeded, without what is in inner";
    assert!(outcome.summary.contains(count), "{}", outcome.summary);
    outcome.never_says(&["::warning", "last operations"]);
}

#[test]
fn a_stack_ends_without_its_operations() {
    each(&lasting(), |(case, fault)| {
        let azure = azure();
        azure.inject(fault.clone());
        let outcome = stack(&azure, &told(network(), "ours")).run();
        let outcome = ended_in_time(outcome, 0, case);
        assert_eq!(outcome.output("who"), "ours");
    });
}

#[test]
fn what_passes_is_not_worth_a_line() {
    each(&lasting(), |(case, fault)| {
        let azure = azure();
        azure.inject(fault.clone().times(1));
        let outcome = hub(&azure, &nested()).run().expect(0);
        // A missing right may be told at once: it seldom passes.
        let told = outcome.log.contains(CANNOT) && *case != "403";
        assert!(!told, "{case}\n{}", outcome.log);
    });
}

#[test]
fn links_that_lead_nowhere_are_not_followed_for_ever() {
    let endless = Options {
        endless_pages: true,
        ..options()
    };
    let foreign = Options {
        foreign_links: true,
        ..options()
    };
    each(
        &[("endless", endless), ("foreign", foreign)],
        |(case, options)| {
            let azure = Simulator::start(options.clone());
            let outcome = ended_in_time(hub(&azure, &network()).run(), 0, case);
            assert_eq!(outcome.output("provisioning-state"), "Succeeded");
            let asked = requests(&azure, "GET", &format!("/{HUB}/operations")).len();
            assert!(asked < MOST, "{case}: {asked} requests");
        },
    );
}

/// azure-search-openai-demo 848: a role that may deploy, but not read deployments.
#[test]
fn write_only_role() {
    for timeout in ["6h", "4m"] {
        let azure = Simulator::start(Options {
            denied_actions: vec!["Microsoft.Resources/deployments/read".to_owned()],
            ..options()
        });
        let outcome = hub(&azure, &network()).input("timeout", timeout).run();
        let right = "perform action 'Microsoft.Resources/deployments/read' over scope";
        let retried = format!("retrying: HTTP 403 AuthorizationFailed: The client '{CLIENT_ID}'");
        let outcome = outcome
            .expect(1)
            .says(&[&retried, right, "cannot be followed", "--role 'Reader'"])
            .never_says(&[
                "could not be reached",
                "no usable answer from Azure;",
                "answers again",
            ]);
        assert_eq!(outcome.output("error-code"), "AuthorizationFailed");
        assert!(azure.elapsed().as_secs() < 15 * 60, "{timeout}");
    }
}
