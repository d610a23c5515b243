//! Whole runs with hostile texts wherever Azure, Bicep or a user may put one.

mod hosts;
mod texts;

use std::time::Duration;

use proptest::{prelude::*, sample::Index};

use self::{
    hosts::{Found, Where},
    texts::Texts,
};
use super::{Reporter, Settings, summary::gantt, words::gfm};
use crate::{
    arm::{Correlation, ProvisioningState, Redeployment},
    clock::Clock,
    event::{Event, StackResources, Trouble},
    host::{Kept, Runner, host_named},
    testing::{
        hostile,
        stories::{self, Story, minutes},
    },
};

/// A run that tells of everything, in these texts, which are all hostile.
pub(super) fn story(texts: &[String], ending: Index) -> Story {
    let texts = &mut Texts::new(texts);
    let mut story = stories::begun();
    if let Some((_, Event::Planned(plan))) = story.first_mut() {
        plan.template = texts.next();
        plan.location = Some(texts.next());
        plan.client_id = Some(texts.next());
    }
    let odd_state = texts.next();
    let (earlier, later) = texts.pair();
    let events = [
        Event::Compiled(texts.compilation()),
        Event::Validated {
            resources: Some(2),
            diagnostics: vec![texts.diagnostic()],
        },
        Event::WhatIfRead(texts.what_if()),
        Event::Waiting {
            correlation: Correlation::new(texts.next()),
            since: None,
        },
        Event::Submitted {
            correlation: Correlation::new(texts.next()),
            recovered: true,
        },
        Event::StateChanged {
            state: ProvisioningState::new(&texts.next()),
        },
        Event::HistoryRead(texts.history()),
        Event::Foreseen(texts.foreseen(&earlier, &later)),
        stories::progressed(vec![texts.gateway()], 0, 1),
        Event::StillRunning {
            running: vec![texts.gateway()],
            token_age: minutes(3),
        },
        Event::Progressed {
            changed: vec![
                earlier,
                later,
                texts.resource("Running"),
                texts.resource("Failed"),
                texts.resource(&odd_state),
            ],
            done: 3,
            known: 5,
        },
        Event::StillRunning {
            running: vec![texts.resource("Running")],
            token_age: minutes(3),
        },
        Event::TokenRefreshFailed {
            reason: texts.next(),
            expires_in: minutes(3),
        },
        Event::OutageBegan {
            trouble: Trouble::Unreadable,
            reason: texts.next(),
        },
        Event::OutageEnded {
            lasted: Duration::from_secs(9),
            attempts: 3,
        },
        Event::Warned {
            message: texts.next(),
        },
        Event::ProgressHidden {
            path: vec![texts.next()],
            reason: texts.next(),
            missing: None,
        },
        Event::Replaced {
            by: Correlation::new(texts.next()),
        },
        Event::OutputsRead(texts.outputs().as_object().cloned().unwrap_or_default()),
        Event::StackRead(StackResources {
            managed: 3,
            detached: vec![texts.next()],
            deleted: vec![texts.next()],
            failed: vec![texts.next()],
        }),
        Event::RollbackSeen(Redeployment {
            name: texts.next(),
            state: ProvisioningState::new(&texts.next()),
        }),
        Event::Ended(texts.ending(ending)),
    ];
    story.extend(
        (1..)
            .zip(events)
            .map(|(minute, event)| (minutes(minute), event)),
    );
    story
}

/// What `place` finds of a run.
fn run(story: &Story, place: Where) -> Result<Found, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = Kept::default();
    let variable = |name: &str| place.variable(name, folder.path());
    let settings = Settings {
        masked_outputs: vec!["AdminKey".to_owned()],
        ..Settings::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let clock = Clock::paused();
        let runner = Runner::new(&variable, kept.clone(), false);
        let mut reporter = Reporter::new(runner, clock.clone(), settings);
        for (at, event) in story {
            tokio::time::advance(at.saturating_sub(clock.elapsed())).await;
            reporter.observe(event);
        }
    });
    place.read(&kept, folder.path())
}

