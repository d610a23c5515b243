//! Several steps that have to do with one deployment.

use super::*;

const CORRELATION: &str = "c0ffee00-0000-0000-0000-000000000000";
const DEPLOYMENT: &str = "deployment hub-42-1a2b3c";

/// What happens in a step that comes to the deployment of the stories by `event`, and sees its end unless it does not
/// `wait`.
fn step(event: Event, wait: bool) -> Story {
    let mut story = stories::begun();
    story.truncate(2);
    story.push((minutes(1), event));
    let told = |state: &str, minute| (minutes(minute), stories::state(state));
    if !wait {
        story.push((minutes(1), Event::Ended(Ending::Detached)));
        return story;
    }
    let end = |minute: u64| {
        Some("2026-01-05T02:00:00Z".parse::<Timestamp>().expect("a time") + minutes(minute))
    };
    let hub = Resource {
        ended: end(20),
        duration: minutes(18),
        ..nested("hub", "Succeeded")
    };
    let vgw = Resource {
        ended: end(19),
        ..resource("vgw", "Succeeded", 16)
    };
    let lasted = Event::Lasted {
        began: end(1).expect("a time"),
        ended: end(21).expect("a time"),
    };
    story.extend([
        told("Running", 2),
        (minutes(22), progressed(vec![hub, vgw], 1, 1)),
        told("Succeeded", 22),
        (minutes(22), lasted),
        (minutes(22), Event::Ended(Ending::Succeeded)),
    ]);
    story
}

fn correlation() -> Correlation {
    Correlation::new(CORRELATION)
}

fn submitted() -> Event {
    Event::Submitted {
        correlation: correlation(),
        recovered: false,
    }
}

fn found() -> Event {
    Event::Found {
        correlation: correlation(),
        since: None,
    }
}

/// The spans of a step with this name in its job.
fn told(story: &Story, step_id: &str, step: Step<'_>, parent: Option<Parent>) -> Vec<Span> {
    let record = stories::record(story);
    let context = crate::host::Context {
        step: Some(step_id.to_owned()),
        ..stories::workflow_run()
    };
    let told = Told {
        record: &record,
        context: &context,
        process: 7,
        step,
    };
    let trace = trace(&told, parent, &Attributes::default()).expect("it has ended");
    decoded(&encoded(&trace))
}

fn target() -> Target {
    let plan = stories::begun()
        .into_iter()
        .find_map(|(_, event)| match event {
            Event::Planned(plan) => Some(plan),
            _ => None,
        });
    plan.expect("a plan").target
}

/// What the post step tells, after Azure told it of these resources.
fn post(aftermath: &Aftermath, story: &Story, parent: Option<Parent>) -> Vec<Span> {
    let (target, stage) = (target(), Stage::Ours(correlation()));
    let look = Look {
        target: &target,
        stage: &stage,
        aftermath,
        took: minutes(30),
    };
    told(story, "submit", Step::Post(look), parent)
}

/// The spans of Azure, by their ids.
fn azures(spans: &[Span]) -> BTreeMap<String, (String, Duration, Duration)> {
    let own = spans.iter().filter(|span| !span.name.starts_with("RUN "));
    own.map(|span| (span.id.clone(), (span.name.clone(), span.start, span.end)))
        .collect()
}

#[test]
fn steps_that_have_to_do_with_one_deployment_tell_the_same_spans_in_one_trace() {
    let ended = Aftermath::Ended(ProvisioningState::new("Succeeded"));
    for parent in [None, parent()] {
        let adopted = Event::Adopted {
            correlation: correlation(),
        };
        let own = || parent.clone();
        let submit = told(&step(submitted(), false), "submit", Step::Main, own());
        let wait = told(&step(found(), true), "wait", Step::Main, own());
        let again = told(&step(adopted, true), "again", Step::Main, own());
        let whole = told(&step(submitted(), true), "whole", Step::Main, own());
        let mut looked_at = step(found(), true);
        looked_at.retain(|(_, event)| !matches!(event, Event::Found { .. } | Event::Ended(_)));
        let post = post(&ended, &looked_at, own());

        let all = [&submit, &wait, &again, &whole, &post];
        let traces: BTreeSet<_> = all
            .iter()
            .flat_map(|spans| spans.iter())
            .map(|span| &span.trace)
            .collect();
        assert_eq!(traces.len(), 1, "{traces:?}");
        if parent.is_none() {
            assert!(traces.iter().all(|trace| *trace == TRACE));
        }
        let tasks: BTreeSet<_> = all.iter().map(|spans| &spans[0].id).collect();
        assert_eq!(tasks.len(), all.len(), "each step has a span of its own");
        assert_eq!(azures(&submit).len(), 0);
        assert_eq!(azures(&wait).len(), 3);
        for spans in [&again, &whole, &post] {
            assert_eq!(azures(spans), azures(&wait));
        }
        let deployment = named(&wait, DEPLOYMENT);
        let link = vec![(deployment.trace.clone(), deployment.id.clone())];
        for spans in [&submit, &wait, &again, &post] {
            assert_eq!(check(spans), Ok(()));
            assert_eq!(spans[0].links, link);
        }
        // A part of a step is only what began and ended in it.
        assert_eq!(named(&whole, DEPLOYMENT).parent, whole[0].id);
        assert!(whole[0].links.is_empty());
        let around = if parent.is_some() {
            "00f067aa0ba902b7"
        } else {
            ""
        };
        assert_eq!(deployment.parent, around);
    }
}

