//! The chain of small runs, by hand and by brute force.

use jiff::Timestamp;
use proptest::prelude::*;

use super::{apart::Reason, *};
use crate::{
    arm::Dependencies,
    event::{Ending, Event, Foreseen},
    report::record::bars::Bars,
    testing::stories::{minutes, nested, progressed, resource},
};

/// A resource of a run: the names of the deployments around it and its own, from when to when it ran in minutes, and
/// what it waits for by the same names.
type Row<'a> = (&'a str, u64, u64, &'a [&'a str]);

fn names(place: &str) -> (Vec<String>, String) {
    let mut path: Vec<String> = place.split('/').map(str::to_owned).collect();
    let name = path.pop().expect("a name");
    (path, name)
}

/// A resource, or a deployment if its name begins with a capital letter.
fn placed((place, start, end, _): &Row<'_>) -> Resource {
    let (path, name) = names(place);
    let kind = if name.starts_with(char::is_uppercase) {
        nested(&name, "Succeeded").kind
    } else {
        "Microsoft.Network/azureFirewalls".to_owned()
    };
    Resource {
        id: id(place),
        kind,
        path,
        ended: Some(Timestamp::UNIX_EPOCH + minutes(*end)),
        duration: minutes(end - start),
        ..resource(&name, "Succeeded", 0)
    }
}

fn id(place: &str) -> String {
    format!("/s/{place}")
}

