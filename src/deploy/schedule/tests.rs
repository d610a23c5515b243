//! How soon each deployment is read again, by what goes on in it, what that costs, and what lists show.

use serde_json::json;

use super::*;
use crate::arm::Operation;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const VNET: &str = "Microsoft.Network/virtualNetworks";
const GATEWAY: &str = "Microsoft.Network/virtualNetworkGateways";
const DEPLOYMENT: &str = "Microsoft.Resources/deployments";

fn id(name: &str) -> DeploymentId {
    DeploymentId::from_target(&format!("/providers/{DEPLOYMENT}/{name}"))
}

fn operation(kind: &str, name: &str, state: &str) -> Operation {
    serde_json::from_value(json!({
        "operationId": name,
        "properties": {
            "provisioningOperation": "Create", "provisioningState": state,
            "targetResource": {"id": format!("/providers/{kind}/{name}"), "resourceType": kind, "resourceName": name},
        },
    }))
    .expect("an operation")
}

/// A tree, and a schedule for whose deployments each page costs a request.
struct Known {
    tree: Tree,
    schedule: Schedule,
}

impl Known {
    fn new() -> Self {
        Self {
            tree: Tree::new(id("root")),
            schedule: Schedule::new(30 * SECOND),
        }
    }

    fn read(mut self, name: &str, at: Duration, requests: u32, operations: Vec<Operation>) -> Self {
        self.tree.absorb(&id(name), operations, at);
        let bytes = u64::from(requests) * 1_000;
        let cost = Cost { requests, bytes };
        self.schedule.note(&id(name), at, Some(cost));
        self
    }

    fn load(&self, now: Duration, remaining: Option<u32>) -> Load {
        let (tree, siblings) = (&self.tree, Siblings::default());
        self.schedule.load(tree, &siblings, now, remaining)
    }

    /// How long after now a deployment is read again.
    fn wait(&self, name: &str, now: Duration, remaining: Option<u32>) -> Duration {
        let load = self.load(now, remaining);
        let siblings = Siblings::default();
        let due = (self.schedule).due(&self.tree, &siblings, &id(name), now, load);
        due.saturating_sub(now)
    }

    /// How long after it was asked for the state is asked for again.
    fn state(&self, now: Duration) -> Duration {
        self.state_of(now, None)
    }

    fn state_of(&self, now: Duration, remaining: Option<u32>) -> Duration {
        let activity = self.tree.activity(&id("root"), now);
        let load = self.load(now, remaining);
        (self.schedule).state_interval(activity, &Siblings::default(), now, load)
    }
}

#[test]
fn what_was_never_read_is_read_now() {
    assert_eq!(Known::new().wait("root", MINUTE, None), Duration::ZERO);
}

#[test]
fn where_a_resource_may_end_it_is_read_closely() {
    let known = Known::new().read("root", MINUTE, 1, vec![operation(VNET, "a", "Running")]);
    assert_eq!(known.wait("root", MINUTE, None), 8 * SECOND);
    assert_eq!(known.wait("root", MINUTE + 3 * SECOND, None), 5 * SECOND);
    assert_eq!(known.state(MINUTE), 2 * MINUTE);
}

#[test]
fn a_young_gateway_is_not_read_closely_unless_something_runs_beside_it() {
    let gateway = || operation(GATEWAY, "vgw", "Running");
    let alone = Known::new().read("root", MINUTE, 1, vec![gateway()]);
    assert_eq!(alone.wait("root", MINUTE, None), 30 * SECOND);
    let old = alone.read("root", 21 * MINUTE, 1, vec![gateway()]);
    assert_eq!(old.wait("root", 21 * MINUTE, None), 8 * SECOND);
    let beside = vec![gateway(), operation(VNET, "a", "Running")];
    let beside = Known::new().read("root", MINUTE, 1, beside);
    assert_eq!(beside.wait("root", MINUTE, None), 8 * SECOND);
}

#[test]
fn where_something_must_begin_it_is_read_soon_and_then_ever_more_rarely() {
    let ended = || vec![operation(VNET, "a", "Succeeded")];
    let known = Known::new().read("root", MINUTE, 1, ended());
    assert_eq!(known.wait("root", MINUTE, None), 4 * SECOND);
    assert_eq!(known.state(MINUTE), 4 * SECOND);
    let later = known.read("root", MINUTE + 12 * SECOND, 1, ended());
    assert_eq!(later.wait("root", MINUTE + 12 * SECOND, None), 6 * SECOND);
    let at_last = later.read("root", 2 * MINUTE, 1, ended());
    assert_eq!(at_last.wait("root", 2 * MINUTE, None), 8 * SECOND);
    assert_eq!(at_last.state(2 * MINUTE), 8 * SECOND);
}

#[test]
fn around_what_is_read_itself_reads_are_rare_until_that_rests() {
    let nested = || vec![operation(DEPLOYMENT, "inner", "Running")];
    let known = Known::new().read("root", MINUTE, 1, nested());
    assert_eq!(
        known.wait("root", MINUTE, None),
        8 * SECOND,
        "it is not read yet"
    );
    let known = known.read("inner", MINUTE, 1, vec![operation(VNET, "a", "Running")]);
    assert_eq!(known.wait("root", MINUTE, None), 3 * MINUTE);
    assert_eq!(known.wait("inner", MINUTE, None), 8 * SECOND);
    let known = known.read("inner", 2 * MINUTE, 1, vec![operation(VNET, "a", "Failed")]);
    assert_eq!(known.wait("root", 2 * MINUTE, None), Duration::ZERO);
    assert_eq!(known.wait("inner", 2 * MINUTE, None), 4 * SECOND);
}

