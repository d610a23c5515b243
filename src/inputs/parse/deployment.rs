//! What is deployed, and how.

use super::{DeploymentMode, Operation, Parser, ValidationLevel};
use crate::arm::Scope;

/// Longest name of a deployment, in characters.
const LONGEST_NAME: usize = 64;
/// Longest name of a stack, in characters.
const LONGEST_STACK_NAME: usize = 90;

impl Parser<'_> {
    pub(super) fn operation(&mut self, is_stack: Option<bool>) -> Option<Operation> {
        let operations = [
            ("create", Some(Operation::Create)),
            ("validate", Some(Operation::Validate)),
            ("whatIf", Some(Operation::WhatIf)),
            ("delete", Some(Operation::Delete)),
            ("wait", None),
            ("cancel", None),
        ];
        let operation = self.supported("operation", &self.raw.operation, &operations);
        if operation == Some(Operation::Delete) && is_stack == Some(false) {
            self.problems.add(
                "operation",
                "only a stack can be deleted: give the type deploymentStack, or another operation",
            );
        }
        operation
    }

    /// What `value` stands for among `choices`; those without a meaning come with a later version.
    fn supported<T: Copy>(
        &mut self,
        input: &'static str,
        value: &str,
        choices: &[(&str, Option<T>)],
    ) -> Option<T> {
        let chosen = self.choice(input, value, choices)?;
        if chosen.is_none() {
            let present = choices.iter().filter(|(_, meaning)| meaning.is_some());
            let present: Vec<_> = present.map(|(name, _)| *name).collect();
            let (quoted, present) = (self.quote(value), present.join(", "));
            self.problems.add(
                input,
                format!("{quoted} is not supported yet by this version: give {present}"),
            );
        }
        chosen
    }

    /// Reads `validation-level`: `None` inside if it is left to Azure.
    pub(super) fn validation_level(&mut self) -> Option<Option<ValidationLevel>> {
        let Some(level) = given(&self.raw.validation_level) else {
            return Some(None);
        };
        let choices = [
            ValidationLevel::Template,
            ValidationLevel::Provider,
            ValidationLevel::ProviderNoRbac,
        ];
        let choices = choices.map(|level| (level.as_str(), level));
        self.choice("validation-level", level, &choices).map(Some)
    }

    pub(super) fn name(&mut self, is_stack: Option<bool>) -> Option<String> {
        let is_stack = is_stack.unwrap_or(false);
        let Some(name) = given(&self.raw.name) else {
            if is_stack {
                self.missing(
                    "name",
                    "a stack is known by its name, and under another name would be another stack",
                );
            }
            return None;
        };
        let longest = if is_stack {
            LONGEST_STACK_NAME
        } else {
            LONGEST_NAME
        };
        if let Err(message) = check_name(name, longest) {
            let quoted = self.quote(name);
            self.problems.add("name", format!("{quoted} {message}"));
        }
        Some(name.to_owned())
    }

    pub(super) fn mode(&mut self, scope: Option<&Scope>) -> Option<DeploymentMode> {
        let choices = [
            ("Incremental", DeploymentMode::Incremental),
            ("Complete", DeploymentMode::Complete),
        ];
        let mode = self.choice("deployment-mode", &self.raw.deployment_mode, &choices)?;
        let in_group = scope.is_none_or(|scope| matches!(scope, Scope::ResourceGroup { .. }));
        if mode == DeploymentMode::Complete && !in_group {
            self.problems.add(
                "deployment-mode",
                "Complete works in a resource group only: give Incremental",
            );
        }
        Some(mode)
    }
}

/// `text` unless it is empty.
pub(super) fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Checks a name by the rule that deployments and resource groups share.
///
/// # Errors
/// What is wrong with it and what to give instead.
pub(super) fn check_name(name: &str, longest: usize) -> Result<(), String> {
    let is_allowed = |character: char| {
        character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '(' | ')')
    };
    if !name.chars().all(is_allowed) {
        return Err(
            "has a character that Azure does not allow: use letters, digits and - _ . ( )"
                .to_owned(),
        );
    }
    if name.chars().count() > longest {
        return Err(format!("is too long: use at most {longest} characters"));
    }
    if name.ends_with('.') {
        return Err("ends with a period: remove it".to_owned());
    }
    Ok(())
}
