//! Suggested next steps for each ending.

use crate::{
    arm::{Cause, Redeployment, Scope, Target},
    event::{Ending, Left, Plan},
    report::{
        record::Record,
        words::{left::may_run, operation::wording},
    },
};

/// A suggestion: a lower-case text with input names in back-ticks, and optionally the command that does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NextStep {
    pub(crate) text: &'static str,
    pub(crate) command: Option<String>,
}

const ALLOW_CHANGES: &str = "change the template, or remove the change types from `fail-on-change-types` if the changes are intended, then run it again";
const ALLOW_GAPS: &str = "give nested deployments parameters that Azure knows beforehand, rather than outputs of other ones, so that it can predict them; or judge them yourself and set `what-if-allow-incomplete: true`";

const FIRST_USE: &str = "if deployment stacks were never used in this tenant, run the step once with `operation: validate`, which lets Azure prepare it for them, then run it again; else the failure is Azure's: run it again later";

/// The suggestions for `ending`, the most important first.
pub(crate) fn steps(record: &Record, ending: &Ending) -> Vec<NextStep> {
    let cli = Commands(record.plan.as_ref());
    let rollback = record.rollback.as_ref();
    let rollback = rollback.filter(|_| matches!(ending, Ending::Failed { .. }));
    let rollback = rollback.map(|rollback| after_rollback(&cli, rollback));
    own_steps(&cli, record, ending)
        .into_iter()
        .chain(rollback)
        .collect()
}

/// What to do about what Azure repeats.
fn after_rollback(cli: &Commands<'_>, rollback: &Redeployment) -> NextStep {
    let is_running = !rollback.state.as_str().is_empty() && !rollback.state.is_terminal();
    if is_running && !rollback.name.is_empty() {
        return cli.show_other(&rollback.name);
    }
    text_only(
        "look at what the resource group has now: repeating a deployment deletes what that one did not contain",
    )
}

fn own_steps(cli: &Commands<'_>, record: &Record, ending: &Ending) -> Vec<NextStep> {
    match ending {
        Ending::Succeeded | Ending::Stopped | Ending::Validated | Ending::Predicted => vec![],
        Ending::Detached => vec![cli.show(), cli.cancel()],
        Ending::Failed { .. } if record.is_canceled() => vec![text_only(
            "it was cancelled outside of this run (Azure's activity log shows by whom); run it again to complete it",
        )],
        Ending::Failed { causes } if causes.is_empty() => vec![cli.operations()],
        Ending::Failed { .. } => vec![text_only(wording(record.operation()).after_failure)],
        Ending::Refused { causes } if is_active(causes) => vec![
            cli.show(),
            cli.cancel(),
            text_only("run it again once the deployment of that name has ended"),
        ],
        Ending::Refused { causes } if is_busy_stack(causes) => vec![
            cli.show(),
            text_only("run it again once the stack's current operation has ended"),
        ],
        Ending::Forbidden { changes, unseen } => {
            let allow = (!changes.is_empty()).then_some(ALLOW_CHANGES);
            let look = (!unseen.is_empty()).then_some(ALLOW_GAPS);
            allow.into_iter().chain(look).map(text_only).collect()
        }
        Ending::Refused { causes } if is_first_use(causes) => vec![text_only(FIRST_USE)],
        Ending::Refused { .. } => vec![text_only("fix the cause, then run it again")],
        Ending::InvalidInputs(_) => {
            vec![text_only("correct the step's inputs, then run it again")]
        }
        Ending::NoCompiler { .. } => vec![text_only(
            "let this machine reach downloads.bicep.azure.com, or use the image's Bicep (no `bicep-version`) or one of \
             your own (`bicep-path`), then run it again",
        )],
        Ending::CannotFollow { left, .. } => with_commands(
            cli,
            left,
            "fix the cause, then run it again; it resumes following the deployment",
        ),
        Ending::Replaced { .. } => vec![
            cli.show(),
            text_only(
                "give each workflow a `name` of its own, or none, so that none takes another's place",
            ),
        ],
        Ending::CancelRefused { .. } => vec![
            cli.show(),
            text_only("fix the cause, then run it again to cancel it"),
        ],
        Ending::NothingToCancel { .. } => vec![],
        Ending::SignInFailed { left, .. } if may_run(left) => with_commands(
            cli,
            left,
            "fix the cause, then run it again; it resumes following the deployment",
        ),
        Ending::SignInFailed { .. } => vec![text_only("fix the cause, then run it again")],
        Ending::TimedOut {
            left: Left::NotSubmitted,
            ..
        } => {
            vec![text_only("increase `timeout`, then run it again")]
        }
        Ending::TimedOut { left, .. } => with_commands(
            cli,
            left,
            "increase `timeout` beyond the deployment's duration",
        ),
        Ending::Cancelled { left } => after_cancel(cli, left),
        Ending::Unreachable { left, .. } => {
            let network =
                text_only("check the connection to Azure (network, DNS, proxy), then run it again");
            show_first(cli, left, network)
        }
        Ending::Bug { left, .. } => {
            let report = text_only(
                "report this to the maintainers of the action, with this log and the file of `report-file`",
            );
            show_first(cli, left, report)
        }
    }
}

