//! What Azure repeats if a deployment fails, in words.

use crate::{arm::Redeployment, inputs::Rollback};

/// What Azure will do if the deployment fails.
pub(crate) fn announcement(rollback: &Rollback) -> String {
    let what = match rollback {
        Rollback::LastSuccessful => "the last successful deployment".to_owned(),
        Rollback::To(name) => format!("deployment {name}"),
    };
    format!(
        "if this fails, Azure repeats {what} in the mode Complete, which deletes from the resource group what that one \
         did not contain"
    )
}

/// `deployment hub-1`, or what it is if Azure does not tell its name.
fn named(redeployment: &Redeployment) -> String {
    match redeployment.name.as_str() {
        "" => "the last successful deployment".to_owned(),
        name => format!("deployment {name}"),
    }
}

/// How the redeployment stands while it runs; `None` before and after that.
pub(crate) fn progress(redeployment: &Redeployment) -> Option<String> {
    let state = &redeployment.state;
    let is_running = !state.as_str().is_empty() && !state.is_terminal();
    let what = named(redeployment);
    is_running.then(|| format!("the deployment failed, and Azure repeats {what}, which is {state}"))
}

/// What became of it, to complete a headline.
pub(crate) fn outcome(redeployment: &Redeployment) -> String {
    let (what, state) = (named(redeployment), &redeployment.state);
    if state.is_succeeded() {
        return format!("Azure repeated {what}, and deleted what that one did not contain");
    }
    match state.as_str() {
        "" => format!("whether Azure repeated {what} is not known"),
        state if redeployment.state.is_terminal() => {
            format!("Azure repeated {what}, which ended, too, as {state}")
        }
        state => format!("Azure repeats {what}, which is {state} and continues in Azure"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::ProvisioningState;

    #[test]
    fn what_became_of_it_says_no_more_than_is_known() {
        for (name, state, expected) in [
            (
                "hub-1",
                "Succeeded",
                "Azure repeated deployment hub-1, and deleted what that one did not contain",
            ),
            (
                "hub-1",
                "Failed",
                "Azure repeated deployment hub-1, which ended, too, as Failed",
            ),
            (
                "",
                "Running",
                "Azure repeats the last successful deployment, which is Running and continues in Azure",
            ),
            (
                "hub-1",
                "",
                "whether Azure repeated deployment hub-1 is not known",
            ),
        ] {
            let redeployment = Redeployment {
                name: name.to_owned(),
                state: ProvisioningState::new(state),
            };
            assert_eq!(outcome(&redeployment), expected);
        }
    }
}