/// The record of a run, with the dependencies of each deployment.
fn ran(rows: &[Row<'_>]) -> Record {
    let mut record = Record::default();
    let mut told: HashMap<String, Dependencies> = HashMap::new();
    for row in rows {
        let around = row
            .0
            .rsplit_once('/')
            .map_or("/root".into(), |(around, _)| id(around));
        let before = row.3.iter().map(|before| id(before).to_lowercase());
        let dependencies = told.entry(around).or_default();
        if !row.3.is_empty() {
            dependencies.insert(id(row.0).to_lowercase(), before.collect());
        }
    }
    for (deployment, dependencies) in told {
        let read = Event::DependenciesRead {
            deployment,
            dependencies,
        };
        record.observe(&read, minutes(1));
    }
    let changed = rows.iter().map(placed).collect();
    record.observe(&progressed(changed, 0, 0), minutes(1));
    record.observe(&Event::Ended(Ending::Succeeded), minutes(200));
    record
}

fn chain(record: &Record) -> Vec<(&str, Waited)> {
    let links = Bars::new(record).chain.links.into_iter();
    let named = links.map(|link| {
        (
            record.resources[link.at].resource.name.as_str(),
            link.waited,
        )
    });
    named.collect()
}

#[test]
fn the_end_waited_for_dependencies_and_not_for_what_ended_just_before() {
    let record = ran(&[
        ("vnet", 0, 2, &[]),
        ("pip", 0, 1, &[]),
        ("afw", 2, 48, &["vnet", "pip"]),
        ("vgw", 2, 47, &["vnet"]),
        ("connection", 48, 60, &["vgw"]),
        ("idle", 12, 13, &[]),
    ]);
    // The connection began late for another reason, and the firewall ended just then by chance.
    assert_eq!(
        chain(&record),
        [
            ("vnet", Waited::Nothing),
            ("vgw", Waited::Before),
            ("connection", Waited::Before)
        ]
    );
    let bars = Bars::new(&record);
    assert_eq!(bars.chain.length(&bars.spans), minutes(2 + 45 + 12));
    let critical = bars.all.iter().filter(|bar| bar.critical);
    let critical: Vec<_> = critical.map(|bar| bar.resource.name.as_str()).collect();
    assert_eq!(critical, ["vnet", "vgw", "connection"]);
}

#[test]
fn a_nested_deployment_waits_and_is_waited_for_as_a_whole() {
    let record = ran(&[
        ("Network", 0, 50, &[]),
        ("Network/vnet", 0, 5, &[]),
        ("Network/Gateway", 5, 50, &["Network/vnet"]),
        ("Network/Gateway/pip", 5, 6, &[]),
        ("Network/Gateway/vgw", 6, 50, &["Network/Gateway/pip"]),
        ("Firewall", 50, 61, &["Network"]),
        ("Firewall/policy", 50, 51, &[]),
        ("Firewall/afw", 50, 61, &[]),
    ]);
    assert_eq!(
        chain(&record),
        [
            ("vnet", Waited::Nothing),
            ("pip", Waited::Before),
            ("vgw", Waited::Before),
            ("afw", Waited::Whole(0)),
        ]
    );
}

#[test]
fn what_azure_did_not_tell_is_unknown() {
    let rows = [("vnet", 0, 2, &[][..]), ("afw", 2, 13, &["vnet"])];
    let mut record = ran(&rows);
    record.dependencies.clear();
    assert_eq!(chain(&record), [("afw", Waited::Unknown)]);
    // A validation tells it for all of them.
    let mut dependencies = Dependencies::default();
    dependencies.insert(id("afw"), vec![id("VNET")]);
    record.foreseen = Some(Foreseen {
        resources: vec![id("VNET"), id("afw")],
        dependencies,
    });
    assert_eq!(
        chain(&record),
        [("vnet", Waited::Nothing), ("afw", Waited::Before)]
    );
    // One alone waits for none.
    let mut alone = ran(&rows[..1]);
    alone.dependencies.clear();
    assert_eq!(chain(&alone), [("vnet", Waited::Nothing)]);
}

#[test]
fn what_is_in_a_deployment_that_azure_told_nothing_of_is_unknown() {
    let mut record = ran(&[
        ("vnet", 0, 5, &[]),
        ("Firewall", 5, 16, &["vnet"]),
        ("Firewall/policy", 5, 6, &[]),
        ("Firewall/afw", 6, 16, &["Firewall/policy"]),
    ]);
    record.dependencies.remove(&id("Firewall").to_lowercase());
    assert_eq!(chain(&record), [("afw", Waited::Unknown)]);
    record.dependencies.clear();
    record
        .dependencies
        .insert(id("Firewall").to_lowercase(), Dependencies::default());
    // What the deployment around it waited for is not known either.
    assert_eq!(chain(&record), [("afw", Waited::Unknown)]);
}

#[test]
fn a_deployment_whose_resources_cannot_be_shown_is_a_link_itself() {
    let record = ran(&[("Hidden", 0, 20, &[]), ("afw", 20, 31, &["Hidden"])]);
    assert_eq!(
        chain(&record),
        [("Hidden", Waited::Nothing), ("afw", Waited::Before)]
    );
}

/// The pairs that perhaps could have run side by side, and how many minutes that saves.
fn apart(record: &Record) -> Vec<(&str, &str, Reason<'_>, u64)> {
    let bars = Bars::new(record);
    let pairs = bars.chain.apart(record, &bars.spans, minutes(100));
    let pairs = pairs.into_iter().map(|pair| {
        let saves = pair.saves.as_secs() / 60;
        (&*pair.earlier.name, &*pair.later.name, pair.reason, saves)
    });
    pairs.collect()
}

#[test]
fn who_waits_for_all_of_a_deployment_perhaps_need_not() {
    let rows = |other_end| -> Vec<Row<'static>> {
        vec![
            ("Network", 0, 50, &[]),
            ("Network/vnet", 0, other_end, &[]),
            ("Network/vgw", 2, 50, &[]),
            ("Firewall", 50, 75, &["Network"]),
            ("Firewall/afw", 50, 75, &[]),
        ]
    };
    let record = ran(&rows(2));
    let around = &record.resources[0].resource;
    assert_eq!(apart(&record), [("vgw", "afw", Reason::Whole(around), 25)]);
    // Nothing is gained if all in it ended together.
    assert_eq!(apart(&ran(&rows(45))), []);
    // What lies between them is of no matter.
    let mut between = rows(2);
    between.extend([
        ("Network/connection", 50, 51, &["Network/vgw"][..]),
        ("Firewall/pip", 51, 52, &[]),
    ]);
    between[0].2 = 51;
    between[4] = ("Firewall/afw", 52, 75, &["Firewall/pip"]);
    let record = ran(&between);
    let around = &record.resources[0].resource;
    assert_eq!(apart(&record), [("vgw", "afw", Reason::Whole(around), 23)]);
    // It needs what is alone in its deployment.
    let mut alone = rows(2);
    alone.remove(1);
    assert_eq!(apart(&ran(&alone)), []);
}

