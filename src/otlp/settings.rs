//! The variables that switch the traces on (OpenTelemetry's specification, `protocol/exporter.md` and
//! `configuration/sdk-environment-variables.md`).

use std::{fmt, time::Duration};

use ::http::{HeaderName, HeaderValue};

use super::{Attributes, Parent, endpoint::Endpoint, pairs::pairs};

/// Longest time for sending everything, and what it is if nothing is said.
const LONGEST: Duration = Duration::from_secs(10);
/// The only protocol that is spoken, and the default.
const PROTOCOL: &str = "http/protobuf";
/// Headers that are ours to set.
const OURS: [&str; 4] = ["content-encoding", "content-length", "content-type", "host"];

const DISABLED: &str = "OTEL_SDK_DISABLED";
const EXPORTER: &str = "OTEL_TRACES_EXPORTER";
const SERVICE: &str = "OTEL_SERVICE_NAME";
const RESOURCE: &str = "OTEL_RESOURCE_ATTRIBUTES";

/// How and where traces are sent.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(super) endpoint: Endpoint,
    pub(super) headers: Headers,
    /// How long sending everything may take.
    pub(super) limit: Duration,
    /// The variable that names a file of authorities to trust besides the others, and the file.
    pub(crate) certificate: Option<(&'static str, String)>,
    /// What the user says of who sends.
    pub(crate) resource: Attributes,
    /// Where the trace goes on from.
    pub(crate) parent: Option<Parent>,
    /// Values that are passed over, and why: lower-case fragments.
    pub(crate) remarks: Vec<String>,
}

/// Names and values of headers. The values are secrets.
#[derive(Clone, Default)]
pub(super) struct Headers(pub(super) Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// Why no trace can be sent. The message follows the variable's name, and shows no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SettingsError {
    #[error("{0} is not an address: give http://HOST:PORT or https://HOST")]
    Endpoint(&'static str),
    #[error(
        "{0} names a protocol that is not supported: only http/protobuf is, at an address that often has the port 4318"
    )]
    Protocol(&'static str),
    #[error("{EXPORTER} names no exporter that is supported: only otlp and none are")]
    Exporter,
    #[error("{0} is not a list of name=value with commas between them and percent-encoded values")]
    Headers(&'static str),
}

impl Settings {
    /// What the variables say; `None` if no trace is wanted: no endpoint is given, they are switched off, or the trace
    /// that this is a part of is not recorded.
    ///
    /// # Errors
    /// [`SettingsError`] if one is wanted and cannot be sent.
    pub(crate) fn read<'a>(
        variable: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Option<Self>, SettingsError> {
        let is_disabled = variable(DISABLED).is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let parent = Parent::read(&variable);
        let is_recorded = parent.as_ref().is_none_or(Parent::is_sampled);
        if is_disabled || !is_recorded {
            return Ok(None);
        }
        let Some(endpoint) = endpoint(&variable) else {
            return Ok(None);
        };
        if !is_exporter(variable(EXPORTER))? {
            return Ok(None);
        }
        let mut remarks = Vec::new();
        Ok(Some(Self {
            endpoint: endpoint?,
            headers: headers(&variable)?,
            limit: limit(&variable, &mut remarks),
            certificate: certificate(&variable),
            resource: resource(&variable, &mut remarks),
            parent,
            remarks,
        }))
    }
}

/// The first of two variables that is set: the one for traces, and the one for all kinds of telemetry.
fn first<'a>(
    variable: &impl Fn(&str) -> Option<&'a str>,
    names: [&'static str; 2],
) -> Option<(&'static str, &'a str)> {
    let mut given = names
        .into_iter()
        .filter_map(|name| Some((name, variable(name)?.trim())));
    given.find(|(_, value)| !value.is_empty())
}

/// The endpoint, if one is given and the protocol is ours.
fn endpoint<'a>(
    variable: &impl Fn(&str) -> Option<&'a str>,
) -> Option<Result<Endpoint, SettingsError>> {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];
    let (name, text) = first(variable, names)?;
    let protocols = [
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    ];
    if let Some((name, protocol)) = first(variable, protocols)
        && !protocol.eq_ignore_ascii_case(PROTOCOL)
    {
        return Some(Err(SettingsError::Protocol(name)));
    }
    let endpoint = match name == names[0] {
        true => Endpoint::exact(text),
        false => Endpoint::below(text),
    };
    Some(endpoint.ok_or(SettingsError::Endpoint(name)))
}

/// Whether OTLP is among the exporters.
fn is_exporter(names: Option<&str>) -> Result<bool, SettingsError> {
    let names = names.unwrap_or("otlp").split(',').map(str::trim);
    let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    match (has("none"), has("otlp") || names.is_empty()) {
        (true, _) => Ok(false),
        (false, true) => Ok(true),
        (false, false) => Err(SettingsError::Exporter),
    }
}

fn headers<'a>(variable: &impl Fn(&str) -> Option<&'a str>) -> Result<Headers, SettingsError> {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
        "OTEL_EXPORTER_OTLP_HEADERS",
    ];
    let Some((name, text)) = first(variable, names) else {
        return Ok(Headers::default());
    };
    let is_header = |(name, value): &(String, String)| {
        HeaderName::from_bytes(name.as_bytes()).is_ok() && HeaderValue::from_str(value).is_ok()
    };
    let pairs = pairs(text).filter(|pairs| pairs.iter().all(is_header));
    let mut pairs = pairs.ok_or(SettingsError::Headers(name))?;
    pairs
        .iter_mut()
        .for_each(|(name, _)| name.make_ascii_lowercase());
    pairs.retain(|(name, _)| !OURS.contains(&name.as_str()));
    Ok(Headers(pairs))
}

