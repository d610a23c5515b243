//! Runs that Azure has really made, the later ones forecast from the earlier, where the recordings are there.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::{collections::HashMap, fs, path::PathBuf, time::Duration};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::{
    known::Known,
    outlook::{Forecast, Outlook},
    samples::Samples,
};
use crate::{
    arm::{Dependencies, Operation},
    event::{EarlierResource, EarlierRun, Foreseen, History},
};

/// Runs that are read before the one that is forecast.
const EARLIER: usize = 5;

/// A run that has ended.
#[derive(Clone, Debug, Default)]
struct Run {
    resources: Vec<EarlierResource>,
    dependencies: Dependencies,
    /// From when to when resources were at work.
    span: Option<(Timestamp, Timestamp)>,
}

/// The answers that a recording has; none if it is not there.
fn answers(file: &str) -> Option<Vec<Value>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let data = std::env::var_os("LONG_DEPLOY_SHARED_DATA").unwrap_or_else(|| beside.into());
    let path = PathBuf::from(data).join("recordings").join(file);
    let Ok(text) = fs::read(&path) else {
        eprintln!("skipped: no {}", path.display());
        return None;
    };
    let recording: Value = serde_json::from_slice(&text).expect("JSON");
    Some(
        recording["interactions"]
            .as_array()
            .expect("a list")
            .clone(),
    )
}

impl Run {
    fn add(&mut self, operation: &Value) {
        let operation: Operation = serde_json::from_value(operation.clone()).expect("readable");
        let properties = operation.properties;
        let (Some(end), Some(target)) = (properties.timestamp, properties.target_resource) else {
            return;
        };
        let start = end - properties.duration;
        let (first, last) = self.span.unwrap_or((start, end));
        self.span = Some((first.min(start), last.max(end)));
        self.resources.push(EarlierResource {
            id: target.identity(),
            kind: target.kind().to_owned(),
            path: Vec::new(),
            duration: properties.duration,
        });
    }

    fn length(&self) -> Duration {
        let (start, end) = self.span.expect("something ran");
        end.duration_since(start).unsigned_abs()
    }

    /// What is told of it before it begins.
    fn forecast(&self, earlier: &[Self]) -> Option<Forecast> {
        let runs = earlier.iter().rev().take(EARLIER).map(|run| EarlierRun {
            name: String::new(),
            ended: None,
            resources: run.resources.clone(),
        });
        let history = History {
            runs: runs.collect(),
            has_older: false,
        };
        let ids = self.resources.iter().map(|resource| resource.id.clone());
        let foreseen = Foreseen {
            resources: ids.collect(),
            dependencies: self.dependencies.clone(),
        };
        let known = Known {
            resources: &[],
            foreseen: Some(&foreseen),
            dependencies: &HashMap::new(),
            history: Some(&history),
            samples: &Samples::read(&history),
        };
        let Outlook { left, .. } = known.outlook(Duration::ZERO);
        left
    }
}

/// By how much of its length each run's forecast was off; nothing for those of which nothing was told.
fn errors(title: &str, runs: &[Run]) -> Vec<Option<f64>> {
    let errors = runs.iter().enumerate().map(|(at, run)| {
        let (real, told) = (run.length().as_secs_f64(), run.forecast(&runs[..at]));
        let Some(Forecast {
            left, low, high, ..
        }) = told
        else {
            println!("{title}, run {}: {real:.0} s, nothing told", at + 1);
            return None;
        };
        let error = (left.as_secs_f64() - real) / real;
        println!(
            "{title}, run {}: {real:.0} s, told {:.0} s ({:.0} to {:.0}), error {:+.0} %",
            at + 1,
            left.as_secs_f64(),
            low.as_secs_f64(),
            high.as_secs_f64(),
            100.0 * error
        );
        Some(error)
    });
    errors.collect()
}

/// A creation in 28 seconds and two updates in 4 and 6; the whole deployment counts as its last resource.
#[test]
fn an_update_is_estimated_by_updates_alone() {
    let Some(answers) = answers("azd_sub_whatif_state_2026.json") else {
        return;
    };
    let mut runs: Vec<Run> = Vec::new();
    let mut told = Vec::new();
    for answer in &answers {
        let properties = &answer["responseBody"]["properties"];
        let last = properties["outputResources"]
            .as_array()
            .and_then(|all| all.last());
        let Some(last) = last.filter(|_| properties["provisioningState"] == "Succeeded") else {
            continue;
        };
        if !told.contains(&&properties["timestamp"]) {
            told.push(&properties["timestamp"]);
            let mut run = Run::default();
            run.add(&json!({"properties": {
                "timestamp": properties["timestamp"], "duration": properties["duration"],
                "provisioningState": "Succeeded", "targetResource": last,
            }}));
            runs.push(run);
        }
    }
    let errors = errors("azd, the same template", &runs);
    let [None, None, Some(error)] = errors.as_slice() else {
        panic!("an update was estimated by a creation: {errors:?}");
    };
    assert!(error.abs() < 0.5, "{error}");
}

/// One template in two resource groups, so that creations tell of creations.
#[test]
fn a_template_in_another_group_is_estimated_by_its_types() {
    let files = ["xplat_operation_stream_2016.json", "xplat_delete_2016.json"];
    let runs: Option<Vec<_>> = files
        .iter()
        .map(|file| answers(file).map(|all| last_list(&all)))
        .collect();
    let Some(runs) = runs else {
        return;
    };
    let errors = errors("xplat, the same template in another group", &runs);
    let [None, Some(error)] = errors.as_slice() else {
        panic!("{errors:?}");
    };
    assert!(error.abs() < 0.15, "{error}");
}

/// The run that the last list of operations and the answer to the submission tell.
fn last_list(answers: &[Value]) -> Run {
    let mut run = Run::default();
    for answer in answers {
        let body = &answer["responseBody"];
        if let Ok(dependencies) = serde_json::from_value(body["properties"]["dependencies"].clone())
            && body["properties"]["dependencies"].is_array()
        {
            run.dependencies = dependencies;
        }
        let is_list = answer["url"]
            .as_str()
            .is_some_and(|url| url.contains("/operations"));
        if is_list && let Some(operations) = body["value"].as_array() {
            (run.resources, run.span) = Default::default();
            operations.iter().for_each(|operation| run.add(operation));
        }
    }
    run
}

/// Virtual machines with images of all kinds, one after another: their durations differ by a factor of six.
#[test]
fn where_earlier_runs_differ_the_range_is_wide() {
    let Some(answers) = answers("miq_operations_12deployments_2018.json") else {
        return;
    };
    let mut runs: Vec<Run> = answers
        .iter()
        .map(|answer| last_list(std::slice::from_ref(answer)))
        .collect();
    runs.retain(|run| {
        let is_machine = |resource: &EarlierResource| resource.kind.ends_with("/virtualMachines");
        run.resources.iter().all(is_machine) && run.resources.len() == 1
    });
    runs.sort_by_key(|run| run.span);
    assert!(runs.len() > 5, "{}", runs.len());
    let errors = errors("miq, a virtual machine", &runs);
    assert!(errors[1..].iter().all(Option::is_some));
    let earlier = &runs[..EARLIER];
    let told = runs[EARLIER].forecast(earlier).expect("told");
    assert!(told.high > 2 * told.low, "{told:?}");
}
