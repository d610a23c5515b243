//! The texts of `--help`.

use crate::inputs::{
    catalog::{INPUTS, Input, Kind, OUTPUTS},
    shell_variable,
};

/// What follows the flags in the short help.
pub(super) const SHORT: &str = "Each flag is an input of the same name: it may also be set as the variable `INPUT_` and \
                                the name in upper case with _ for -.\n`--help` tells more of each, and of outputs, \
                                secrets and exit statuses.";

/// What follows the flags in the long help.
pub(super) fn long() -> String {
    format!(
        "Each flag is an input of the same name: it may also be set as the variable `INPUT_` and the name in upper \
         case with _ for -, such as `INPUT_CLIENT_ID`. A flag wins over a variable.\n\n\
         Secrets, in variables only\n{secrets}\n\
         Outputs\n{outputs}\n\
         Exit status: 0 done, 1 the deployment failed, 2 inputs, 3 sign-in, 4 timed out, 5 cancelled, \
         6 Azure unreachable or unreadable for too long, 70 a bug in this program.",
        secrets = INPUTS
            .iter()
            .filter(|input| input.kind == Kind::Secret)
            .map(|input| item(&shell_variable(input.name), input.description))
            .collect::<String>(),
        outputs = OUTPUTS
            .iter()
            .map(|output| item(output.name, output.description))
            .collect::<String>(),
    )
}

fn item(name: &str, description: &str) -> String {
    format!("  {name:<22}{description}\n")
}

/// What an input means, in one line: the first sentence.
pub(super) fn short(input: &Input) -> String {
    let whole = input.description;
    let end = whole.find(". ").unwrap_or(whole.len());
    whole[..end].trim_end_matches('.').to_owned()
}

/// What an input means, with its default and the variable that stands in for it.
pub(super) fn full(input: &Input) -> String {
    let mut text = input.description.to_owned();
    if let Some(variable) = input.variable {
        text.push_str(&format!(" Else the variable `{variable}`."));
    }
    if !input.default.is_empty() {
        text.push_str(&format!(" Default: `{}`.", input.default));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cli::flags, inputs::catalog::Section};

    fn help() -> String {
        flags::command().render_long_help().to_string()
    }

    #[test]
    fn help_lists_every_input_by_section_and_every_output() {
        let help = help();
        for input in INPUTS {
            let name = match input.kind {
                Kind::Secret => format!("\n  {} ", shell_variable(input.name)),
                _ => format!("--{}", input.name),
            };
            assert!(help.contains(&name), "{name}");
        }
        for output in OUTPUTS {
            assert!(help.contains(&format!("\n  {} ", output.name)), "{help}");
        }
        let titles = Section::ALL.map(|section| help.find(section.title()).expect("its title"));
        assert!(titles.is_sorted(), "{titles:?}");
    }

    #[test]
    fn short_help_has_one_line_for_an_input() {
        let help = flags::command().term_width(200).render_help().to_string();
        for input in INPUTS.iter().filter(|input| input.kind != Kind::Secret) {
            let line = help.lines().find(|line| {
                line.contains(&format!("--{} ", input.name))
                    || line.contains(&format!("--{}[", input.name))
            });
            let line = line.unwrap_or_else(|| panic!("{}: {help}", input.name));
            assert!(
                line.contains(short(input).split_whitespace().next().expect("a word")),
                "{line}"
            );
        }
    }

    #[test]
    fn help_tells_of_the_replay() {
        assert!(help().contains("replay"));
    }
}
