//! Submissions that Azure took without its answer arriving. Until Azure settles it, nobody may
//! say that nothing was deployed, and nothing is deployed twice.

use std::time::Duration;

use azure_simulator::{Fault, Options, Service, Simulator, State};

use super::{
    common::{
        FOREIGN, HUB, cancellations, each, forbidden, hub, not_found, requests, stack, submissions,
        wait_for, wait_until,
    },
    step::{Outcome, Step, azure, options},
    templates::{gateway, network},
};

const NOTHING: &str = "nothing was deployed";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Looks at deployments, not at their operations.
fn looks(fault: Fault) -> Fault {
    fault
        .on(Service::ResourceManager)
        .method("GET")
        .path_ends_with("/hub")
}

fn lose_answer(azure: &Simulator) {
    azure.inject(
        Fault::lose_answer()
            .on(Service::ResourceManager)
            .method("PUT")
            .times(1),
    );
}

/// A submission that Azure has taken without an answer, of a run that is interrupted then while
/// Azure answers no look at it.
fn interrupted(azure: &Simulator, put: Fault, step: Step) -> Outcome {
    azure.inject(put.on(Service::ResourceManager).method("PUT").times(1));
    azure.inject(looks(Fault::status(503)));
    let running = step.start();
    wait_for(azure, HUB, |_| true);
    let outcome = running.signal("INT").outcome().expect(5);
    azure.clear_faults();
    outcome.says(&["may"]).never_says(&[NOTHING])
}

#[test]
fn a_refused_look_does_not_refuse_the_submission() {
    each(&[true, false], |is_stack| {
        for fault in [
            forbidden("Microsoft.Resources/deployments/read"),
            Fault::unauthorized(),
        ] {
            let azure = azure();
            lose_answer(&azure);
            azure.inject(looks(fault.times(1)));
            let step = match is_stack {
                true => stack(&azure, &network()),
                false => hub(&azure, &network()),
            };
            let outcome = step.run().expect(0);
            assert_eq!(submissions(&azure), 1, "{}", outcome.log);
        }
    });
}

#[test]
fn looks_that_stay_refused_leave_it_open() {
    let cases = [
        (forbidden("Microsoft.Resources/deployments/read"), [1, 6]),
        (Fault::unauthorized(), [3, 6]),
        (Fault::status(503), [4, 6]),
    ];
    each(&cases, |(fault, statuses)| {
        let azure = azure();
        lose_answer(&azure);
        azure.inject(looks(fault.clone()));
        let outcome = hub(&azure, &gateway()).input("timeout", "30m").run();
        outcome
            .ends_with(statuses)
            .says(&["may"])
            .never_says(&[NOTHING]);
        assert_eq!(submissions(&azure), 1);
    });
}

#[test]
fn an_interrupted_run_says_what_may_be_and_its_post_step_cancels_it() {
    let faults = [
        Fault::hang().with_effect(),
        Fault::lose_answer(),
        Fault::delay(seconds(6 * 3600)),
    ];
    each(&faults, |fault| {
        let azure = azure();
        let step = || hub(&azure, &gateway()).input("on-cancel", "cancel");
        let main = interrupted(&azure, fault.clone(), step());
        let post = step().after(&main).run().expect(0);
        let state = azure.deployment(HUB).unwrap().state;
        assert_eq!(state, State::Canceled, "{}\n{}", main.log, post.log);
        assert_eq!(submissions(&azure), 1);
    });
}

#[test]
fn the_post_step_has_patience_with_an_early_not_found() {
    let azure = azure();
    let step = || hub(&azure, &gateway()).input("on-cancel", "cancel");
    let main = interrupted(&azure, Fault::hang().with_effect(), step());
    azure.inject(looks(not_found()).lasting(seconds(30)));
    let post = step().after(&main).run().expect(0);
    let state = azure.deployment(HUB).unwrap().state;
    assert_eq!(state, State::Canceled, "{}", post.log);
}

