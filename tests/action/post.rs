//! The post step: what it does after each ending of the main step.

use std::time::Duration;

use azure_simulator::{Fault, Options, Service, Simulator, State};
use serde_json::json;

use super::{
    step::{ACCEPTED, Outcome, Step, azure, options},
    templates::{gateway, network, template},
};

/// A step that was cancelled in mid-run.
fn cancelled(step: Step) -> Outcome {
    step.start()
        .until(ACCEPTED)
        .signal("INT")
        .outcome()
        .expect(5)
}

#[test]
fn nothing_is_done_after_a_normal_end() {
    let azure = azure();
    let main = Step::new(&azure, &network()).run().expect(0);
    let before = azure.journal().len();
    let post = Step::new(&azure, &network()).after(&main).run().expect(0);
    assert_eq!(azure.journal().len(), before, "{}", post.log);
    assert_eq!(post.summary, "");
}

#[test]
fn nothing_is_done_after_wrong_inputs() {
    let azure = azure();
    let main = Step::new(&azure, &network())
        .input("timeout", "soon")
        .run()
        .expect(2);
    Step::new(&azure, &network())
        .input("timeout", "soon")
        .after(&main)
        .run()
        .expect(0);
    assert!(azure.journal().is_empty());
}

#[test]
fn a_deployment_that_goes_on_is_named() {
    let azure = azure();
    let main = cancelled(Step::new(&azure, &gateway()));
    Step::new(&azure, &gateway())
        .after(&main)
        .run()
        .expect(0)
        .says(&["goes on in Azure", main.output("deployment-name")]);
    let state = azure
        .deployment(main.output("deployment-name"))
        .unwrap()
        .state;
    assert_eq!(state, State::Running);
}

#[test]
fn a_deployment_to_be_cancelled_is_followed_to_the_end_of_all_within_it() {
    let azure = Simulator::start(Options {
        cancel_lag: Duration::from_secs(90),
        ..options()
    });
    let nested = template(
        "resourceGroup",
        json!([{
            "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": "inner",
            "properties": { "mode": "Incremental", "template": gateway() }
        }]),
    );
    let step = || Step::new(&azure, &nested).input("on-cancel", "cancel");
    let main = step()
        .start()
        .until("vgw")
        .signal("INT")
        .outcome()
        .expect(5);
    let post = step()
        .after(&main)
        .run()
        .expect(0)
        .says(&["have ended: Canceled"]);
    for name in [main.output("deployment-name"), "inner"] {
        let state = azure.deployment(name).unwrap().state;
        assert_eq!(state, State::Canceled, "{name}\n{}", post.log);
    }
}

#[test]
fn a_killed_step_is_looked_after_too() {
    let azure = azure();
    let killed = Step::new(&azure, &gateway()).killed();
    Step::new(&azure, &gateway())
        .input("on-cancel", "cancel")
        .after(&killed)
        .run()
        .expect(0)
        .says(&["have ended: Canceled"]);
}

#[test]
fn what_happens_with_the_last_answer_is_told_before_the_outcome() {
    let azure = azure();
    let killed = Step::new(&azure, &gateway()).killed();
    let outage = Fault::status(503).on(Service::ResourceManager).times(2);
    azure.inject(outage);
    let post = Step::new(&azure, &gateway()).after(&killed).run().expect(0);
    let told = |text| post.log.find(text).expect(text);
    assert!(told("Azure answers again") < told("goes on in Azure"));
}

#[test]
fn a_step_that_was_stopped_before_the_submission_left_nothing() {
    let azure = azure();
    azure.inject(Fault::hang().on(Service::Entra).times(9));
    let step = Step::new(&azure, &gateway()).start().until("deployment ");
    let main = step
        .signal("TERM")
        .outcome()
        .expect(5)
        .says(&["nothing was deployed"]);
    azure.clear_faults();
    let before = azure.journal().len();
    let post = Step::new(&azure, &gateway()).after(&main).run().expect(0);
    assert_eq!(post.log, "", "there is nothing to look after");
    assert_eq!(azure.journal().len(), before);
}

#[test]
fn a_cancelled_job_may_get_no_token() {
    let azure = azure();
    let main = cancelled(Step::new(&azure, &gateway()));
    azure.inject(Fault::status(400).on(Service::GitHub).times(99));
    Step::new(&azure, &gateway())
        .after(&main)
        .run()
        .expect(0)
        .says(&["gets no token", main.output("deployment-name")]);
}

#[test]
fn the_state_holds_no_secret() {
    let azure = azure();
    let main = Step::new(&azure, &network())
        .input("client-secret", azure_simulator::SECRET)
        .run()
        .expect(0);
    let names: Vec<_> = main.state.keys().map(String::as_str).collect();
    assert_eq!(names, ["correlation-id", "deployment-id", "ended", "stage"]);
}