#[test]
fn what_has_ended_is_read_for_the_last_time() {
    let nested = |state| vec![operation(DEPLOYMENT, "inner", state)];
    let known = Known::new()
        .read("root", MINUTE, 1, nested("Running"))
        .read("inner", MINUTE, 1, vec![operation(VNET, "a", "Running")])
        .read("root", 2 * MINUTE, 1, nested("Succeeded"));
    assert_eq!(known.wait("inner", 2 * MINUTE, None), Duration::ZERO);
    assert_eq!(known.tree.unfinished().len(), 2);
    let known = known.read(
        "inner",
        2 * MINUTE,
        1,
        vec![operation(VNET, "a", "Succeeded")],
    );
    assert_eq!(known.tree.unfinished(), [id("root")]);
}

#[test]
fn many_requests_are_spread_up_to_the_poll_interval_and_beyond_only_for_their_budget() {
    let running = |pages| {
        let known = Known::new().read("root", MINUTE, pages, vec![operation(VNET, "a", "Running")]);
        (known.wait("root", MINUTE, None), known.state(MINUTE))
    };
    assert_eq!(running(4), (8 * SECOND, 2 * MINUTE));
    assert_eq!(running(5), (10 * SECOND, 2 * MINUTE));
    assert_eq!(
        running(10),
        (20 * SECOND, 10 * SECOND),
        "the end is seen by the state"
    );
    assert_eq!(running(20).0, 30 * SECOND);
    assert_eq!(running(100).0, 2 * MINUTE, "fifty a minute");
}

#[test]
fn bytes_have_a_budget_too() {
    let mut known = Known::new().read("root", MINUTE, 1, vec![operation(VNET, "a", "Running")]);
    let cost = Cost {
        requests: 1,
        bytes: 3_200_000,
    };
    known.schedule.note(&id("root"), MINUTE, Some(cost));
    assert_eq!(known.wait("root", MINUTE, None), 100 * SECOND);
    known.schedule.note(&id("root"), 2 * MINUTE, None);
    assert_eq!(
        known.wait("root", 2 * MINUTE, None),
        100 * SECOND,
        "what fails cost as much before"
    );
}

/// A root in which nested deployments run, each read at this cost.
fn nested(count: usize, cost: Cost) -> Known {
    let names: Vec<_> = (0..count).map(|number| format!("inner{number}")).collect();
    let rows = names
        .iter()
        .map(|name| operation(DEPLOYMENT, name, "Running"));
    let mut known = Known::new().read("root", MINUTE, 1, rows.collect());
    for name in &names {
        let running = vec![operation(VNET, &format!("{name}-a"), "Running")];
        known.tree.absorb(&id(name), running, MINUTE);
        known.schedule.note(&id(name), MINUTE, Some(cost));
    }
    known
}

#[test]
fn what_several_cost_counts_together() {
    let (requests, bytes) = (5, 1_000);
    let known = nested(2, Cost { requests, bytes });
    assert_eq!(known.wait("inner0", MINUTE, None), 20 * SECOND);
    let (requests, bytes) = (1, 1_600_000);
    let known = nested(2, Cost { requests, bytes });
    assert_eq!(known.wait("inner1", MINUTE, None), 100 * SECOND);
    assert_eq!(known.schedule.busy(&known.tree, MINUTE).len(), 2);
    assert_eq!(
        known.wait("root", MINUTE, None),
        3 * MINUTE,
        "it costs little by itself"
    );
}

#[test]
fn what_only_waits_for_others_is_not_busy() {
    let known = nested(1, Cost::default());
    let inner = vec![operation(DEPLOYMENT, "innermost", "Running")];
    let known = known.read("inner0", 2 * MINUTE, 1, inner).read(
        "innermost",
        2 * MINUTE,
        1,
        vec![operation(VNET, "b", "Running")],
    );
    let busy = known.schedule.busy(&known.tree, 2 * MINUTE);
    assert_eq!(busy, [id("innermost")]);
}

#[test]
fn a_crowd_that_begins_waits_for_a_list() {
    for (count, waits) in [(CROWD - 1, false), (CROWD, true)] {
        let rows = (0..count).map(|number| operation(DEPLOYMENT, &number.to_string(), "Running"));
        let known = Known::new().read("root", MINUTE, 1, rows.collect());
        assert_eq!(known.wait("0", MINUTE, None) > MINUTE, waits, "{count}");
        let ended = vec![operation(DEPLOYMENT, "0", "Succeeded")];
        let known = known.read("root", 2 * MINUTE, 1, ended);
        assert_eq!(known.wait("0", 2 * MINUTE, None), Duration::ZERO, "{count}");
    }
}

#[test]
fn where_azure_grants_few_reads_ours_are_rarer() {
    let known = Known::new().read("root", MINUTE, 1, vec![operation(VNET, "a", "Running")]);
    let waits = [
        None,
        Some(200),
        Some(101),
        Some(100),
        Some(50),
        Some(1),
        Some(0),
    ];
    let waits = waits.map(|remaining| known.wait("root", MINUTE, remaining).as_secs());
    assert_eq!(waits, [8, 8, 8, 16, 32, 64, 64]);
    assert_eq!(known.state_of(MINUTE, Some(100)), 4 * MINUTE);
}
