use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use azure_simulator::traces::Span;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::{
    arm::{Correlation, ProvisioningState, Target},
    deploy::{Aftermath, Stage},
    event::{Ending, Event, Resource},
    otlp::encoded,
    report::record::Record,
    testing::{
        hostile,
        stories::{self, Story, minutes, nested, progressed, resource},
    },
};

mod steps;
mod times;

/// The correlation id of the stories, without its hyphens.
const TRACE: &str = "c0ffee00000000000000000000000000";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn parent() -> Option<Parent> {
    Parent::read(|name| (name == "TRACEPARENT").then_some(PARENT))
}

/// The bytes that tell `record` as that of the step itself.
fn bytes(record: &Record, parent: Option<Parent>) -> Vec<Vec<u8>> {
    let context = stories::workflow_run();
    let told = Told {
        record,
        context: &context,
        process: 7,
        step: Step::Main,
    };
    let trace = trace(&told, parent, &Attributes::default());
    trace.map(|trace| encoded(&trace)).unwrap_or_default()
}

fn decoded(bytes: &[Vec<u8>]) -> Vec<Span> {
    let spans = bytes
        .iter()
        .map(|body| azure_simulator::traces::decode(body).expect("OTLP"));
    spans.flatten().collect()
}

fn spans(story: &Story) -> Vec<Span> {
    decoded(&bytes(&stories::record(story), None))
}

#[track_caller]
fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {:?}", names(spans)))
}

fn names(spans: &[Span]) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

/// Checks that ids are unique, times in order, and everything within what it is a part of.
fn check(spans: &[Span]) -> Result<(), String> {
    let by_id: BTreeMap<_, _> = spans.iter().map(|span| (span.id.as_str(), span)).collect();
    if by_id.len() < spans.len() {
        return Err(format!("ids are there twice: {spans:#?}"));
    }
    for span in spans {
        if span.start > span.end || span.trace != spans[0].trace || span.kind != 1 {
            return Err(format!("{span:#?}"));
        }
        if let Some(parent) = by_id.get(span.parent.as_str())
            && (span.start < parent.start || span.end > parent.end)
        {
            return Err(format!("{span:#?}\nis not within\n{parent:#?}"));
        }
        if span
            .events
            .iter()
            .any(|event| event.at < span.start || event.at > span.end)
        {
            return Err(format!("{span:#?}"));
        }
    }
    Ok(())
}

/// The spans whose parent is not among them.
fn orphans(spans: &[Span]) -> Vec<&str> {
    let ids: BTreeSet<_> = spans.iter().map(|span| span.id.as_str()).collect();
    let missing = spans.iter().filter(|span| !span.parent.is_empty());
    let missing = missing.filter(|span| !ids.contains(span.parent.as_str()));
    missing.map(|span| span.name.as_str()).collect()
}

#[test]
fn a_run_is_a_tree_of_the_step_the_deployment_and_its_resources() {
    let mut story = stories::success();
    for (_, event) in &mut story {
        // In the story it takes less than what is within it.
        if let Event::Progressed { changed, .. } = event {
            let hub = changed.iter_mut().find(|resource| resource.name == "hub");
            hub.into_iter().for_each(|hub| hub.duration = minutes(129));
        }
    }
    let spans = spans(&story);
    assert_eq!(check(&spans), Ok(()));
    assert_eq!(orphans(&spans), [""; 0]);
    insta::assert_debug_snapshot!(spans);
}

#[test]
fn every_run_is_a_sound_tree() {
    for story in [
        stories::time_out(true),
        stories::no_resources(),
        stories::hostile(),
        stories::throttling(),
        stories::failure_of_the_old_generation(),
        stories::failure_in_plain_words(),
        stories::what_if(),
        stories::stack(),
        stories::rolled_back(),
        stories::many_batches(),
    ] {
        let spans = spans(&story);
        assert_eq!(check(&spans), Ok(()));
        assert!(spans[0].name.starts_with("RUN "));
    }
    let stack = spans(&stories::stack());
    assert!(
        stack.iter().any(|span| span.name.starts_with("stack ")),
        "{stack:#?}"
    );
    let nothing = spans(&stories::no_resources());
    let deployment = named(&nothing, "deployment hub-42-1a2b3c");
    assert_eq!(
        deployment.end, nothing[0].end,
        "as far as this step can tell"
    );
}

