//! From a request and its template to what is done with Azure.

use azure_core::Bytes;

use super::{
    Job, Submission, Task,
    body::body,
    correlation::{correlation_of, random_correlation},
    job::{DeletionRequest, WhatIfRequest},
};
use crate::{
    arm::{DeploymentId, Portal, Scope, StackId, Target},
    event::Plan,
    inputs::{Operation, Request, StackSettings},
    template::{Fingerprint, SecureDigest, Template, name::default_name},
};

/// Stands for the run's id where no host names it.
const NO_RUN: &str = "local";

/// What a run does, and what people are told of it first.
///
/// The same request and template in the same workflow run give the same deployment, so that a re-run meets its own.
///
/// # Errors
/// Only if the template cannot be written as JSON, which would be a bug.
pub(crate) async fn plan(
    request: &Request,
    template: &Template,
    run_id: Option<&str>,
) -> serde_json::Result<(Plan, Job)> {
    let named = request.name.clone();
    let stem = named.as_ref().unwrap_or(&template.stem);
    let secure = SecureDigest::of(template, &request.scope, stem).await;
    let fingerprint = Fingerprint::new(template, request.mode, &request.scope, &secure);
    let run_id = run_id.unwrap_or(NO_RUN);
    let name = named.unwrap_or_else(|| default_name(&template.stem, run_id, &fingerprint));
    let location = match request.scope {
        Scope::ResourceGroup { .. } => None,
        _ => request.location.clone(),
    };
    let submission = Submission {
        body: Bytes::from(body(request, template, location.as_deref())?),
        correlation: correlation_of(&fingerprint),
        if_active: request.if_active,
    };
    let target = target(request, &name);
    let announced = announce(request, target.clone());
    let plan = Plan {
        stack: request.stack.clone().map(Box::new),
        mode: request.stack.is_none().then_some(request.mode),
        rollback: (request.rollback.clone()).filter(|_| !request.operation.is_preview()),
        template: template.name.clone(),
        fingerprint: fingerprint.short().to_owned(),
        location,
        ..announced
    };
    let task = task(request, &target, submission)?;
    Ok((plan, job(request, target, task)))
}

/// What a run does with a deployment or stack that exists already, and what is told of it first.
pub(crate) fn plan_existing(request: &Request) -> (Plan, Job) {
    let target = target(request, request.name.as_deref().unwrap_or_default());
    let mut plan = announce(request, target.clone());
    let task = match (request.operation, &target, &request.stack) {
        (Operation::Delete, Target::Stack(id), Some(settings)) => {
            plan.stack = Some(Box::new(settings.clone()));
            let deletion = DeletionRequest {
                query: query(settings),
                correlation: random_correlation(),
            };
            Task::Delete(id.clone(), deletion)
        }
        (Operation::Cancel, Target::Deployment(id), _) => Task::Cancel(id.clone()),
        _ => Task::Wait,
    };
    (plan, job(request, target, task))
}

/// What is done with something that is not submitted yet.
fn task(request: &Request, target: &Target, submission: Submission) -> serde_json::Result<Task> {
    let what_if = request.what_if.as_ref();
    let what_if = what_if.map(|inputs| WhatIfRequest::new(target, &submission, inputs));
    let what_if = what_if.transpose()?;
    Ok(match (request.operation, what_if) {
        (Operation::Validate, _) => Task::Validate(submission),
        (Operation::WhatIf, Some(what_if)) => Task::WhatIf(what_if),
        (_, what_if) => Task::Create {
            submission,
            what_if,
        },
    })
}

fn job(request: &Request, target: Target, task: Task) -> Job {
    Job {
        target,
        task,
        wait: request.wait,
        poll_interval: request.timing.poll_interval,
        timeout: request.timing.timeout,
        on_timeout: request.on_timeout,
        on_cancel: request.on_cancel,
    }
}

/// The deployment or stack `name`.
fn target(request: &Request, name: &str) -> Target {
    match request.stack {
        Some(_) => Target::Stack(StackId::new(&request.scope, name)),
        None => Target::Deployment(DeploymentId::new(&request.scope, name)),
    }
}

/// What the request alone tells: nothing of a template.
fn announce(request: &Request, target: Target) -> Plan {
    let sign_in = &request.sign_in;
    let tenant = sign_in.tenant_id.as_ref().map(ToString::to_string);
    let portal = sign_in.cloud.portal.as_ref();
    Plan {
        target,
        operation: request.operation,
        stack: None,
        scope: request.scope.clone(),
        location: None,
        mode: None,
        rollback: None,
        template: String::new(),
        fingerprint: String::new(),
        client_id: sign_in.client_id.as_ref().map(ToString::to_string),
        portal: portal.map(|portal| Portal::new(portal, tenant.as_deref())),
    }
}

