//! The words after `bench`.

/// What can be said, without the subjects.
pub(super) const USAGE: &str = "\
azure-simulator bench: measures the release build of the program against the simulator, and fails if a goal is missed

Usage: azure-simulator bench [--only SUBJECT] [--build] [--help]

  --only SUBJECT   measures one subject
  --build          builds the program first, which is otherwise only done if it is not there
  --help           prints this

LONG_DEPLOY_PROGRAM names another program than the one of the workspace.";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arguments {
    Help,
    Run { only: Option<String>, build: bool },
}

impl Arguments {
    /// # Errors
    /// What is wrong with the words, to be shown.
    pub(super) fn parse<'a>(
        words: &[String],
        mut subjects: impl Iterator<Item = &'a str>,
    ) -> Result<Self, String> {
        let (mut only, mut build) = (None, false);
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--help" | "-h" => return Ok(Self::Help),
                "--build" => build = true,
                "--only" => only = Some(words.next().ok_or("--only needs the name of a subject")?),
                other => return Err(format!("{other} is not an option")),
            }
        }
        if let Some(only) = only.filter(|only| !subjects.any(|subject| subject == *only)) {
            return Err(format!("{only} is not a subject"));
        }
        let only = only.map(str::to_owned);
        Ok(Self::Run { only, build })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Arguments, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Arguments::parse(&words, ["hub", "nested"].into_iter())
    }

    #[test]
    fn options_are_read_in_any_order() {
        let run = |only: Option<&str>, build| {
            let only = only.map(str::to_owned);
            Ok(Arguments::Run { only, build })
        };
        assert_eq!(parsed(&[]), run(None, false));
        assert_eq!(
            parsed(&["--build", "--only", "hub"]),
            run(Some("hub"), true)
        );
        assert_eq!(parsed(&["--only", "nested"]), run(Some("nested"), false));
        assert_eq!(parsed(&["--only", "hub", "--help"]), Ok(Arguments::Help));
    }

    #[test]
    fn what_is_not_known_is_said() {
        for (words, word) in [
            (vec!["--only"], "--only"),
            (vec!["--only", "moon"], "moon"),
            (vec!["--fast"], "--fast"),
            (vec!["hub"], "hub"),
        ] {
            let error = parsed(&words).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
