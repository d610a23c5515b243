//! What Resource Manager answers, read leniently: a field that is missing or odd must not end a run of hours.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{
    Dependencies, ProvisioningState, lenient::or_default, target_resource::TargetResource,
};

/// A deployment as `GET` and `PUT` answer it (`DeploymentExtended`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Deployment {
    /// What is known of it.
    #[serde(deserialize_with = "or_default")]
    pub(super) properties: DeploymentProperties,
}

/// The properties of a deployment that we read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct DeploymentProperties {
    /// Where it stands.
    #[serde(deserialize_with = "or_default")]
    pub(super) provisioning_state: ProvisioningState,
    /// The correlation id that its submitter sent.
    #[serde(deserialize_with = "or_default")]
    pub(super) correlation_id: String,
    /// When it was last touched.
    #[serde(deserialize_with = "timestamp")]
    pub(super) timestamp: Option<Timestamp>,
    /// How long it has taken.
    #[serde(deserialize_with = "duration")]
    pub(super) duration: Duration,
    /// Output name → `{"type": …, "value": …}`; a secure output has no value.
    #[serde(deserialize_with = "or_default")]
    pub(super) outputs: Map<String, Value>,
    /// Which resources wait for which.
    pub(super) dependencies: Dependencies,
    /// The same for the same template.
    #[serde(deserialize_with = "or_default")]
    pub(super) template_hash: String,
    /// Why it failed: an error tree of either generation.
    pub(super) error: Value,
    /// What Azure repeats if it fails.
    #[serde(deserialize_with = "or_default")]
    pub(super) on_error_deployment: Option<Redeployment>,
}

/// An earlier deployment that Azure repeats because another one failed (`OnErrorDeploymentExtended`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Redeployment {
    /// Its name; empty if Azure does not tell.
    #[serde(rename = "deploymentName", deserialize_with = "or_default")]
    pub(crate) name: String,
    /// How far that has come; empty if Azure does not tell, as before it begins.
    #[serde(rename = "provisioningState", deserialize_with = "or_default")]
    pub(crate) state: ProvisioningState,
}

impl DeploymentProperties {
    /// When it began.
    pub(super) fn began(&self) -> Option<Timestamp> {
        self.timestamp
            .and_then(|touched| touched.checked_sub(self.duration).ok())
    }
}

/// One operation of a deployment: what it does to one resource.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Operation {
    /// The operation's id within its deployment.
    #[serde(deserialize_with = "or_default")]
    pub(crate) operation_id: String,
    /// What is known of it.
    #[serde(deserialize_with = "or_default")]
    pub(crate) properties: OperationProperties,
}

/// The properties of an operation that we read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct OperationProperties {
    /// `Create`, `Delete`, `Read`, `EvaluateDeploymentOutput`, …
    #[serde(deserialize_with = "or_default")]
    pub(crate) provisioning_operation: String,
    /// Where it stands.
    #[serde(deserialize_with = "or_default")]
    pub(crate) provisioning_state: ProvisioningState,
    /// When it was last touched: moves while the operation runs, and is its end afterwards.
    #[serde(deserialize_with = "timestamp")]
    pub(crate) timestamp: Option<Timestamp>,
    /// How long it has taken.
    #[serde(deserialize_with = "duration")]
    pub(crate) duration: Duration,
    /// The HTTP status of its end by name, such as `Conflict`.
    #[serde(deserialize_with = "or_default")]
    pub(crate) status_code: String,
    /// The error, as an object or as plain text.
    pub(crate) status_message: Value,
    /// The resource; `None` for the evaluation of outputs.
    #[serde(deserialize_with = "or_default")]
    pub(crate) target_resource: Option<TargetResource>,
}

/// A deployment that runs, as a list shows it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RunningDeployment {
    /// Its resource id.
    #[serde(deserialize_with = "or_default")]
    pub(crate) id: String,
    /// When it was last touched: moves when something in it begins or ends.
    #[serde(rename = "properties", deserialize_with = "touched")]
    pub(crate) touched: Option<Timestamp>,
}

/// The `timestamp` among the properties of a deployment.
fn touched<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    /// The one property that tells whether something changed.
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Properties {
        #[serde(deserialize_with = "timestamp")]
        timestamp: Option<Timestamp>,
    }
    let properties: Properties = or_default(deserializer)?;
    Ok(properties.timestamp)
}

/// How one submission or deletion is getting on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AsyncStatus {
    /// Its state.
    #[serde(deserialize_with = "or_default")]
    pub(crate) status: ProvisioningState,
    /// Why it failed.
    pub(crate) error: Value,
}

/// A page of a list. What lacks `value` is no page.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    /// The page's items; a page may be empty and still not be the last.
    pub(super) value: Vec<T>,
    /// Where the next page is, to be followed as it stands.
    #[serde(default)]
    pub(super) next_link: Option<String>,
}

pub(super) fn timestamp<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text: Option<String> = or_default(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text: String = or_default(deserializer)?;
    Ok(parse_duration(&text).unwrap_or_default())
}

/// An ISO 8601 duration such as `PT1H2M3.4S` or `P1DT2H`; a day has 24 hours.
fn parse_duration(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    let length: SignedDuration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(length).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn iso_durations() {
        for (text, seconds) in [
            ("PT0.5S", Some(0.5)),
            ("PT35.148644S", Some(35.148_644)),
            ("PT2H10M7S", Some(7807.0)),
            ("P1DT2H", Some(93_600.0)),
            ("", None),
            ("soon", None),
            ("-PT5S", None),
        ] {
            assert_eq!(
                parse_duration(text).map(|d| d.as_secs_f64()),
                seconds,
                "{text}"
            );
        }
    }

    #[test]
    fn an_odd_answer_is_read_as_far_as_it_goes() {
        let deployment: Deployment = serde_json::from_value(json!({
            "properties": { "provisioningState": "Running", "outputs": null, "correlationId": 7 }
        }))
        .expect("readable");
        assert_eq!(deployment.properties.provisioning_state.as_str(), "Running");
        assert!(deployment.properties.outputs.is_empty());
        let without_state: Deployment = serde_json::from_value(json!({
            "properties": { "provisioningState": null, "correlationId": "c" }
        }))
        .expect("readable");
        assert_eq!(
            without_state.properties.correlation_id, "c",
            "one odd field costs no other"
        );

        let operation: Operation = serde_json::from_value(json!({
            "operationId": "1",
            "properties": { "provisioningState": "Failed", "timestamp": "yesterday", "duration": null,
                            "statusMessage": "plain", "targetResource": { "id": "/x", "resourceName": null } }
        }))
        .expect("readable");
        assert_eq!(operation.properties.timestamp, None);
        assert_eq!(operation.properties.duration, Duration::ZERO);
        assert_eq!(operation.properties.status_message, json!("plain"));
    }
}
