//! Several steps, and pipelines that have a trace of their own.

use std::time::Duration;

use azure_simulator::Options;

use super::*;
use crate::{
    common::later,
    step::{ACCEPTED, options},
    templates::{gateway, gateways},
};

/// The spans that were told of Azure, without those of the steps, by their ids.
fn azures(spans: &[Span]) -> BTreeMap<&str, (&str, &str)> {
    let own = spans.iter().filter(|span| !span.name.starts_with("RUN "));
    own.map(|span| (span.id.as_str(), (span.name.as_str(), span.trace.as_str())))
        .collect()
}

#[test]
fn a_step_that_waits_goes_on_with_the_trace_of_the_one_that_submitted() {
    let azure = azure();
    let submit = traced(&azure, hub(&azure, &nested())).input("wait", "false");
    let submit = submit
        .environment("GITHUB_ACTION", "submit")
        .run()
        .expect(0);
    let before = azure.spans();
    let wait = traced(&azure, later(&azure, "wait")).environment("GITHUB_ACTION", "wait");
    wait.run().expect(0);
    let all = azure.spans();
    check(&azure, &all);
    assert_eq!(
        all[0].trace,
        submit.output("correlation-id").replace('-', "")
    );
    assert_eq!(azures(&before).len(), 0);
    assert_eq!(azures(&all).len(), 4);
    let deployment = named(&all, "deployment hub");
    assert_eq!(deployment.parent, "");
    for step in ["RUN network/submit", "RUN network/wait"] {
        let links = &named(&all, step).links;
        assert_eq!(
            links[..],
            [(deployment.trace.clone(), deployment.id.clone())]
        );
    }

    // Once more, as a re-run of that job would: the same spans again.
    let again = traced(&azure, later(&azure, "wait")).environment("GITHUB_ACTION", "wait");
    again.environment("GITHUB_RUN_ATTEMPT", "2").run().expect(0);
    let spans = azure.spans();
    let (first, second) = spans.split_at(all.len());
    assert_eq!(azures(second), azures(first));
    assert_ne!(second[0].id, named(first, "RUN network/wait").id);
}

#[test]
fn a_post_step_tells_the_rest_of_a_killed_step_in_the_same_trace() {
    let azure = azure();
    let step = || traced(&azure, hub(&azure, &gateway())).input("on-cancel", "cancel");
    let killed = step().start().until(ACCEPTED).signal("KILL").outcome();
    assert_eq!(azure.spans().len(), 0);
    let post = step().after(&killed).run().expect(0);
    assert_eq!(told(&post), [""; 0]);
    let spans = azure.spans();
    check(&azure, &spans);
    let task = named(&spans, "RUN network/deploy (post)");
    assert_eq!(task.trace, killed.output("correlation-id").replace('-', ""));
    assert_eq!(
        task.events.last().unwrap().attributes["long_deploy.aftermath"],
        "cancelled"
    );
    let deployment = named(&spans, "deployment hub");
    assert_eq!(deployment.attributes["deployment.status"], "canceled");
    assert!(deployment.end > deployment.start);
    named(
        &spans,
        "create Microsoft.Network/virtualNetworkGateways vgw",
    );
}

#[test]
fn what_ended_unseen_is_told_with_azures_times() {
    let azure = azure();
    let step = || traced(&azure, hub(&azure, &gateway()));
    let killed = step().start().until(ACCEPTED).signal("KILL").outcome();
    azure.advance(Duration::from_secs(2 * 60 * 60));
    step().after(&killed).run().expect(0);
    let spans = azure.spans();
    check(&azure, &spans);
    let deployment = named(&spans, "deployment hub");
    assert_eq!(deployment.attributes["deployment.status"], "succeeded");
    let took = (deployment.end - deployment.start).as_secs();
    assert!((12 * 60..20 * 60).contains(&took), "{took}");
}

/// From 2020 to 2025 Azure counted the durations of all resources of a deployment from one start.
#[test]
fn a_resource_begins_after_what_it_waits_for_however_azure_counts() {
    for common_start in [false, true] {
        let azure = Simulator::start(Options {
            common_start,
            ..options()
        });
        traced(&azure, hub(&azure, &gateways(2))).run().expect(0);
        let spans = azure.spans();
        check(&azure, &spans);
        let [first, second] = ["vgw0", "vgw1"].map(|name| {
            named(
                &spans,
                &format!("create Microsoft.Network/virtualNetworkGateways {name}"),
            )
        });
        assert!(first.end <= second.start, "{first:#?} {second:#?}");
        assert!(second.end - second.start < (first.end - first.start) * 3 / 2);
    }
}

#[test]
fn a_cancelled_step_and_its_post_step_are_two_spans_of_one_trace() {
    let azure = azure();
    let step = || traced(&azure, hub(&azure, &gateway()));
    let main = step()
        .start()
        .until(ACCEPTED)
        .signal("INT")
        .outcome()
        .expect(5);
    step().after(&main).run().expect(0);
    let spans = azure.spans();
    check(&azure, &spans);
    let results = ["RUN network/deploy", "RUN network/deploy (post)"]
        .map(|name| named(&spans, name).attributes["cicd.pipeline.task.run.result"].as_str());
    assert_eq!(results, ["cancellation", "success"]);
}

#[test]
fn a_trace_of_the_pipeline_is_gone_on_with() {
    let azure = azure();
    let step = traced(&azure, hub(&azure, &network()));
    let step = step
        .environment("TRACEPARENT", PARENT)
        .environment("TRACESTATE", "rojo=00f067aa0ba902b7");
    let outcome = step.run().expect(0);
    let spans = azure.spans();
    check(&azure, &spans);
    let task = named(&spans, "RUN network/deploy");
    assert_eq!(
        (task.trace.as_str(), task.parent.as_str()),
        (&PARENT[3..35], &PARENT[36..52])
    );
    for span in &spans {
        assert_eq!(span.state, "rojo=00f067aa0ba902b7");
        assert_eq!(
            span.attributes["azure.correlation_id"],
            outcome.output("correlation-id")
        );
    }
}

#[test]
fn a_trace_that_is_not_valid_is_passed_over_in_silence() {
    let azure = azure();
    let step = traced(&azure, hub(&azure, &network()));
    let step = step
        .environment("TRACEPARENT", "00-nonsense-01")
        .environment("TRACESTATE", "rojo=1");
    let outcome = step.run().expect(0);
    assert_eq!(told(&outcome), [""; 0]);
    let spans = azure.spans();
    assert_eq!(
        spans[0].trace,
        outcome.output("correlation-id").replace('-', "")
    );
    assert_eq!(
        (spans[0].parent.as_str(), spans[0].state.as_str()),
        ("", "")
    );
}
