//! How runs end: success, failure, time-out, cancellation; outputs and summary are written whatever happens.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use azure_simulator::{Fault, ResourceFailure, Simulator, State};
use serde_json::json;

use super::{
    common::{requests, wait_until},
    step::{ACCEPTED, Step, azure, options},
    templates::{gateway, nested, network, resource, template},
};

#[test]
fn success_is_told_in_log_outputs_and_summary() {
    let azure = azure();
    let outcome = Step::new(&azure, &nested())
        .run()
        .expect(0)
        .says(&["vnet", "routes", "inner"]);
    assert!(
        outcome.summary.contains("vnet") && outcome.summary.contains("routes"),
        "{}",
        outcome.summary
    );
    assert!(outcome.summary.contains(outcome.output("correlation-id")));
    let seconds: u64 = outcome.output("duration-seconds").parse().unwrap();
    assert!(seconds > 0);
}

#[test]
fn failure_names_the_resource_and_its_cause() {
    let azure = Simulator::start(azure_simulator::Options {
        failures: vec![ResourceFailure::new(
            "routes",
            "QuotaExceeded",
            "no more route tables in this region",
        )],
        ..options()
    });
    let outcome = Step::new(&azure, &nested()).run().expect(1).says(&[
        "::error",
        "QuotaExceeded",
        "no more route tables in this region",
        "inner",
    ]);
    assert_eq!(outcome.output("provisioning-state"), "Failed");
    assert_eq!(outcome.output("error-code"), "QuotaExceeded");
    assert!(
        outcome
            .output("error-message")
            .contains("no more route tables")
    );
    assert!(
        outcome.summary.contains("QuotaExceeded"),
        "{}",
        outcome.summary
    );
    assert_eq!(
        outcome.log.matches("::error").count(),
        1,
        "one annotation a cause:\n{}",
        outcome.log
    );
}

#[test]
fn a_refused_deployment_fails_at_once() {
    let azure = azure();
    let mut wrong = network();
    wrong["resources"][0]["dependsOn"] =
        json!(["[resourceId('Microsoft.Network/routeTables', 'nowhere')]"]);
    wrong["variables"] = json!({"loop": "[variables('loop')]"});
    let unknown_group = Step::new(&azure, &network())
        .input("resource-group-name", "rg-unknown")
        .run()
        .expect(1);
    assert_eq!(unknown_group.output("error-code"), "ResourceGroupNotFound");
    assert!(unknown_group.log.contains("rg-unknown"));
}

#[test]
fn time_out_leaves_the_deployment_running() {
    let azure = azure();
    let outcome = Step::new(&azure, &gateway())
        .input("timeout", "10m")
        .run()
        .expect(4)
        .says(&["vgw", "10m", "continues in Azure"]);
    assert_eq!(outcome.output("provisioning-state"), "Running");
    let running = azure.deployment(outcome.output("deployment-name")).unwrap();
    assert_eq!(running.state, State::Running);
    assert!(outcome.summary.contains("vgw"));
}

#[test]
fn time_out_can_cancel() {
    let azure = azure();
    let outcome = Step::new(&azure, &gateway())
        .inputs(&[("timeout", "10m"), ("on-timeout", "cancel")])
        .run()
        .expect(4);
    assert_eq!(outcome.output("provisioning-state"), "Canceled");
}

#[test]
fn without_waiting_the_step_ends_after_the_submission() {
    let azure = azure();
    let outcome = Step::new(&azure, &gateway())
        .input("wait", "false")
        .run()
        .expect(0);
    assert!(!outcome.output("correlation-id").is_empty());
    let running = azure.deployment(outcome.output("deployment-name")).unwrap();
    assert!(matches!(running.state, State::Accepted | State::Running));
}

#[test]
fn a_cancelled_workflow_leaves_in_time_and_the_deployment_goes_on() {
    for signal in ["INT", "TERM"] {
        let azure = azure();
        let step = Step::new(&azure, &gateway()).start().until(ACCEPTED);
        let outcome = step.signal(signal).outcome().expect(5);
        let name = outcome.output("deployment-name");
        let state = azure.deployment(name).unwrap().state;
        assert!(
            matches!(state, State::Accepted | State::Running),
            "{signal}: {state:?}"
        );
        assert!(!outcome.summary.is_empty());
    }
}

