//! Traces: what a collector gets of a step, and what the step is like when the collector fails.

mod collectors;
mod pipelines;

use std::collections::{BTreeMap, BTreeSet};

use azure_simulator::{Fault, Service, Simulator, traces::Span};

use super::{
    common::{HUB, hub},
    step::{Outcome, Step, azure},
    templates::{nested, network},
};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A step whose traces go to the simulated collector.
fn traced(azure: &Simulator, step: Step) -> Step {
    step.environment(ENDPOINT, &azure.collector_url())
        .environment("GITHUB_JOB", "network")
        .environment("GITHUB_ACTION", "deploy")
        .environment("GITHUB_SHA", "c0ffee")
        .environment("GITHUB_REF_NAME", "main")
}

/// The lines of the log that are about traces.
fn told(outcome: &Outcome) -> Vec<&str> {
    let lines = outcome.log.lines();
    lines.filter(|line| line.contains("trace")).collect()
}

/// Checks that ids are unique, times in order, and everything within what it is a part of, if that was told; that the
/// trace is one, and that nothing in it was secret.
#[track_caller]
fn check(azure: &Simulator, spans: &[Span]) {
    let by_id: BTreeMap<_, _> = spans.iter().map(|span| (span.id.as_str(), span)).collect();
    assert_eq!(by_id.len(), spans.len(), "ids are there twice: {spans:#?}");
    for span in spans {
        assert_eq!(span.trace, spans[0].trace);
        assert!(span.start <= span.end, "{span:#?}");
        if let Some(parent) = by_id.get(span.parent.as_str()) {
            let is_within = span.start >= parent.start && span.end <= parent.end;
            assert!(is_within, "{span:#?}\nis not within\n{parent:#?}");
        }
    }
    let text = format!("{spans:?}");
    for secret in azure.witness().secrets() {
        assert!(!text.contains(&secret), "{secret:?} is told: {text}");
    }
}

#[track_caller]
fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name);
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    found.unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

/// The outcome without what differs from run to run: durations and ids, of which only digits and units are left out.
fn gist(outcome: &Outcome) -> (Option<i32>, BTreeMap<String, String>, String) {
    let mut outputs = outcome.outputs.clone();
    outputs.retain(|name, _| name != "correlation-id" && !name.starts_with("duration"));
    let differs = |c: char| c.is_ascii_hexdigit() || "hms -".contains(c);
    let summary = outcome.summary.chars().filter(|c| !differs(*c));
    (outcome.status, outputs, summary.collect())
}

#[test]
fn a_deployment_is_told_as_one_trace_with_the_correlation_id() {
    let azure = azure();
    let step = traced(&azure, hub(&azure, &nested()));
    let outcome = step
        .environment(HEADERS, "authorization=Bearer%20hush-hush-4711")
        .run()
        .expect(0);
    assert_eq!(told(&outcome), [""; 0]);
    let spans = azure.spans();
    check(&azure, &spans);
    let correlation = outcome.output("correlation-id");
    assert_eq!(spans[0].trace, correlation.replace('-', ""));
    assert_eq!(spans[0].flags & 2, 2, "its last digits are random");
    let parent_of = |name| {
        let parent = &named(&spans, name).parent;
        let found = spans.iter().find(|span| span.id == *parent);
        found.map(|span| span.name.as_str())
    };
    assert_eq!(parent_of("RUN network/deploy"), None);
    assert_eq!(parent_of("deployment hub"), Some("RUN network/deploy"));
    assert_eq!(parent_of("deployment inner"), Some("deployment hub"));
    assert_eq!(
        parent_of("create Microsoft.Network/virtualNetworks vnet"),
        Some("deployment hub")
    );
    assert_eq!(
        parent_of("create Microsoft.Network/routeTables routes"),
        Some("deployment inner")
    );
    assert_eq!(spans.len(), 5);
    let resource = &spans[0].resource;
    assert_eq!(resource["service.name"], "long-deploy");
    assert_eq!(resource["vcs.ref.head.revision"], "c0ffee");
    assert_eq!(
        resource["vcs.repository.url.full"],
        "https://github.com/contoso/platform"
    );
    assert_eq!(resource["cicd.pipeline.run.id"], "4711");
    let [request] = &requests(&azure)[..] else {
        panic!("one request");
    };
    assert_eq!(request["authorization"], "Bearer hush-hush-4711");
    outcome.hides("hush-hush-4711");
}

