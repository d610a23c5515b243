//! Times as Azure has told them over the years, and by a rule of our own making.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{env, fs, path::PathBuf};

use serde_json::{Value, json};

use super::*;

fn operation(name: &str, state: &str, ended: u64, seconds: u64) -> Operation {
    let (minutes, rest) = (ended / 60, ended % 60);
    serde_json::from_value(json!({
        "operationId": name,
        "properties": {
            "provisioningOperation": "Create", "provisioningState": state, "duration": format!("PT{seconds}S"),
            "timestamp": format!("2026-01-05T02:{minutes:02}:{rest:02}Z"), "targetResource": { "id": format!("/s/{name}") }
        }
    }))
    .unwrap()
}

fn chain() -> Dependencies {
    let before = |id: &str, before: &[&str]| {
        let before: Vec<_> = before
            .iter()
            .map(|id| json!({"id": format!("/s/{id}")}))
            .collect();
        json!({"id": format!("/S/{id}"), "dependsOn": before})
    };
    let all = json!([
        before("subnet", &["vnet", "pip"]),
        before("vgw", &["subnet"])
    ]);
    serde_json::from_value(all).unwrap()
}

fn seconds(operations: &[Operation]) -> Vec<u64> {
    let own = operations
        .iter()
        .map(|operation| operation.properties.duration);
    own.map(|duration| duration.as_secs()).collect()
}

#[test]
fn both_ways_of_counting_come_to_the_same() {
    let ends = [("vgw", 600), ("vnet", 20), ("pip", 5), ("subnet", 30)];
    let own = [570, 20, 5, 10];
    for counted in [own, ends.map(|(_, end)| end)] {
        let mut operations: Vec<_> = ends
            .into_iter()
            .zip(counted)
            .map(|((name, end), seconds)| operation(name, "Succeeded", end, seconds))
            .collect();
        count_own_time(&mut operations, &chain());
        assert_eq!(seconds(&operations), own);
    }
}

#[test]
fn what_runs_has_run_since_the_end_of_what_it_waited_for() {
    let mut operations = vec![
        operation("subnet", "Succeeded", 30, 30),
        operation("vgw", "Running", 90, 90),
        // Still running, or ended after a second attempt: neither is what the gateway waited for.
        operation("subnet", "Running", 80, 50),
        operation("subnet", "Succeeded", 100, 100),
    ];
    count_own_time(&mut operations, &chain());
    assert_eq!(seconds(&operations)[1], 60);
}

#[test]
fn without_dependencies_azures_word_is_taken() {
    let mut operations = vec![
        operation("vnet", "Succeeded", 20, 20),
        operation("vgw", "Succeeded", 600, 600),
    ];
    count_own_time(&mut operations, &Dependencies::default());
    assert_eq!(seconds(&operations), [20, 600]);
}

/// The folder of what Azure has answered.
fn recordings() -> Option<Vec<(String, Value)>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let data = env::var_os("LONG_DEPLOY_SHARED_DATA").map_or_else(|| beside.into(), PathBuf::from);
    let files = fs::read_dir(data.join("recordings")).ok()?;
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (
            name,
            serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap(),
        )
    };
    Some(files.map(|file| read(file.unwrap().path())).collect())
}

/// The last operations of each deployment in a recording, with its dependencies.
fn deployments(recording: &Value) -> Vec<(Dependencies, Vec<Operation>)> {
    let bodies = recording["interactions"].as_array().unwrap().iter();
    let bodies: Vec<_> = bodies.map(|each| &each["responseBody"]).collect();
    let mut lists: HashMap<String, &Value> = HashMap::new();
    for body in &bodies {
        let first = body["value"][0]["id"]
            .as_str()
            .unwrap_or_default()
            .to_lowercase();
        if let Some((deployment, _)) = first.split_once("/operations/") {
            lists.insert(deployment.to_owned(), &body["value"]);
        }
    }
    let with_dependencies = bodies.iter().filter_map(|body| {
        let id = body["id"].as_str()?.to_lowercase();
        let dependencies: Dependencies =
            serde_json::from_value(body["properties"]["dependencies"].clone()).ok()?;
        let operations = serde_json::from_value((*lists.get(&id)?).clone()).ok()?;
        (!dependencies.is_empty()).then_some((dependencies, operations))
    });
    with_dependencies.collect()
}

/// Names and own times in seconds, of the deployments of this recording that have dependencies.
fn counted(recording: &Value) -> Vec<(String, f64, f64)> {
    let mut counted = Vec::new();
    for (dependencies, mut operations) in deployments(recording) {
        let told: Vec<_> = operations
            .iter()
            .map(|each| each.properties.duration)
            .collect();
        count_own_time(&mut operations, &dependencies);
        for (operation, told) in operations.iter().zip(told) {
            let Some(target) = &operation.properties.target_resource else {
                continue;
            };
            let own = operation.properties.duration.as_secs_f64();
            counted.push((target.name(), told.as_secs_f64(), own));
        }
    }
    counted
}

/// In 2021 all operations of a deployment counted from one start: 15.3, 22.5 and 28.4 s for three that wait for each
/// other. Where operations count their own time, as in 2016, nothing changes.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn recorded_operations_are_counted_by_themselves() {
    let Some(recordings) = recordings() else {
        eprintln!("skipped: there are no recordings");
        return;
    };
    let mut seen = 0;
    for (name, recording) in &recordings {
        for (resource, told, own) in counted(recording) {
            seen += 1;
            assert!(own <= told, "{name} {resource}");
            if name.starts_with("xplat_") {
                assert!(told - own < 1.0, "{name} {resource}: {told} became {own}");
            }
        }
        if name == "netfluent_ops_export_2021" {
            let of = |name: &str| {
                let counted = counted(recording);
                let (_, _, own) = counted
                    .iter()
                    .find(|(resource, ..)| resource == name)
                    .unwrap();
                own.round() as u64
            };
            assert_eq!(
                [of("VNet1"), of("VNet1/Subnet1"), of("VNet1/Subnet2")],
                [15, 7, 6]
            );
        }
    }
    assert!(seen > 0, "no recording has operations with dependencies");
}
