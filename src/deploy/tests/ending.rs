//! What is told at the end, of what Azure shows in the end.

use serde_json::{Value, json};

use super::*;
use crate::testing::arm::{Kind, Reply};

/// Our deployment, which ended like this.
fn ended(state: &str, outputs: &Value) -> Reply {
    let properties = json!({"provisioningState": state, "correlationId": OURS, "outputs": outputs});
    Reply::Answer(200, json!({"properties": properties}))
}

/// A deployment that fails late may have outputs, and later steps may want them. None are no news then; of a success
/// they are.
#[tokio::test(start_paused = true)]
async fn outputs_are_told_of_each_success_and_of_a_failure_that_has_some() {
    let some = json!({"ip": {"type": "String", "value": "10.0.0.4"}});
    for (state, outputs, expected) in [
        ("Succeeded", &some, Some(1)),
        ("Succeeded", &Value::Null, Some(0)),
        ("Failed", &some, Some(1)),
        ("Failed", &Value::Null, None),
        ("Canceled", &some, Some(1)),
    ] {
        let azure = FakeArm::start(HOUR);
        azure.always(Kind::Get, ended(state, outputs));
        let told = follow(&azure, job()).await;
        let read = told.events.iter().filter_map(|event| match event {
            Event::OutputsRead(outputs) => Some(outputs.len()),
            _ => None,
        });
        let read: Vec<_> = read.collect();
        assert_eq!(read, Vec::from_iter(expected), "{state} {outputs}");
    }
}
