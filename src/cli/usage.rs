//! The texts of `--help` and `--version`.

use crate::inputs::catalog::{INPUTS, OUTPUTS, Section};

/// The text of `--help`.
pub(crate) fn help() -> String {
    format!(
        "long-deploy {version}: Azure deployments that take hours, in one step of a GitHub workflow\n\n\
         Without arguments it runs the step. Each input is an environment variable, as GitHub's runner sets it:\n\
         `INPUT_` and the input's name in upper case.\n\n\
         long-deploy replay FILE [--speed N]\n\
         shows the log of an earlier run again, from the file that its input `report-file` named: at once, or N times\n\
         as fast as it happened. It needs no network and no inputs.\n\n\
         {inputs}\
         Outputs\n{outputs}\n\
         Exit status: 0 done, 1 the deployment failed, 2 inputs, 3 sign-in, 4 timed out, 5 cancelled,\n\
         6 Azure unreachable or unreadable for too long, 70 a bug in this program.\n",
        version = env!("CARGO_PKG_VERSION"),
        inputs = Section::ALL.map(inputs).concat(),
        outputs = OUTPUTS
            .iter()
            .map(|output| item(output.name, output.description))
            .collect::<String>(),
    )
}

fn inputs(section: Section) -> String {
    let inputs = INPUTS.iter().filter(|input| input.section == section);
    let inputs = inputs.map(|input| item(input.name, input.description));
    format!("{}\n{}\n", section.title(), inputs.collect::<String>())
}

fn item(name: &str, description: &str) -> String {
    format!("  {name:<36}{description}\n")
}

/// The text of `--version`.
pub(crate) fn version() -> String {
    concat!("long-deploy ", env!("CARGO_PKG_VERSION"), "\n").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_tells_of_the_replay() {
        assert!(help().contains("long-deploy replay FILE [--speed N]"));
    }

    #[test]
    fn help_lists_every_input_and_output() {
        let help = help();
        let names = INPUTS.iter().map(|input| input.name);
        for name in names.chain(OUTPUTS.iter().map(|output| output.name)) {
            assert!(help.contains(&format!("\n  {name} ")), "{name}");
        }
    }
}
