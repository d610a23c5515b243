//! What Azure says of a deployment before it is submitted, or instead: validation and what-if.

use azure_core::Bytes;
use serde_json::{Value, json};
use tokio::select;
use tokio_util::sync::CancellationToken;

use super::{
    Ending, Submission,
    ask::ask,
    event::Event,
    patience::Patience,
    run::{Context, Job, refusal},
};
use crate::{
    arm::{ArmError, Change, ChangeType, Diagnostic, WhatIf},
    inputs::{Operation, WhatIfInputs},
};

/// A what-if to make.
#[derive(Debug)]
pub(crate) struct Preview {
    /// The body, as sent. May hold secrets.
    body: Bytes,
    inputs: WhatIfInputs,
}

impl Preview {
    /// The what-if of `submission`.
    ///
    /// # Errors
    /// Only if the submission is not JSON, which would be a bug.
    pub(crate) fn new(submission: &Submission, inputs: WhatIfInputs) -> serde_json::Result<Self> {
        let mut body: Value = serde_json::from_slice(&submission.body)?;
        body["properties"]["whatIfSettings"] = json!({"resultFormat": inputs.format.as_str()});
        let body = Bytes::from(serde_json::to_vec(&body)?);
        Ok(Self { body, inputs })
    }
}

/// Validates or predicts what `job` asks for; `None` if the deployment is to be submitted now.
pub(super) async fn look_ahead(
    context: Context<'_>,
    job: &Job,
    interrupt: &CancellationToken,
) -> Option<Ending> {
    let mut patience = Patience::new(context);
    let told = select! {
        biased;
        () = interrupt.cancelled() => return Some(Ending::Cancelled { submitted: false, cancelled: false }),
        told = tell(context, job, &mut patience) => Some(told),
        () = context.clock.sleep(job.timeout) => None,
    };
    match told {
        Some(Ok(ending)) => ending,
        Some(Err(error)) if error.is_transient() => Some(unreachable(&error.to_string())),
        Some(Err(error)) => Some(refusal(error)),
        None => Some(match patience.reason() {
            Some(reason) => unreachable(reason),
            None => Ending::TimedOut {
                after: job.timeout,
                submitted: false,
                cancelled: false,
            },
        }),
    }
}

async fn tell(
    context: Context<'_>,
    job: &Job,
    patience: &mut Patience<'_>,
) -> Result<Option<Ending>, ArmError> {
    if job.operation == Operation::Validate {
        validate(context, &job.submission, patience).await?;
        return Ok(Some(Ending::Validated));
    }
    let Some(preview) = &job.preview else {
        return Ok(None);
    };
    let forbidden = predict(context, &job.submission, preview, patience).await?;
    if !forbidden.is_empty() {
        return Ok(Some(Ending::Forbidden { changes: forbidden }));
    }
    Ok((job.operation == Operation::WhatIf).then_some(Ending::Predicted))
}

async fn validate(
    context: Context<'_>,
    submission: &Submission,
    patience: &mut Patience<'_>,
) -> Result<(), ArmError> {
    let body = submission.body.clone();
    let answer = ask(context, patience, &submission.id, "validate", body).await?;
    let properties = &answer["properties"];
    context.events.emit(Event::Validated {
        resources: properties["validatedResources"].as_array().map(Vec::len),
        diagnostics: Diagnostic::all(properties),
    });
    Ok(())
}

/// Tells the what-if, and returns the changes in it that must not be.
async fn predict(
    context: Context<'_>,
    submission: &Submission,
    preview: &Preview,
    patience: &mut Patience<'_>,
) -> Result<Vec<(ChangeType, String)>, ArmError> {
    let body = preview.body.clone();
    let answer = ask(context, patience, &submission.id, "whatIf", body).await?;
    Ok(forbidden(context, answer, preview))
}

/// Tells the what-if that Azure answered, and returns the changes in it that must not be.
pub(super) fn forbidden(
    context: Context<'_>,
    answer: Value,
    preview: &Preview,
) -> Vec<(ChangeType, String)> {
    let what_if = WhatIf::read(answer, &preview.inputs.excluded);
    let is_forbidden = |change: &&Change| preview.inputs.forbidden.contains(&change.kind);
    let forbidden = what_if.all().filter(is_forbidden);
    let forbidden = forbidden.map(|change| (change.kind.clone(), change.id.clone()));
    let forbidden = forbidden.collect();
    context.events.emit(Event::WhatIfRead(what_if));
    forbidden
}

fn unreachable(reason: &str) -> Ending {
    Ending::Unreachable {
        reason: reason.to_owned(),
        submitted: false,
    }
}
