//! Random faults on all requests for a while: the run ends as it does on a calm day.
//!
//! `cargo test --test action chaos` runs 20 seeds, `CHAOS_SEEDS=100 cargo test --test action chaos`
//! more of them, and `CHAOS_SEED=43 cargo test --test action chaos` one alone.

use std::{collections::BTreeMap, env, time::Duration};

use azure_simulator::{Fault, Options, Service, Simulator};
use serde_json::{Value, json};

use super::{
    common::{FOREIGN, each, hub, stack, submissions},
    step::{Outcome, Step, options},
    templates::{gateway, nested},
};

/// How many seeds are tried unless `CHAOS_SEEDS` says otherwise.
const SEEDS: u64 = 20;
/// How long the trouble lasts, in simulated time: as long as the deployment and no longer.
const TROUBLE: Duration = Duration::from_secs(10 * 60);
/// The share of requests that meet each kind of fault. All in all a fifth of the requests for
/// tokens meets one, and a third of the reads.
const SHARE: f64 = 0.02;

/// What passes by itself, and may meet any request.
fn anywhere() -> Vec<Fault> {
    let statuses = [408, 500, 502, 503, 504].map(Fault::status);
    let throttled = Fault::status(429).with_retry_after(Duration::from_secs(7));
    let more = [
        throttled,
        Fault::reset(),
        Fault::lose_answer(),
        Fault::truncate(),
        Fault::delay(Duration::from_secs(20)),
    ];
    statuses.into_iter().chain(more).collect()
}

/// What Resource Manager, or something before it, may answer besides.
fn at_resource_manager() -> Vec<Fault> {
    let foreign = FOREIGN.map(|body| Fault::status(200).with_body(body));
    let redirect = Fault::redirect(302, "https://portal.example/");
    let all = foreign.into_iter().chain([redirect]);
    all.map(|fault| fault.on(Service::ResourceManager))
        .collect()
}

/// Odd refusals, which only a reader can expect to pass.
fn at_readers() -> Vec<Fault> {
    let statuses = [403, 404, 409].map(|status| Fault::azure(status, "Odd", "an odd answer"));
    let read = |fault: Fault| fault.on(Service::ResourceManager).method("GET");
    statuses.map(read).into()
}

/// A token that is refused: once only, as the second time in a row is a reason to give up.
fn refused_token(seed: u64) -> Fault {
    let fault = Fault::unauthorized().on(Service::ResourceManager);
    fault.chance(SHARE, seed).times(1)
}

fn inject(azure: &Simulator, seed: u64) {
    azure.inject(refused_token(seed));
    let faults = [anywhere(), at_resource_manager(), at_readers()].concat();
    for (kind, fault) in (0..).zip(faults) {
        let fault = fault.chance(SHARE, seed * 1_000 + kind);
        azure.inject(fault.between(Duration::ZERO, TROUBLE));
    }
}

/// What must not depend on the weather.
#[derive(Debug, PartialEq, Eq)]
struct Ending {
    status: Option<i32>,
    outputs: BTreeMap<String, String>,
    submissions: usize,
}

impl Ending {
    fn of(azure: &Simulator, outcome: &Outcome) -> Self {
        let stable = [
            "provisioning-state",
            "who",
            "outputs",
            "resources",
            "error-code",
        ];
        let outputs = outcome.outputs.iter();
        let outputs = outputs.filter(|(name, _)| stable.contains(&name.as_str()));
        Self {
            status: outcome.status,
            outputs: outputs
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            submissions: submissions(azure),
        }
    }
}

fn azure(seed: u64) -> Simulator {
    Simulator::start(Options { seed, ..options() })
}

/// A gateway, and a route table in a nested deployment.
fn template() -> Value {
    let mut template = gateway();
    let inner = nested()["resources"][1].clone();
    template["resources"].as_array_mut().unwrap().push(inner);
    template["outputs"] = json!({ "who": { "type": "string", "value": "ours" } });
    template
}

fn seeds() -> Vec<u64> {
    let number = |name| {
        env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    match number("CHAOS_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("CHAOS_SEEDS").unwrap_or(SEEDS)).collect(),
    }
}

/// Compares the run of each seed with the calm one.
#[track_caller]
fn ends_as_on_a_calm_day(step: fn(&Simulator) -> Step) {
    each(&seeds(), |seed| {
        let calm = azure(*seed);
        let expected = Ending::of(&calm, &step(&calm).run().expect(0));
        let azure = azure(*seed);
        inject(&azure, *seed);
        let outcome = step(&azure).run();
        let met = azure
            .journal()
            .iter()
            .filter(|exchange| exchange.fault)
            .count();
        let ending = Ending::of(&azure, &outcome);
        assert_eq!(
            ending, expected,
            "seed {seed}, {met} faults\n{}",
            outcome.log
        );
    });
}

#[test]
fn a_deployment_ends_as_on_a_calm_day() {
    ends_as_on_a_calm_day(|azure| hub(azure, &template()));
}

#[test]
fn a_stack_ends_as_on_a_calm_day() {
    ends_as_on_a_calm_day(|azure| stack(azure, &template()));
}
