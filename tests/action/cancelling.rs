//! Requests to cancel: asked again until Azure agrees or refuses, and told as they ended.

use std::time::Duration;

use azure_simulator::{Fault, Options, ResourceFailure, Service, Simulator, State};
use serde_json::{Value, json};

use super::{
    common::{HUB, cancellations, each, forbidden, hub, later, requests},
    step::{ACCEPTED, azure, options},
    templates::{gateway, network, template},
};

const HOUR: Duration = Duration::from_secs(3600);
const ACTION: &str = "Microsoft.Resources/deployments/cancel/action";

fn cancels(fault: Fault) -> Fault {
    fault
        .on(Service::ResourceManager)
        .method("POST")
        .path_ends_with("/cancel")
}

/// What passes by itself, once.
fn passing() -> Vec<Fault> {
    let throttled = Fault::status(429).with_retry_after(Duration::from_secs(5));
    let statuses = [408, 500, 502, 503, 504].map(Fault::status);
    let others = [
        throttled,
        Fault::reset(),
        Fault::lose_answer(),
        Fault::hang(),
    ];
    let all = statuses.into_iter().chain(others);
    all.map(|fault| cancels(fault.times(1))).collect()
}

fn submitted(azure: &Simulator, template: &Value) {
    hub(azure, template).input("wait", "false").run().expect(0);
}

/// The state of `hub` in Azure.
fn state(azure: &Simulator) -> State {
    azure.deployment(HUB).unwrap().state
}

/// A gateway in a nested deployment.
fn within() -> Value {
    let nested = json!([{
        "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": "inner",
        "properties": { "mode": "Incremental", "template": gateway() }
    }]);
    template("resourceGroup", nested)
}

#[test]
fn a_request_that_did_not_get_through_is_sent_again() {
    each(&passing(), |fault| {
        let azure = azure();
        submitted(&azure, &gateway());
        azure.inject(fault.clone());
        let outcome = later(&azure, "cancel").run().expect(0);
        assert_eq!(state(&azure), State::Canceled, "{}", outcome.log);
        assert_eq!(outcome.output("provisioning-state"), "Canceled");
    });
}

#[test]
fn a_refused_request_fails_and_names_the_right() {
    let azure = Simulator::start(Options {
        denied_actions: vec![ACTION.to_owned()],
        ..options()
    });
    submitted(&azure, &gateway());
    let outcome = later(&azure, "cancel").run().expect(1).says(&[ACTION]);
    assert_eq!(outcome.output("error-code"), "AuthorizationFailed");
    outcome.never_says(&["had ended", "was cancelled"]);
    assert_eq!(state(&azure), State::Running);
}

#[test]
fn what_has_ended_cannot_be_cancelled() {
    let azure = Simulator::start(Options {
        failures: vec![ResourceFailure::new("vgw", "QuotaExceeded", "no more")],
        ..options()
    });
    for (template, status, state) in [(network(), 0, "Succeeded"), (gateway(), 1, "Failed")] {
        hub(&azure, &template).run().expect(status);
        let outcome = later(&azure, "cancel").run().expect(1).says(&["had ended"]);
        assert_eq!(outcome.output("error-code"), "NothingToCancel");
        assert_eq!(outcome.output("provisioning-state"), state);
        outcome.never_says(&["was cancelled"]);
    }
}

#[test]
fn what_was_cancelled_already_is_what_was_wanted() {
    let azure = azure();
    submitted(&azure, &gateway());
    later(&azure, "cancel").run().expect(0);
    let outcome = later(&azure, "cancel").run().expect(0);
    assert_eq!(outcome.output("provisioning-state"), "Canceled");
}

#[test]
fn a_time_out_cancels_although_the_first_request_did_not_get_through() {
    each(&passing(), |fault| {
        // A request that hangs takes seconds of this machine, which are minutes there.
        let slow = ("Microsoft.Network/virtualNetworkGateways".to_owned(), HOUR);
        let azure = Simulator::start(Options {
            durations: vec![slow],
            ..options()
        });
        azure.inject(fault.clone());
        let step = hub(&azure, &gateway()).inputs(&[("timeout", "5m"), ("on-timeout", "cancel")]);
        let outcome = step.run().expect(4).says(&["was cancelled"]);
        assert_eq!(state(&azure), State::Canceled, "{}", outcome.log);
    });
}

#[test]
fn a_time_out_whose_request_is_refused_says_so() {
    let azure = Simulator::start(Options {
        denied_actions: vec![ACTION.to_owned()],
        ..options()
    });
    let step = hub(&azure, &gateway()).inputs(&[("timeout", "5m"), ("on-timeout", "cancel")]);
    let outcome = step.run().expect(4).says(&[ACTION]);
    outcome.never_says(&["and was cancelled"]);
    assert_eq!(state(&azure), State::Running);
}

