//! Extracts identifiers from Azure's messages and checks their characters, so that hints and commands can contain them.

use crate::arm::Cause;

/// A fact, the text in front of it, and the characters that it may have.
struct Fact {
    name: &'static str,
    /// Texts in front of it, tried in this order.
    markers: &'static [&'static str],
    punctuation: &'static str,
}

/// All facts may have ASCII letters and digits.
const FACTS: [Fact; 7] = [
    Fact {
        name: "{action}",
        markers: &[
            "perform action(s) '",
            "perform the action '",
            "perform action '",
        ],
        punctuation: "./-_*",
    },
    Fact {
        name: "{scope}",
        markers: &["on the linked scope(s) '", "over scope '", "on scope '"],
        punctuation: "./-_",
    },
    Fact {
        name: "{principal}",
        markers: &["with object id '"],
        punctuation: "-",
    },
    Fact {
        name: "{provider}",
        markers: &["to use namespace '"],
        punctuation: ".",
    },
    Fact {
        name: "{locked}",
        markers: &["following scope(s) are locked: '"],
        punctuation: "./-_",
    },
    Fact {
        name: "{seconds}",
        markers: &["try again after '", "Please try again after '"],
        punctuation: "",
    },
    Fact {
        name: "{region}",
        markers: &["in location '", "in region '", "for location '"],
        punctuation: "",
    },
];

/// Prefixes of actions and a built-in role that allows them; the last one matches all others.
const ROLES: [(&str, &str); 5] = [
    (
        "Microsoft.Authorization/roleAssignments/",
        "Role Based Access Control Administrator",
    ),
    (
        "Microsoft.Authorization/locks/",
        "User Access Administrator",
    ),
    (
        "Microsoft.Authorization/policy",
        "Resource Policy Contributor",
    ),
    (
        "Microsoft.Management/managementGroups/",
        "Management Group Contributor",
    ),
    ("", "Contributor"),
];

/// The facts of one cause: placeholders and their values.
pub(crate) struct Facts(Vec<(&'static str, String)>);

impl Facts {
    /// The facts in the message and the resource id of `cause`.
    pub(crate) fn of(cause: &Cause) -> Self {
        let mut facts: Vec<_> = FACTS
            .iter()
            .filter_map(|fact| Some((fact.name, fact.find(&cause.message)?)))
            .collect();
        let action = facts.iter().find(|(name, _)| *name == "{action}");
        let role = action.map(|(_, action)| role(action).to_owned());
        facts.extend(role.map(|role| ("{role}", role)));
        if !facts.iter().any(|(name, _)| *name == "{provider}") {
            facts.extend(namespace(cause).map(|provider| ("{provider}", provider)));
        }
        Self(facts)
    }

    /// `template` with its placeholders filled; `None` if it is empty or a fact is missing.
    pub(crate) fn fill(&self, template: &str) -> Option<String> {
        let mut text = template.to_owned();
        for (name, value) in &self.0 {
            text = text.replace(name, value);
        }
        (!text.is_empty() && !text.contains('{')).then_some(text)
    }
}

impl Fact {
    fn find(&self, message: &str) -> Option<String> {
        let found = self.markers.iter().find_map(|marker| {
            let (_, rest) = message.split_once(marker)?;
            rest.split_once('\'').map(|(value, _)| value)
        })?;
        is_made_of(found, self.punctuation).then(|| found.to_owned())
    }
}

fn role(action: &str) -> &'static str {
    let starts = |prefix: &str| {
        action
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let known = ROLES.iter().find(|(prefix, _)| starts(prefix));
    known.map_or("Contributor", |(_, role)| role)
}

/// The resource provider of the cause's resource.
fn namespace(cause: &Cause) -> Option<String> {
    let id = cause.resource.as_deref()?;
    let at = id.to_ascii_lowercase().rfind("/providers/")? + "/providers/".len();
    let provider = id.get(at..)?.split('/').next()?;
    is_made_of(provider, ".").then(|| provider.to_owned())
}

fn is_made_of(text: &str, others: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}
