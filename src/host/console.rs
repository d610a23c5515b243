//! The only writer to standard output.

use std::{
    fmt,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use secrecy::{ExposeSecret, SecretString};

use super::{
    annotation::{Annotation, Severity, escape_data},
    line::{Line, Style},
    text,
};

/// What the reader of standard output understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// Whether GitHub's runner reads it and interprets workflow commands.
    pub commands: bool,
    /// Whether to use ANSI colours.
    pub colour: bool,
    /// Whether to show debug messages; GitHub's runner decides that itself.
    pub debug: bool,
}

/// The sink for everything that we print; clones share it.
///
/// There is only one, because the runner reads standard output and standard error in no guaranteed order, and a mask
/// must precede what it masks. Failed writes are ignored: a closed pipe must not stop a deployment.
#[derive(Clone)]
pub(crate) struct Console {
    out: Arc<Mutex<Box<dyn Write + Send>>>,
    dialect: Dialect,
}

impl Console {
    /// A console that writes to `out`.
    pub(crate) fn new(out: impl Write + Send + 'static, dialect: Dialect) -> Self {
        Self {
            out: Arc::new(Mutex::new(Box::new(out))),
            dialect,
        }
    }

    /// Prints a line.
    pub(crate) fn print(&self, line: &Line) {
        self.write(&line.render(self.dialect.colour));
    }

    /// Begins a group of lines, folded in GitHub's log. Groups do not nest.
    pub(crate) fn group(&self, title: &str) {
        if self.dialect.commands {
            self.write(&format!(
                "::group::{}",
                escape_data(&text::disarm(&text::one_line(title)))
            ));
        } else {
            self.print(&Line::default().with(Style::Strong, title));
        }
    }

    /// Ends the group.
    pub(crate) fn end_group(&self) {
        if self.dialect.commands {
            self.write("::endgroup::");
        }
    }

    /// Registers `secret` as a mask with the runner, which must happen before its first use. Each line is masked
    /// separately, because the log is masked by lines. Without a runner nothing is printed.
    pub(super) fn mask(&self, secret: &SecretString) {
        if !self.dialect.commands {
            return;
        }
        for line in secret.expose_secret().split(['\r', '\n']) {
            if !line.trim().is_empty() {
                self.write(&format!("::add-mask::{}", escape_data(line)));
            }
        }
    }

    /// Shows an annotation.
    pub(crate) fn annotate(&self, annotation: &Annotation) {
        if self.dialect.commands {
            self.write(&annotation.command());
            return;
        }
        let style = match annotation.severity {
            Severity::Error => Style::Bad,
            Severity::Warning => Style::Doubtful,
            Severity::Notice => Style::Strong,
        };
        for line in annotation.lines() {
            self.print(&Line::default().with(style, &line));
        }
    }

    /// Shows a message when step debugging is on.
    pub(crate) fn debug(&self, message: &str) {
        for line in text::lines(message) {
            if self.dialect.commands {
                self.write(&format!("::debug::{}", escape_data(&text::disarm(&line))));
            } else if self.dialect.debug {
                self.print(&Line::default().with(Style::Faint, &format!("debug: {line}")));
            }
        }
    }

    /// Writes one line at once and flushes it, so that a mask is in force before anything follows.
    fn write(&self, line: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| out.flush());
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io;

    use super::*;

    /// Captured standard output.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Kept {
        pub(crate) fn text(&self) -> String {
            let bytes = self.0.lock().expect("no writer panics").clone();
            String::from_utf8(bytes).expect("we print UTF-8")
        }
    }

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panics").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    fn printed(dialect: Dialect, act: impl FnOnce(&Console)) -> String {
        let kept = Kept::default();
        act(&Console::new(kept.clone(), dialect));
        kept.text()
    }

    fn everything(console: &Console) {
        console.mask(&"one%\n\n  \r\ntwo".into());
        console.group("Plan\n::error::x");
        console.print(&Line::plain("::error::forged"));
        console.end_group();
        console.annotate(&Annotation::new(Severity::Error, "failed").titled("Code"));
        console.debug("first\n::error::second");
    }

    #[test]
    fn speaks_to_the_runner() {
        let dialect = Dialect {
            commands: true,
            ..Dialect::default()
        };
        assert_eq!(
            printed(dialect, everything),
            "::add-mask::one%25\n\
             ::add-mask::two\n\
             ::group::Plan ::error::x\n\
             : :error::forged\n\
             ::endgroup::\n\
             ::error title=Code::failed\n\
             ::debug::first\n\
             ::debug::: :error::second\n"
        );
    }

    #[test]
    fn speaks_to_people() {
        assert_eq!(
            printed(Dialect::default(), everything),
            "Plan ::error::x\n: :error::forged\nerror: Code: failed\n"
        );
    }

    #[test]
    fn shows_debug_messages_on_demand() {
        let dialect = Dialect {
            debug: true,
            ..Dialect::default()
        };
        assert_eq!(
            printed(dialect, |console| console.debug("looked")),
            "debug: looked\n"
        );
    }

    #[test]
    fn survives_a_closed_pipe() {
        let console = Console::new(Closed, Dialect::default());
        console.print(&Line::plain("anybody there?"));
    }
}
