//! Parses a refusal of a token endpoint.

use std::time::Duration;

use serde::Deserialize;

use crate::http::{excerpt, is_web_page, page_excerpt};

/// Upper bound for `Retry-After`.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// A refusal of a token endpoint. Its texts are untrusted, each on one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Entra ID's error number, such as 700213 of `AADSTS700213`.
    pub code: Option<u32>,
    /// The first line of its description.
    pub description: String,
    /// Entra ID's id of this request.
    pub trace_id: Option<String>,
    /// Entra ID's id of the sign-in.
    pub correlation_id: Option<String>,
    /// Whether it is a web page, which neither Entra ID nor a managed identity's endpoint writes.
    pub is_web_page: bool,
    /// The endpoint's `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// The relevant fields of an error of Entra ID or of a managed identity's endpoint.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u32>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
}

impl Refusal {
    /// Parses a refusal. A body that is not the expected JSON, such as a proxy's page, is quoted.
    #[must_use]
    pub(crate) fn read(status: u16, retry_after: Option<&str>, body: &[u8]) -> Self {
        let retry_after = retry_after
            .and_then(|seconds| seconds.trim().parse().ok())
            .map(|seconds| Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER));
        let Ok(answer) = serde_json::from_slice::<Answer>(body) else {
            return Self {
                status,
                description: page_excerpt(body),
                is_web_page: is_web_page(body),
                retry_after,
                ..Self::default()
            };
        };
        let description = first_line(&answer.error_description);
        Self {
            status,
            code: answer
                .error_codes
                .first()
                .copied()
                .or_else(|| number(description)),
            description: excerpt(match description {
                "" => &answer.error,
                _ => description,
            }),
            trace_id: answer.trace_id.as_deref().map(excerpt),
            correlation_id: answer.correlation_id.as_deref().map(excerpt),
            is_web_page: false,
            retry_after,
        }
    }

    /// Whether the same request may succeed later.
    ///
    /// An unknown error number counts as permanent, unless the status is transient.
    #[must_use]
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.code, Some(90006 | 90012 | 90024 | 90033))
            || matches!(self.status, 408 | 429 | 500..)
    }
}

/// The description without the ids and the time that Entra ID appends, on the same line or on separate ones.
fn first_line(description: &str) -> &str {
    let line = description.lines().next().unwrap_or_default();
    let end = line.find("Trace ID:").unwrap_or(line.len());
    line[..end].trim()
}

fn number(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(status: u16, body: &serde_json::Value) -> Refusal {
        Refusal::read(status, None, body.to_string().as_bytes())
    }

    #[test]
    fn keeps_the_first_line_and_the_ids() {
        let long = "AADSTS7000215: Invalid client secret provided. Trace ID: t Correlation ID: c Timestamp: now";
        let broken =
            "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: t\r\nTimestamp: now";
        for description in [long, broken] {
            let read = refusal(
                401,
                &json!({"error": "invalid_client", "error_description": description,
                        "error_codes": [7000215], "trace_id": "t", "correlation_id": "c"}),
            );
            let expected = Refusal {
                status: 401,
                code: Some(7000215),
                description: "AADSTS7000215: Invalid client secret provided.".to_owned(),
                trace_id: Some("t".to_owned()),
                correlation_id: Some("c".to_owned()),
                is_web_page: false,
                retry_after: None,
            };
            assert_eq!(read, expected);
        }
    }

    #[test]
    fn finds_the_number_in_the_text() {
        let read = refusal(
            401,
            &json!({"error_description": "AADSTS700024: Client assertion is"}),
        );
        assert_eq!(read.code, Some(700024));
    }

    #[test]
    fn quotes_what_is_not_from_entra() {
        let read = Refusal::read(503, Some("7"), b"<html>\r\n<b>Busy</b>");
        assert_eq!(read.description, "Busy");
        assert!(read.is_web_page);
        assert_eq!(read.retry_after, Some(Duration::from_secs(7)));
        assert_eq!(
            refusal(400, &json!({"error": "invalid_request"})).description,
            "invalid_request"
        );
    }

    #[test]
    fn caps_the_wait_that_is_asked_for() {
        let wait = |header| Refusal::read(429, Some(header), b"").retry_after;
        assert_eq!(wait("86400"), Some(LONGEST_RETRY_AFTER));
        assert_eq!(wait("Fri, 31 Dec 1999 23:59:59 GMT"), None);
    }

    #[test]
    fn transient_refusals_are_known() {
        let table = [
            (400, Some(90006), true),
            (400, Some(90012), true),
            (400, Some(90024), true),
            (400, Some(90033), true),
            (429, None, true),
            (500, None, true),
            (503, Some(123_456), true),
            (408, None, true),
            (401, Some(700024), false),
            (400, Some(700213), false),
            (400, Some(700211), false),
            (400, Some(7002131), false),
            (400, Some(70021), false),
            (400, Some(700016), false),
            (401, Some(7000215), false),
            (401, Some(7000222), false),
            (400, Some(90002), false),
            (400, Some(53003), false),
            (400, Some(50076), false),
            (400, Some(123_456), false),
            (403, None, false),
        ];
        for (status, code, transient) in table {
            let refusal = Refusal {
                status,
                code,
                ..Refusal::default()
            };
            assert_eq!(refusal.is_transient(), transient, "{status} {code:?}");
        }
    }
}
