//! Every kind of request meets every kind of fault, once and for the whole run. What must hold
//! follows from the kinds alone: which exit statuses there may be, that nothing false is said,
//! that nothing is submitted twice.
//!
//! `cargo test --test action fault_table` runs the whole table.

mod kinds;

use std::{
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use azure_simulator::{Fault, Options, Simulator};
use serde_json::json;

use self::kinds::{Nature, Request, Role, Run, Trouble, requests, troubles};
use super::{
    common::{HUB, cancellations, hub, hub_id, later, stack, submissions},
    step::{Outcome, Step},
    template_specs,
    templates::{gateway, network, side_by_side},
};

/// Simulated seconds in a real one, for faults that come once and for those that last.
const SCALES: [u32; 2] = [240, 600];
/// How long before the start something may have been deployed.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Cells that run at the same time: most of their time they wait.
const AT_ONCE: usize = 14;
/// More requests than any run of minutes has need of.
const TOO_MANY: usize = 1_000;
/// How many failures are shown with their logs.
const SHOWN: usize = 5;

/// A request, a fault, and whether the fault lasts.
struct Cell {
    request: Request,
    trouble: Trouble,
    lasts: bool,
}

impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let often = if self.lasts { "always" } else { "once" };
        write!(
            formatter,
            "{} × {} {often}",
            self.request.name, self.trouble.name
        )
    }
}

fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for request in requests() {
        for trouble in troubles() {
            for lasts in [false, true] {
                let trouble = trouble.clone();
                cells.push(Cell {
                    request,
                    trouble,
                    lasts,
                });
            }
        }
    }
    cells
}

impl Cell {
    /// The exit statuses that are right.
    fn allowed(&self) -> &'static [i32] {
        match self.lasts {
            false => self.allowed_once(),
            true => self.allowed_always(),
        }
    }

    fn allowed_once(&self) -> &'static [i32] {
        use Nature::{ForeignRefusal, ForeignSuccess, Refusal, Unauthorized};
        match (self.request.role, self.trouble.nature) {
            (Role::Token, Refusal | Unauthorized | ForeignRefusal | ForeignSuccess) => &[0, 3],
            (Role::Submit | Role::Ask, Refusal) => &[1],
            // Without types, pairs are wrong inputs.
            (Role::Types, Refusal) => &[2],
            (Role::End | Role::Verdict, Refusal) => &[0, 1],
            (Role::Submit | Role::Ask | Role::Verdict | Role::End, ForeignRefusal) => &[0, 1],
            _ => &[0],
        }
    }

    fn allowed_always(&self) -> &'static [i32] {
        use Nature::{Lost, Refusal};
        match (self.request.role, self.trouble.nature) {
            (Role::Detail, _) => &[0],
            (Role::Token, _) => &[3, 4, 6],
            (Role::Submit, Lost) => &[0],
            (Role::Types, Refusal) => &[2],
            (Role::Types, _) => &[2, 3, 6],
            (Role::End, Lost) => &[0, 6],
            // The result can be read although nobody said that it is being made.
            (Role::Ask, Lost) if self.request.run == Run::StackWhatIf => &[0, 1, 4, 6],
            // Azure's 404 says that there is nothing to delete.
            (Role::End, Refusal) => &[0, 1],
            (_, Refusal) => &[1],
            _ => &[1, 3, 4, 6],
        }
    }

    /// Runs the cell, and tells what is wrong with it.
    fn wrong(&self) -> Option<String> {
        let scale = SCALES[usize::from(self.lasts)];
        let azure = Simulator::start(Options {
            time_scale: f64::from(scale),
            past: DAY,
            ..template_specs::options()
        });
        let step = self.request.run.step(&azure);
        azure.inject(self.fault());
        let before = submissions(&azure);
        let outcome = step
            .environment("LONG_DEPLOY_TIME_SCALE", &scale.to_string())
            .input("timeout", "20m")
            .run();
        let why = self.violation(&azure, &outcome, submissions(&azure) - before)?;
        Some(format!("{why}\n{}", outcome.log))
    }

    fn fault(&self) -> Fault {
        let request = &self.request;
        let fault = self.trouble.fault.clone().on(request.service);
        let fault = fault
            .path_contains(request.part)
            .path_ends_with(request.end);
        let fault = match request.method {
            "" => fault,
            method => fault.method(method),
        };
        if self.lasts { fault } else { fault.times(1) }
    }

    fn violation(&self, azure: &Simulator, outcome: &Outcome, submitted: usize) -> Option<String> {
        let (status, allowed) = (outcome.status.unwrap_or(-1), self.allowed());
        if !allowed.contains(&status) {
            return Some(format!("exit {status}, not one of {allowed:?}"));
        }
        let says = |words: &str| outcome.log.contains(words) || outcome.summary.contains(words);
        let journal = azure.journal();
        let met = journal.iter().any(|exchange| exchange.fault);
        // A short run on a busy machine may do without what only saves other requests, or a forecast.
        let may_be_left_out = matches!(self.request.run, Run::SideBySide | Run::Again);
        let rules = [
            (met || may_be_left_out, "the fault was never met"),
            (submitted <= 1, "submitted twice"),
            (
                submitted == 0 || !says("nothing was deployed"),
                "says that nothing was deployed",
            ),
            (
                cancellations(azure) > 0 || !says("was cancelled"),
                "says that it was cancelled",
            ),
            (!outcome.outputs.is_empty(), "no outputs"),
            (!outcome.summary.is_empty(), "no summary"),
            (journal.len() < TOO_MANY, "too many requests"),
            (
                status != 0 || self.is_done(azure, outcome),
                "succeeds, but it is not done",
            ),
        ];
        let broken = rules.iter().find(|(holds, _)| !holds);
        broken.map(|(_, rule)| (*rule).to_owned())
    }

    /// Whether a success is one.
    fn is_done(&self, azure: &Simulator, outcome: &Outcome) -> bool {
        let state = outcome
            .outputs
            .get("provisioning-state")
            .map_or("", String::as_str);
        match self.request.run {
            Run::Create | Run::SideBySide | Run::Again | Run::Spec | Run::Stack => {
                state.eq_ignore_ascii_case("Succeeded")
            }
            Run::Cancel => state == "Canceled" && cancellations(azure) > 0,
            Run::WhatIf | Run::StackWhatIf => {
                outcome.outputs.get("has-changes").map(String::as_str) == Some("true")
            }
            Run::Validate | Run::StackValidate | Run::StackDelete => true,
        }
    }
}