#[test]
fn the_post_step_tells_a_deployment_that_it_is_to_leave() {
    let azure = azure();
    let main = interrupted(&azure, Fault::hang().with_effect(), hub(&azure, &gateway()));
    let post = hub(&azure, &gateway()).after(&main).run().expect(0);
    post.says(&["goes on", HUB])
        .never_says(&["never submitted"]);
    assert_eq!(cancellations(&azure), 0);
}

#[test]
fn the_post_step_finds_that_nothing_came() {
    let azure = azure();
    azure.inject(Fault::reset().method("PUT").times(99));
    azure.inject(looks(Fault::status(503)));
    let step = || hub(&azure, &gateway()).input("on-cancel", "cancel");
    let running = step().start();
    wait_until(|| !requests(&azure, "PUT", "/hub").is_empty());
    let main = running.signal("INT").outcome().expect(5).says(&["may"]);
    azure.clear_faults();
    let post = step().after(&main).run().expect(0);
    post.says(&["was never submitted"]);
    assert_eq!((submissions(&azure), cancellations(&azure)), (0, 0));
}

#[test]
fn a_time_out_says_what_may_be() {
    each(
        &[Fault::hang().with_effect(), Fault::lose_answer()],
        |fault| {
            let azure = azure();
            azure.inject(fault.clone().method("PUT"));
            azure.inject(looks(Fault::status(503)));
            let outcome = hub(&azure, &gateway()).input("timeout", "3m").run();
            outcome
                .ends_with(&[4, 6])
                .says(&["may"])
                .never_says(&[NOTHING]);
        },
    );
}

#[test]
fn an_unanswered_stack_may_go_on() {
    let azure = azure();
    azure.inject(Fault::hang().with_effect().method("PUT"));
    azure.inject(looks(Fault::status(503)));
    let running = stack(&azure, &gateway()).start();
    wait_until(|| !requests(&azure, "PUT", "/hub").is_empty());
    let outcome = running.signal("INT").outcome().expect(5);
    outcome.says(&["may"]).never_says(&[NOTHING]);
}

#[test]
fn our_own_deployment_is_known_by_its_correlation_id_whatever_the_wording() {
    let policies = ["auto", "wait", "fail"];
    let cases = policies
        .iter()
        .flat_map(|policy| [(*policy, false), (*policy, true)]);
    each(&cases.collect::<Vec<_>>(), |(policy, old_wording)| {
        let azure = Simulator::start(Options {
            early_not_found: seconds(150),
            old_wording: *old_wording,
            ..options()
        });
        lose_answer(&azure);
        let outcome = hub(&azure, &gateway()).input("if-active", policy).run();
        let outcome = outcome.expect(0);
        assert_eq!(
            submissions(&azure),
            1,
            "{policy} {old_wording}\n{}",
            outcome.log
        );
    });
}

#[test]
fn an_answer_that_azure_did_not_write_is_settled_by_asking() {
    each(&FOREIGN, |body| {
        for takes_effect in [false, true] {
            let azure = azure();
            let fault = Fault::status(200).with_body(body).method("PUT").times(1);
            let fault = fault.on(Service::ResourceManager);
            azure.inject(if takes_effect {
                fault.with_effect()
            } else {
                fault
            });
            let outcome = hub(&azure, &network()).run().expect(0);
            assert_eq!(submissions(&azure), 1, "{body:?}\n{}", outcome.log);
            assert_eq!(outcome.output("provisioning-state"), "Succeeded");
        }
    });
}

#[test]
fn a_gateway_that_gives_up_does_not_take_the_submission_back() {
    each(&[502, 503, 504], |status| {
        let azure = azure();
        azure.inject(Fault::status(*status).with_effect().method("PUT").times(1));
        hub(&azure, &network()).run().expect(0);
        assert_eq!(submissions(&azure), 1);
    });
}

#[test]
fn a_submission_that_never_gets_through_ends_with_the_reason() {
    let azure = azure();
    azure.inject(
        Fault::status(503)
            .on(Service::ResourceManager)
            .method("PUT"),
    );
    let outcome = hub(&azure, &network()).input("timeout", "1h").run();
    let outcome = outcome.ends_with(&[4, 6]).says(&["HTTP 503"]);
    assert!(
        outcome.output("error-message").contains("503"),
        "{}",
        outcome.output("error-message")
    );
}
