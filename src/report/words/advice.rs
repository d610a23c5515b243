//! What to do after a run has ended, by how it ended.

use crate::{
    arm::{Cause, Scope},
    deploy::{Ending, Plan},
    inputs::Operation,
    report::record::Record,
};

/// Something to do next: a lower-case sentence of ours, with input names in back-ticks, perhaps with a command to do it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) text: &'static str,
    pub(crate) command: Option<String>,
}

/// What to do next.
pub(crate) fn steps(record: &Record, ending: &Ending) -> Vec<Step> {
    let with = Commands(record.plan.as_ref());
    match ending {
        Ending::Succeeded | Ending::Stopped | Ending::Validated | Ending::Predicted => vec![],
        Ending::Detached => vec![with.show(), with.cancel()],
        Ending::Failed { .. } if record.is_canceled() => vec![plain(
            "it was cancelled outside of this workflow, Azure's activity log says by whom; run the workflow again to complete it",
        )],
        Ending::Failed { causes } if causes.is_empty() => vec![with.operations()],
        Ending::Failed { .. } if record.operation() == Operation::Delete => vec![plain(
            "remove the cause and run the workflow again to delete the rest",
        )],
        Ending::Failed { .. } => vec![plain(
            "remove the cause and run the workflow again; Azure leaves alone what is already as the template wants it",
        )],
        Ending::Refused { causes } if is_active(causes) => vec![
            with.show(),
            with.cancel(),
            plain("run the workflow again once the deployment of that name has ended"),
        ],
        Ending::Refused { causes } if is_busy_stack(causes) => vec![
            with.show(),
            plain("run the workflow again once the stack has come to an end"),
        ],
        Ending::Forbidden { .. } => vec![plain(
            "change the template, or take the change types from `fail-on-change-types` if that is meant, and run the workflow again",
        )],
        Ending::Refused { .. } => vec![plain("remove the cause and run the workflow again")],
        Ending::InvalidInputs(_) => {
            vec![plain(
                "correct the step's inputs and run the workflow again",
            )]
        }
        Ending::SignInFailed { submitted, .. } => after_sign_in_failed(&with, *submitted),
        Ending::TimedOut {
            submitted: false, ..
        } => vec![plain("set a longer `timeout` and run the workflow again")],
        Ending::TimedOut { cancelled, .. } => after_time_out(&with, *cancelled),
        Ending::Cancelled {
            submitted,
            cancelled,
        } => after_cancel(&with, *submitted, *cancelled),
        Ending::Unreachable { submitted, .. } => after_silence(&with, *submitted),
        Ending::Bug { .. } => after_bug(&with, record.is_submitted()),
    }
}

/// Whether the stack is still being changed by somebody else.
fn is_busy_stack(causes: &[Cause]) -> bool {
    let busy = "DeploymentStackInNonTerminalState";
    causes
        .iter()
        .any(|cause| cause.code.eq_ignore_ascii_case(busy))
}

/// Whether a deployment of the same name is still being deployed.
fn is_active(causes: &[Cause]) -> bool {
    causes
        .iter()
        .any(|cause| cause.code.eq_ignore_ascii_case("DeploymentActive"))
}

fn after_sign_in_failed(with: &Commands<'_>, submitted: bool) -> Vec<Step> {
    let remedy = plain("remove the cause and run the workflow again");
    if !submitted {
        return vec![remedy];
    }
    vec![
        with.show(),
        with.cancel(),
        plain(
            "remove the cause and run the workflow again: it takes the deployment up where it is then",
        ),
    ]
}

fn after_time_out(with: &Commands<'_>, cancelled: bool) -> Vec<Step> {
    let longer = plain("set `timeout` to more than the deployment takes");
    if cancelled {
        return vec![longer];
    }
    vec![with.show(), with.cancel(), longer]
}

fn after_cancel(with: &Commands<'_>, submitted: bool, cancelled: bool) -> Vec<Step> {
    match (submitted, cancelled) {
        (false, _) => vec![],
        (true, true) => vec![plain(
            "what was deployed until then remains; run the workflow again to complete it",
        )],
        (true, false) if with.is_stack() => vec![with.show(), with.cancel()],
        (true, false) => vec![
            with.show(),
            with.cancel(),
            plain("set `on-cancel: cancel` to have it cancelled together with the workflow"),
        ],
    }
}

