//! What is read ahead of a deployment that runs for long: what it will deploy, and how long that took before.

use std::time::Duration;

use azure_simulator::{
    Exchange, Fault, Options, RESOURCE_GROUP, SUBSCRIPTION_ID, Service, Simulator,
};
use serde_json::{Value, json};

use super::{
    common::{each, later, requests, stack},
    step::{Step, options},
    templates::{gateway, resource, template},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A network and, in a deployment of a name of its own, a gateway of twelve minutes.
fn hub() -> Value {
    template(
        "resourceGroup",
        json!([
            resource("Microsoft.Network/virtualNetworks", "vnet"),
            {
                "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01",
                "name": "[concat('inner-', deployment().name)]",
                "properties": { "mode": "Incremental", "template": gateway() }
            }
        ]),
    )
}

fn id(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/providers/Microsoft.Resources/deployments/{name}"
    )
}

/// An Azure in which the hub was deployed on so many days before.
fn azure(days: u32, options: Options) -> Simulator {
    let azure = Simulator::start(Options {
        past: DAY * (days + 1),
        updates: 0.5,
        spread: 0.1,
        ..options
    });
    for day in (1..=days).rev() {
        azure.deploy_earlier(
            &id(&format!("main-{day}-abcdef")),
            &hub(),
            &json!({}),
            DAY * day,
        );
    }
    azure
}

/// Names of the deployments whose operations were read, in that order, but for that of the run.
fn read(azure: &Simulator) -> Vec<String> {
    let names = requests(azure, "GET", "/operations")
        .into_iter()
        .map(|read| {
            let mut segments = read.path.rsplit('/');
            segments.nth(1).unwrap().to_owned()
        });
    let mut names: Vec<_> = names.collect();
    names.retain(|name| !name.contains("-4711-"));
    names
}

/// Requests for what has succeeded.
fn lists(azure: &Simulator) -> Vec<Exchange> {
    let mut lists = requests(azure, "GET", "/deployments");
    lists.retain(|list| {
        list.query
            .get("$filter")
            .is_some_and(|own| own.contains("Succeeded"))
    });
    lists
}

#[test]
fn what_was_deployed_before_is_read_once_it_runs_for_a_while() {
    let azure = azure(2, options());
    let first = Step::new(&azure, &hub())
        .environment("GITHUB_RUN_ID", "1")
        .run()
        .expect(0);
    let newest = first.output("deployment-name").to_owned();
    let before = azure.journal().len();
    Step::new(&azure, &hub()).run().expect(0);
    let journal = azure.journal().split_off(before);
    let put = journal
        .iter()
        .find(|exchange| exchange.method == "PUT")
        .unwrap()
        .at;
    let list = lists(&azure).pop().unwrap();
    assert!(list.at >= put + Duration::from_secs(20));
    let read = read(&azure);
    let inner = |name: &str| format!("inner-{name}");
    let names = [newest.as_str(), "main-1-abcdef", "main-2-abcdef"];
    let expected: Vec<_> = names
        .iter()
        .flat_map(|name| [(*name).to_owned(), inner(name)])
        .collect();
    assert_eq!(read[read.len() - 6..], expected, "{read:?}");
    let validations = requests(&azure, "POST", "-preview/validate");
    assert_eq!(validations.len(), 2, "one for each run");
    assert!(validations[0].took_effect());
}

#[test]
fn what_ends_soon_costs_one_request_more() {
    // Slow enough that a busy machine does not make it last.
    let scale = 20;
    let azure = azure(
        2,
        Options {
            time_scale: f64::from(scale),
            durations: vec![("vnet".to_owned(), Duration::from_secs(3))],
            ..options()
        },
    );
    let network = json!([resource("Microsoft.Network/virtualNetworks", "vnet")]);
    Step::new(&azure, &template("resourceGroup", network))
        .environment("LONG_DEPLOY_TIME_SCALE", &scale.to_string())
        .input("poll-interval", "5s")
        .run()
        .expect(0);
    assert_eq!((lists(&azure).len(), read(&azure)), (0, vec![]));
    assert_eq!(requests(&azure, "POST", "/validate").len(), 1);
}

