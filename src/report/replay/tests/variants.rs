//! Every kind of event can be written and read.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    arm::{ChangeType, PropertyChangeType, Scope, Target},
    event::{Ending, Event, Left, Trouble},
    host::Severity,
    inputs::{DenyMode, DeploymentMode, Operation, Rollback, UnmanagedAction},
    report::replay::{entry::What, kept::kept, kinds::variants},
    testing::stories::every,
};

/// The name under which an enum's variant is written.
fn name(written: &Value) -> String {
    match written {
        Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

fn written<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("it can be written")
}

/// Checks that each variant of `T` is among the names.
#[track_caller]
fn complete<T: for<'de> Deserialize<'de>>(names: impl IntoIterator<Item = String>) {
    let names: BTreeSet<String> = names.into_iter().collect();
    let all: BTreeSet<String> = variants::<T>().iter().map(ToString::to_string).collect();
    assert_eq!(names, all);
}

#[test]
fn every_event_comes_back_as_it_was() {
    for event in every::events() {
        let event = kept(&event);
        let text = serde_json::to_string(&event).expect("it can be written");
        let value = serde_json::from_str(&text).expect("JSON");
        let What::Event(back) = What::read(&value).expect(&text) else {
            panic!("a heartbeat: {text}");
        };
        assert_eq!(format!("{back:?}"), format!("{event:?}"));
        assert_eq!(serde_json::to_string(&back).expect("again"), text);
    }
}

/// A new variant is missing here until [`every`] has one.
#[test]
fn no_kind_is_left_out() {
    let events = every::events();
    complete::<Event>(events.iter().map(|event| name(&written(event))));
    let endings = every::endings();
    complete::<Ending>(endings.iter().map(|ending| name(&written(ending))));
    let lefts = endings.iter().filter_map(Ending::left);
    complete::<Left>(lefts.map(|left| name(&written(left))));
}

/// What is found at `path` in the events, whatever is around it; `*` stands for each item or member.
fn found(path: &[&str], value: &Value, names: &mut Vec<String>) {
    let Some((first, rest)) = path.split_first() else {
        names.extend((!value.is_null()).then(|| name(value)));
        return;
    };
    match (value, *first) {
        (Value::Array(items), "*") => items.iter().for_each(|item| found(rest, item, names)),
        (Value::Object(fields), name) => {
            fields
                .get(name)
                .into_iter()
                .for_each(|field| found(rest, field, names));
        }
        _ => {}
    }
}

#[test]
fn nor_any_kind_of_what_they_hold() {
    let events: Value = every::events().iter().map(written).collect();
    let names = |path: &str| {
        let mut names = Vec::new();
        let path: Vec<_> = path.split('.').collect();
        found(&path, &events, &mut names);
        names
    };
    complete::<Trouble>(names("*.outageBegan.trouble"));
    complete::<Severity>(names("*.validated.diagnostics.*.severity"));
    complete::<Scope>(names("*.planned.scope"));
    complete::<Target>(names("*.planned.target"));
    complete::<Operation>(names("*.planned.operation"));
    complete::<DeploymentMode>(names("*.planned.mode"));
    complete::<Rollback>(names("*.planned.rollback"));
    complete::<UnmanagedAction>(names("*.planned.stack.unmanaged.resources"));
    complete::<DenyMode>(names("*.planned.stack.deny.mode"));
    complete::<ChangeType>(
        names("*.ended.forbidden.changes.*.*")
            .into_iter()
            .filter(|name| !name.starts_with('/')),
    );
    complete::<PropertyChangeType>(names("*.whatIfRead.settings.*.kind"));
}
