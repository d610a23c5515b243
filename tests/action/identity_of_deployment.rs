//! Whose deployment it is: a name can change hands while a run follows it, and readers can lag
//! behind. The run tells only of its own submission, and never stops another's.

use std::time::Duration;

use azure_simulator::{Options, ResourceFailure, Simulator, State};

use super::{
    common::{HUB, cancellations, each, hub, later, stack, submissions, told, wait_for},
    step::{ACCEPTED, Outcome, options},
    templates::{gateway, nested, network},
};

/// Checks a run whose name somebody else took: it tells its own end, or that it cannot know it.
#[track_caller]
fn ended_or_replaced(outcome: Outcome) -> Outcome {
    let outcome = outcome.ends_with(&[0, 1]);
    if outcome.status == Some(0) {
        assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    } else {
        assert_eq!(outcome.output("error-code"), "DeploymentReplaced");
    }
    outcome.says(&["took its place"])
}

/// Checks that outputs, log and summary hold nothing of the other deployment's result.
#[track_caller]
fn tells_nothing_of(outcome: &Outcome, output: &str) {
    let who = outcome.outputs.get("who").map_or("", String::as_str);
    assert_ne!(who, output, "{}", outcome.log);
    let all = outcome.outputs.get("outputs").map_or("", String::as_str);
    assert!(!all.contains(output), "{all}");
}

fn azure() -> Simulator {
    Simulator::start(options())
}

#[test]
fn another_deployment_under_our_name_is_not_ours() {
    let azure = azure();
    let theirs = azure.take_over(HUB, told(gateway(), "theirs"));
    let outcome = ended_or_replaced(hub(&azure, &told(network(), "ours")).run());
    tells_nothing_of(&outcome, "theirs");
    let outcome = outcome.never_says(&["vgw"]);
    assert_ne!(outcome.output("correlation-id"), theirs);
    let seconds: u64 = outcome.output("duration-seconds").parse().unwrap();
    assert!(seconds < 10 * 60, "it followed the other: {seconds} s");
    assert_eq!((submissions(&azure), cancellations(&azure)), (1, 0));
}

#[test]
fn anothers_success_is_not_ours() {
    let azure = Simulator::start(Options {
        failures: vec![ResourceFailure::new("routes", "QuotaExceeded", "no more")],
        ..options()
    });
    azure.take_over(HUB, network());
    let outcome = hub(&azure, &nested()).run().expect(1);
    assert_ne!(outcome.output("provisioning-state"), "Succeeded");
}

#[test]
fn an_end_that_was_seen_is_told_whatever_comes_next() {
    let azure = azure();
    azure.take_over_after(HUB, told(gateway(), "theirs"), Duration::from_secs(120));
    let outcome = hub(&azure, &told(network(), "ours")).run().expect(0);
    assert_eq!(outcome.output("who"), "ours");
}

#[test]
fn two_runs_of_one_name_each_tell_their_own_outputs() {
    let azure = azure();
    let first = hub(&azure, &told(gateway(), "first"))
        .start()
        .until(ACCEPTED);
    let second = hub(&azure, &told(network(), "second")).start();
    let (first, second) = (first.outcome(), second.outcome().expect(0));
    assert_eq!(second.output("who"), "second");
    tells_nothing_of(&first, "second");
    let first = first.ends_with(&[0, 1]);
    if first.status == Some(0) {
        assert_eq!(first.output("who"), "first");
    }
    assert_ne!(
        first.output("correlation-id"),
        second.output("correlation-id")
    );
    assert_eq!(submissions(&azure), 2);
}

#[test]
fn an_interrupted_run_does_not_cancel_anothers_deployment() {
    let azure = azure();
    let theirs = azure.take_over(HUB, gateway());
    let step = || hub(&azure, &network()).input("on-cancel", "cancel");
    let running = step().start().until(ACCEPTED);
    wait_for(&azure, HUB, |found| found.correlation_id == theirs);
    let outcome = running.signal("INT").outcome().ends_with(&[0, 1, 5]);
    step().after(&outcome).run().expect(0);
    assert_eq!(cancellations(&azure), 0, "{}", outcome.log);
    assert_ne!(azure.deployment(HUB).unwrap().state, State::Canceled);
}

