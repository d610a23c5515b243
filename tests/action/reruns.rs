//! Runs that meet a deployment of their own name.

use azure_simulator::{Simulator, State};
use serde_json::json;

use super::{
    step::{ACCEPTED, Step, azure},
    templates::{gateway, network, with_parameters},
};

fn submissions(azure: &Simulator) -> usize {
    let journal = azure.journal();
    let accepted = |status| matches!(status, Some(200 | 201));
    let is_put = |method: &str| method == "PUT";
    (journal.iter())
        .filter(|exchange| is_put(&exchange.method) && accepted(exchange.status))
        .count()
}

#[test]
fn a_killed_run_is_taken_up_by_the_next() {
    let azure = azure();
    let killed = Step::new(&azure, &gateway()).killed();
    assert_eq!(killed.status, None);
    let name = killed.output("deployment-name").to_owned();

    let again = Step::new(&azure, &gateway()).environment("GITHUB_RUN_ATTEMPT", "2");
    let again = again.run().expect(0).says(&["from an earlier run"]);
    assert_eq!(again.output("deployment-name"), name);
    assert_eq!(
        again.output("correlation-id"),
        killed.output("correlation-id")
    );
    assert_eq!(submissions(&azure), 1);
}

#[test]
fn a_run_that_took_a_deployment_up_and_is_killed_leaves_its_ids() {
    let azure = azure();
    let first = Step::new(&azure, &gateway()).killed();
    let again = Step::new(&azure, &gateway()).start();
    let killed = again.until("from an earlier run").until("vgw");
    let killed = killed.signal("KILL").outcome();
    for output in ["deployment-id", "correlation-id"] {
        assert_eq!(killed.output(output), first.output(output));
    }
}

#[test]
fn legs_of_a_matrix_deploy_side_by_side() {
    let azure = azure();
    let template = with_parameters(gateway(), json!({ "region": { "type": "string" } }));
    let leg = |region: &str| {
        let parameters = format!("region={region}");
        Step::new(&azure, &template)
            .input("parameters", parameters)
            .start()
            .until(ACCEPTED)
    };
    let (west, north) = (leg("west"), leg("north"));
    let (west, north) = (west.outcome().expect(0), north.outcome().expect(0));
    assert_ne!(
        west.output("deployment-name"),
        north.output("deployment-name")
    );
}

#[test]
fn a_finished_deployment_is_submitted_again() {
    let azure = azure();
    Step::new(&azure, &network()).run().expect(0);
    Step::new(&azure, &network()).run().expect(0);
    assert_eq!(submissions(&azure), 2);
}

#[test]
fn somebody_elses_deployment_is_waited_for_and_named() {
    let azure = azure();
    let id = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Resources/deployments/hub",
        azure_simulator::SUBSCRIPTION_ID,
        azure_simulator::RESOURCE_GROUP
    );
    let theirs = azure.start_foreign_deployment(&id, gateway());
    let outcome = Step::new(&azure, &network())
        .input("name", "hub")
        .run()
        .expect(0);
    assert_ne!(outcome.output("correlation-id"), theirs);
    let outcome = outcome.says(&["another deployment of this name is running since", &theirs]);
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
}

#[test]
fn somebody_elses_deployment_can_be_a_failure() {
    let azure = azure();
    let killed = Step::new(&azure, &gateway()).killed();
    let name = killed.output("deployment-name");
    let outcome = Step::new(&azure, &network())
        .inputs(&[("name", name), ("if-active", "fail")])
        .run()
        .expect(1);
    assert_eq!(outcome.output("error-code"), "DeploymentActive");
}

#[test]
fn an_active_deployment_that_never_ends_is_left_alone() {
    let azure = azure();
    let killed = Step::new(&azure, &gateway()).killed();
    let name = killed.output("deployment-name");
    Step::new(&azure, &network())
        .inputs(&[("name", name), ("timeout", "3m"), ("on-timeout", "cancel")])
        .run()
        .expect(4)
        .says(&["timed out after 3m; nothing was deployed"]);
    assert_eq!(azure.deployment(name).unwrap().state, State::Running);
}
