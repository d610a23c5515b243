//! Steps that are cancelled or killed, the post step, and the re-run.

use std::process::Command;

use azure_simulator::{Simulator, State};
use serde_json::json;

use super::{
    container::{ACCEPTED, Container, Outcome, azure, docker, image},
    templates::{gateway, network},
};

/// The runner sends SIGINT, and SIGTERM some seconds later. Process 1 gets neither unless it handles it.
const SIGNALS: [&str; 2] = ["INT", "TERM"];

fn state(azure: &Simulator, outcome: &Outcome) -> State {
    let name = outcome.output("deployment-name");
    azure.deployment(name).unwrap().state
}

fn cancelled(step: Container, signal: &str) -> Outcome {
    let running = step.start().until(ACCEPTED).signal(signal);
    running.outcome().expect(5)
}

#[test]
fn a_cancelled_step_leaves_outputs_and_its_post_step_tells_the_rest() {
    let Some(image) = image() else { return };
    for signal in SIGNALS {
        let azure = azure();
        let step = || Container::deploying(&image, &azure, &gateway());
        let main = cancelled(step(), signal);
        assert!(!main.output("correlation-id").is_empty());
        assert!(main.summary.contains("cancelled"), "{}", main.summary);
        step().after(&main).run().expect(0).says("goes on in Azure");
        assert_eq!(state(&azure, &main), State::Running);
    }
}

#[test]
fn a_post_step_cancels_where_that_is_asked_for() {
    let Some(image) = image() else { return };
    let azure = azure();
    let step = || Container::deploying(&image, &azure, &gateway()).input("on-cancel", "cancel");
    let main = cancelled(step(), "INT");
    step().after(&main).run().expect(0);
    assert_eq!(state(&azure, &main), State::Canceled);
}

#[test]
fn a_post_step_says_nothing_after_a_normal_end() {
    let Some(image) = image() else { return };
    let azure = azure();
    let step = || Container::deploying(&image, &azure, &network());
    let main = step().run().expect(0);
    let requests = azure.journal().len();
    step().after(&main).run().expect(0);
    assert_eq!(azure.journal().len(), requests);
}

#[test]
fn a_killed_container_is_looked_after_by_the_post_step_and_the_re_run() {
    let Some(image) = image() else { return };
    let azure = azure();
    let step = || Container::deploying(&image, &azure, &gateway());
    let name = format!("long-deploy-{}", std::process::id());
    let running = step().options(&["--name", &name]).start().until(ACCEPTED);
    assert!(docker(&["kill", &name]).output().unwrap().status.success());
    let killed = running.outcome();
    assert_ne!(killed.status, Some(0));
    step()
        .after(&killed)
        .run()
        .expect(0)
        .says("goes on in Azure");
    let again = step()
        .environment("GITHUB_RUN_ATTEMPT", "2")
        .run()
        .expect(0);
    let id = "correlation-id";
    assert_eq!(again.output(id), killed.output(id));
}

/// A compiler that tells that it was started, and never ends.
#[test]
fn a_step_can_be_cancelled_while_the_compiler_runs() {
    let Some(image) = image() else { return };
    for signal in SIGNALS {
        let azure = azure();
        let step = Container::deploying(&image, &azure, &json!({}))
            .file("main.bicep", "")
            .file(
                "compiler",
                "#!/bin/sh\necho started > started\nwhile :; do :; done\n",
            )
            .input("template-file", "main.bicep")
            .input("bicep-path", "compiler");
        let workspace = step.workspace();
        let made = Command::new("mkfifo")
            .arg(workspace.join("started"))
            .status();
        assert!(made.unwrap().success());
        let executable = Command::new("chmod")
            .arg("+x")
            .arg(workspace.join("compiler"))
            .status();
        assert!(executable.unwrap().success());
        let running = step.start().until_told_by(&workspace.join("started"));
        running.signal(signal).outcome().expect(5);
        assert!(azure.journal().is_empty());
    }
}
