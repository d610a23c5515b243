//! The longest path through what is ahead, compared with all paths.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::super::{known::Known, network::Network, plan::Plan, samples::Samples, wholes::Wholes};
use crate::{
    arm::Dependencies,
    event::{EarlierResource, EarlierRun, Foreseen, History},
    testing::timeline::Random,
};

const SCOPE: &str = "/subscriptions/s/resourceGroups/rg/providers";

/// A resource that takes so many seconds, or a nested deployment.
#[derive(Clone, Debug)]
struct Part {
    name: String,
    seconds: Option<f64>,
    around: Option<usize>,
    before: Vec<usize>,
}

impl Part {
    fn id(&self) -> String {
        let kind = self.seconds.map_or(
            "Microsoft.Resources/deployments",
            |_| "Microsoft.Test/parts",
        );
        format!("{SCOPE}/{kind}/{}", self.name)
    }
}

/// At most eight parts, in nested deployments of which none is empty.
fn few_parts(random: &mut Random) -> Vec<Part> {
    let groups = random.below(3);
    let count = groups * 2 + 1 + random.below(3);
    let mut parts: Vec<Part> = Vec::new();
    for at in 0..count {
        let is_group = at < groups;
        let around = match at {
            // The second deployment is in the first one half of the time; each has a resource.
            1 if is_group => [None, Some(0)][random.below(2)],
            _ if is_group => None,
            _ if at < 2 * groups => Some(at - groups),
            _ => (groups > 0).then(|| random.below(groups)),
        };
        let beside: Vec<usize> = (0..at).filter(|at| parts[*at].around == around).collect();
        let before = beside
            .into_iter()
            .filter(|_| random.below(2) == 0)
            .collect();
        parts.push(Part {
            name: format!("p{at}"),
            seconds: (!is_group).then(|| random.between(0.0, 100.0)),
            around,
            before,
        });
    }
    parts
}

fn path(parts: &[Part], at: usize) -> Vec<String> {
    let next = |at: &usize| parts[*at].around;
    let around = std::iter::successors(parts[at].around, next);
    let mut path: Vec<_> = around.map(|at| parts[at].name.clone()).collect();
    path.reverse();
    path
}

