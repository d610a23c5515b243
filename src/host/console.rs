//! The only writer to standard output.

use std::{
    fmt,
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use secrecy::{ExposeSecret, SecretString};

use super::{
    annotation::{Annotation, Severity},
    detect::host_of,
    host::Host,
    line::{Line, Style},
    terminal::live::Live,
    text,
};

/// How people want the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taste {
    /// Whether to use ANSI colours.
    pub(crate) colour: bool,
    /// Whether to show debug messages where the host does not decide that itself.
    pub(crate) debug: bool,
}

/// The sink for everything that we print; clones share it.
///
/// There is only one, because the runner reads standard output and standard error in no guaranteed order, and a mask
/// must precede what it masks. Failed writes are ignored: a closed pipe must not stop a deployment.
#[derive(Clone)]
pub(crate) struct Console {
    screen: Arc<Mutex<Screen>>,
    host: Arc<dyn Host>,
    taste: Taste,
}

/// Where the lines go, and what stands below them.
struct Screen {
    out: Box<dyn Write + Send>,
    live: Option<Live>,
}

impl Screen {
    /// Writes `text` above the last row, at once, so that a mask is in force before anything follows.
    fn write(&mut self, text: &str) {
        let (clear, draw) = match &mut self.live {
            Some(live) => (live.clear(), live.draw()),
            None => ("", String::new()),
        };
        let whole = format!("{clear}{text}{draw}");
        let _ = self
            .out
            .write_all(whole.as_bytes())
            .and_then(|()| self.out.flush());
    }
}

impl Console {
    /// A console that writes to `out`, which `host` reads.
    pub(crate) fn new(out: impl Write + Send + 'static, host: Arc<dyn Host>, taste: Taste) -> Self {
        Self {
            screen: Arc::new(Mutex::new(Screen {
                out: Box::new(out),
                live: None,
            })),
            host,
            taste,
        }
    }

    /// A console that only people read.
    pub(crate) fn plain(out: impl Write + Send + 'static, taste: Taste) -> Self {
        Self::new(out, host_of(&|_| None), taste)
    }

    /// Prints a line.
    pub(crate) fn print(&self, line: &Line) {
        self.write(&line.render(self.taste.colour));
    }

    /// Begins a group of lines, which the host may fold. Groups do not nest.
    pub(crate) fn group(&self, title: &str) {
        match self.host.group(&text::disarm(&text::one_line(title))) {
            Some(line) => self.write(&line),
            None => self.print(&Line::default().with(Style::Strong, title)),
        }
    }

    /// Ends the group.
    pub(crate) fn end_group(&self) {
        self.write_if_any(self.host.end_group());
    }

    /// Has the host hide `secret`, which must happen before its first use. Each line is hidden by itself, because the
    /// log is masked by lines.
    pub(super) fn mask(&self, secret: &SecretString) {
        for line in secret.expose_secret().split(['\r', '\n']) {
            if !line.trim().is_empty() {
                self.write_if_any(self.host.mask(line));
            }
        }
    }

    /// Shows an annotation.
    pub(crate) fn annotate(&self, annotation: &Annotation) {
        if let Some(line) = self.host.annotation(annotation) {
            self.write(&line);
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

    /// Shows a message when debugging is on.
    pub(crate) fn debug(&self, message: &str) {
        for line in text::lines(message) {
            let line = text::disarm(&line);
            match self.host.debug(&line) {
                Some(line) => self.write(&line),
                None if self.taste.debug => {
                    self.print(&Line::default().with(Style::Faint, &format!("debug: {line}")));
                }
                None => {}
            }
        }
    }

    /// Shows how many per cent are done, where the host has a place for it.
    pub(crate) fn progress(&self, percent: u8) {
        self.write_if_any(self.host.progress(percent));
    }

    fn write_if_any(&self, line: Option<String>) {
        if let Some(line) = line {
            self.write(&line);
        }
    }

    /// Writes one line at once.
    pub(super) fn write(&self, line: &str) {
        self.screen().write(&format!("{line}\n"));
    }

    /// Keeps a last row below all lines from now on, in a terminal with so many columns.
    pub(super) fn keep_live_row(&self, columns: fn() -> Option<usize>) {
        self.screen().live = Some(Live::new(columns, self.taste.colour));
    }

    /// Whether there is a last row, which tells what heartbeats would.
    pub(crate) fn has_live_row(&self) -> bool {
        self.screen().live.is_some()
    }

    /// Shows this in the last row, if there is one; empty for nothing.
    pub(crate) fn set_status(&self, status: &str) {
        self.change_live(|live| live.set_status(status));
    }

    /// Asks something in the last row, or asks no more.
    pub(super) fn set_question(&self, question: Option<&str>) {
        self.change_live(|live| live.set_question(question));
    }

    /// Takes the last row away for good.
    pub(crate) fn drop_live_row(&self) {
        let mut screen = self.screen();
        if let Some(mut live) = screen.live.take() {
            screen.write(live.clear());
        }
    }

    fn change_live(&self, change: impl FnOnce(&mut Live)) {
        let mut screen = self.screen();
        if let Some(live) = &mut screen.live {
            change(live);
            screen.write("");
        }
    }

    fn screen(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("host", &self.host)
            .field("taste", &self.taste)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io;

    use super::*;
    use crate::host::host_named;

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

    impl Console {
        /// A console that the host reads whose variable is true; a terminal if none is named.
        pub(crate) fn of(variable: &str, out: impl Write + Send + 'static, taste: Taste) -> Self {
            Self::new(out, host_named(variable), taste)
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

    fn printed(variable: &str, taste: Taste, act: impl FnOnce(&Console)) -> String {
        let kept = Kept::default();
        act(&Console::of(variable, kept.clone(), taste));
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
        assert_eq!(
            printed("GITHUB_ACTIONS", Taste::default(), everything),
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
            printed("", Taste::default(), everything),
            "Plan ::error::x\n: :error::forged\nerror: Code: failed\n"
        );
    }

    #[test]
    fn shows_debug_messages_on_demand() {
        let taste = Taste {
            debug: true,
            ..Taste::default()
        };
        assert_eq!(
            printed("", taste, |console| console.debug("looked")),
            "debug: looked\n"
        );
    }

    #[test]
    fn the_last_row_stands_below_every_line_and_leaves_no_trace() {
        let shown = printed("", Taste::default(), |console| {
            console.set_status("no row yet");
            console.keep_live_row(|| None);
            console.set_status("0/2 done");
            console.print(&Line::plain("one"));
            console.set_status("1/2 done");
            console.set_question(Some("leave? "));
            console.drop_live_row();
            console.set_status("too late");
            console.print(&Line::plain("two"));
        });
        let rows = ["0/2 done", "one\n0/2 done", "1/2 done", "leave? ", "two\n"];
        assert_eq!(shown, rows.join("\r\u{1b}[K"));
    }

    #[test]
    fn survives_a_closed_pipe() {
        let console = Console::of("", Closed, Taste::default());
        console.print(&Line::plain("anybody there?"));
    }
}