fn after_silence(with: &Commands<'_>, submitted: bool) -> Vec<Step> {
    let network = plain(
        "check that the runner reaches Azure (network, DNS, proxy), then run the workflow again",
    );
    if submitted {
        vec![with.show(), network]
    } else {
        vec![network]
    }
}

fn after_bug(with: &Commands<'_>, submitted: bool) -> Vec<Step> {
    let report = plain("please report it to the authors of the action, with this log");
    if submitted {
        vec![with.show(), report]
    } else {
        vec![report]
    }
}

fn plain(text: &'static str) -> Step {
    Step {
        text,
        command: None,
    }
}

/// The Azure CLI's commands about the planned deployment.
struct Commands<'a>(Option<&'a Plan>);

impl Commands<'_> {
    fn show(&self) -> Step {
        self.step("see how it goes on", |kind| {
            if self.is_stack() {
                return format!("az stack {kind} show --query provisioningState");
            }
            format!("az deployment {kind} show --query properties.provisioningState")
        })
    }

    fn cancel(&self) -> Step {
        if self.is_stack() {
            return plain("Azure cannot stop a stack: it goes on to its end");
        }
        self.step("stop it", |kind| format!("az deployment {kind} cancel"))
    }

    fn operations(&self) -> Step {
        if self.is_stack() {
            return self.step("Azure gave no cause; see what it did", |kind| {
                format!("az stack {kind} show")
            });
        }
        self.step("Azure gave no cause; see what it did", |kind| {
            format!("az deployment operation {kind} list")
        })
    }

    fn is_stack(&self) -> bool {
        self.0.is_some_and(|plan| plan.stack.is_some())
    }

    fn step(&self, text: &'static str, command: impl Fn(&str) -> String) -> Step {
        let command = self.0.map(|plan| {
            let (kind, place) = target(&plan.scope);
            format!("{}{place} --name {}", command(kind), quote(plan.id.name()))
        });
        Step { text, command }
    }
}

/// The Azure CLI's word for the kind of scope, and its arguments for the scope.
fn target(scope: &Scope) -> (&'static str, String) {
    match scope {
        Scope::Tenant => ("tenant", String::new()),
        Scope::ManagementGroup(id) => ("mg", format!(" --management-group-id {}", quote(id))),
        Scope::Subscription(id) => ("sub", format!(" --subscription {id}")),
        Scope::ResourceGroup { subscription, name } => (
            "group",
            format!(
                " --subscription {subscription} --resource-group {}",
                quote(name)
            ),
        ),
    }
}

/// `argument` for a shell.
fn quote(argument: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if argument.chars().all(harmless) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories::{SUBSCRIPTION, plan_at};

    #[test]
    fn commands_name_the_deployment_at_every_scope() {
        let subscription = || SUBSCRIPTION.parse().expect("a GUID");
        for (scope, expected) in [
            (
                Scope::Tenant,
                "az deployment tenant cancel --name hub-42-1a2b3c",
            ),
            (
                Scope::ManagementGroup("mg-root".to_owned()),
                "az deployment mg cancel --management-group-id mg-root --name hub-42-1a2b3c",
            ),
            (
                Scope::Subscription(subscription()),
                "az deployment sub cancel --subscription 00000000-0000-0000-0000-000000000001 --name hub-42-1a2b3c",
            ),
            (
                Scope::ResourceGroup {
                    subscription: subscription(),
                    name: "rg(hub)".to_owned(),
                },
                "az deployment group cancel --subscription 00000000-0000-0000-0000-000000000001 --resource-group 'rg(hub)' --name hub-42-1a2b3c",
            ),
        ] {
            let plan = plan_at(scope);
            assert_eq!(
                Commands(Some(&plan)).cancel().command.as_deref(),
                Some(expected)
            );
        }
    }

    #[test]
    fn arguments_are_quoted_for_the_shell() {
        assert_eq!(quote("rg-hub_1.x"), "rg-hub_1.x");
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("it's $(x)"), r"'it'\''s $(x)'");
    }
}