/// What becomes of the stack's resources, as the query of a deletion says it.
fn query(settings: &StackSettings) -> Vec<(&'static str, &'static str)> {
    let unmanaged = settings.unmanaged;
    let bypass = if settings.bypass_out_of_sync {
        "true"
    } else {
        "false"
    };
    vec![
        ("unmanageAction.Resources", unmanaged.resources.as_str()),
        (
            "unmanageAction.ResourceGroups",
            unmanaged.resource_groups.as_str(),
        ),
        (
            "unmanageAction.ManagementGroups",
            unmanaged.management_groups.as_str(),
        ),
        ("bypassStackOutOfSyncError", bypass),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::{
        inputs::{self, DeploymentMode, Environment, Rollback},
        template::{Arguments, Source},
    };

    const ID: &str = "00000000-0000-0000-0000-00000000000a";
    const GROUP: (&str, &str) = ("resource-group-name", "rg-hub");
    const SUBSCRIPTION: [(&str, &str); 2] = [("scope", "subscription"), ("location", "norwayeast")];
    const STACK: [(&str, &str); 5] = [
        GROUP,
        ("type", "deploymentStack"),
        ("name", "hub"),
        ("action-on-unmanage-resources", "delete"),
        ("deny-settings-mode", "none"),
    ];

    fn request(inputs: &[(&str, &str)]) -> Request {
        let needed = [
            ("client-id", ID),
            ("tenant-id", ID),
            ("subscription-id", ID),
        ];
        let inputs = needed.iter().chain(inputs);
        let named = inputs.map(|(name, value)| (format!("INPUT_{}", name.to_uppercase()), *value));
        inputs::read(&named.collect::<Environment>()).expect("valid inputs")
    }

    /// What is planned for an empty template.
    async fn planned(inputs: &[(&str, &str)]) -> (Plan, Job) {
        let template = Template {
            source: Source::Inline(Map::new()),
            arguments: Arguments::Inline(Map::new()),
            name: "infra/main.json".to_owned(),
            stem: "main".to_owned(),
        };
        let inputs = [inputs, &[("template-file", "infra/main.json")]].concat();
        let planned = plan(&request(&inputs), &template, Some("7")).await;
        planned.expect("JSON can be written")
    }

    #[tokio::test]
    async fn a_deployment_is_announced_with_its_template_mode_and_rollback() {
        let rollback = ("rollback-on-error", "lastSuccessful");
        let (plan, job) = planned(&[GROUP, rollback, ("deployment-mode", "Complete")]).await;
        assert_eq!(plan.mode, Some(DeploymentMode::Complete));
        assert_eq!(plan.rollback, Some(Rollback::LastSuccessful));
        assert_eq!(plan.template, "infra/main.json");
        assert!(plan.stack.is_none() && plan.location.is_none());
        let end = format!("-{}", plan.fingerprint);
        assert!(!plan.fingerprint.is_empty());
        assert!(plan.target.name().ends_with(&end), "{:?}", plan.target);
        assert_eq!(job.target, plan.target);
        assert!(matches!(job.task, Task::Create { what_if: None, .. }));
    }

    #[tokio::test]
    async fn a_preview_rolls_nothing_back() {
        for operation in ["validate", "whatIf"] {
            let rollback = ("rollback-on-error", "lastSuccessful");
            let (plan, _) = planned(&[GROUP, rollback, ("operation", operation)]).await;
            assert_eq!(plan.rollback, None, "{operation}");
        }
    }

    #[tokio::test]
    async fn outside_of_a_resource_group_the_region_is_announced() {
        let (plan, _) = planned(&SUBSCRIPTION).await;
        assert_eq!(plan.location.as_deref(), Some("norwayeast"));
    }

    #[tokio::test]
    async fn a_stack_is_announced_with_its_settings_and_without_a_mode() {
        let (plan, _) = planned(&STACK).await;
        let settings = plan.stack.expect("settings");
        assert_eq!(settings.unmanaged.resources.as_str(), "delete");
        assert_eq!(plan.mode, None);
    }

    #[test]
    fn a_stack_is_deleted_with_what_is_to_become_of_its_resources() {
        let besides = [
            ("operation", "delete"),
            ("action-on-unmanage-resourcegroups", "delete"),
            ("bypass-stack-out-of-sync-error", "true"),
        ];
        let (plan, job) = plan_existing(&request(&[&STACK[..], &besides].concat()));
        assert!(
            plan.stack
                .is_some_and(|settings| settings.bypass_out_of_sync)
        );
        let Task::Delete(id, deletion) = job.task else {
            panic!("{:?}", job.task);
        };
        assert_eq!(Target::Stack(id), job.target);
        let expected = [
            ("unmanageAction.Resources", "delete"),
            ("unmanageAction.ResourceGroups", "delete"),
            ("unmanageAction.ManagementGroups", "detach"),
            ("bypassStackOutOfSyncError", "true"),
        ];
        assert_eq!(deletion.query, expected);
    }

    #[test]
    fn what_exists_is_cancelled_or_waited_for() {
        let existing = |operation| {
            let inputs = [GROUP, ("name", "hub"), ("operation", operation)];
            plan_existing(&request(&inputs)).1
        };
        assert!(matches!(existing("wait").task, Task::Wait));
        let job = existing("cancel");
        let Task::Cancel(id) = job.task else {
            panic!("{:?}", job.task);
        };
        assert_eq!(Target::Deployment(id), job.target);
    }
}
