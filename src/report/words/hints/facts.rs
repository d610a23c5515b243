//! Facts that Azure's messages state, checked so that they can stand in a sentence or a command of ours.

use crate::arm::Cause;

/// A fact, how it is found, and what it may consist of.
struct Fact {
    name: &'static str,
    /// What stands before it in messages, the best first.
    before: &'static [&'static str],
    alphabet: &'static str,
}

/// Letters and digits may be in all of them.
const FACTS: [Fact; 7] = [
    Fact {
        name: "{action}",
        before: &[
            "perform action(s) '",
            "perform the action '",
            "perform action '",
        ],
        alphabet: "./-_*",
    },
    Fact {
        name: "{scope}",
        before: &["on the linked scope(s) '", "over scope '", "on scope '"],
        alphabet: "./-_",
    },
    Fact {
        name: "{principal}",
        before: &["with object id '"],
        alphabet: "-",
    },
    Fact {
        name: "{provider}",
        before: &["to use namespace '"],
        alphabet: ".",
    },
    Fact {
        name: "{locked}",
        before: &["following scope(s) are locked: '"],
        alphabet: "./-_",
    },
    Fact {
        name: "{seconds}",
        before: &["try again after '", "Please try again after '"],
        alphabet: "",
    },
    Fact {
        name: "{region}",
        before: &["in location '", "in region '", "for location '"],
        alphabet: "",
    },
];

/// Actions and the smallest built-in role that commonly allows them; the last one is for all others.
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

/// The facts of one cause, by the placeholders they fill.
pub(crate) struct Facts(Vec<(&'static str, String)>);

impl Facts {
    /// What the message and the resource of `cause` state.
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

    /// `template` with its placeholders filled; `None` if one of them is not known.
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
        let found = self.before.iter().find_map(|before| {
            let (_, rest) = message.split_once(before)?;
            rest.split_once('\'').map(|(value, _)| value)
        })?;
        is_made_of(found, self.alphabet).then(|| found.to_owned())
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
