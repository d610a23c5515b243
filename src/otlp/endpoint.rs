//! Where spans are sent to.

use std::fmt;

use url::Url;

/// What is added to the address that is for all kinds of telemetry.
const PATH: [&str; 2] = ["v1", "traces"];

/// The address that takes spans.
#[derive(Clone)]
pub(super) struct Endpoint(Url);

impl Endpoint {
    /// The address for spans itself; `None` if it is none of HTTP.
    pub(super) fn exact(text: &str) -> Option<Self> {
        let url = Url::parse(text.trim()).ok()?;
        let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
        is_http.then_some(Self(url))
    }

    /// The address for spans below the one for all kinds of telemetry; `None` if that is none of HTTP.
    pub(super) fn below(text: &str) -> Option<Self> {
        let Self(mut url) = Self::exact(text)?;
        url.path_segments_mut().ok()?.pop_if_empty().extend(PATH);
        Some(Self(url))
    }

    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Endpoint {
    /// Without user, password, query and fragment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = &self.0;
        write!(
            f,
            "{}://{}",
            url.scheme(),
            url.host_str().unwrap_or_default()
        )?;
        if let Some(port) = url.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(url.path())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_general_address_gets_a_path_and_the_one_for_traces_is_taken_as_it_is() {
        for (text, below, exact) in [
            (
                "http://localhost:4318",
                "http://localhost:4318/v1/traces",
                "http://localhost:4318/",
            ),
            (
                "https://o.test/otlp/",
                "https://o.test/otlp/v1/traces",
                "https://o.test/otlp/",
            ),
            (
                "https://o.test/otlp?key=x",
                "https://o.test/otlp/v1/traces?key=x",
                "https://o.test/otlp?key=x",
            ),
            (
                " HTTPS://o.test\n",
                "https://o.test/v1/traces",
                "https://o.test/",
            ),
        ] {
            let url = |endpoint: Option<Endpoint>| endpoint.map(|it| it.url().to_string());
            assert_eq!(url(Endpoint::below(text)).as_deref(), Some(below));
            assert_eq!(url(Endpoint::exact(text)).as_deref(), Some(exact));
        }
        for text in [
            "",
            "localhost:4318",
            "collector",
            "grpc://o.test",
            "unix:/x",
            "https://",
            "http://o.test:x",
        ] {
            assert!(
                Endpoint::exact(text).is_none() && Endpoint::below(text).is_none(),
                "{text}"
            );
        }
    }

    #[test]
    fn neither_credentials_nor_the_query_are_shown() {
        let endpoint =
            Endpoint::below("https://me:hush@[::1]:4318/a?key=hush#hush").expect("an address");
        for shown in [endpoint.to_string(), format!("{endpoint:?}")] {
            assert_eq!(shown, "https://[::1]:4318/a/v1/traces");
        }
    }
}