#[test]
fn the_post_step_says_what_it_found() {
    let nothing: Story = Vec::new();
    let failed = crate::testing::stories::cause("LockedOut", "vgw", "it is locked");
    for (aftermath, result, found, others) in [
        (Aftermath::Running, "success", "running", 0),
        (Aftermath::Replaced, "success", "replaced", 0),
        (
            Aftermath::CancelRefused(vec![failed]),
            "failure",
            "cancel refused",
            0,
        ),
        (
            Aftermath::Unknown {
                reason: "no token".to_owned(),
            },
            "error",
            "unknown",
            0,
        ),
    ] {
        let spans = post(&aftermath, &nothing, None);
        let task = named(&spans, "RUN hub/submit (post)");
        assert_eq!(task.attributes["cicd.pipeline.task.run.result"], result);
        let event = task.events.last().expect("what it found");
        assert_eq!(event.attributes["long_deploy.aftermath"], found);
        assert_eq!(task.error.is_some(), result != "success");
        assert_eq!(spans.len() - 1, others);
        assert_eq!(task.links.len(), 1);
    }
    // What never arrived has no trace in Azure.
    let absent = post(&Aftermath::Absent, &nothing, None);
    assert_eq!(absent[0].links.len(), 0);
    assert_ne!(absent[0].trace, TRACE);
}

#[test]
fn a_cancelled_deployment_is_told_by_the_post_step() {
    let mut vgw = resource("vgw", "Canceled", 5);
    vgw.path = Vec::new();
    let story = vec![(minutes(10), progressed(vec![vgw], 1, 1))];
    let canceled = Aftermath::Cancelled(ProvisioningState::new("Canceled"));
    let spans = post(&canceled, &story, None);
    assert_eq!(check(&spans), Ok(()));
    let deployment = named(&spans, DEPLOYMENT);
    assert_eq!(deployment.attributes["deployment.status"], "canceled");
    assert_eq!(deployment.error, None, "somebody wanted it");
    assert_eq!(
        deployment.end - deployment.start,
        minutes(5),
        "as far as its resources tell"
    );
}

#[test]
fn without_a_workflow_start_and_process_tell_steps_apart() {
    let record = stories::record(&step(submitted(), false));
    let context = crate::host::Context::default();
    let id = |process, started: &str| {
        let record = Record {
            started: started.parse().expect("a time"),
            ..record.clone()
        };
        let told = Told {
            record: &record,
            context: &context,
            process,
            step: Step::Main,
        };
        let trace = trace(&told, None, &Attributes::default()).expect("it has ended");
        let span = decoded(&encoded(&trace)).remove(0);
        assert_eq!(span.name, "RUN long-deploy");
        span.id
    };
    let (early, late) = ("2026-01-05T02:00:00Z", "2026-01-05T02:00:01Z");
    assert_eq!(id(1, early), id(1, early));
    let all = BTreeSet::from([id(1, early), id(2, early), id(1, late)]);
    assert_eq!(all.len(), 3);
}

#[test]
fn a_correlation_id_of_another_form_is_a_trace_of_its_own() {
    let of = |correlation: &str| {
        let event = Event::Found {
            correlation: Correlation::new(correlation),
            since: None,
        };
        told(&step(event, true), "wait", Step::Main, None)[0]
            .trace
            .clone()
    };
    assert_eq!(
        of("C0FFEE00000000000000000000000000"),
        TRACE,
        "as azd writes it"
    );
    for odd in ["theirs", "", "00000000-0000-0000-0000-000000000000"] {
        assert_eq!(of(odd).len(), 32);
        assert_eq!(of(odd), of(odd));
    }
    assert_ne!(of("theirs"), of("others"));
}
