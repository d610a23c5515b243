//! Settings of a deployment stack, and tags.

use serde_json::{Map, Value};

use super::{
    DenyMode, DenySettings, Operation, Parser, StackSettings, Unmanaged, UnmanagedAction,
    values::{given, list},
};
use crate::{arm::Scope, yaml};

/// Azure's limits on exemptions from deny settings.
const MOST_ACTIONS: usize = 200;
const MOST_PRINCIPALS: usize = 5;

const NOT_A_STACK: &str =
    "belongs to a deployment stack: give the type deploymentStack, or remove it";

impl Parser<'_> {
    /// Whether `type` asks for a stack.
    pub(super) fn is_stack(&mut self) -> Option<bool> {
        let types = [("deployment", false), ("deploymentStack", true)];
        self.choice("type", &self.raw.r#type, &types)
    }

    /// The stack's settings: `None` inside if there is to be no stack.
    pub(super) fn stack(
        &mut self,
        is_stack: Option<bool>,
        operation: Option<Operation>,
        scope: Option<&Scope>,
    ) -> Option<Option<StackSettings>> {
        if !is_stack? {
            self.check_no_stack();
            return Some(None);
        }
        self.check_stack(scope);
        let unmanaged = self.unmanaged(operation);
        let deny = self.deny(operation);
        let bypass = self.flag(
            "bypass-stack-out-of-sync-error",
            &self.raw.bypass_stack_out_of_sync_error,
        );
        Some(Some(StackSettings {
            unmanaged: unmanaged?,
            deny: deny?,
            bypass_out_of_sync: bypass?,
            description: given(&self.raw.description).map(str::to_owned),
        }))
    }

    /// Inputs that contradict a stack.
    fn check_stack(&mut self, scope: Option<&Scope>) {
        if scope == Some(&Scope::Tenant) {
            self.problems.add(
                "scope",
                "a stack cannot be at tenant scope: give a management group, a subscription or a resource group",
            );
        }
        if self.raw.deployment_mode.eq_ignore_ascii_case("Complete") {
            self.problems.add(
                "deployment-mode",
                "a stack has no mode: remove it, and give action-on-unmanage-resources: delete",
            );
        }
        for (input, value) in [
            ("on-cancel", &self.raw.on_cancel),
            ("on-timeout", &self.raw.on_timeout),
        ] {
            if value.eq_ignore_ascii_case("cancel") {
                self.problems
                    .add(input, "Azure cannot cancel a stack: give leave");
            }
        }
    }

    /// A stack's setting without a stack is an error: ignoring it could leave resources unprotected.
    fn check_no_stack(&mut self) {
        let raw = self.raw;
        for (input, value) in [
            (
                "action-on-unmanage-resources",
                &raw.action_on_unmanage_resources,
            ),
            (
                "action-on-unmanage-resourcegroups",
                &raw.action_on_unmanage_resourcegroups,
            ),
            (
                "action-on-unmanage-managementgroup",
                &raw.action_on_unmanage_managementgroup,
            ),
            (
                "action-on-unmanage-managementgroups",
                &raw.action_on_unmanage_managementgroups,
            ),
            ("deny-settings-mode", &raw.deny_settings_mode),
            (
                "deny-settings-excluded-actions",
                &raw.deny_settings_excluded_actions,
            ),
            (
                "deny-settings-excluded-principals",
                &raw.deny_settings_excluded_principals,
            ),
            (
                "deny-settings-apply-to-child-scopes",
                &raw.deny_settings_apply_to_child_scopes,
            ),
            (
                "bypass-stack-out-of-sync-error",
                &raw.bypass_stack_out_of_sync_error,
            ),
            ("description", &raw.description),
        ] {
            if !value.is_empty() {
                self.problems.add(input, NOT_A_STACK);
            }
        }
    }

    fn unmanaged(&mut self, operation: Option<Operation>) -> Option<Unmanaged> {
        let raw = self.raw;
        let (one, many) = (
            given(&raw.action_on_unmanage_managementgroup),
            given(&raw.action_on_unmanage_managementgroups),
        );
        if let (Some(one), Some(many)) = (one, many)
            && !one.eq_ignore_ascii_case(many)
        {
            self.problems.add(
                "action-on-unmanage-managementgroup",
                "conflicts with action-on-unmanage-managementgroups, which means the same: remove one of them",
            );
        }
        if raw.action_on_unmanage_resources.is_empty() && operation != Some(Operation::Wait) {
            self.missing(
                "action-on-unmanage-resources",
                "it says whether resources that leave the stack are deleted (delete) or stay in Azure (detach)",
            );
        }
        let resources = self.action(
            "action-on-unmanage-resources",
            &raw.action_on_unmanage_resources,
        );
        let groups = self.action(
            "action-on-unmanage-resourcegroups",
            &raw.action_on_unmanage_resourcegroups,
        );
        let one = self.action(
            "action-on-unmanage-managementgroup",
            &raw.action_on_unmanage_managementgroup,
        );
        let many = self.action(
            "action-on-unmanage-managementgroups",
            &raw.action_on_unmanage_managementgroups,
        );
        Some(Unmanaged {
            resources: resources?.unwrap_or_default(),
            resource_groups: groups?.unwrap_or_default(),
            management_groups: one?.or(many?).unwrap_or_default(),
        })
    }

    /// One action on unmanage: `None` inside if it is left to Azure.
    fn action(&mut self, input: &'static str, value: &str) -> Option<Option<UnmanagedAction>> {
        let choices = [UnmanagedAction::Detach, UnmanagedAction::Delete];
        let choices = choices.map(|action| (action.as_str(), action));
        match given(value) {
            Some(value) => self.choice(input, value, &choices).map(Some),
            None => Some(None),
        }
    }

    fn deny(&mut self, operation: Option<Operation>) -> Option<DenySettings> {
        let raw = self.raw;
        let mode = self.deny_mode(operation);
        let child_scopes = self.flag(
            "deny-settings-apply-to-child-scopes",
            &raw.deny_settings_apply_to_child_scopes,
        );
        let excluded_actions = self.few(
            "deny-settings-excluded-actions",
            &raw.deny_settings_excluded_actions,
            MOST_ACTIONS,
        );
        let excluded_principals = self.few(
            "deny-settings-excluded-principals",
            &raw.deny_settings_excluded_principals,
            MOST_PRINCIPALS,
        );
        Some(DenySettings {
            mode: mode?,
            child_scopes: child_scopes?,
            excluded_actions,
            excluded_principals,
        })
    }

    /// `deny-settings-mode` is optional for `delete` and `wait`.
    fn deny_mode(&mut self, operation: Option<Operation>) -> Option<DenyMode> {
        let choices = [
            DenyMode::None,
            DenyMode::DenyDelete,
            DenyMode::DenyWriteAndDelete,
        ];
        let choices = choices.map(|mode| (mode.as_str(), mode));
        match given(&self.raw.deny_settings_mode) {
            Some(mode) => self.choice("deny-settings-mode", mode, &choices),
            None if matches!(operation, Some(Operation::Delete | Operation::Wait)) => {
                Some(DenyMode::None)
            }
            None => {
                self.missing(
                    "deny-settings-mode",
                    "it says what the stack protects its resources from (none, denyDelete or denyWriteAndDelete)",
                );
                None
            }
        }
    }

    fn few(&mut self, input: &'static str, value: &str, most: usize) -> Vec<String> {
        let items = list(value);
        if items.len() > most {
            let given = items.len();
            self.problems
                .add(input, format!("{given} are too many: give at most {most}"));
        }
        items
    }

    /// A boolean that is false if it is not given.
    fn flag(&mut self, input: &'static str, value: &str) -> Option<bool> {
        given(value).map_or(Some(false), |value| self.boolean(input, value))
    }

    /// The tags: a JSON or YAML object, or `key=value` lines.
    pub(super) fn tags(&mut self) -> Option<Map<String, Value>> {
        let Some(text) = given(&self.raw.tags) else {
            return Some(Map::new());
        };
        let tags = match yaml::parse(text) {
            Ok(Value::Object(tags)) => tags.into_iter().map(as_text).collect(),
            _ => pairs(text),
        };
        if tags.is_none() {
            self.problems.add(
                "tags",
                "not tags: give a JSON or YAML object of texts, or key=value lines",
            );
        }
        tags
    }
}

/// Azure takes only strings as values of tags; numbers and booleans are converted.
fn as_text((name, value): (String, Value)) -> Option<(String, Value)> {
    match value {
        Value::String(_) => Some((name, value)),
        Value::Number(_) | Value::Bool(_) => Some((name, value.to_string().into())),
        _ => None,
    }
}

fn pairs(text: &str) -> Option<Map<String, Value>> {
    let pair = |item: String| {
        let (name, value) = item.split_once('=')?;
        Some((name.trim().to_owned(), Value::from(value.trim())))
    };
    list(text).into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_texts() {
        for (text, expected) in [
            ("a=1, b = x=y", r#"{"a":"1","b":"x=y"}"#),
            ("a=1\nb=2", r#"{"a":"1","b":"2"}"#),
        ] {
            let tags = pairs(text).map(|tags| Value::Object(tags).to_string());
            assert_eq!(tags.as_deref(), Some(expected), "{text}");
        }
        assert_eq!(pairs("a"), None);
        let tag = |value: Value| as_text(("n".to_owned(), value)).map(|(_, value)| value);
        assert_eq!(tag(true.into()), Some("true".into()));
        assert_eq!(tag(7.into()), Some("7".into()));
        assert_eq!(tag(Value::Null), None);
    }
}