#[test]
fn a_failure_says_what_failed_and_why() {
    let spans = spans(&stories::failure());
    assert_eq!(check(&spans), Ok(()));
    let failed = |name: &str| {
        let span = named(&spans, name);
        let kind = span.attributes.get("error.type").map(String::as_str);
        (kind, span.error.as_deref())
    };
    let message = "The requested size is not available in westeurope.";
    let cause = (Some("SkuNotAvailable"), Some(message));
    assert_eq!(failed("create Microsoft.Network/azureFirewalls afw"), cause);
    assert_eq!(failed("deployment hub-42-1a2b3c"), cause);
    assert_eq!(failed("RUN hub/deploy"), cause);
    assert_eq!(failed("deployment hub"), (Some("Failed"), Some("")));
    assert_eq!(
        failed("create Microsoft.Network/azureFirewalls vnet"),
        (None, None)
    );
    let task = &named(&spans, "RUN hub/deploy").attributes;
    assert_eq!(task["cicd.pipeline.task.run.result"], "failure");
    assert_eq!(task["process.exit.code"], "1");
}

#[test]
fn incidents_are_told_in_their_order() {
    let spans = spans(&stories::outage());
    let task = named(&spans, "RUN hub/deploy");
    let told: Vec<_> = task
        .events
        .iter()
        .map(|event| event.name.as_str())
        .collect();
    assert_eq!(
        told,
        ["signed in", "submitted", "outage", "token refresh failed"]
    );
    let outage = &task.events[2];
    assert_eq!(outage.at - task.start, minutes(10));
    assert_eq!(outage.attributes["long_deploy.duration_seconds"], "240");
    assert_eq!(outage.attributes["long_deploy.attempts"], "9");
}

#[test]
fn what_has_not_ended_has_no_span() {
    let spans = spans(&stories::sign_in_lost());
    assert_eq!(names(&spans), ["RUN hub/deploy"]);
    // The step that follows it to its end tells its span.
    let [(trace, id)] = &spans[0].links[..] else {
        panic!("{spans:#?}");
    };
    let whole = self::spans(&stories::success());
    let deployment = named(&whole, "deployment hub-42-1a2b3c");
    assert_eq!((trace, id), (&deployment.trace, &deployment.id));
    assert_eq!(
        spans[0].attributes["cicd.pipeline.task.run.result"],
        "error"
    );
    let invalid = self::spans(&stories::input_problems());
    assert_eq!((invalid.len(), invalid[0].links.len()), (1, 0));
}

#[test]
fn results_are_those_of_the_conventions() {
    for (story, result) in [
        (stories::success(), "success"),
        (stories::failure(), "failure"),
        (stories::time_out(true), "timeout"),
        (stories::cancel(), "cancellation"),
        (stories::input_problems(), "error"),
    ] {
        let spans = spans(&story);
        let task = named(&spans, "RUN hub/deploy");
        assert_eq!(task.attributes["cicd.pipeline.task.run.result"], result);
        assert_eq!(task.error.is_some(), result != "success");
        assert_eq!(
            task.attributes.contains_key("error.type"),
            result != "success"
        );
    }
}

