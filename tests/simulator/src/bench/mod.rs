//! `azure-simulator bench`: runs the real program against the simulator and measures what it costs and how late it
//! tells what happens.
//!
//! Hours pass in a minute or two, so the time that requests really take counts for more than in Azure. Each scale is
//! chosen so that it counts for about as much as a request to Azure takes, which the tables state.

mod arguments;
mod az;
mod case;
mod ends;
mod goals;
mod hub;
mod nested;
mod operations;
mod parallel;
mod peers;
mod process;
mod program;
mod requests;
mod start;
mod statistics;
mod table;
mod templates;
mod told;
mod week;

use std::{
    fmt,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use self::{arguments::Arguments, goals::Measured};

/// Why something could not be measured.
#[derive(Debug)]
struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What is measured, and where the examples are.
struct Bench {
    program: PathBuf,
    /// The folder of the workspace.
    root: PathBuf,
}

/// What came of a subject.
#[derive(Default)]
struct Report {
    /// Markdown.
    tables: Vec<String>,
    measured: Vec<Measured>,
}

/// Something that can be measured by itself.
struct Subject {
    name: &'static str,
    about: &'static str,
    run: fn(&Bench) -> Result<Report, Failure>,
}

const SUBJECTS: &[Subject] = &[
    Subject {
        name: "start",
        about: "time, CPU and memory from the start to the first connection",
        run: start::run,
    },
    Subject {
        name: "hub",
        about: "the hub network of the demo: requests, bytes, CPU, memory, and when its changes are told",
        run: hub::run,
    },
    Subject {
        name: "ends",
        about: "how late the end of a deployment is told, over 32 random ends",
        run: ends::run,
    },
    Subject {
        name: "operations",
        about: "one deployment of 10 to 10,000 operations",
        run: operations::run,
    },
    Subject {
        name: "nested",
        about: "10 to 500 nested deployments",
        run: nested::run,
    },
    Subject {
        name: "week",
        about: "memory, CPU and threads over a week of polling",
        run: week::run,
    },
    Subject {
        name: "peers",
        about: "the same deployment with az, where that is installed (AZ names it, or the PATH has it)",
        run: peers::run,
    },
];

/// Runs the command with the words that follow its name.
pub(crate) fn main(words: &[String]) -> ExitCode {
    match Arguments::parse(words, SUBJECTS.iter().map(|subject| subject.name)) {
        Ok(Arguments::Help) => {
            say(&usage());
            ExitCode::SUCCESS
        }
        Ok(Arguments::Run { only, build }) => measure(only.as_deref(), build),
        Err(error) => {
            progress(&format!("{error}\n\n{}", usage()));
            ExitCode::from(2)
        }
    }
}

/// Measures all subjects, or one; fails if something cannot be measured or a goal is not reached.
fn measure(only: Option<&str>, build: bool) -> ExitCode {
    let bench = match program::find(build) {
        Ok(bench) => bench,
        Err(error) => {
            progress(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    let (mut measured, mut has_failed) = (Vec::new(), false);
    let is_meant = |subject: &&Subject| only.is_none_or(|only| only == subject.name);
    for subject in SUBJECTS.iter().filter(is_meant) {
        let begun = Instant::now();
        progress(&format!("{}: {}", subject.name, subject.about));
        match (subject.run)(&bench) {
            Ok(report) => {
                report.tables.iter().for_each(|table| say(table));
                measured.extend(report.measured);
            }
            Err(error) => {
                progress(&format!("{}: {error}", subject.name));
                has_failed = true;
            }
        }
        progress(&format!(
            "{}: {} s",
            subject.name,
            begun.elapsed().as_secs()
        ));
    }
    if !measured.is_empty() {
        say(&goals::table(&measured));
    }
    if has_failed || !measured.iter().all(Measured::is_reached) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn usage() -> String {
    let subjects = SUBJECTS.iter();
    let subjects: String = subjects
        .map(|subject| format!("  {:<11} {}\n", subject.name, subject.about))
        .collect();
    format!("{}\n\nSubjects:\n{subjects}", arguments::USAGE)
}

/// Writes a text to standard output, with a blank line after it.
fn say(text: &str) {
    // Nothing is left to do when it cannot be written.
    let _ = writeln!(io::stdout(), "{text}");
}

/// Writes a line to standard error.
fn progress(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
