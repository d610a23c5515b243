//! What the program says of itself when it is started by hand.

use crate::inputs::catalog::INPUTS;

/// The text of `--help`.
pub(crate) fn help() -> String {
    let inputs = INPUTS
        .iter()
        .map(|input| format!("  {:<24}{}\n", input.name, input.description));
    format!(
        "long-deploy {version}: Azure deployments that take hours, in one step of a GitHub workflow\n\n\
         It takes no arguments. Each input is an environment variable, as GitHub's runner sets it: `INPUT_` and the\n\
         input's name in upper case.\n\n\
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