fn limit<'a>(variable: &impl Fn(&str) -> Option<&'a str>, remarks: &mut Vec<String>) -> Duration {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
        "OTEL_EXPORTER_OTLP_TIMEOUT",
    ];
    let Some((name, text)) = first(variable, names) else {
        return LONGEST;
    };
    match text.parse() {
        // No limit.
        Ok(0) => LONGEST,
        Ok(milliseconds) => Duration::from_millis(milliseconds).min(LONGEST),
        Err(_) => {
            remarks.push(format!(
                "{name} is no number of milliseconds, so it is ignored"
            ));
            LONGEST
        }
    }
}

fn certificate<'a>(variable: &impl Fn(&str) -> Option<&'a str>) -> Option<(&'static str, String)> {
    let names = [
        "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
        "OTEL_EXPORTER_OTLP_CERTIFICATE",
    ];
    first(variable, names).map(|(name, path)| (name, path.to_owned()))
}

fn resource<'a>(
    variable: &impl Fn(&str) -> Option<&'a str>,
    remarks: &mut Vec<String>,
) -> Attributes {
    let pairs = pairs(variable(RESOURCE).unwrap_or_default());
    if pairs.is_none() {
        remarks.push(format!(
            "{RESOURCE} is not a list of name=value with commas between them and percent-encoded values, so it is ignored"
        ));
    }
    let named = pairs
        .into_iter()
        .flatten()
        .fold(Attributes::default(), |all, (name, value)| {
            all.text(name, value)
        });
    named.given("service.name", variable(SERVICE).map(str::trim))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDPOINT: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://o.test");

    fn read(variables: &[(&str, &'static str)]) -> Result<Option<Settings>, SettingsError> {
        Settings::read(|name| {
            let mut all = std::iter::once(&ENDPOINT).chain(variables).rev();
            all.find(|(known, _)| *known == name)
                .map(|(_, value)| *value)
        })
    }

    #[track_caller]
    fn settings(variables: &[(&str, &'static str)]) -> Settings {
        read(variables).expect("valid").expect("wanted")
    }

    #[test]
    fn nothing_is_sent_unless_it_is_wanted() {
        assert!(Settings::read(|_| None).expect("valid").is_none());
        let unsampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
        for off in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", " "),
            ("OTEL_SDK_DISABLED", "TRUE"),
            ("OTEL_TRACES_EXPORTER", "none"),
            ("TRACEPARENT", unsampled),
        ] {
            assert!(read(&[off]).expect("valid").is_none(), "{off:?}");
        }
        for on in [
            ("OTEL_SDK_DISABLED", "false"),
            ("OTEL_TRACES_EXPORTER", "console, otlp"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("TRACEPARENT", "nonsense"),
        ] {
            assert!(read(&[on]).expect("valid").is_some(), "{on:?}");
        }
    }

    #[test]
    fn a_variable_for_traces_wins_over_the_general_one() {
        let general = settings(&[
            (
                "OTEL_EXPORTER_OTLP_HEADERS",
                "Key=a%20b,content-type=text/html",
            ),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "300"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "ca.pem"),
        ]);
        assert_eq!(general.endpoint.to_string(), "https://o.test/v1/traces");
        assert_eq!(general.headers.0, [("key".to_owned(), "a b".to_owned())]);
        assert_eq!(general.limit, Duration::from_millis(300));
        assert_eq!(general.certificate.expect("a file").1, "ca.pem");
        let own = settings(&[
            (
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                "http://traces.test/in",
            ),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "other=c"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "key=a"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "60000"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "300"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ]);
        assert_eq!(own.endpoint.to_string(), "http://traces.test/in");
        assert_eq!(own.headers.0, [("other".to_owned(), "c".to_owned())]);
        assert_eq!(own.limit, LONGEST);
    }

    #[test]
    fn what_cannot_be_sent_names_the_variable_and_shows_no_value() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "me:hush@collector"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://hush.test"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc-hush"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
            ("OTEL_TRACES_EXPORTER", "hush"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "Bearer hush"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "key=hush%0Aforged: 1"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "na me=hush"),
        ] {
            let error = read(&[(name, value)]).expect_err(value).to_string();
            assert!(error.starts_with(name), "{error}");
            assert!(!error.contains("hush") && !error.contains(value), "{error}");
        }
    }

    #[test]
    fn who_sends_is_named_and_what_cannot_be_read_is_remarked_on() {
        let named = settings(&[
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "service.name=one,deployment.environment.name=prod%20eu",
            ),
            ("OTEL_SERVICE_NAME", "two"),
        ]);
        let expected = Attributes::default()
            .text("service.name", "two")
            .text("deployment.environment.name", "prod eu");
        assert_eq!(named.resource, expected);
        assert!(named.remarks.is_empty());
        let odd = settings(&[
            ("OTEL_RESOURCE_ATTRIBUTES", "hush"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "hush"),
        ]);
        assert_eq!((odd.resource, odd.limit), (Attributes::default(), LONGEST));
        assert_eq!(odd.remarks.len(), 2);
        assert!(!odd.remarks.concat().contains("hush"), "{:?}", odd.remarks);
    }

    #[test]
    fn values_of_headers_are_not_shown() {
        let settings = settings(&[("OTEL_EXPORTER_OTLP_HEADERS", "key=hush")]);
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
