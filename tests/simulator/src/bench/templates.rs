//! The deployments that are measured.

use std::{fs, path::Path, time::Duration};

use azure_simulator::{Options, RESOURCE_GROUP};
use serde_json::{Value, json};

use super::{Failure, case::Case};

const MINUTE: Duration = Duration::from_secs(60);
/// How long the deployments of lists take.
pub(super) const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);
/// Resources of a nested deployment.
const INNER: usize = 10;
/// Most iterations of one loop of a template.
const LOOP: usize = 800;
/// What a nested deployment takes besides its slowest resource, at most: it is accepted, begins with a pause, and
/// evaluates its outputs.
const OVERHEAD: Duration = Duration::from_secs(10);
const SCHEMAS: &str = "https://schema.management.azure.com/schemas";

/// How the parts of the hub follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    OneAfterAnother,
    SideBySide,
}

/// The hub of the demo, for two hours and ten minutes if its parts come one after another. Its secrets are plain
/// values here: the program spends half a second on the hash of a secret, which says nothing about following.
///
/// # Errors
/// When the example cannot be read.
pub(super) fn hub(root: &Path, layout: Layout) -> Result<Case, Failure> {
    let read = |name: &str| {
        let path = root.join("examples/hub").join(name);
        fs::read_to_string(&path).map_err(|error| Failure(format!("{}: {error}", path.display())))
    };
    let text = read("hub.json")?.replace("securestring", "string");
    let mut template: Value =
        serde_json::from_str(&text).map_err(|error| Failure(format!("hub.json: {error}")))?;
    if layout == Layout::SideBySide {
        let parts = template["resources"].as_object_mut().into_iter().flatten();
        for before in parts.filter_map(|(_, part)| part["dependsOn"].as_array_mut()) {
            before.retain(|name| name == "group" || name == "network");
        }
    }
    let slow = [
        ("vgw-hub", 50),
        ("ergw-hub", 44),
        ("afw-hub", 11),
        ("vm-hub-dc1/promote", 5),
    ];
    let options = Options {
        durations: slow
            .map(|(name, minutes)| (name.to_owned(), MINUTE * minutes))
            .to_vec(),
        ..Options::default()
    };
    let case = Case::new(options, template)
        .file("parameters.json", &read("hub.parameters.json")?)
        .input("parameters-file", "parameters.json")
        .input(
            "parameters",
            "adminPassword=not-a-real-one\nvpnSharedKey=neither-is-this",
        )
        .input("location", "westeurope");
    Ok(case)
}

/// One deployment of so many resources over half an hour, all but one of which end within seconds.
pub(super) fn flat(count: usize) -> Case {
    let early = count - 1;
    let loops = (0..early.div_ceil(LOOP)).map(|at| {
        let own = LOOP.min(early - at * LOOP);
        let mut resource = resource(&format!("[format('early-{at}-{{0}}', copyIndex())]"));
        resource["copy"] = json!({"name": format!("early{at}"), "count": own});
        resource
    });
    let resources: Vec<Value> = loops.chain([resource("slow")]).collect();
    lasting(HALF_AN_HOUR, group(&resources)).most(count)
}

/// One deployment of one resource that takes so long.
pub(super) fn single(duration: Duration) -> Case {
    lasting(duration, group(&[resource("slow")]))
}

/// A few resources, the last of which takes so long.
pub(super) fn small(duration: Duration) -> Case {
    let names = ["first", "second", "third", "slow"];
    let resources: Vec<Value> = names.map(resource).to_vec();
    lasting(duration, group(&resources))
}

/// So many nested deployments, which come one after another in so many rows; nine of ten resources of each end early.
pub(super) fn rows(count: usize, rows: usize) -> Case {
    let length = u32::try_from(count.div_ceil(rows)).unwrap_or(u32::MAX);
    let each = (HALF_AN_HOUR / length)
        .saturating_sub(OVERHEAD)
        .max(Duration::from_secs(2));
    let parts: Vec<Value> = (0..count)
        .map(|at| {
            let before = at.checked_sub(rows).map(part_id);
            nested(at, &before.into_iter().collect::<Vec<_>>())
        })
        .collect();
    lasting(each, group(&parts)).quick(each / 4)
}

/// So many nested deployments side by side, all of which run until the last minute of the half hour; nine of ten
/// resources of each end early.
pub(super) fn all_running(count: usize) -> Case {
    let parts: Vec<Value> = (0..count).map(|at| nested(at, &[])).collect();
    let share = |at: usize| MINUTE.mul_f64(at as f64 / count as f64);
    let slow = (0..count).map(|at| (format!("slow-{at}"), HALF_AN_HOUR - MINUTE + share(at)));
    let mut case =
        Case::new(Options::default(), group(&parts)).input("resource-group-name", RESOURCE_GROUP);
    case.options.durations.extend(slow);
    case
}

fn lasting(duration: Duration, template: Value) -> Case {
    let options = Options {
        durations: vec![("slow*".to_owned(), duration)],
        ..Options::default()
    };
    Case::new(options, template).input("resource-group-name", RESOURCE_GROUP)
}

fn group(resources: &[Value]) -> Value {
    json!({
        "$schema": format!("{SCHEMAS}/2019-04-01/deploymentTemplate.json#"),
        "contentVersion": "1.0.0.0",
        "resources": resources,
    })
}

fn resource(name: &str) -> Value {
    json!({
        "type": "Microsoft.Network/routeTables",
        "apiVersion": "2024-05-01",
        "name": name,
        "location": "westeurope",
        "properties": {},
    })
}

fn part_id(at: usize) -> String {
    format!("[resourceId('Microsoft.Resources/deployments', 'part-{at}')]")
}

fn nested(at: usize, depends_on: &[String]) -> Value {
    let mut early = resource(&format!("[format('early-{at}-{{0}}', copyIndex())]"));
    early["copy"] = json!({"name": "early", "count": INNER - 1});
    json!({
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2025-04-01",
        "name": format!("part-{at}"),
        "dependsOn": depends_on,
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": group(&[early, resource(&format!("slow-{at}"))]),
        },
    })
}
