//! What costs time while a deployment is followed and reported, by the number of its resources: without the network.

#![expect(clippy::unwrap_used, reason = "a benchmark may fail by panicking")]

use divan::{AllocProfiler, Bencher, counter::BytesCount};
use long_deploy::benching::{Ahead, Causes, Following, Log, Operations, Run};
use serde_json::{Value, json};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const COUNTS: [usize; 4] = [10, 100, 1_000, 10_000];
const GROUP: &str = "/subscriptions/3f2504e0-4f89-41d3-9a0c-0305e82c0004/resourceGroups/rg-hub";

fn main() {
    divan::main();
}

fn resource(n: usize) -> String {
    format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-{n}")
}

/// The error of a resource, in the shape of Azure's.
fn error(n: usize) -> Value {
    let message = format!(
        "Subnet 'default' of vnet-{n} is full: 10.{}.0.0/24.",
        n % 256
    );
    json!({"code": "SubnetIsFull", "message": message, "target": resource(n)})
}

/// The error of the whole, which tells of each resource again.
fn error_of_all(count: usize) -> Value {
    let details: Vec<_> = (0..count).map(error).collect();
    let message = "At least one resource deployment operation failed. Please list deployment operations for details.";
    json!({"code": "DeploymentFailed", "message": message, "details": details})
}

/// An operation as Azure lists it, with about a thousand bytes.
fn operation(n: usize, state: &str) -> Value {
    let deployment = format!("{GROUP}/providers/Microsoft.Resources/deployments/hub");
    let message = match state {
        "Failed" => json!({"status": "Failed", "error": error(n)}),
        _ => Value::Null,
    };
    json!({
        "id": format!("{deployment}/operations/{n:016X}"),
        "operationId": format!("{n:016X}"),
        "properties": {
            "provisioningOperation": "Create",
            "provisioningState": state,
            "timestamp": "2026-01-05T02:12:31.7246193Z",
            "duration": format!("PT{}M{}.7246193S", n % 60, n % 59),
            "trackingId": "1d3a9c52-95cf-4b6c-8a1e-0f3d5a5f6a41",
            "serviceRequestId": "6c1f2f0a-7f0e-4c35-8f3e-5ea2a1dd3a0f",
            "statusCode": "OK",
            "statusMessage": message,
            "targetResource": {
                "id": resource(n),
                "resourceType": "Microsoft.Network/virtualNetworks",
                "resourceName": format!("vnet-{n}"),
            },
        },
    })
}

/// A page of operations; `state` tells that of each.
fn page(count: usize, state: impl Fn(usize) -> &'static str) -> Vec<u8> {
    let operations: Vec<_> = (0..count).map(|n| operation(n, state(n))).collect();
    json!({ "value": operations }).to_string().into_bytes()
}

fn operations(count: usize, state: &'static str) -> Operations {
    Operations::read(&page(count, |_| state)).unwrap()
}

/// A deployment whose resources are all in this state.
fn following(count: usize, state: &'static str) -> Following {
    let mut following = Following::default();
    following.absorb(operations(count, state));
    following
}

/// A run in which every second resource fails, or all succeed.
fn run(count: usize, fails: bool) -> Run {
    let state = |n: usize| {
        if fails && n.is_multiple_of(2) {
            "Failed"
        } else {
            "Succeeded"
        }
    };
    let operations = Operations::read(&page(count, state)).unwrap();
    let mut following = Following::default();
    let changes = following.absorb(operations);
    Run::new(changes, following.causes(&Value::Null))
}

#[divan::bench(args = COUNTS)]
fn page_of_operations(bencher: Bencher<'_, '_>, count: usize) {
    let page = page(count, |_| "Succeeded");
    let bytes = BytesCount::new(page.len());
    bencher.counter(bytes).bench(|| Operations::read(&page));
}

#[divan::bench(args = COUNTS)]
fn diff_of_unchanged(bencher: Bencher<'_, '_>, count: usize) {
    let mut following = following(count, "Running");
    let same = operations(count, "Running");
    bencher
        .with_inputs(|| same.clone())
        .bench_local_values(|same| following.absorb(same));
}

#[divan::bench(args = COUNTS)]
fn diff_of_changed(bencher: Bencher<'_, '_>, count: usize) {
    let ended = operations(count, "Succeeded");
    bencher
        .with_inputs(|| (following(count, "Running"), ended.clone()))
        .bench_local_values(|(mut following, ended)| {
            let changes = following.absorb(ended);
            (following, changes)
        });
}

#[divan::bench(args = COUNTS)]
fn causes_in_an_error(bencher: Bencher<'_, '_>, count: usize) {
    let error = error_of_all(count);
    bencher.bench(|| Causes::find(&error));
}

#[divan::bench(args = COUNTS)]
fn causes_without_resources(bencher: Bencher<'_, '_>, count: usize) {
    let mut error = error_of_all(count);
    for detail in error["details"].as_array_mut().unwrap() {
        detail.as_object_mut().unwrap().remove("target");
    }
    bencher.bench(|| Causes::find(&error));
}

/// Each is told twice: by its operation, and by the error of the whole without its resource.
#[divan::bench(args = COUNTS)]
fn causes_of_failed_resources(bencher: Bencher<'_, '_>, count: usize) {
    let following = following(count, "Failed");
    let mut error = error_of_all(count);
    for detail in error["details"].as_array_mut().unwrap() {
        detail["target"] = Value::Null;
    }
    bencher.bench_local(|| {
        let causes = following.causes(&error);
        assert_eq!(causes.count(), count);
        causes
    });
}

#[divan::bench(args = COUNTS)]
fn summary(bencher: Bencher<'_, '_>, count: usize) {
    let run = run(count, false);
    bencher.bench_local(|| run.summary());
}

#[divan::bench(args = COUNTS)]
fn summary_of_failures(bencher: Bencher<'_, '_>, count: usize) {
    let run = run(count, true);
    bencher.bench_local(|| run.summary());
}

#[divan::bench(args = COUNTS)]
fn log(bencher: Bencher<'_, '_>, count: usize) {
    let run = run(count, false);
    bencher
        .with_inputs(Log::default)
        .bench_local_values(|mut log| log.write(&run));
}

#[divan::bench(args = COUNTS)]
fn log_of_failures(bencher: Bencher<'_, '_>, count: usize) {
    let run = run(count, true);
    bencher
        .with_inputs(Log::default)
        .bench_local_values(|mut log| log.write(&run));
}

#[divan::bench(args = [500, 10_000])]
fn forecast(bencher: Bencher<'_, '_>, count: usize) {
    let run = Ahead::new(count);
    bencher.bench_local(|| run.look());
}
