//! Recorded answers of Azure, with something wrong in them, as answers to the program. Whatever they
//! say, the run ends in an orderly way, and says only what is true of the deployment.
//!
//! The recordings are in the folder that `LONG_DEPLOY_SHARED_DATA` names; without them the test is
//! skipped. `MUTATIONS=3000 cargo test --test action mutations` runs more than the usual number, and
//! `MUTATION=43 cargo test --test action mutations` one alone, with its answer.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

mod mutate;
mod recordings;

use std::{
    env, fmt,
    sync::atomic::{AtomicUsize, Ordering},
};

use azure_simulator::{Fault, Options, Service, Simulator, State};
use serde_json::{Value, json};

use self::{
    mutate::{Dice, mutated},
    recordings::{Answer, Kind, answers},
};
use super::{
    common::{cancellations, each, hub, hub_id, later, stack, submissions, wait_until},
    step::{Outcome, Step, options},
    templates::gateway,
};

/// How many mutations are tried unless `MUTATIONS` says otherwise.
const MUTATIONS: u64 = 60;
/// Simulated seconds in a real one.
const SCALE: u32 = 600;
/// Statuses that an answer may get instead of its own.
const STATUSES: [u16; 14] = [
    200, 201, 202, 204, 302, 400, 401, 403, 404, 409, 412, 429, 500, 503,
];
/// More requests than any run of minutes needs.
const TOO_MANY: usize = 1_500;

/// An answer with something wrong in it, and how often it is given.
struct Mutation {
    seed: u64,
    kind: Kind,
    status: u16,
    body: String,
    /// `None` is always.
    times: Option<usize>,
    with_effect: bool,
}

impl fmt::Display for Mutation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            kind,
            status,
            times,
            ..
        } = self;
        write!(
            formatter,
            "MUTATION={seed}: {kind:?} {status}, {times:?} times, {}",
            self.body.chars().take(2_000).collect::<String>()
        )
    }
}

impl Mutation {
    /// The mutation of this seed. `correlation` is the one of the deployment that is followed.
    fn new(seed: u64, recorded: &[Answer], correlation: &str) -> Self {
        let mut dice = Dice::new(seed);
        let Answer { kind, status, body } = dice.pick(recorded).clone();
        let body = changed(body, correlation, &mut dice);
        let body = shortened(body.to_string(), &mut dice);
        let status = if dice.one_in(4) {
            *dice.pick(&STATUSES)
        } else {
            status
        };
        Self {
            seed,
            kind,
            status,
            body,
            times: *dice.pick(&[Some(1), Some(1), Some(2), Some(5), None]),
            // A 429 promises that nothing was done, so the request may be sent again.
            with_effect: dice.one_in(2) && status != 429,
        }
    }

    fn fault(&self) -> Fault {
        let (method, part, end) = self.kind.place();
        let fault = Fault::status(self.status)
            .with_body(&self.body)
            .on(Service::ResourceManager)
            .path_contains(part)
            .path_ends_with(end);
        let fault = match method {
            "" => fault,
            method => fault.method(method),
        };
        let fault = match self.times {
            Some(times) => fault.times(times),
            None => fault,
        };
        if self.with_effect {
            fault.with_effect()
        } else {
            fault
        }
    }
}

/// An answer with something wrong in it: mostly about the deployment that is followed, else about another one, which
/// may have ended.
fn changed(mut body: Value, correlation: &str, dice: &mut Dice) -> Value {
    if !dice.one_in(4) {
        own(&mut body, correlation);
    }
    let mut body = mutated(body, dice);
    if body["properties"]["correlationId"] == correlation {
        unended(&mut body);
    }
    body
}

/// Sometimes only the beginning of `text`.
fn shortened(mut text: String, dice: &mut Dice) -> String {
    if dice.one_in(8) {
        let end = dice.below(text.len() + 1);
        text.truncate(text.floor_char_boundary(end));
    }
    text
}

/// Makes it an answer about the deployment that is followed, if there is one.
fn own(body: &mut Value, correlation: &str) {
    if !correlation.is_empty() && body.get("properties").is_some_and(Value::is_object) {
        body["id"] = json!(hub_id());
        body["name"] = json!("hub");
        body["properties"]["correlationId"] = json!(correlation);
    }
}

/// Takes an end out of it: what Azure says of the deployment counts, even if it is not true.
fn unended(body: &mut Value) {
    let state = &mut body["properties"]["provisioningState"];
    let is_end = |text: &str| {
        let text = text.trim().to_ascii_lowercase();
        ["succeeded", "failed", "canceled", "cancelled"].contains(&text.as_str())
    };
    if state.as_str().is_some_and(is_end) {
        *state = json!("Running");
    }
}

fn azure() -> Simulator {
    Simulator::start(Options {
        time_scale: f64::from(SCALE),
        ..options()
    })
}

fn step(kind: Kind, azure: &Simulator) -> Step {
    let template = gateway();
    let step = match kind {
        Kind::Put | Kind::Get | Kind::Operations => hub(azure, &template),
        Kind::Validate => hub(azure, &template).input("operation", "validate"),
        Kind::WhatIf | Kind::WhatIfResult => hub(azure, &template).input("operation", "whatIf"),
        Kind::StackGet | Kind::StackPut => stack(azure, &template),
        Kind::StackWhatIf => stack(azure, &template).input("operation", "whatIf"),
        Kind::Cancel => {
            azure.start_foreign_deployment(&hub_id(), template);
            later(azure, "cancel")
        }
    };
    step.environment("LONG_DEPLOY_TIME_SCALE", &SCALE.to_string())
        .input("timeout", "40m")
}

