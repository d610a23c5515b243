//! Errors of the network: which of them last, and what they say.

use std::{error::Error, io};

use rustls::CertificateError;

/// Maximum length of foreign text in a message, in characters.
const EXCERPT: usize = 500;

/// What reqwest says when a proxy answers a request for a tunnel with 407. Its type is not public.
const PROXY_ASKS_FOR_CREDENTIALS: &str = "tunnel error: proxy authorization required";

/// A fault of the network's set-up, which stays until somebody changes something. The message says what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LastingFault {
    /// Nobody whom we trust signed the server's certificate.
    #[error(
        "the server's certificate was not issued by a trusted authority; if a proxy inspects TLS, give the proxy's CA \
         certificate as ca-file; if SSL_CERT_FILE or SSL_CERT_DIR is set, it replaces the public authorities"
    )]
    UnknownIssuer,
    /// The server's certificate is for another host.
    #[error(
        "the server's certificate is for another host name; check this machine's DNS and HTTPS_PROXY, and the addresses \
         of a custom cloud (authority-url, resource-manager-url)"
    )]
    WrongName,
    /// The server's certificate has expired, or is not valid yet.
    #[error(
        "the server's certificate has expired or is not valid yet; check the clock of this machine, and whether a \
         proxy that inspects TLS needs a new certificate"
    )]
    OutsideValidity,
    /// The server's certificate has another defect.
    #[error(
        "the server's certificate is not valid ({0}); check whether a proxy inspects TLS, and what it issues"
    )]
    Certificate(String),
    /// A proxy answered 407.
    #[error(
        "the proxy does not let this program through without valid credentials (HTTP 407); give them in HTTPS_PROXY as \
         http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded"
    )]
    ProxyCredentials,
    /// A web page came where a token should be.
    #[error(
        "a web page came instead of a token; a captive portal, proxy or firewall answers in the server's place: let \
         this machine reach the server, or set HTTPS_PROXY to the proxy to use"
    )]
    WebPage,
}

impl From<&CertificateError> for LastingFault {
    fn from(error: &CertificateError) -> Self {
        match error {
            // The signature is not that of a trusted authority of the issuer's name.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::WrongName
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Self::OutsideValidity,
            other => Self::Certificate(excerpt(&other.to_string())),
        }
    }
}

/// The lasting fault that an error of a request is due to, if any. The request was not sent then.
pub(crate) fn lasting_fault(error: &(dyn Error + 'static)) -> Option<LastingFault> {
    sources(error).find_map(|source| match source.downcast_ref() {
        Some(rustls::Error::InvalidCertificate(error)) => Some(error.into()),
        Some(_) => None,
        None => (source.to_string() == PROXY_ASKS_FOR_CREDENTIALS)
            .then_some(LastingFault::ProxyCredentials),
    })
}

/// Whether no connection could be made, so that nothing was sent.
pub(crate) fn is_connect_error(error: &(dyn Error + 'static)) -> bool {
    sources(error)
        .filter_map(|source| source.downcast_ref::<reqwest::Error>())
        .any(reqwest::Error::is_connect)
}

/// The innermost source of an error, such as `Connection refused`; outer messages contain full URLs.
pub(crate) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let innermost = sources(error).last().unwrap_or(error);
    excerpt(&innermost.to_string())
}

/// An error and all its sources, outermost first.
pub(crate) fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| source(error))
}

/// The source of an error. An I/O error does not name the error that it wraps as its source, but that one's source.
fn source<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

/// A foreign text on one line, without control characters, cut to fit into a message.
pub(crate) fn excerpt(text: &str) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_foreign_text_on_one_short_line() {
        assert_eq!(excerpt("  a\r\n\u{1b}[31mb\tc\u{0} "), "a [31mb c");
        let long = excerpt(&"ä".repeat(501));
        assert_eq!(long.chars().count(), 501);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn faults_of_certificates_last() {
        let fault = |error: rustls::Error| {
            // As tokio-rustls and hyper wrap it.
            let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, error));
            lasting_fault(&azure_core::Error::new(
                azure_core::error::ErrorKind::Io,
                wrapped,
            ))
        };
        for (error, expected) in [
            (CertificateError::UnknownIssuer, LastingFault::UnknownIssuer),
            (CertificateError::BadSignature, LastingFault::UnknownIssuer),
            (CertificateError::NotValidForName, LastingFault::WrongName),
            (CertificateError::Expired, LastingFault::OutsideValidity),
            (CertificateError::NotValidYet, LastingFault::OutsideValidity),
        ] {
            assert_eq!(fault(error.into()), Some(expected));
        }
        let odd = fault(CertificateError::BadEncoding.into());
        assert!(matches!(odd, Some(LastingFault::Certificate(_))), "{odd:?}");
        assert_eq!(fault(rustls::Error::HandshakeNotComplete), None);
        assert_eq!(lasting_fault(&io::Error::other("connection reset")), None);
    }
}
