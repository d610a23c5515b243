//! The command line as clap knows it: a flag for each input of the catalogue, and nothing else that is an input.

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};

use super::{completions, replay, usage};
use crate::{
    inputs::{
        catalog::{INPUTS, Input, Kind, Section},
        shell_variable,
    },
    step::Printing,
};

/// The program's name on the command line.
pub(super) const PROGRAM: &str = "long-deploy";
/// The flag for outputs as JSON.
const JSON: &str = "json";

/// Why the flags cannot be used. The message holds no value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FlagError {
    /// A secret as an argument.
    #[error(
        "--{input} is not taken from a command line, which other users of this machine can read: set the variable \
         {variable} instead"
    )]
    Secret {
        /// The input.
        input: &'static str,
        /// The variable to set.
        variable: String,
    },
}

/// The inputs that flags give, by name.
pub(super) type Given = Vec<(&'static str, OsString)>;

/// All that the program takes from a command line.
pub(super) fn command() -> Command {
    let flags = Section::ALL.into_iter().flat_map(flags_of);
    Command::new(PROGRAM)
        .version(env!("CARGO_PKG_VERSION"))
        .about("Deploys Bicep or ARM templates to Azure and follows them to their end, also when that takes hours")
        .after_help(usage::SHORT)
        .after_long_help(usage::long())
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .args(flags)
        .arg(
            Arg::new(JSON)
                .long(JSON)
                .action(ArgAction::SetTrue)
                .help("Print the outputs as one JSON object; the log goes to standard error"),
        )
        .subcommand(replay::command())
        .subcommand(completions::command())
}

fn flags_of(section: Section) -> impl Iterator<Item = Arg> {
    let inputs = INPUTS.iter().filter(move |input| input.section == section);
    inputs.map(move |input| flag(input).help_heading(section.title()))
}

fn flag(input: &'static Input) -> Arg {
    let flag = Arg::new(input.name)
        .long(input.name)
        .value_parser(value_parser!(OsString))
        .value_hint(hint(input.name))
        .help(usage::short(input))
        .long_help(usage::full(input));
    match input.kind {
        Kind::Value => flag.value_name("VALUE"),
        Kind::Lines => flag.value_name("VALUE").action(ArgAction::Append),
        Kind::Switch => flag
            .value_name("true|false")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true"),
        // Known all the same, so that it is not taken for a typing error, whose message would quote the secret.
        Kind::Secret => flag
            .hide(true)
            .num_args(0..)
            .allow_hyphen_values(true)
            .action(ArgAction::Append),
    }
}

fn hint(name: &str) -> ValueHint {
    if name.ends_with("-file") || name.ends_with("-path") {
        ValueHint::FilePath
    } else {
        ValueHint::Other
    }
}

/// The inputs that were given as flags.
///
/// # Errors
/// [`FlagError`].
pub(super) fn given(matches: &ArgMatches) -> Result<Given, FlagError> {
    let all = INPUTS.iter().map(|input| of_input(input, matches));
    all.filter_map(Result::transpose).collect()
}

fn of_input(
    input: &'static Input,
    matches: &ArgMatches,
) -> Result<Option<(&'static str, OsString)>, FlagError> {
    if !matches.contains_id(input.name) {
        return Ok(None);
    }
    if input.kind == Kind::Secret {
        return Err(FlagError::Secret {
            input: input.name,
            variable: shell_variable(input.name),
        });
    }
    let values = matches.get_many::<OsString>(input.name);
    let lines: Vec<_> = values.into_iter().flatten().cloned().collect();
    Ok(Some((input.name, lines.join("\n".as_ref()))))
}

/// What standard output is for.
pub(super) fn printing(matches: &ArgMatches) -> Printing {
    match matches.get_flag(JSON) {
        true => Printing::Json,
        false => Printing::Log,
    }
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    fn parsed(arguments: &[&str]) -> Result<ArgMatches, clap::Error> {
        let all = [PROGRAM].iter().chain(arguments);
        command().try_get_matches_from(all)
    }

    fn inputs(arguments: &[&str]) -> Vec<(&'static str, String)> {
        let matches = parsed(arguments).expect("valid arguments");
        let given = given(&matches).expect("no secrets");
        let text = |value: OsString| value.into_string().expect("it was text");
        given
            .into_iter()
            .map(|(name, value)| (name, text(value)))
            .collect()
    }

    #[test]
    fn the_command_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_input_but_a_secret_is_a_flag() {
        for input in INPUTS.iter().filter(|input| input.kind != Kind::Secret) {
            let flag = format!("--{}=x", input.name);
            assert_eq!(inputs(&[&flag]), [(input.name, "x".to_owned())]);
        }
    }

    #[test]
    fn values_are_given_with_and_without_equals() {
        let expected = [("template-file", "hub.bicep".to_owned())];
        assert_eq!(inputs(&["--template-file", "hub.bicep"]), expected);
        assert_eq!(inputs(&["--template-file=hub.bicep"]), expected);
    }

    #[test]
    fn a_switch_alone_is_true_and_takes_nothing_that_follows() {
        let both = inputs(&["--what-if", "--wait=false"]);
        let expected = [("what-if", "true".to_owned()), ("wait", "false".to_owned())];
        assert_eq!(both, expected);
        assert!(parsed(&["--what-if", "false"]).is_err());
    }

    #[test]
    fn what_is_a_list_may_be_given_repeatedly_and_nothing_else() {
        assert_eq!(
            inputs(&["--parameters", "a=1", "--parameters=b=2"]),
            [("parameters", "a=1\nb=2".to_owned())]
        );
        let error = parsed(&["--name", "a", "--name", "b"]).expect_err("twice");
        assert_eq!(error.kind(), ErrorKind::ArgumentConflict);
    }

    #[test]
    fn switches_are_what_the_parser_reads_as_such() {
        for input in INPUTS {
            let is_switch = input.description.contains("`true`:")
                || input.description.contains("`false`:")
                || ["true", "false"].contains(&input.default);
            assert_eq!(input.kind == Kind::Switch, is_switch, "{}", input.name);
        }
    }

    #[test]
    fn a_secret_is_refused_without_being_shown() {
        for arguments in [
            &["--client-secret", "hush"][..],
            &["--client-secret=hush"],
            &["--client-secret", "-hush"],
            &["--name", "a", "--client-secret"],
        ] {
            let matches = parsed(arguments).expect("known");
            let message = given(&matches).expect_err("a secret").to_string();
            assert!(message.contains("INPUT_CLIENT_SECRET"), "{message}");
            assert!(!message.contains("hush"), "{message}");
        }
        let matches = parsed(&["--creds", "{}"]).expect("known");
        let message = given(&matches).expect_err("a secret").to_string();
        assert!(message.contains("INPUT_CREDS"), "{message}");
    }

    #[test]
    fn a_mistyped_flag_names_the_nearest_and_no_value() {
        for (flag, nearest) in [
            ("--templat-file=hush", "--template-file"),
            ("--resource-group=hush", "--resource-group-name"),
            ("--client-secrt=hush", "--client-secret"),
        ] {
            let message = parsed(&[flag]).expect_err("unknown").to_string();
            assert!(message.contains(nearest), "{message}");
            assert!(!message.contains("hush"), "{message}");
        }
    }

    #[test]
    fn outputs_as_json_are_a_matter_of_the_command_line_alone() {
        let matches = parsed(&["--json"]).expect("known");
        assert_eq!(printing(&matches), Printing::Json);
        assert_eq!(given(&matches), Ok(Vec::new()));
    }
}
