//! Tells a step as a trace, once everything else is done. Whatever goes wrong is a line in the log and nothing else.

use std::{future::pending, panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;

use crate::{
    clock::Clock,
    deploy::message_of,
    host::{Annotation, Runner, Severity},
    http::{self, ExtraRoots},
    inputs::Environment,
    otlp::{self, Settings},
    report::{
        record::Record,
        spans::{self, Step, Told},
    },
};

/// How long the trace of a cancelled step is sent for at most: the step must end within seven seconds, and deploying may
/// have taken four of them.
const HURRY: Duration = Duration::from_secs(2);

/// Where a trace goes, and who tells it.
pub(super) struct Traces {
    pub(super) environment: Environment,
    pub(super) runner: Runner,
    pub(super) clock: Clock,
    /// Authorities that the inputs name.
    pub(super) extra_roots: ExtraRoots,
}

impl Traces {
    /// Sends the trace of a step that is over, if the environment wants that. After `interrupt` it has two seconds.
    pub(super) async fn tell(
        &self,
        record: &Record,
        step: Step<'_>,
        interrupt: impl Future<Output = ()>,
    ) {
        let sending = AssertUnwindSafe(self.send(record, step, interrupt));
        let sent = sending.catch_unwind().await;
        let warnings = sent.unwrap_or_else(|panic| {
            let bug = message_of(&*panic);
            vec![format!(
                "no trace was sent because of an internal error, report this to the maintainers of the action: {bug}"
            )]
        });
        for warning in warnings {
            let warning = self.runner.vault.redact(&warning);
            let warning = Annotation::new(Severity::Warning, &warning);
            self.runner.console.annotate(&warning);
        }
    }

    /// Sends it; returns what the user must know.
    async fn send(
        &self,
        record: &Record,
        step: Step<'_>,
        interrupt: impl Future<Output = ()>,
    ) -> Vec<String> {
        let settings = match Settings::read(|name| self.environment.get(name)) {
            Ok(Some(settings)) => settings,
            Ok(None) => return Vec::new(),
            Err(error) => return vec![format!("no trace is sent: {error}")],
        };
        let mut warnings = settings.remarks.clone();
        let sent = self.send_by(settings, record, step, interrupt).await;
        warnings.extend(sent.err());
        warnings
    }

    /// # Errors
    /// Why it was not sent, or not all of it was taken.
    async fn send_by(
        &self,
        settings: Settings,
        record: &Record,
        step: Step<'_>,
        interrupt: impl Future<Output = ()>,
    ) -> Result<(), String> {
        let roots = self.roots(&settings)?;
        let http = http::client(&roots).map_err(|error| format!("no trace is sent: {error}"))?;
        let told = Told {
            record,
            context: &self.runner.context,
            process: std::process::id(),
            step,
        };
        let parent = settings.parent.clone();
        let Some(mut trace) = spans::trace(&told, parent, &settings.resource) else {
            return Ok(());
        };
        trace.clean(|text| self.runner.vault.clean(text));
        let hurry = async {
            interrupt.await;
            // The network does not run faster with the clock of a test.
            let _ = Clock::timeout_local(HURRY, pending::<()>()).await;
        };
        let sent = otlp::send(&trace, &settings, &*http, &self.clock, hurry).await;
        match sent.map_err(|error| error.to_string())? {
            Some(remark) => Err(remark),
            None => Ok(()),
        }
    }

    /// All authorities that are trusted besides the usual ones.
    fn roots(&self, settings: &Settings) -> Result<ExtraRoots, String> {
        let mut roots = self.extra_roots.clone();
        if let Some((name, path)) = &settings.certificate {
            let read = ExtraRoots::read(&self.environment.workspace().join(path));
            let own = read
                .map_err(|error| format!("no trace is sent: the file that {name} names {error}"))?;
            roots.extend(own);
        }
        Ok(roots)
    }
}