/// Whether Azure refused because another operation on the stack is in progress.
fn is_busy_stack(causes: &[Cause]) -> bool {
    let busy = "DeploymentStackInNonTerminalState";
    causes
        .iter()
        .any(|cause| cause.code.eq_ignore_ascii_case(busy))
}

/// Whether Azure's what-if of a stack failed, as the first one in a tenant may.
fn is_first_use(causes: &[Cause]) -> bool {
    let failed = "DeploymentStackWhatIfOperationFailed";
    causes
        .iter()
        .any(|cause| cause.code.eq_ignore_ascii_case(failed))
}

/// Whether Azure refused because a deployment of the same name is running.
fn is_active(causes: &[Cause]) -> bool {
    causes
        .iter()
        .any(|cause| cause.code.eq_ignore_ascii_case("DeploymentActive"))
}

/// How to look after what may run, then the advice.
fn with_commands(cli: &Commands<'_>, left: &Left, advice: &'static str) -> Vec<NextStep> {
    if may_run(left) {
        vec![cli.show(), cli.cancel(), text_only(advice)]
    } else {
        vec![text_only(advice)]
    }
}

/// How to look at what may run, then the advice.
fn show_first(cli: &Commands<'_>, left: &Left, advice: NextStep) -> Vec<NextStep> {
    let show = may_run(left).then(|| cli.show());
    show.into_iter().chain([advice]).collect()
}

fn after_cancel(cli: &Commands<'_>, left: &Left) -> Vec<NextStep> {
    match left {
        Left::NotSubmitted => vec![],
        Left::Cancelled | Left::Ended => vec![text_only(
            "resources deployed so far remain; run it again to complete the deployment",
        )],
        Left::Running if !cli.is_stack() => with_commands(
            cli,
            left,
            "set `on-cancel: cancel` to cancel the deployment together with the run",
        ),
        _ => vec![cli.show(), cli.cancel()],
    }
}

fn text_only(text: &'static str) -> NextStep {
    NextStep {
        text,
        command: None,
    }
}

/// Azure CLI commands for the planned deployment or stack.
struct Commands<'a>(Option<&'a Plan>);

impl Commands<'_> {
    fn show(&self) -> NextStep {
        self.step("check its state", |kind| {
            if self.is_stack() {
                return format!("az stack {kind} show --query provisioningState");
            }
            format!("az deployment {kind} show --query properties.provisioningState")
        })
    }

    /// How to look at another deployment of the same scope.
    fn show_other(&self, name: &str) -> NextStep {
        let command = self.0.map(|plan| {
            let (kind, place) = scope_arguments(&plan.scope);
            format!(
                "az deployment {kind} show --query properties.provisioningState{place} --name {}",
                quote(name)
            )
        });
        NextStep {
            text: "check the state of what Azure repeats",
            command,
        }
    }

    fn cancel(&self) -> NextStep {
        if self.is_stack() {
            return text_only("Azure cannot stop a stack operation; wait for its end");
        }
        self.step("cancel it", |kind| format!("az deployment {kind} cancel"))
    }

    fn operations(&self) -> NextStep {
        if self.is_stack() {
            return self.step("Azure reported no cause; see the details", |kind| {
                format!("az stack {kind} show")
            });
        }
        self.step("Azure reported no cause; see the details", |kind| {
            format!("az deployment operation {kind} list")
        })
    }

    fn is_stack(&self) -> bool {
        matches!(self.0, Some(plan) if matches!(plan.target, Target::Stack(_)))
    }

    fn step(&self, text: &'static str, command: impl Fn(&str) -> String) -> NextStep {
        let command = self.0.map(|plan| {
            let (kind, place) = scope_arguments(&plan.scope);
            format!(
                "{}{place} --name {}",
                command(kind),
                quote(plan.target.name())
            )
        });
        NextStep { text, command }
    }
}

/// The Azure CLI's subcommand for the kind of scope, and the arguments that select the scope.
fn scope_arguments(scope: &Scope) -> (&'static str, String) {
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

/// `argument` quoted for a POSIX shell, if it needs quotes.
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
