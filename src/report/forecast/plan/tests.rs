//! Tests of what is ahead and of where it is.

use super::*;
use crate::{
    arm::ProvisioningState,
    event::{EarlierResource, EarlierRun, Foreseen, History, Resource},
    report::{forecast::samples::Samples, record::seen::Seen},
};

const SCOPE: &str = "/subscriptions/s/resourceGroups/rg/providers";

fn part(name: &str) -> String {
    format!("{SCOPE}/Microsoft.Test/parts/{name}")
}

fn deployment(name: &str) -> String {
    format!("{SCOPE}/Microsoft.Resources/deployments/{name}")
}

fn names(path: &[&str]) -> Vec<String> {
    path.iter().map(|&name| name.to_owned()).collect()
}

fn seen(id: &str, path: &[&str], state: &str) -> Seen {
    let (kind, name) = type_and_name(id);
    let resource = Resource {
        id: id.to_owned(),
        kind,
        name,
        path: names(path),
        state: ProvisioningState::new(state),
        duration: Duration::from_secs(10),
        ended: None,
        causes: Vec::new(),
    };
    Seen::new(&resource, Duration::from_secs(30))
}

fn earlier(resources: &[(&str, &[&str])]) -> History {
    let resources = resources.iter().map(|(name, path)| EarlierResource {
        id: part(name),
        kind: "Microsoft.Test/parts".to_owned(),
        path: names(path),
        duration: Duration::from_secs(9),
    });
    let run = EarlierRun {
        name: String::new(),
        ended: None,
        resources: resources.collect(),
    };
    History {
        runs: vec![run],
        has_older: false,
    }
}

fn foreseen(ids: &[String]) -> Foreseen {
    Foreseen {
        resources: ids.to_vec(),
        dependencies: Dependencies::default(),
    }
}

/// Each part with the names around it and its stage, after 50 seconds.
fn parts(
    seen: &[Seen],
    foreseen: Option<&Foreseen>,
    history: &History,
    dependencies: &HashMap<String, Dependencies>,
) -> Vec<(String, Stage)> {
    let known = Known {
        resources: seen,
        foreseen,
        dependencies,
        history: Some(history),
        samples: &Samples::read(history),
    };
    let plan = Plan::new(&known, Duration::from_secs(50));
    let mut parts: Vec<_> = (0..plan.parts.len())
        .map(|at| {
            let mut path: Vec<_> = plan.around(at).map(|at| plan.parts[at].name()).collect();
            path.reverse();
            path.push(plan.parts[at].name());
            (path.join(" › "), plan.parts[at].stage)
        })
        .collect();
    parts.sort_by(|one, other| one.0.cmp(&other.0));
    parts
}

fn expect(found: &[(String, Stage)], expected: &[(&str, Stage)]) {
    let found: Vec<_> = found
        .iter()
        .map(|(name, stage)| (name.as_str(), *stage))
        .collect();
    assert_eq!(found, expected);
}

const AHEAD: Stage = Stage::Ahead;
const RUNNING: Stage = Stage::Running(30.0);
const OVER: Stage = Stage::Over;

#[test]
fn what_is_foreseen_is_ahead_until_it_is_seen_and_is_where_it_was() {
    let seen = [
        seen(&deployment("hub"), &[], "Running"),
        seen(&part("A").to_uppercase(), &["hub"], "Succeeded"),
    ];
    let history = earlier(&[("b", &["hub", "inner"]), ("c", &[]), ("gone", &["hub"])]);
    let ids = [
        part("a"),
        part("b"),
        part("c"),
        part("new"),
        deployment("inner"),
        deployment("hub"),
    ];
    expect(
        &parts(&seen, Some(&foreseen(&ids)), &history, &HashMap::new()),
        &[
            ("c", AHEAD),
            ("hub", RUNNING),
            ("hub › A", OVER),
            ("hub › inner", AHEAD),
            ("hub › inner › b", AHEAD),
            ("new", AHEAD),
        ],
    );
}

#[test]
fn without_foresight_the_newest_run_and_the_dependencies_tell() {
    let history = earlier(&[("b", &["hub"]), ("c", &[])]);
    let mut within = Dependencies::default();
    within.insert(part("new").to_lowercase(), vec![part("b").to_lowercase()]);
    let mut root = Dependencies::default();
    root.insert(
        deployment("hub").to_lowercase(),
        vec![part("c").to_lowercase()],
    );
    let dependencies = HashMap::from([
        (deployment("hub").to_lowercase(), within),
        (deployment("root").to_lowercase(), root),
    ]);
    for foreseen in [None, Some(&Foreseen::default())] {
        expect(
            &parts(&[], foreseen, &history, &dependencies),
            &[
                ("c", AHEAD),
                ("hub", AHEAD),
                ("hub › b", AHEAD),
                ("hub › new", AHEAD),
            ],
        );
    }
}

#[test]
fn nothing_is_ahead_in_a_deployment_that_has_ended() {
    let seen = [
        seen(&deployment("hub"), &[], "Succeeded"),
        seen(&part("a"), &["hub"], "Running"),
    ];
    let history = earlier(&[("b", &["hub", "inner"])]);
    expect(
        &parts(&seen, None, &history, &HashMap::new()),
        &[
            ("hub", OVER),
            ("hub › a", OVER),
            ("hub › inner", OVER),
            ("hub › inner › b", OVER),
        ],
    );
}

#[test]
fn a_name_that_two_deployments_have_places_neither() {
    let history = earlier(&[("b", &["same"])]);
    let other = deployment("same").replace("/rg/", "/other/");
    let ids = [part("b"), deployment("same"), other];
    expect(
        &parts(&[], Some(&foreseen(&ids)), &history, &HashMap::new()),
        &[
            ("same", AHEAD),
            ("same", AHEAD),
            ("same", AHEAD),
            ("same › b", AHEAD),
        ],
    );
}