impl Run {
    /// The step, with what must be there before it.
    fn step(self, azure: &Simulator) -> Step {
        let network = network();
        match self {
            Self::Create => hub(azure, &network),
            Self::SideBySide => hub(azure, &side_by_side(5)),
            Self::Again => {
                let bastion = side_by_side(1);
                let id = hub_id().replace("/deployments/hub", "/deployments/earlier");
                azure.deploy_earlier(&id, &bastion, &json!({}), DAY);
                hub(azure, &bastion)
            }
            Self::Spec => template_specs::step(azure, template_specs::PAIRS).input("name", HUB),
            Self::Validate => hub(azure, &network).input("operation", "validate"),
            Self::WhatIf => hub(azure, &network).input("operation", "whatIf"),
            Self::Cancel => {
                azure.start_foreign_deployment(&hub_id(), gateway());
                later(azure, "cancel")
            }
            Self::Stack => stack(azure, &network),
            Self::StackValidate => stack(azure, &network).input("operation", "validate"),
            Self::StackWhatIf => stack(azure, &network).input("operation", "whatIf"),
            Self::StackDelete => {
                stack(azure, &network).run().expect(0);
                stack(azure, &json!({})).inputs(&[
                    ("operation", "delete"),
                    ("template-file", ""),
                    ("deny-settings-mode", ""),
                ])
            }
        }
    }
}

/// Runs all cells, some at a time, and collects what is wrong.
fn failures(cells: &[Cell]) -> Vec<(String, String)> {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(why) = cell.wrong() {
                        wrong.lock().unwrap().push((cell.to_string(), why));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    wrong
}

#[test]
fn every_request_with_every_fault() {
    let cells = cells();
    let failures = failures(&cells);
    let lines = failures.iter().map(|(cell, why)| {
        let why = why.lines().next().unwrap_or_default();
        format!("{cell}: {why}")
    });
    let logs = failures
        .iter()
        .take(SHOWN)
        .map(|(cell, why)| format!("{cell}: {why}"));
    assert!(
        failures.is_empty(),
        "{} of {} cells are wrong:\n{}\n\n{}",
        failures.len(),
        cells.len(),
        lines.collect::<Vec<_>>().join("\n"),
        logs.collect::<Vec<_>>().join("\n\n")
    );
}
