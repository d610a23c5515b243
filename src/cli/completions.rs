//! `long-deploy completions`: what a shell needs to complete our flags.

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

/// The subcommand's name.
pub(super) const NAME: &str = "completions";
const SHELL: &str = "SHELL";

/// The subcommand.
pub(super) fn command() -> Command {
    Command::new(NAME)
        .about("Prints completions for a shell")
        .arg(
            Arg::new(SHELL)
                .required(true)
                .value_parser(value_parser!(Shell)),
        )
}

/// The script that completes `whole` in the shell that `matches` of the subcommand name.
pub(super) fn script(matches: &ArgMatches, mut whole: Command) -> String {
    let mut script = Vec::new();
    if let Some(shell) = matches.get_one::<Shell>(SHELL) {
        let name = whole.get_name().to_owned();
        clap_complete::generate(*shell, &mut whole, name, &mut script);
    }
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cli::flags,
        inputs::catalog::{INPUTS, Kind},
    };

    fn of(shell: &str) -> String {
        let matches = command().try_get_matches_from([NAME, shell]);
        script(&matches.expect("a shell"), flags::command())
    }

    #[test]
    fn every_shell_learns_every_flag() {
        for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
            let script = of(shell);
            for input in INPUTS.iter().filter(|input| input.kind != Kind::Secret) {
                assert!(script.contains(input.name), "{shell}: {}", input.name);
            }
        }
    }

    #[test]
    fn another_shell_is_refused() {
        let matches = command().try_get_matches_from([NAME, "csh"]);
        assert!(matches.is_err());
    }
}