#[test]
fn a_trace_goes_on_from_that_of_the_pipeline() {
    let record = stories::record(&stories::success());
    let spans = decoded(&bytes(&record, parent()));
    assert_eq!(check(&spans), Ok(()));
    let task = named(&spans, "RUN hub/deploy");
    assert_eq!(task.trace, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(task.parent, "00f067aa0ba902b7");
    assert_eq!(task.flags, 0x301);
    let correlation = "c0ffee00-0000-0000-0000-000000000000";
    for span in &spans {
        assert_eq!(span.attributes["azure.correlation_id"], correlation);
    }
    assert_eq!(named(&spans, "deployment hub-42-1a2b3c").parent, task.id);
}

#[test]
fn the_same_run_is_always_told_in_the_same_bytes() {
    for story in [stories::success(), stories::failure(), stories::hostile()] {
        let told = || bytes(&stories::record(&story), None);
        assert_eq!(told(), told());
        for body in told() {
            assert_eq!(azure_simulator::traces::rewritten(&body), Some(body));
        }
    }
}

#[test]
fn nested_deployments_of_one_name_are_told_apart_by_their_scopes() {
    let at = |group: &str, kind: &str| {
        format!(
            "/subscriptions/{}/resourceGroups/{group}/providers/{kind}",
            stories::SUBSCRIPTION
        )
    };
    let inner = |group: &str| Resource {
        id: at(group, "Microsoft.Resources/deployments/hub"),
        ..nested("hub", "Succeeded")
    };
    let vnet = |group: &str| Resource {
        id: at(group, "Microsoft.Network/virtualNetworks/v"),
        name: group.to_owned(),
        ..resource("v", "Succeeded", 1)
    };
    let groups = ["rg-a", "rg-ab", "rg-b"];
    let mut changed: Vec<_> = groups.map(inner).to_vec();
    changed.extend(groups.map(vnet));
    let mut story = stories::begun();
    story.extend([
        (minutes(9), progressed(changed, 3, 3)),
        (minutes(9), stories::state("Succeeded")),
        (minutes(9), Event::Ended(Ending::Succeeded)),
    ]);
    let spans = spans(&story);
    assert_eq!(check(&spans), Ok(()));
    for group in groups {
        let own = spans
            .iter()
            .find(|span| span.name.ends_with(&format!(" {group}")))
            .expect(group);
        let parent = spans
            .iter()
            .find(|span| span.id == own.parent)
            .expect("a parent");
        assert_eq!(parent.attributes["azure.resource_group.name"], group);
    }
}

#[test]
fn no_output_of_the_template_is_told() {
    let text = format!("{:?}", spans(&stories::success()));
    for value in ["hunter22", "10.0.0.0/16", "adminKey"] {
        assert!(!text.contains(value), "{value}: {text}");
    }
}

#[test]
fn many_resources_are_all_told() {
    let spans = spans(&stories::many_resources(2_000));
    assert_eq!(check(&spans), Ok(()));
    assert_eq!(spans.len(), 2_002);
    assert_eq!(orphans(&spans), [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever Azure names, places and times: the tree is sound, and an independent reader gets every text as it is.
    #[test]
    fn no_text_and_no_time_breaks_the_tree(
        texts in hostile::texts(12),
        durations in prop::collection::vec(0_u64..200_000, 4),
        ends in prop::collection::vec(prop::option::of(0_i64..4_000_000_000), 4),
    ) {
        let mut story = stories::begun();
        let resource = |n: usize| Resource {
            id: texts[n].clone(),
            kind: match n {
                0 | 1 => "Microsoft.Resources/deployments".to_owned(),
                _ => texts[n + 4].clone(),
            },
            name: texts[n % 2].clone(),
            path: texts[..n.min(2)].to_vec(),
            state: ProvisioningState::new("Failed"),
            duration: Duration::from_secs(durations[n]),
            ended: ends[n].and_then(|second| Timestamp::from_second(second).ok()),
            causes: vec![stories::cause(&texts[8], &texts[9], &texts[10])],
        };
        story.extend([
            (minutes(3), progressed((0..4).map(resource).collect(), 4, 4)),
            (minutes(4), stories::state("Failed")),
            (minutes(5), Event::Ended(Ending::Failed { causes: Vec::new() })),
        ]);
        let spans = spans(&story);
        prop_assert_eq!(check(&spans), Ok(()));
        prop_assert_eq!(orphans(&spans).len(), 0);
        let unique: BTreeSet<_> = texts[..4].iter().map(|id| id.to_ascii_lowercase()).collect();
        prop_assert_eq!(spans.len(), 2 + unique.len());
        prop_assert!(spans.iter().any(|span| span.error.as_deref() == Some(texts[10].as_str())));
    }
}