#[test]
fn a_time_out_in_an_outage_still_tries_to_cancel() {
    let minutes = |count: f64| Duration::from_secs_f64(60.0 * count);
    let outage = Fault::status(503).on(Service::ResourceManager);
    let faults = [
        // Azure cannot be read, but could be asked to cancel.
        outage
            .clone()
            .method("GET")
            .between(minutes(4.0), minutes(6.0)),
        // Azure answers nothing for a while.
        outage.between(minutes(4.0), minutes(6.0)),
    ];
    each(&faults, |fault| {
        let azure = azure();
        azure.inject(fault.clone());
        let step = hub(&azure, &gateway()).inputs(&[("timeout", "5m"), ("on-timeout", "cancel")]);
        let outcome = step.run().expect(4);
        assert_eq!(state(&azure), State::Canceled, "{}", outcome.log);
    });
}

#[test]
fn the_post_step_sends_its_request_again() {
    // One that hangs would take the post step's four minutes, as they pass here in a second.
    let answered = passing().into_iter().take(8);
    each(&answered.collect::<Vec<_>>(), |fault| {
        let azure = azure();
        let killed = hub(&azure, &gateway()).killed();
        azure.inject(fault.clone());
        let post = hub(&azure, &gateway()).input("on-cancel", "cancel");
        let post = post.after(&killed).run().expect(0);
        assert_eq!(state(&azure), State::Canceled, "{}", post.log);
    });
}

#[test]
fn main_and_post_step_together_cancel() {
    each(&passing(), |fault| {
        let azure = azure();
        azure.inject(fault.clone());
        let step = || hub(&azure, &gateway()).input("on-cancel", "cancel");
        let main = step()
            .start()
            .until(ACCEPTED)
            .signal("INT")
            .outcome()
            .expect(5);
        let post = step().after(&main).run().expect(0);
        assert_eq!(state(&azure), State::Canceled, "{}\n{}", main.log, post.log);
    });
}

#[test]
fn an_interrupted_run_whose_request_is_refused_says_so() {
    let azure = Simulator::start(Options {
        denied_actions: vec![ACTION.to_owned()],
        ..options()
    });
    let step = hub(&azure, &gateway()).input("on-cancel", "cancel").start();
    let outcome = step.until(ACCEPTED).signal("INT").outcome().expect(5);
    outcome.says(&[ACTION]).never_says(&["was cancelled;"]);
    assert!(matches!(state(&azure), State::Accepted | State::Running));
}

#[test]
fn the_outermost_is_asked_first_and_a_silent_inner_one_changes_nothing() {
    let azure = Simulator::start(Options {
        cancel_lag: Duration::from_secs(90),
        ..options()
    });
    hub(&azure, &within())
        .start()
        .until("vgw")
        .signal("KILL")
        .outcome();
    azure.inject(
        Fault::hang()
            .method("POST")
            .path_contains("/inner/cancel")
            .times(1),
    );
    let outcome = later(&azure, "cancel").run().expect(0);
    assert_eq!(state(&azure), State::Canceled);
    assert_eq!(azure.deployment("inner").unwrap().state, State::Canceled);
    let first = requests(&azure, "POST", "/cancel").remove(0);
    assert!(first.path.ends_with("/hub/cancel"), "{}", outcome.log);
}

#[test]
fn nothing_within_is_cancelled_when_the_whole_is_refused() {
    let azure = azure();
    hub(&azure, &within())
        .start()
        .until("vgw")
        .signal("KILL")
        .outcome();
    azure.inject(forbidden(ACTION).path_ends_with("/hub/cancel"));
    later(&azure, "cancel").run().expect(1).says(&[ACTION]);
    assert_eq!(cancellations(&azure), 0);
    assert_eq!(azure.deployment("inner").unwrap().state, State::Running);
}

#[test]
fn an_interrupted_run_tells_that_the_whole_was_cancelled_though_an_inner_one_is_silent() {
    let azure = azure();
    azure.inject(Fault::hang().method("POST").path_contains("/inner/cancel"));
    let step = hub(&azure, &within()).input("on-cancel", "cancel").start();
    let outcome = step.until("vgw").signal("INT").outcome().expect(5);
    outcome.never_says(&["goes on in Azure"]);
    let asked = requests(&azure, "POST", "/hub/cancel");
    assert!(asked[0].took_effect());
}