#[test]
fn of_hundreds_of_deployments_the_newest_are_looked_at() {
    let azure = azure(1, options());
    for number in 0..720_u32 {
        let ago = DAY - Duration::from_secs(60) * (number + 60);
        azure.deploy_earlier(
            &id(&format!("other-{number}-x")),
            &template("resourceGroup", json!([])),
            &json!({}),
            ago,
        );
    }
    Step::new(&azure, &hub()).run().expect(0);
    let lists = lists(&azure);
    assert_eq!(lists.len(), 2);
    assert_eq!(lists[0].query["$top"], "100");
    assert_eq!(
        read(&azure),
        Vec::<String>::new(),
        "the hub is older than those"
    );
}

#[test]
fn a_stack_and_what_others_submitted_have_history_as_well() {
    let azure = azure(1, options());
    stack(&azure, &hub()).run().expect(0);
    let of_first = read(&azure);
    assert!(
        of_first.iter().any(|name| name == "main-1-abcdef"),
        "{of_first:?}"
    );
    assert_eq!(
        requests(&azure, "POST", "/validate").len(),
        0,
        "nothing is validated"
    );
    azure.start_foreign_deployment(&id("hub"), hub());
    later(&azure, "wait").run().expect(0);
    let all = read(&azure);
    let again = all.iter().filter(|name| *name == "main-1-abcdef");
    assert_eq!(again.count(), 2, "{all:?}");
    assert!(
        all.iter().filter(|name| name.starts_with("hub-")).count() > 1,
        "that of the stack: {all:?}"
    );
}

/// Everything that may be wrong with what is read ahead.
fn faults() -> Vec<Fault> {
    let list = |fault: Fault| fault.method("GET").path_ends_with("/deployments");
    let nested = |fault: Fault| fault.path_contains("/deployments/inner-main-1-abcdef/");
    let validation = |fault: Fault| fault.method("POST").path_ends_with("/validate");
    let elsewhere = r#"{"value": [], "nextLink": "https://elsewhere.example/deployments"}"#;
    let denied = || Fault::azure(403, "AuthorizationFailed", "no");
    let absent = || Fault::azure(404, "DeploymentNotFound", "gone");
    let busy =
        || Fault::azure(429, "TooManyRequests", "slowly").with_retry_after(Duration::from_secs(7));
    let all = vec![
        list(denied()),
        list(busy()),
        list(Fault::hang()),
        list(Fault::garbage()),
        list(Fault::status(200).with_body(elsewhere)),
        list(Fault::flood(9 << 20)),
        nested(absent()),
        nested(denied()),
        nested(Fault::hang()),
        validation(Fault::azure(400, "InvalidTemplateDeployment", "no")),
        validation(denied()),
        validation(absent()),
        validation(Fault::hang()),
        validation(Fault::garbage()),
        validation(Fault::status(404).with_body("<html>no such page</html>")),
        validation(Fault::status(200).with_body("{}")),
        validation(Fault::status(200).with_body(r#"{"properties": {}}"#)),
        validation(Fault::status(202)),
    ];
    let at_azure = |fault: Fault| fault.on(Service::ResourceManager);
    all.into_iter().map(at_azure).collect()
}

#[test]
fn nothing_that_is_wrong_with_it_is_seen_in_the_run() {
    each(&faults(), |fault| {
        let azure = azure(2, options());
        azure.inject(fault.clone());
        let outcome = Step::new(&azure, &hub()).run().expect(0);
        for sign in ["::warning", "::error", "slow down", "not Azure's"] {
            assert!(!outcome.log.contains(sign), "{sign}:\n{}", outcome.log);
        }
        let journal = azure.journal();
        let met: Vec<_> = journal.iter().filter(|exchange| exchange.fault).collect();
        assert!((1..=2).contains(&met.len()), "{met:?}");
    });
}

#[test]
fn a_validation_that_takes_minutes_is_followed_beside_the_deployment() {
    let options = Options {
        validation: Duration::from_secs(150),
        ..options()
    };
    let azure = azure(0, options);
    Step::new(&azure, &hub()).run().expect(0);
    let mut polls = requests(&azure, "GET", "");
    polls.retain(|poll| poll.path.contains("/operationresults/"));
    let last = polls.last().unwrap();
    assert_eq!(last.status, Some(200));
    assert!(polls.len() <= 150 / 15 + 1, "{}", polls.len());
}
