//! Who tells a trace: the program, and the run of the workflow that it is a part of (semantic conventions of
//! OpenTelemetry, `resource/cicd.md`).

use crate::{host::Context, otlp::Attributes};

/// The name that counts unless `OTEL_SERVICE_NAME` gives another.
const SERVICE: &str = "long-deploy";

pub(super) fn of(context: &Context) -> Attributes {
    let text = |text: &Option<String>| text.clone();
    Attributes::default()
        .text("service.name", SERVICE)
        .text("service.version", env!("CARGO_PKG_VERSION"))
        .given("cicd.pipeline.name", text(&context.workflow))
        .given("cicd.pipeline.run.id", text(&context.run_id))
        .given("cicd.pipeline.run.url.full", text(&context.run_url))
        .given("vcs.repository.url.full", text(&context.repository_url))
        .given("vcs.ref.head.name", text(&context.reference))
        .given("vcs.ref.head.revision", text(&context.revision))
}