fn history(parts: &[Part]) -> History {
    let resources = parts
        .iter()
        .enumerate()
        .filter(|(_, part)| part.seconds.is_some());
    let resources = resources.map(|(at, part)| EarlierResource {
        id: part.id(),
        kind: "Microsoft.Test/parts".to_owned(),
        path: path(parts, at),
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

fn foreseen(parts: &[Part]) -> Foreseen {
    let mut dependencies = Dependencies::default();
    for part in parts {
        let before = part.before.iter().map(|at| parts[*at].id().to_lowercase());
        dependencies.insert(part.id().to_lowercase(), before.collect());
    }
    Foreseen {
        resources: parts.iter().map(Part::id).collect(),
        dependencies,
    }
}

/// The longest path by the program, and how many resources it counts.
fn longest(foreseen: &Foreseen, history: &History, seconds: &HashMap<String, f64>) -> (f64, usize) {
    let known = Known {
        resources: &[],
        foreseen: Some(foreseen),
        dependencies: &HashMap::new(),
        history: Some(history),
        samples: &Samples::read(history),
    };
    let plan = Plan::new(&known, Duration::ZERO);
    let network = Network::new(&plan, &Wholes::default());
    let seconds = |at: usize| {
        let name = plan.parts[at].name();
        seconds.get(name.as_ref()).copied().unwrap_or(1.0)
    };
    let path = network.longest(seconds);
    // The same in two courses of events, of which one takes twice as long.
    let ends = network.ends(|at| [seconds(at) as f32, 2.0 * seconds(at) as f32]);
    assert!(
        (f64::from(ends[0]) - path.end).abs() < 0.01 * path.end,
        "{ends:?}"
    );
    assert!(
        (f64::from(ends[1]) - 2.0 * path.end).abs() < 0.01 * path.end,
        "{ends:?}"
    );
    (path.end, network.resources().count())
}

/// The end of a part by following every path to it, without remembering any.
fn end(parts: &[Part], at: usize) -> f64 {
    let begin = begin(parts, at);
    let inner = (0..parts.len()).filter(|inner| parts[*inner].around == Some(at));
    let ends = inner.map(|inner| end(parts, inner));
    ends.fold(begin + parts[at].seconds.unwrap_or(0.0), f64::max)
}

fn begin(parts: &[Part], at: usize) -> f64 {
    let around = parts[at].around.map_or(0.0, |around| begin(parts, around));
    let ends = parts[at].before.iter().map(|before| end(parts, *before));
    ends.fold(around, f64::max)
}

#[test]
fn the_longest_path_is_the_longest_of_all() {
    let mut random = Random::new(7);
    for _ in 0..500 {
        let parts = few_parts(&mut random);
        let seconds = parts
            .iter()
            .filter_map(|part| Some((part.name.clone(), part.seconds?)));
        let seconds: HashMap<_, _> = seconds.collect();
        let (found, count) = longest(&foreseen(&parts), &history(&parts), &seconds);
        let expected = (0..parts.len())
            .map(|at| end(&parts, at))
            .fold(0.0, f64::max);
        assert!(
            (found - expected).abs() < 1e-6,
            "{found} {expected} {parts:#?}"
        );
        assert_eq!(count, seconds.len());
    }
}

fn waits(pairs: &[(String, String)]) -> Foreseen {
    let mut dependencies = Dependencies::default();
    for (after, before) in pairs {
        let all = dependencies.of(after).map(str::to_owned);
        let all: Vec<_> = all.chain([before.clone()]).collect();
        dependencies.insert(after.clone(), all);
    }
    let ids = pairs
        .iter()
        .flat_map(|(after, before)| [after.clone(), before.clone()]);
    Foreseen {
        resources: ids.collect(),
        dependencies,
    }
}

#[test]
fn circles_end_and_what_waits_for_them_comes_later() {
    let part = |name: &str| format!("/providers/microsoft.test/parts/{name}");
    let wait = |(after, before)| (part(after), part(before));
    let pairs = [
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
        ("d", "c"),
        ("a", "a"),
        ("e", "d"),
    ]
    .map(wait);
    let (end, count) = longest(&waits(&pairs), &History::default(), &HashMap::new());
    assert_eq!(count, 5);
    assert!((3.0..=5.0).contains(&end), "{end}");
}

#[test]
fn deployments_within_each_other_end_too() {
    let deployment = |name: &str| format!("/providers/microsoft.resources/deployments/{name}");
    let mut dependencies = HashMap::new();
    for (outer, inner) in [("a", "b"), ("b", "a")] {
        let mut within = Dependencies::default();
        within.insert(
            deployment(inner),
            vec!["/providers/microsoft.test/parts/x".to_owned()],
        );
        dependencies.insert(deployment(outer), within);
    }
    let known = Known {
        resources: &[],
        foreseen: None,
        dependencies: &dependencies,
        history: None,
        samples: &Samples::default(),
    };
    let plan = Plan::new(&known, Duration::ZERO);
    assert_eq!(plan.parts.len(), 3);
    let network = Network::new(&plan, &Wholes::default());
    assert_eq!(network.longest(|_| 5.0).end, 5.0);
}

/// Nothing here depends on the depth of a call, so that a chain of any length can be followed.
#[test]
fn a_chain_of_ten_thousand_is_followed_to_its_end() {
    let part = |at: usize| format!("/providers/microsoft.test/parts/{at}");
    let pairs: Vec<_> = (1..10_000).map(|at| (part(at), part(at - 1))).collect();
    let (end, count) = longest(&waits(&pairs), &History::default(), &HashMap::new());
    assert_eq!((end, count), (10_000.0, 10_000));
}

#[test]
fn a_path_of_any_depth_is_followed_as_deep_as_it_can_be() {
    let resource = EarlierResource {
        id: "/providers/microsoft.test/parts/x".to_owned(),
        kind: "microsoft.test/parts".to_owned(),
        path: (0..5_000).map(|at| at.to_string()).collect(),
        duration: Duration::from_secs(9),
    };
    let run = EarlierRun {
        name: String::new(),
        ended: None,
        resources: vec![resource],
    };
    let history = History {
        runs: vec![run],
        has_older: false,
    };
    let begun = Instant::now();
    let (end, count) = longest(&Foreseen::default(), &history, &HashMap::new());
    assert_eq!((end, count), (1.0, 1));
    println!("a path of 5,000 names: {:?}", begun.elapsed());
}
