//! Extracts identifiers from Azure's messages and checks their characters, so that hints and commands can contain them.

use super::{
    characters::is_made_of,
    provider::{is_deployment, provider},
    roles::{assignable, role},
};
use crate::{arm::Cause, identity::Guid, report::words::place::type_and_name};

/// A fact, the text in front of it, and the characters that it may have.
struct Fact {
    name: &'static str,
    /// Texts in front of it, tried in this order.
    markers: &'static [&'static str],
    punctuation: &'static str,
}

/// All facts may have ASCII letters and digits.
const FACTS: [Fact; 8] = [
    Fact {
        name: "{action}",
        markers: &[
            "not have permission to perform action(s) '",
            "not have permission to perform action '",
            "not have authorization to perform action '",
        ],
        punctuation: "./-_*",
    },
    Fact {
        name: "{scope}",
        markers: &["over scope '", "at scope '"],
        punctuation: "./-_",
    },
    Fact {
        name: "{linked}",
        markers: &["on the linked scope(s) '"],
        punctuation: "./-_",
    },
    Fact {
        name: "{principal}",
        markers: &["with object id '"],
        punctuation: "-",
    },
    Fact {
        name: "{locked}",
        markers: &["following scope(s) are locked: '"],
        punctuation: "./-_",
    },
    Fact {
        name: "{seconds}",
        markers: &["try again after '"],
        punctuation: "",
    },
    Fact {
        name: "{region}",
        markers: &["in location '", "in region '", "for location '"],
        punctuation: "",
    },
    Fact {
        name: "{locations}",
        markers: &["locations are used for deployments: '"],
        punctuation: ",",
    },
];

/// The facts of one cause: placeholders and their values.
pub(crate) struct Facts(Vec<(&'static str, String)>);

impl Facts {
    /// The facts in the message, the code and the resource id of `cause`.
    pub(crate) fn of(cause: &Cause) -> Self {
        let mut facts = Self(Vec::new());
        for fact in &FACTS {
            let found = fact.find(&cause.message);
            let values: Option<Vec<String>> = match fact.name {
                "{scope}" => (found.iter())
                    .map(|scope| assignable(scope, facts.get("{action}")?))
                    .collect(),
                "{principal}" => Some(found).filter(|ids| ids.iter().all(|id| is_guid(id))),
                _ => Some(found),
            };
            facts.add(fact.name, values.and_then(only));
        }
        let role = facts.get("{action}").and_then(role);
        facts.add("{role}", role.map(str::to_owned));
        facts.add("{provider}", provider(cause));
        facts.add("{retry}", retried(cause));
        facts
    }

    /// `template` with its placeholders filled; `None` if it is empty or a fact is missing.
    pub(crate) fn fill(&self, template: &str) -> Option<String> {
        let mut text = template.to_owned();
        for (name, value) in &self.0 {
            text = text.replace(name, value);
        }
        (!text.is_empty() && !text.contains('{')).then_some(text)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let fact = self.0.iter().find(|(known, _)| *known == name);
        fact.map(|(_, value)| value.as_str())
    }

    fn add(&mut self, name: &'static str, value: Option<String>) {
        self.0.extend(value.map(|value| (name, value)));
    }
}

impl Fact {
    /// All that the message says behind the first marker that it has; nothing if one of it has other characters.
    fn find(&self, message: &str) -> Vec<String> {
        let Some(marker) = self
            .markers
            .iter()
            .find(|marker| message.contains(**marker))
        else {
            return Vec::new();
        };
        let rests = message.split(*marker).skip(1);
        let values = rests.map(|rest| {
            let (value, _) = rest.split_once('\'')?;
            is_made_of(value, self.punctuation).then(|| value.to_owned())
        });
        values.collect::<Option<_>>().unwrap_or_default()
    }
}

/// The only value. A preflight's message may be about several resources, of which a command would be right for one.
fn only(mut values: Vec<String>) -> Option<String> {
    values.sort();
    values.dedup();
    let value = values.pop();
    value.filter(|_| values.is_empty())
}

/// The code for which Azure can be told to repeat a resource. A deployment cannot be repeated.
fn retried(cause: &Cause) -> Option<String> {
    let (kind, _) = type_and_name(cause.resource.as_deref()?);
    let is_resource = kind.contains('/') && !is_deployment(&kind);
    (is_resource && is_made_of(&cause.code, "")).then(|| cause.code.clone())
}

fn is_guid(text: &str) -> bool {
    text.parse::<Guid>().is_ok()
}
