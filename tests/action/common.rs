//! What several tests need: a named deployment, what Azure has seen of it, cases side by side.

use std::{
    thread,
    time::{Duration, Instant},
};

use azure_simulator::{
    Exchange, Fault, RESOURCE_GROUP, SUBSCRIPTION_ID, Service, Simulator, Snapshot,
};
use serde_json::{Value, json};

use super::step::{Outcome, Step};

/// The name that these tests give to their deployment or stack.
pub const HUB: &str = "hub";
/// Cases that run at the same time: they mostly wait.
const AT_ONCE: usize = 6;
/// After so much real time nothing is waited for any more.
const IN_VAIN: Duration = Duration::from_secs(60);

/// Answers with the status 200 that Azure never writes.
pub const FOREIGN: [&str; 6] = [
    "{}",
    "null",
    "[1]",
    r#"{"properties":7}"#,
    "",
    "<html>sign in to this network</html>",
];

/// The resource id of the deployment `hub`.
pub fn hub_id() -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/providers/Microsoft.Resources/deployments/{HUB}"
    )
}

/// A step that deploys `template` under the name `hub`.
pub fn hub(azure: &Simulator, template: &Value) -> Step {
    Step::new(azure, template).input("name", HUB)
}

/// A step that does `operation` with the deployment `hub`, which another step submitted.
pub fn later(azure: &Simulator, operation: &str) -> Step {
    let inputs = [("template-file", ""), ("operation", operation)];
    hub(azure, &json!({})).inputs(&inputs)
}

/// A step that makes `template` the stack `hub`.
pub fn stack(azure: &Simulator, template: &Value) -> Step {
    hub(azure, template).inputs(&[
        ("type", "deploymentStack"),
        ("action-on-unmanage-resources", "delete"),
        ("deny-settings-mode", "none"),
        ("poll-interval", "10s"),
    ])
}

/// `template` with one output.
pub fn told(mut template: Value, output: &str) -> Value {
    template["outputs"] = json!({ "who": { "type": "string", "value": output } });
    template
}

/// A 403 as Azure writes it.
pub fn forbidden(action: &str) -> Fault {
    let message = format!("The client does not have authorization to perform action '{action}'.");
    Fault::azure(403, "AuthorizationFailed", &message).on(Service::ResourceManager)
}

/// A 404 as Azure writes it for deployments.
pub fn not_found() -> Fault {
    let message = "Deployment 'hub' could not be found.";
    Fault::azure(404, "DeploymentNotFound", message).on(Service::ResourceManager)
}

/// Requests of this method whose path ends like this, in any case.
pub fn requests(azure: &Simulator, method: &str, end: &str) -> Vec<Exchange> {
    let mut journal = azure.journal();
    let end = end.to_ascii_lowercase();
    journal.retain(|exchange| {
        exchange.method == method && exchange.path.to_ascii_lowercase().ends_with(&end)
    });
    journal
}

/// How many submissions Azure has accepted, whether or not its answers arrived.
pub fn submissions(azure: &Simulator) -> usize {
    let puts = requests(azure, "PUT", "");
    let kept = puts.iter().filter(|put| !is_what_if(&put.path));
    kept.filter(|put| put.took_effect()).count()
}

fn is_what_if(path: &str) -> bool {
    path.to_ascii_lowercase().contains("whatifresults")
}

/// The properties of the one deployment that was submitted.
#[track_caller]
pub fn submitted(azure: &Simulator) -> Value {
    let journal = azure.journal();
    let mut puts = journal.iter().filter(|exchange| exchange.method == "PUT");
    let body = puts.next().and_then(|put| put.request_body.clone());
    body.expect("something was submitted")["properties"].clone()
}

/// How many requests to cancel Azure has agreed to.
pub fn cancellations(azure: &Simulator) -> usize {
    let posts = requests(azure, "POST", "/cancel");
    posts.iter().filter(|post| post.took_effect()).count()
}

/// Waits until Azure has a deployment of this name with a property.
#[track_caller]
pub fn wait_for(azure: &Simulator, name: &str, is: impl Fn(&Snapshot) -> bool) {
    wait_until(|| azure.deployment(name).is_some_and(|found| is(&found)));
}

/// Waits until something has happened; a test that waits in vain fails.
#[track_caller]
pub fn wait_until(happened: impl Fn() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < IN_VAIN, "it does not happen");
        thread::yield_now();
    }
}

/// Tests all cases, some at a time, and names those that fail by their positions.
#[track_caller]
pub fn each<T: Sync>(cases: &[T], test: impl Fn(&T) + Sync) {
    let mut failed = Vec::new();
    for (at, some) in cases.chunks(AT_ONCE).enumerate() {
        thread::scope(|scope| {
            let test = &test;
            let start = |case| scope.spawn(move || test(case));
            let running: Vec<_> = some.iter().map(start).collect();
            let ended = running.into_iter().map(thread::ScopedJoinHandle::join);
            let wrong = ended.enumerate().filter(|(_, end)| end.is_err());
            failed.extend(wrong.map(|(within, _)| at * AT_ONCE + within));
        });
    }
    assert!(
        failed.is_empty(),
        "cases {failed:?} of {} fail",
        cases.len()
    );
}

impl Outcome {
    /// Checks that neither log nor summary says this.
    #[track_caller]
    pub fn never_says(self, words: &[&str]) -> Self {
        for words in words {
            assert!(
                !self.log.contains(words),
                "{words:?} is said:\n{}",
                self.log
            );
            assert!(
                !self.summary.contains(words),
                "{words:?} is in the summary:\n{}",
                self.summary
            );
        }
        self
    }

    /// Checks that the exit status is one of these.
    #[track_caller]
    pub fn ends_with(self, statuses: &[i32]) -> Self {
        let own = self.status.is_some_and(|own| statuses.contains(&own));
        assert!(
            own,
            "{:?} is not in {statuses:?}:\n{}",
            self.status, self.log
        );
        self
    }
}
