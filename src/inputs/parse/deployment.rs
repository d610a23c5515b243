//! Operation, name, mode and options of the deployment.

use super::{
    DeploymentMode, Operation, Parser, ValidationLevel,
    values::{check_name, given},
};
use crate::{
    arm::Scope,
    inputs::{DebugSetting, Rollback},
};

/// Longest name of a deployment, in characters.
const LONGEST_NAME: usize = 64;
/// Longest name of a stack, in characters.
const LONGEST_STACK_NAME: usize = 90;

impl Parser<'_> {
    pub(super) fn operation(&mut self, is_stack: Option<bool>) -> Option<Operation> {
        let operations = [
            ("create", Operation::Create),
            ("validate", Operation::Validate),
            ("whatIf", Operation::WhatIf),
            ("delete", Operation::Delete),
            ("wait", Operation::Wait),
            ("cancel", Operation::Cancel),
        ];
        let operation = self.choice("operation", &self.raw.operation, &operations);
        if operation == Some(Operation::Delete) && is_stack == Some(false) {
            self.problems.add(
                "operation",
                "only a stack can be deleted: give the type deploymentStack, or another operation",
            );
        }
        if operation == Some(Operation::Cancel) && is_stack == Some(true) {
            self.problems.add(
                "operation",
                "Azure cannot cancel a stack: give another operation",
            );
        }
        operation
    }

    /// The earlier deployment that Azure repeats if this one fails, which it does in resource groups only.
    pub(super) fn rollback(
        &mut self,
        is_stack: Option<bool>,
        scope: Option<&Scope>,
    ) -> Option<Rollback> {
        let name = given(&self.raw.rollback_on_error)?;
        let in_group = scope.is_none_or(|scope| matches!(scope, Scope::ResourceGroup { .. }));
        if is_stack == Some(true) {
            let message = "Azure rolls back deployments, but no stacks: remove it";
            self.problems.add("rollback-on-error", message);
        } else if !in_group {
            let message = "Azure rolls back deployments to a resource group only: remove it";
            self.problems.add("rollback-on-error", message);
        }
        if name.eq_ignore_ascii_case("lastSuccessful") {
            return Some(Rollback::LastSuccessful);
        }
        if let Err(message) = check_name(name, LONGEST_NAME) {
            let quoted = self.quote(name);
            let message = format!("{quoted} {message}; or give lastSuccessful");
            self.problems.add("rollback-on-error", message);
        }
        if given(&self.raw.name).is_some_and(|own| own.eq_ignore_ascii_case(name)) {
            let message = "is the name of this deployment, which takes the earlier one's place in Azure's history: \
                           give the name of another deployment, or remove name";
            self.problems.add("rollback-on-error", message);
        }
        Some(Rollback::To(name.to_owned()))
    }

    /// Reads `debug-setting`: `None` inside if nothing is to be kept.
    pub(super) fn debug_setting(&mut self) -> Option<Option<DebugSetting>> {
        let choices = [
            ("none", None),
            ("requestContent", Some(DebugSetting::Request)),
            ("responseContent", Some(DebugSetting::Response)),
            ("all", Some(DebugSetting::All)),
        ];
        self.choice("debug-setting", &self.raw.debug_setting, &choices)
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

    pub(super) fn name(
        &mut self,
        is_stack: Option<bool>,
        operation: Option<Operation>,
    ) -> Option<String> {
        let is_stack = is_stack.unwrap_or(false);
        let Some(name) = given(&self.raw.name) else {
            if is_stack {
                self.missing(
                    "name",
                    "a stack is known by its name, and under another name would be another stack",
                );
            }
            if matches!(operation, Some(Operation::Wait | Operation::Cancel)) {
                self.missing(
                    "name",
                    "it is the output deployment-name of the step that submitted it",
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