/// The headers of what the collector got.
fn requests(azure: &Simulator) -> Vec<BTreeMap<String, String>> {
    let mut journal = azure.journal();
    journal.retain(|exchange| exchange.service == Service::Collector);
    journal
        .into_iter()
        .map(|exchange| exchange.request_headers)
        .collect()
}

#[test]
fn the_simulated_collector_draws_what_it_got() {
    let azure = azure();
    traced(&azure, hub(&azure, &nested())).run().expect(0);
    let spans = azure.spans();
    let picture = azure_simulator::waterfall::waterfall(&spans);
    for span in &spans {
        let row = format!(">{}</text>", span.name);
        assert_eq!(picture.matches(&row).count(), 1, "{row}\n{picture}");
    }
    let twice = [spans.clone(), spans].concat();
    assert_eq!(azure_simulator::waterfall::waterfall(&twice), picture);
}

#[test]
fn a_failure_is_told_with_its_code() {
    let azure = azure();
    azure.inject(Fault::azure(400, "InvalidTemplate", "it is wrong").method("PUT"));
    traced(&azure, hub(&azure, &network())).run().expect(1);
    let spans = azure.spans();
    check(&azure, &spans);
    assert_eq!(spans.len(), 1, "{spans:#?}");
    assert_eq!(spans[0].attributes["error.type"], "InvalidTemplate");
    assert_eq!(spans[0].error.as_deref(), Some("it is wrong"));
    assert_eq!(spans[0].attributes["deployment.name"], HUB);
}

#[test]
fn wrong_inputs_are_told_too() {
    let azure = azure();
    let step = traced(&azure, Step::new(&azure, &network())).input("scope", "galaxy");
    step.run().expect(2);
    let spans = azure.spans();
    assert_eq!(spans.len(), 1, "{spans:#?}");
    assert_eq!(spans[0].attributes["error.type"], "InvalidInputs");
    assert_eq!(
        spans[0].attributes["cicd.pipeline.task.run.result"],
        "error"
    );
}

#[test]
fn nothing_is_sent_where_nobody_asks_for_it() {
    let azure = azure();
    let traced = || traced(&azure, hub(&azure, &network()));
    for step in [
        Step::new(&azure, &network()),
        traced().environment("OTEL_SDK_DISABLED", "true"),
        traced().environment("OTEL_TRACES_EXPORTER", "none"),
        traced().environment("TRACEPARENT", &PARENT.replace("-01", "-00")),
    ] {
        let outcome = step.run().expect(0);
        assert_eq!(told(&outcome), [""; 0]);
    }
    assert_eq!(requests(&azure).len(), 0);
}

#[test]
fn values_of_secure_parameters_and_outputs_are_not_told() {
    let azure = azure();
    let secret = "Pa55-word/that&nobody=knows";
    let mut template = network();
    template["parameters"] =
        serde_json::json!({"password": {"type": "secureString"}, "open": {"type": "string"}});
    template["outputs"] = serde_json::json!({"shown": {"type": "string", "value": "an-output"}});
    let message =
        format!("The password {secret} of https://x.test/?sig=a1b2c3d4e5f6a1b2c3d4 is too long.");
    azure.inject(
        Fault::azure(400, "Invalid", &message)
            .path_contains("/deployments/hub")
            .method("PUT")
            .times(1),
    );
    let step = || {
        let step = traced(&azure, hub(&azure, &template));
        step.input(
            "parameters",
            format!("password='{secret}'\nopen=a-parameter"),
        )
    };
    step().run().expect(1);
    step().run().expect(0);
    let text = format!("{:?}", azure.spans());
    assert!(text.contains("The password *** of https"), "{text}");
    for value in [secret, "a1b2c3d4e5f6", "an-output", "a-parameter"] {
        assert!(!text.contains(value), "{value}: {text}");
    }
    let traces: BTreeSet<_> = azure.spans().into_iter().map(|span| span.trace).collect();
    assert_eq!(traces.len(), 2, "what was refused has no correlation id");
}
