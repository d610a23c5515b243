//! Reads claims of JSON web tokens. Nothing is verified: the claims are for messages and warnings only.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::http::excerpt;

/// The claims by which a federated credential recognises a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    /// `iss`: who issued the token.
    pub issuer: String,
    /// `sub`: the identity that the token represents.
    pub subject: String,
    /// `aud`: who may accept it.
    pub audience: String,
}

impl Claims {
    /// The claims of `jwt`, empty where one is missing; `None` if it is not a token.
    #[must_use]
    pub(crate) fn of(jwt: &str) -> Option<Self> {
        let payload = payload(jwt)?;
        let claim = |name| payload.get(name).map(text).unwrap_or_default();
        Some(Self {
            issuer: claim("iss"),
            subject: claim("sub"),
            audience: claim("aud"),
        })
    }
}

impl fmt::Display for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  issuer (iss):   {}", self.issuer)?;
        writeln!(f, "  subject (sub):  {}", self.subject)?;
        write!(f, "  audience (aud): {}", self.audience)
    }
}

/// When `jwt` expires according to its `exp` claim.
#[must_use]
pub(crate) fn expiry(jwt: &str) -> Option<Timestamp> {
    let seconds = payload(jwt)?.get("exp")?.as_i64()?;
    Timestamp::from_second(seconds).ok()
}

fn payload(jwt: &str) -> Option<Map<String, Value>> {
    let payload = jwt.trim().split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&json).ok()
}

fn text(claim: &Value) -> String {
    match claim {
        Value::String(text) => excerpt(text),
        Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }
}

#[cfg(test)]
pub(crate) fn forge(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = serde_json::json!({"alg": "RS256", "typ": "JWT"});
    format!("{}.{}.c2lnbmF0dXJl", part(&header), part(claims))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_the_claims_that_matter() {
        let jwt = forge(&json!({"iss": "https://i", "sub": "repo:o/r", "aud": ["a", "b"]}));
        let claims = Claims::of(&format!("{jwt}\n"));
        let expected = Claims {
            issuer: "https://i".to_owned(),
            subject: "repo:o/r".to_owned(),
            audience: "a, b".to_owned(),
        };
        assert_eq!(claims, Some(expected));
    }

    #[test]
    fn reads_when_a_token_ends() {
        let jwt = forge(&json!({"exp": 1_767_578_400}));
        assert_eq!(expiry(&jwt), "2026-01-05T02:00:00Z".parse().ok());
        assert_eq!(expiry(&forge(&json!({}))), None);
    }

    #[test]
    fn what_is_no_token_has_no_claims() {
        for text in ["", "opaque", "a.b.c", "a.bnVsbA.c"] {
            assert_eq!(Claims::of(text), None, "{text}");
            assert_eq!(expiry(text), None, "{text}");
        }
    }
}