#[test]
fn alike_resources_perhaps_need_not_wait_for_each_other() {
    let alike = ran(&[("vgw-a", 0, 40, &[]), ("vgw-b", 40, 70, &["vgw-a"])]);
    assert_eq!(apart(&alike), [("vgw-a", "vgw-b", Reason::SameType, 30)]);
    // Below a tenth of the run it is not worth a word.
    let short = ran(&[("vgw-a", 0, 40, &[]), ("vgw-b", 40, 49, &["vgw-a"])]);
    assert_eq!(apart(&short), []);
    let mut unlike = ran(&[("vgw", 0, 40, &[]), ("afw", 40, 70, &["vgw"])]);
    unlike.resources[0].resource.kind = "Microsoft.Network/virtualNetworkGateways".to_owned();
    assert_eq!(apart(&unlike), []);
}

#[test]
fn circles_and_nothing_end_the_search() {
    let circle = ran(&[("a", 0, 5, &["b"]), ("b", 0, 5, &["a"])]);
    let links = chain(&circle);
    assert_eq!((links.len(), links[0].1), (2, Waited::Unknown));
    assert_eq!(chain(&Record::default()), []);
}

/// Durations and dependencies of at most eight resources, in two deployments of which the second waits for the first.
fn small_graphs() -> impl Strategy<Value = Vec<(u64, Vec<prop::sample::Index>)>> {
    let resource = (
        1..50_u64,
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    );
    prop::collection::vec(resource, 1..=8)
}

proptest! {
    /// In a run in which all begin as soon as they can, the chain is the longest of all ways through the dependencies.
    #[test]
    fn the_chain_is_the_longest_way(graph in small_graphs(), cut in any::<prop::sample::Index>()) {
        let first = cut.index(graph.len());
        let inner = |at: usize| if at < first { 0 } else { first };
        // Those before, within the same deployment.
        let before: Vec<Vec<usize>> = graph.iter().enumerate().map(|(at, (_, picks))| {
            let near = at - inner(at);
            picks.iter().filter(|_| near > 0).map(|pick| inner(at) + pick.index(near)).collect()
        }).collect();
        let mut ends = Vec::new();
        for (at, (length, _)) in graph.iter().enumerate() {
            let deployment = ends[..inner(at)].iter().copied().max().unwrap_or(0);
            let start = before[at].iter().map(|&before: &usize| ends[before]).max().unwrap_or(deployment);
            ends.push(start + length);
        }
        let name = |at: usize| format!("{}/r{at}", if at < first { "First" } else { "Second" });
        let places: Vec<_> = (0..graph.len()).map(name).collect();
        let waits: Vec<Vec<&str>> = before.iter().map(|all| all.iter().map(|&at| &*places[at]).collect()).collect();
        let all_of_first = ends[..first].iter().copied().max().unwrap_or(0);
        let mut rows: Vec<Row<'_>> = vec![("First", 0, all_of_first, &[]), ("Second", all_of_first, *ends.iter().max().expect("one"), &["First"])];
        if first == 0 {
            rows = vec![("Second", 0, *ends.iter().max().expect("one"), &[])];
        }
        rows.extend((0..graph.len()).map(|at| (&*places[at], ends[at] - graph[at].0, ends[at], &*waits[at])));
        let record = ran(&rows);
        let bars = Bars::new(&record);
        let longest = longest_way(&graph, &before, first);
        prop_assert_eq!(bars.chain.length(&bars.spans), minutes(longest));
        prop_assert_eq!(bars.chain.links[0].waited, Waited::Nothing);
    }
}

/// The length of the longest of all ways, each tried.
fn longest_way(
    graph: &[(u64, Vec<prop::sample::Index>)],
    before: &[Vec<usize>],
    first: usize,
) -> u64 {
    fn ways(
        at: usize,
        graph: &[(u64, Vec<prop::sample::Index>)],
        before: &[Vec<usize>],
        first: usize,
    ) -> Vec<u64> {
        let mut earlier = before[at].clone();
        if earlier.is_empty() && at >= first {
            earlier = (0..first).collect();
        }
        let all = earlier
            .into_iter()
            .flat_map(|before_it| ways(before_it, graph, before, first));
        let all: Vec<_> = all.map(|length| length + graph[at].0).collect();
        if all.is_empty() {
            vec![graph[at].0]
        } else {
            all
        }
    }
    let all = (0..graph.len()).flat_map(|at| ways(at, graph, before, first));
    all.max().unwrap_or(0)
}
