//! What the program says of itself when it is started by hand.

use crate::inputs::catalog::INPUTS;

/// The text of `--help`.
pub(crate) fn help() -> String {
    let inputs = INPUTS
        .iter()
        .map(|input| format!("  INPUT_{}\n", input.name.to_uppercase()));
    format!(
        "long-deploy {version}: Azure deployments that take hours, in one step of a GitHub workflow\n\n\
         It takes no arguments: it reads the action's inputs from the environment, as GitHub's runner sets them.\n\n\
         {inputs}\n\
         Exit status: 0 done, 1 the deployment failed, 2 inputs, 3 sign-in, 4 timed out, 5 cancelled,\n\
         6 Azure unreachable for too long, 70 a bug in this program.\n",
        version = env!("CARGO_PKG_VERSION"),
        inputs = inputs.collect::<String>(),
    )
}

/// The text of `--version`.
pub(crate) fn version() -> String {
    concat!("long-deploy ", env!("CARGO_PKG_VERSION"), "\n").to_owned()
}
