//! What is deployed, and how.

use super::{DeploymentMode, Parser};
use crate::arm::Scope;

/// Longest name of a deployment, in characters.
const LONGEST_NAME: usize = 64;

#[derive(Clone, Copy)]
enum Support {
    Present,
    Later,
}

impl Parser<'_> {
    /// Checks `type` and `operation`, of which this version has one each.
    pub(super) fn operation(&mut self) {
        let (now, later) = (Support::Present, Support::Later);
        let types = [("deployment", now), ("deploymentStack", later)];
        let operations = [
            ("create", now),
            ("validate", later),
            ("whatIf", later),
            ("delete", later),
            ("wait", later),
            ("cancel", later),
        ];
        self.supported("type", &self.raw.r#type, &types);
        self.supported("operation", &self.raw.operation, &operations);
    }

    fn supported(&mut self, input: &'static str, value: &str, choices: &[(&str, Support)]) {
        if let Some(Support::Later) = self.choice(input, value, choices) {
            let present = choices[0].0;
            let quoted = self.quote(value);
            self.problems.add(
                input,
                format!("{quoted} is not supported yet by this version: give {present}"),
            );
        }
    }

    pub(super) fn name(&mut self) -> Option<String> {
        let name = given(&self.raw.name)?;
        if let Err(message) = check_name(name, LONGEST_NAME) {
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
