//! The table of outputs.

use super::entry::Output;

const fn output(name: &'static str, description: &'static str) -> Output {
    Output { name, description }
}

/// The outputs of every run, as far as they are known. The template's own outputs are set beside them.
pub(crate) const OUTPUTS: &[Output] = &[
    output("deployment-id", "Resource id of the deployment."),
    output("deployment-name", "Name of the deployment."),
    output(
        "provisioning-state",
        "State that was seen last, such as `Succeeded` or `Failed`.",
    ),
    output(
        "correlation-id",
        "Id under which Azure's activity log and support find the deployment.",
    ),
    output("portal-url", "Page of the deployment in the portal."),
    output("duration", "How long the run took, such as `2h 10m 7s`."),
    output("duration-seconds", "The same in whole seconds."),
    output("token-refreshes", "How often the token was refreshed."),
    output(
        "outputs",
        "The template's outputs as one JSON object of name → value. Secure ones are left out.",
    ),
    output("error-code", "Code of the first cause, if the run failed."),
    output(
        "error-message",
        "Message of the first cause, if the run failed.",
    ),
    output(
        "has-changes",
        "Whether the what-if found anything that changes, or could not predict everything: `true` or `false`.",
    ),
    output(
        "changes",
        "How many resources the what-if found of each change type, as JSON: `{\"Create\":2}`.",
    ),
    output(
        "what-if",
        "The what-if as JSON, as Azure answered it; parts are left out over 900 kB.",
    ),
];