#[test]
fn a_time_out_does_not_cancel_anothers_deployment() {
    let azure = azure();
    azure.take_over(HUB, gateway());
    let step = hub(&azure, &network()).inputs(&[("timeout", "5m"), ("on-timeout", "cancel")]);
    ended_or_replaced(step.run());
    assert_eq!(cancellations(&azure), 0);
}

#[test]
fn the_post_step_does_not_cancel_anothers_deployment() {
    let azure = azure();
    let theirs = azure.take_over(HUB, gateway());
    let killed = hub(&azure, &network()).killed();
    wait_for(&azure, HUB, |found| found.correlation_id == theirs);
    let post = hub(&azure, &network()).input("on-cancel", "cancel");
    post.after(&killed).run().expect(0);
    assert_eq!(cancellations(&azure), 0);
}

#[test]
fn who_waits_for_a_deployment_is_not_told_anothers() {
    let azure = azure();
    azure.take_over(HUB, told(gateway(), "theirs"));
    let ours = hub(&azure, &told(gateway(), "ours")).input("wait", "false");
    let ours = ours.run().expect(0);
    let outcome = ended_or_replaced(later(&azure, "wait").run());
    tells_nothing_of(&outcome, "theirs");
    assert_eq!(
        outcome.output("correlation-id"),
        ours.output("correlation-id")
    );
}

#[test]
fn a_cancellation_does_not_reach_the_next_of_the_name() {
    let azure = Simulator::start(Options {
        cancel_lag: Duration::from_secs(90),
        ..options()
    });
    let theirs = azure.take_over(HUB, gateway());
    hub(&azure, &gateway())
        .input("wait", "false")
        .run()
        .expect(0);
    later(&azure, "cancel").run().ends_with(&[0, 1]);
    assert_eq!(cancellations(&azure), 1);
    let next = azure.deployment(HUB).unwrap();
    assert_eq!(next.correlation_id, theirs);
    assert_ne!(next.state, State::Canceled);
}

#[test]
fn a_stale_view_after_the_submission_is_not_the_result() {
    let azure = || {
        Simulator::start(Options {
            stale_for: Duration::from_secs(40),
            failures: vec![ResourceFailure::new("broken", "QuotaExceeded", "no more")],
            ..options()
        })
    };
    let mut broken = network();
    broken["resources"][0]["name"] = "broken".into();
    each(&[(network(), 0), (broken, 1)], |(before, status)| {
        let azure = azure();
        hub(&azure, &told(before.clone(), "old"))
            .run()
            .expect(*status);
        let outcome = hub(&azure, &told(network(), "new")).run().expect(0);
        assert_eq!(outcome.output("who"), "new");
        assert_eq!(outcome.output("provisioning-state"), "Succeeded");
        assert_eq!(submissions(&azure), 2);
    });
}

#[test]
fn a_stale_view_of_a_stack_is_not_the_result() {
    let azure = Simulator::start(Options {
        stale_for: Duration::from_secs(40),
        ..options()
    });
    stack(&azure, &told(network(), "old")).run().expect(0);
    let outcome = stack(&azure, &told(network(), "new")).run().expect(0);
    assert_eq!(outcome.output("who"), "new");
}

#[test]
fn a_stale_view_does_not_settle_an_unanswered_submission() {
    each(&[false, true], |old_wording| {
        let azure = Simulator::start(Options {
            stale_for: Duration::from_secs(40),
            old_wording: *old_wording,
            ..options()
        });
        hub(&azure, &told(network(), "old")).run().expect(0);
        azure.inject(azure_simulator::Fault::lose_answer().method("PUT").times(1));
        let outcome = hub(&azure, &told(gateway(), "new")).run().expect(0);
        assert_eq!(outcome.output("who"), "new");
        assert_eq!(submissions(&azure), 2, "{}", outcome.log);
    });
}