/// Runs a step that meets the mutation of this seed.
fn run(seed: u64, recorded: &[Answer]) -> (Mutation, Simulator, Outcome) {
    let azure = azure();
    let kind = Mutation::new(seed, recorded, "").kind;
    let step = step(kind, &azure);
    if !kind.is_followed() {
        let mutation = Mutation::new(seed, recorded, "");
        azure.inject(mutation.fault());
        let outcome = step.run();
        return (mutation, azure, outcome);
    }
    let running = step.start().until("Azure accepted the");
    wait_until(|| submissions(&azure) > 0);
    let mutation = Mutation::new(seed, recorded, &correlation(&azure));
    azure.inject(mutation.fault());
    let outcome = running.outcome();
    (mutation, azure, outcome)
}

/// The correlation id of what was submitted.
fn correlation(azure: &Simulator) -> String {
    let journal = azure.journal();
    let put = journal.iter().find(|each| each.method == "PUT").unwrap();
    put.request_headers["x-ms-correlation-request-id"].clone()
}

/// What is wrong with the outcome.
fn violation(mutation: &Mutation, azure: &Simulator, outcome: &Outcome) -> Option<String> {
    let status = outcome.status.unwrap_or(-1);
    let state = azure.deployment("hub").map(|deployment| deployment.state);
    let says = |words: &str| outcome.log.contains(words) || outcome.summary.contains(words);
    let submits = matches!(mutation.kind, Kind::Put | Kind::Get | Kind::Operations);
    let rules = [
        ([0, 1, 3, 4, 6].contains(&status), "this exit status"),
        (!says("panicked at"), "a panic"),
        (!says("internal error"), "a bug"),
        (
            !submits || status != 0 || state == Some(State::Succeeded),
            "a success that is none",
        ),
        (!says("failed after"), "a failure that is none"),
        (
            mutation.kind != Kind::Operations || status == 0,
            "the progress decides",
        ),
        (submissions(azure) <= 1, "submitted twice"),
        (
            mutation.kind == Kind::Cancel || cancellations(azure) == 0,
            "cancelled",
        ),
        (!outcome.outputs.is_empty(), "no outputs"),
        (!outcome.summary.is_empty(), "no summary"),
        (azure.journal().len() < TOO_MANY, "too many requests"),
        (!is_forged(outcome), "forged text"),
    ];
    let broken = rules.iter().find(|(holds, _)| !holds);
    broken.map(|(_, what)| format!("exit {status}, Azure's state {state:?}: {what}"))
}

/// Whether a hostile text became a command, an output or markup.
fn is_forged(outcome: &Outcome) -> bool {
    let commands = outcome
        .log
        .lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("::"));
    let own = [
        "::add-mask::",
        "::debug::",
        "::endgroup::",
        "::error ",
        "::error::",
        "::group::",
        "::notice ",
        "::notice::",
        "::warning ",
        "::warning::",
    ];
    let mut forged = commands.filter(|line| !own.iter().any(|own| line.starts_with(own)));
    forged.next().is_some()
        || outcome.log.contains("##[")
        || outcome.outputs.contains_key(mutate::FORGED)
        || outcome.state.contains_key(mutate::FORGED)
        || ["<img", "](http://", "@octocat"]
            .iter()
            .any(|markup| outcome.summary.contains(markup))
}

fn seeds() -> Vec<u64> {
    let number = |name| env::var(name).ok().and_then(|text| text.parse().ok());
    match number("MUTATION") {
        Some(seed) => vec![seed],
        None => (1..=number("MUTATIONS").unwrap_or(MUTATIONS)).collect(),
    }
}

#[test]
fn a_mutated_answer_ends_no_run_wrongly() {
    let Some(recorded) = answers() else {
        eprintln!("SKIPPED: no recordings of Azure (LONG_DEPLOY_SHARED_DATA)");
        return;
    };
    let (seeds, met) = (seeds(), AtomicUsize::new(0));
    each(&seeds, |seed| {
        let (mutation, azure, outcome) = run(*seed, &recorded);
        let was_met = azure.journal().iter().any(|exchange| exchange.fault);
        met.fetch_add(usize::from(was_met), Ordering::Relaxed);
        let wrong = violation(&mutation, &azure, &outcome);
        assert!(
            wrong.is_none(),
            "{}\n{mutation}\n{}",
            wrong.unwrap_or_default(),
            outcome.log
        );
    });
    let met = met.into_inner();
    assert!(2 * met >= seeds.len(), "only {met} answers were asked for");
}

#[test]
fn a_seed_is_always_the_same_mutation() {
    let body = json!({"id": "/x", "properties": {"provisioningState": "Running", "outputs": {"a": {"value": [1, 2]}}}});
    let answer = Answer {
        kind: Kind::Get,
        status: 200,
        body,
    };
    let recorded = [answer];
    let bodies = |seeds: std::ops::Range<u64>| {
        let all = seeds.map(|seed| Mutation::new(seed, &recorded, "c").body);
        all.collect::<Vec<_>>()
    };
    let first = bodies(0..50);
    assert_eq!(first, bodies(0..50));
    let different: std::collections::BTreeSet<_> = first.iter().collect();
    assert!(different.len() > 40, "{}", different.len());
    let lies = (0..2_000).map(|seed| Mutation::new(seed, &recorded, "c"));
    for mutation in lies {
        let Ok(body) = serde_json::from_str::<Value>(&mutation.body) else {
            continue;
        };
        let properties = &body["properties"];
        let is_own = properties["correlationId"] == "c";
        assert!(!is_own || properties["provisioningState"] != "Succeeded");
    }
}