#[test]
fn a_cancelled_workflow_can_cancel_the_deployment() {
    let azure = azure();
    let step = Step::new(&azure, &gateway())
        .input("on-cancel", "cancel")
        .start();
    step.until(ACCEPTED).signal("INT").outcome().expect(5);
    let cancels = azure
        .journal()
        .iter()
        .filter(|exchange| exchange.path.ends_with("/cancel"))
        .count();
    assert_eq!(cancels, 1);
}

#[test]
fn a_refusal_to_cancel_is_told_when_the_workflow_is_cancelled() {
    let azure = azure();
    let refusal = Fault::azure(409, "Conflict", "not now");
    azure.inject(refusal.path_contains("/cancel").times(9));
    let step = Step::new(&azure, &gateway())
        .input("on-cancel", "cancel")
        .start();
    let outcome = step.until(ACCEPTED).signal("INT").outcome().expect(5);
    outcome.says(&["Azure refused to cancel", "not now", "which continues"]);
}

#[test]
fn a_cancelled_workflow_leaves_while_bicep_compiles() {
    let azure = azure();
    let step = Step::new(&azure, &network()).file("main.bicep", "");
    let (program, fifo) = (step.path("bicep"), step.path("started"));
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let script = format!(
        "#!/bin/sh\necho > {}\nexec /bin/sleep 600\n",
        fifo.display()
    );
    let step = step.file("bicep", script);
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let step = step
        .inputs(&[("template-file", "main.bicep")])
        .input("bicep-path", program.display().to_string())
        .start();
    // Blocks until the program has begun.
    fs::read(&fifo).unwrap();
    let outcome = step.signal("TERM").outcome().expect(5);
    outcome.says(&["nothing was deployed"]);
    assert!(azure.journal().is_empty());
}

#[test]
fn a_cancelled_workflow_leaves_while_a_file_cannot_be_read_to_its_end() {
    let azure = azure();
    let step = Step::new(&azure, &network()).input("auth-type", "workload-identity");
    let fifo = step.path("token");
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let path = fifo.display().to_string();
    let step = step.environment("AZURE_FEDERATED_TOKEN_FILE", &path);
    // Opening it waits for a writer of the token.
    let step = step.start().until("deployment ");
    let outcome = step.signal("TERM").outcome().expect(5);
    outcome.says(&["nothing was deployed"]);
}

#[test]
fn a_cancelled_workflow_leaves_while_azure_is_silent_about_the_submission() {
    let azure = azure();
    azure.inject(Fault::hang().method("PUT").times(9));
    let step = Step::new(&azure, &gateway())
        .input("on-cancel", "cancel")
        .start();
    let step = step.until("signed in");
    wait_until(|| !requests(&azure, "PUT", "").is_empty());
    let outcome = step.signal("INT").outcome().expect(5);
    assert!(
        !outcome.log.contains("nothing was deployed"),
        "{}",
        outcome.log
    );
    outcome.says(&["may go on in Azure"]);
}

#[test]
fn the_summary_can_be_switched_off() {
    let azure = azure();
    let outcome = Step::new(&azure, &network())
        .input("summary", "false")
        .run()
        .expect(0);
    assert_eq!(outcome.summary, "");
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
}

#[test]
fn a_deployment_without_resources() {
    let azure = azure();
    let outcome = Step::new(&azure, &template("resourceGroup", json!([])))
        .run()
        .expect(0);
    assert_eq!(outcome.output("outputs"), "{}");
}

#[test]
fn text_from_azure_cannot_forge_workflow_commands() {
    let message = "one\n::set-output name=deployment-id::forged\r  ::error::forged ##[error]forged";
    let azure = Simulator::start(azure_simulator::Options {
        failures: vec![ResourceFailure::new("vnet", "Evil", message)],
        ..options()
    });
    let resources = json!([resource("Microsoft.Network/virtualNetworks", "vnet")]);
    let outcome = Step::new(&azure, &template("resourceGroup", resources))
        .run()
        .expect(1);
    for line in outcome.log.split(['\n', '\r']) {
        let line = line.trim_start();
        assert!(
            !line.starts_with("::set-output") && !line.starts_with("::error::forged"),
            "{line}"
        );
        assert!(!line.contains("##["), "{line}");
    }
    assert!(
        outcome
            .output("deployment-id")
            .starts_with("/subscriptions/")
    );
}