/// Checks that the page is ours alone, its charts too.
fn check_page(page: &str) -> Result<(), String> {
    let read = gfm::read(page).map_err(|wrong| format!("{wrong}\n\n{page}"))?;
    for (language, content) in &read.fences {
        if language == "mermaid" {
            gantt::read(content)?;
        }
    }
    Ok(())
}

#[test]
fn the_page_of_every_story_is_read() {
    let stories = [
        stories::success(),
        stories::failure(),
        stories::time_out(true),
        stories::cancel(),
        stories::outage(),
        stories::sign_in_lost(),
        stories::input_problems(),
        stories::no_resources(),
        stories::hostile(),
        stories::throttling(),
        stories::failure_of_the_old_generation(),
        stories::failure_of_the_new_generation(),
        stories::failure_in_plain_words(),
        stories::what_if(),
        stories::stack(),
        stories::rolled_back(),
        stories::foretold(),
        stories::first_run(),
        stories::many_resources(60),
    ];
    for story in stories {
        for place in Where::ALL {
            let found = run(&story, place).expect("nothing of others");
            assert_eq!(check_page(&found.summary), Ok(()), "{place:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_text_leaves_its_place(texts in hostile::texts(23), ending in any::<Index>()) {
        let story = story(&texts, ending);
        let found = run(&story, Where::GitHub).map_err(TestCaseError::fail)?;
        prop_assert_eq!(check_page(&found.summary), Ok(()));
        check_outputs(&story, &found.outputs)?;
    }

    #[test]
    fn no_text_becomes_a_command_of_another_host(texts in hostile::texts(23), ending in any::<Index>()) {
        let story = story(&texts, ending);
        for place in Where::ALL {
            let found = run(&story, place).map_err(|wrong| TestCaseError::fail(format!("{place:?}: {wrong}")))?;
            prop_assert_eq!(check_page(&found.summary), Ok(()));
            let template = outputs_of(&story);
            for name in found.outputs.keys() {
                let is_ours = super::outputs::RESERVED.iter().any(|own| own == name || own.replace('-', "_") == *name);
                let is_redacted = name.contains(REDACTED);
                prop_assert!(is_ours || is_redacted || template.contains_key(name), "{:?}: {:?} is forged", place, name);
            }
        }
    }
}

/// Stands for a secret.
const REDACTED: &str = "***";

/// Each output of the template has its value, and no other name is there than the step's own.
fn check_outputs(
    story: &Story,
    read: &std::collections::BTreeMap<String, String>,
) -> Result<(), TestCaseError> {
    let template = outputs_of(story);
    let github = host_named("GITHUB_ACTIONS");
    for name in read.keys() {
        let own = super::outputs::RESERVED.contains(&name.as_str());
        // A text that is also the value of a masked output is a secret wherever it stands.
        let is_redacted = name.contains(REDACTED);
        prop_assert!(
            own || is_redacted || template.contains_key(name),
            "{name:?} is forged"
        );
    }
    for (name, output) in &template {
        let own = super::outputs::RESERVED.iter();
        let is_ours = own.clone().any(|own| own == name);
        let Some(value) = output["value"]
            .as_str()
            .filter(|_| github.accepts_output(name) && !is_ours)
        else {
            continue;
        };
        match read.get(name) {
            Some(given) => prop_assert!(
                given == value || given.contains(REDACTED),
                "{name:?}: {given:?}"
            ),
            None => prop_assert!(
                read.keys().any(|name| name.contains(REDACTED)),
                "{name:?} is lost"
            ),
        }
    }
    Ok(())
}

/// The outputs of the template that Azure tells.
fn outputs_of(story: &Story) -> serde_json::Map<String, serde_json::Value> {
    let events = story.iter().map(|(_, event)| event);
    let mut outputs = events.filter_map(|event| match event {
        Event::OutputsRead(outputs) => Some(outputs.clone()),
        _ => None,
    });
    outputs.next_back().unwrap_or_default()
}
