//! What the report keeps of an event: no more than the log shows.

use serde_json::{Map, Value};

use crate::{
    event::{Event, Plan},
    report::what_if,
};

/// `event` without what the log does not show of it: values of outputs, properties that a what-if does not change, the
/// description of a stack.
pub(super) fn kept(event: &Event) -> Event {
    match event {
        Event::OutputsRead(outputs) => Event::OutputsRead(without_values(outputs)),
        Event::WhatIfRead(what_if) => Event::WhatIfRead(what_if::shown(what_if)),
        Event::Planned(plan) => Event::Planned(without_description(plan)),
        _ => event.clone(),
    }
}

fn without_values(outputs: &Map<String, Value>) -> Map<String, Value> {
    let kind = |output: &Value| {
        let kind = output.get("type").filter(|kind| kind.is_string());
        kind.map(|kind| ("type".to_owned(), kind.clone()))
    };
    outputs
        .iter()
        .map(|(name, output)| (name.clone(), kind(output).into_iter().collect()))
        .collect()
}

fn without_description(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    if let Some(settings) = &mut plan.stack {
        settings.description = None;
    }
    plan
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{inputs::StackSettings, testing::stories};

    #[test]
    fn of_outputs_only_names_and_types_are_kept() {
        let outputs = json!({
            "open": { "type": "String", "value": "hush" },
            "odd": { "type": { "hush": "hush" }, "value": 7, "hush": "hush" },
            "text": "hush",
        });
        let outputs = outputs.as_object().cloned().expect("an object");
        let Event::OutputsRead(kept) = kept(&Event::OutputsRead(outputs)) else {
            panic!("another event");
        };
        assert_eq!(
            Value::from(kept),
            json!({ "open": { "type": "String" }, "odd": {}, "text": {} })
        );
    }

    #[test]
    fn the_description_of_a_stack_is_not_kept() {
        let mut story = stories::stack();
        let Some((_, Event::Planned(plan))) = story.first_mut() else {
            panic!("another event");
        };
        plan.stack = Some(Box::new(StackSettings {
            description: Some("hush".to_owned()),
            ..StackSettings::default()
        }));
        let kept = format!("{:?}", kept(&story[0].1));
        assert!(
            kept.contains("StackSettings") && !kept.contains("hush"),
            "{kept}"
        );
    }
}
