//! Deployments with the runner's mounts, files and variables.

use std::{fs, os::unix::fs::MetadataExt};

use serde_json::json;

use super::{
    container::{Container, azure, image},
    templates::{network, template},
};

#[test]
fn outputs_and_summary_reach_the_runner() {
    let Some(image) = image() else { return };
    let azure = azure();
    let mut template = template("resourceGroup", json!([]));
    template["outputs"] = json!({"region": {"type": "string", "value": "westeurope"}});
    let outcome = Container::deploying(&image, &azure, &template)
        .run()
        .expect(0);
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    assert_eq!(outcome.output("region"), "westeurope");
    assert!(outcome.state.contains_key("deployment-id"));
    assert!(outcome.summary.contains("Succeeded") || outcome.summary.contains("succeeded"));
}

#[test]
fn a_workspace_that_cannot_be_written_is_enough() {
    let Some(image) = image() else { return };
    let azure = azure();
    let step = Container::deploying(&image, &azure, &network());
    step.with_read_only_workspace().run().expect(0);
}

#[test]
fn a_root_that_cannot_be_written_is_enough() {
    let Some(image) = image() else { return };
    let azure = azure();
    let step = Container::deploying(&image, &azure, &network());
    step.options(&["--read-only"]).run().expect(0);
}

#[test]
fn the_public_authorities_are_trusted_and_others_can_be_added() {
    let Some(image) = image() else { return };
    let azure = azure();
    let step = || Container::deploying(&image, &azure, &network()).without("SSL_CERT_FILE");
    step().run().expect(3).says("ca-file");
    step().input("ca-file", "ca.pem").run().expect(0);
    let variable = "NODE_EXTRA_CA_CERTS";
    let path = "/github/workspace/ca.pem";
    step().environment(variable, path).run().expect(0);
}

#[test]
fn without_a_network_the_sign_in_fails_within_the_timeout() {
    let Some(image) = image() else { return };
    let azure = azure();
    let step = Container::deploying(&image, &azure, &network()).without_network();
    let outcome = step.input("timeout", "20s").run().expect(4);
    assert!(outcome.summary.contains("20s") || outcome.summary.contains("20 s"));
    assert!(azure.journal().is_empty());
}

/// The runner's user must be able to remove what a step left in the workspace.
#[test]
fn a_report_file_belongs_to_the_owner_of_the_workspace() {
    let Some(image) = image() else { return };
    let azure = azure();
    let step = Container::deploying(&image, &azure, &network());
    let workspace = step.workspace();
    let look = || {
        let owner = fs::metadata(&workspace).unwrap().uid();
        for path in ["out", "out/report.json"] {
            assert_eq!(fs::metadata(workspace.join(path)).unwrap().uid(), owner);
        }
    };
    let running = step.input("report-file", "out/report.json").start();
    running.outcome_and(look).expect(0);
}
