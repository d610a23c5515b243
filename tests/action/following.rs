//! What the log shows of hours, and how Azure is asked meanwhile.

use azure_simulator::{Options, Service, Simulator};

use super::{
    common::requests,
    step::{Step, azure, options},
    templates::{gateway, gateways, nested},
};

#[test]
fn the_log_starts_with_what_where_and_who() {
    let azure = azure();
    let outcome = Step::new(&azure, &nested()).run().expect(0);
    let head: String = outcome.log.lines().take(12).collect::<Vec<_>>().join("\n");
    for words in [
        "main.json",
        azure_simulator::RESOURCE_GROUP,
        azure_simulator::CLIENT_ID,
    ] {
        assert!(
            head.contains(words),
            "{words} is not among the first lines:\n{head}"
        );
    }
}

#[test]
fn a_long_silence_is_broken_by_a_heartbeat() {
    let azure = azure();
    let outcome = Step::new(&azure, &gateway())
        .input("heartbeat-interval", "3m")
        .run()
        .expect(0);
    let beats = outcome
        .log
        .lines()
        .filter(|line| line.contains("still running"))
        .count();
    assert!(
        (2..=4).contains(&beats),
        "{beats} in 12 minutes:\n{}",
        outcome.log
    );
}

#[test]
fn three_connections_serve_a_run() {
    let azure = azure();
    Step::new(&azure, &gateway()).run().expect(0);
    let asked = requests(&azure, "GET", "").len();
    assert!(asked > 20, "{asked}");
    // One for what is followed, and one each for what will be deployed and how long it took before.
    assert!(azure.connections(Service::ResourceManager) <= 3);
}

#[test]
fn only_what_may_have_changed_is_read_again() {
    let azure = azure();
    let mut template = gateways(1);
    let inner = nested()["resources"][1].clone();
    template["resources"].as_array_mut().unwrap().push(inner);
    Step::new(&azure, &template).run().expect(0);
    let journal = azure.journal();
    let reads = |name: &str| {
        let path = format!("/deployments/{name}/operations");
        journal
            .iter()
            .filter(|exchange| exchange.path.to_lowercase().ends_with(&path))
            .count()
    };
    assert!(
        reads("inner") < 10,
        "the nested deployment ended within seconds: {}",
        reads("inner")
    );
}

#[test]
fn empty_pages_hide_nothing() {
    let azure = Simulator::start(Options {
        page_size: 1,
        empty_pages: 2,
        ..options()
    });
    let outcome = Step::new(&azure, &nested()).run().expect(0);
    for name in ["vnet", "routes"] {
        assert!(
            outcome.summary.contains(name),
            "{name}: {}",
            outcome.summary
        );
    }
}
