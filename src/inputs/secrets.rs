//! The secrets in the environment: those of the inputs, and of variables that this program or its libraries read.

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};

use super::{Environment, creds, raw::Raw, request::is_address};
use crate::host;

/// Variables that hold a secret and nothing else.
const VARIABLES: [&str; 8] = [
    "ARM_CLIENT_SECRET",
    "ARM_OIDC_TOKEN",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN",
    "AZURE_PASSWORD",
    "IDENTITY_HEADER",
    "MSI_SECRET",
];
/// JSON as `creds` takes it.
const CREDENTIALS: &str = "AZURE_CREDENTIALS";
/// Addresses of proxies, which may hold a user and a password.
const PROXIES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];
/// What variables about where telemetry goes begin with.
const TELEMETRY: &str = "OTEL_EXPORTER_OTLP_";
/// Parameters of a URL that give access to what it names, in lower case.
const ACCESS: [&str; 9] = [
    "access_token",
    "api-key",
    "api_key",
    "apikey",
    "code",
    "key",
    "sig",
    "signature",
    "token",
];

/// What must be masked before anything is printed, also if the inputs are invalid. Each is one line.
pub(crate) fn secrets(environment: &Environment) -> Vec<SecretString> {
    let raw = Raw::read(environment);
    let mut texts = creds::secrets(&raw.creds);
    texts.push(raw.client_secret.as_str().into());
    for text in [&raw.template_uri, &raw.parameters_file] {
        texts.extend(of_address(text));
    }
    let held = VARIABLES.iter().chain(&host::SECRETS);
    let held = held.filter_map(|name| environment.get(name));
    // What Azure Pipelines does not know stays as it was written, and is part of our advice.
    let held = held.filter(|value| !value.starts_with("$("));
    texts.extend(held.map(SecretString::from));
    texts.extend(creds::secrets(
        environment.get(CREDENTIALS).unwrap_or_default(),
    ));
    for (name, value) in environment.iter() {
        if PROXIES.iter().any(|proxy| name.eq_ignore_ascii_case(proxy)) {
            texts.extend(of_proxy(value));
        }
        if let Some(what) = name.strip_prefix(TELEMETRY) {
            texts.extend(of_telemetry(what, value));
        }
    }
    let lines = texts.iter().flat_map(|text| text.expose_secret().lines());
    let lines = lines.map(str::trim).filter(|line| !line.is_empty());
    lines.map(SecretString::from).collect()
}

/// The query of an address, which is its signature if it is signed, and the parameters of the query that give access.
fn of_address(text: &str) -> Vec<SecretString> {
    let query = text.split_once('?').filter(|_| is_address(text));
    let Some((_, query)) = query else {
        return Vec::new();
    };
    let query = query.split('#').next().unwrap_or_default();
    let parameters = query.split('&').filter_map(|pair| pair.split_once('='));
    let access = parameters.filter(|(name, _)| ACCESS.contains(&&*name.to_ascii_lowercase()));
    let mut secrets = vec![SecretString::from(query)];
    secrets.extend(access.map(|(_, value)| value.into()));
    secrets
}

/// User and password in the address of a proxy, and the password alone. The address need not be valid.
fn of_proxy(address: &str) -> Vec<SecretString> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let Some((user, _)) = rest.rsplit_once('@') else {
        return Vec::new();
    };
    let Some((_, password)) = user.split_once(':') else {
        return Vec::new();
    };
    vec![user.into(), decoded(user), password.into()]
}

/// The secrets of a variable about where telemetry goes: values of headers, and what gives access in an address.
fn of_telemetry(what: &str, value: &str) -> Vec<SecretString> {
    if what.ends_with("HEADERS") {
        return value.split(',').flat_map(of_header).collect();
    }
    if what.ends_with("ENDPOINT") {
        let address = value.trim();
        return of_address(address)
            .into_iter()
            .chain(of_proxy(address))
            .collect();
    }
    Vec::new()
}

/// The value of a header, `name=value`, and what follows the scheme in it, as in `Bearer …`.
fn of_header(header: &str) -> Vec<SecretString> {
    let Some((_, value)) = header.split_once('=') else {
        return Vec::new();
    };
    let whole = decoded(value.trim());
    let last = whole
        .expose_secret()
        .rsplit(' ')
        .next()
        .map(SecretString::from);
    std::iter::once(whole).chain(last).collect()
}

fn decoded(text: &str) -> SecretString {
    percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exposed(name: &str, value: &str) -> Vec<String> {
        let secrets = secrets(&[(name, value)].into_iter().collect());
        let texts = secrets.iter().map(|secret| secret.expose_secret());
        texts.map(str::to_owned).collect()
    }

    #[test]
    fn each_place_of_a_secret_is_known() {
        for (name, value, expected) in [
            (
                "INPUT_TEMPLATE-URI",
                "https://a.test/x?sv=1&sig=ab%2B&se=2#x",
                &["sv=1&sig=ab%2B&se=2", "ab%2B"][..],
            ),
            ("INPUT_TEMPLATE-URI", "https://a.test/x", &[]),
            (
                "https_proxy",
                "http://me:p%40ss word@proxy:8080",
                &["me:p%40ss word", "me:p@ss word", "p%40ss word"],
            ),
            (
                "ALL_PROXY",
                "me:hush@proxy",
                &["me:hush", "me:hush", "hush"],
            ),
            ("HTTP_PROXY", "http://me@proxy", &[]),
            ("NO_PROXY", "a:b@c", &[]),
            ("IDENTITY_HEADER", "hush", &["hush"]),
            (
                "AZURE_CREDENTIALS",
                r#"{"clientSecret": "hush"}"#,
                &["hush"],
            ),
            (
                "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
                "authorization=Bearer%20hush,x-key=other",
                &["Bearer hush", "hush", "other", "other"],
            ),
            (
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "https://me:hush@x/y?api-key=other",
                &["api-key=other", "other", "me:hush", "me:hush", "hush"],
            ),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://x", &[]),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10000", &[]),
        ] {
            assert_eq!(exposed(name, value), expected, "{name}={value}");
        }
    }
}
