//! `long-deploy replay`: shows the log of a run again, from its report file. Needs no network, no inputs and no runner.

use std::{
    env,
    io::{self, IsTerminal},
    num::NonZeroU32,
    path::PathBuf,
};

use clap::{Arg, ArgMatches, Command, value_parser};
use tokio::runtime::Builder;

use crate::{
    clock::Clock,
    host::{self, Console, Taste, Vault},
    report::{self, ReadError},
};

/// Why nothing is shown. The messages may quote the file, which nobody has to trust.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error("give one report file: long-deploy replay FILE [--speed N]")]
    Usage,
    #[error(
        "--speed takes a whole number of at least 1: 60 shows an hour in a minute, and without it all is shown at once"
    )]
    Speed,
    #[error("{path} cannot be replayed: {source}", path = path.display())]
    Read { path: PathBuf, source: ReadError },
    #[error("the replay cannot start: {0}")]
    Start(io::Error),
}

/// What is asked for.
#[derive(Debug, PartialEq)]
struct Asked {
    path: PathBuf,
    /// How many times as fast as it happened; `None` for at once.
    speed: Option<NonZeroU32>,
}

/// The subcommand's name.
pub(super) const NAME: &str = "replay";
const FILE: &str = "FILE";
const SPEED: &str = "speed";

/// The subcommand.
pub(super) fn command() -> Command {
    Command::new(NAME)
        .about("Shows the log of an earlier run again, from its report file; needs no network")
        .override_usage("long-deploy replay FILE [--speed N]")
        .arg(
            Arg::new(FILE)
                .value_parser(value_parser!(PathBuf))
                .help("The file that the run's input report-file named"),
        )
        .arg(
            Arg::new(SPEED)
                .long(SPEED)
                .value_name("N")
                .allow_hyphen_values(true)
                .num_args(0..=1)
                .default_missing_value("")
                .help("Show it N times as fast as it happened; without it, all at once"),
        )
}

/// What is wrong with the arguments of the subcommand, in its own words.
pub(super) const WRONG_USAGE: ReplayError = ReplayError::Usage;

/// Shows the log that the arguments ask for, after calling `warn` if something will be missing in it. Returns whether all
/// of it could be shown, which only a bug prevents.
///
/// # Errors
/// [`ReplayError`] if there is nothing to show.
pub(crate) fn run(matches: &ArgMatches, warn: impl FnOnce(&str)) -> Result<bool, ReplayError> {
    let Asked { path, speed } = asked(matches)?;
    let recorded = report::read(&path).map_err(|source| ReplayError::Read { path, source })?;
    if let Some(warning) = recorded.warning() {
        warn(&warning);
    }
    let console = console();
    host::report_panics(&Vault::new(console.clone()));
    let runtime = Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(ReplayError::Start)?;
    Ok(runtime.block_on(async {
        let clock = speed.map(|speed| Clock::new(speed.get()));
        report::play(&recorded, console, clock.as_ref()).await
    }))
}

fn asked(matches: &ArgMatches) -> Result<Asked, ReplayError> {
    let speed = matches.get_one::<String>(SPEED);
    let speed = speed.map(|speed| number(speed)).transpose()?;
    let path = matches.get_one::<PathBuf>(FILE).cloned();
    let path = path.ok_or(ReplayError::Usage)?;
    Ok(Asked { path, speed })
}

fn number(text: &str) -> Result<NonZeroU32, ReplayError> {
    text.parse().map_err(|_| ReplayError::Speed)
}

/// Standard output for people: on GitHub's runner, too, a replay writes no commands, as annotations and masks belong to
/// the run that is shown and not to the one that shows it.
fn console() -> Console {
    let out = io::stdout();
    let colourless = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let taste = Taste {
        colour: out.is_terminal() && !colourless,
        ..Taste::default()
    };
    Console::plain(out, taste)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &str) -> Result<(String, Option<u32>), String> {
        let words = [NAME].into_iter().chain(arguments.split_whitespace());
        let matches = command().try_get_matches_from(words);
        let asked = matches.map_or(Err(WRONG_USAGE), |matches| asked(&matches));
        match asked {
            Ok(Asked { path, speed }) => Ok((path.display().to_string(), speed.map(Into::into))),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_file_and_a_speed_in_any_order() {
        for (arguments, speed) in [
            ("report.json", None),
            ("report.json --speed 60", Some(60)),
            ("--speed 1 report.json", Some(1)),
            ("--speed=3600 report.json", Some(3_600)),
        ] {
            let expected = Ok(("report.json".to_owned(), speed));
            assert_eq!(parsed(arguments), expected, "{arguments}");
        }
    }

    #[test]
    fn other_arguments_are_refused() {
        for (arguments, expected) in [
            ("", "give one report file"),
            ("a.json b.json", "give one report file"),
            ("a.json --fast", "give one report file"),
            ("a.json --speed 2 --speed 3", "give one report file"),
            ("--speed 60", "give one report file"),
            ("a.json --speed", "--speed takes a whole number"),
            ("a.json --speed 0", "--speed takes a whole number"),
            ("a.json --speed -1", "--speed takes a whole number"),
            ("a.json --speed=1.5", "--speed takes a whole number"),
            ("a.json --speedy 2", "give one report file"),
        ] {
            let error = parsed(arguments).expect_err(arguments);
            assert!(error.starts_with(expected), "{arguments}: {error}");
        }
    }
}
