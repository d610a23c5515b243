//! The JSON of azure/login's `creds`.

use secrecy::SecretString;
use serde::Deserialize;

/// The service principal in `creds`; other keys are ignored.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Creds {
    pub(super) client_id: Option<String>,
    client_secret: Option<String>,
    pub(super) subscription_id: Option<String>,
    pub(super) tenant_id: Option<String>,
}

impl Creds {
    /// Parses `text`, which may be empty.
    ///
    /// # Errors
    /// What is wrong with it, without its content.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        serde_json::from_str(text).map_err(|error| {
            format!(
                "not the JSON that azure/login takes, at line {}, column {}: give \
                 {{\"clientId\": \"…\", \"clientSecret\": \"…\", \"subscriptionId\": \"…\", \"tenantId\": \"…\"}}",
                error.line(),
                error.column()
            )
        })
    }

    /// The client secret.
    pub(super) fn client_secret(&self) -> Option<SecretString> {
        let secret = self.client_secret.as_deref().map(str::trim);
        secret.filter(|text| !text.is_empty()).map(Into::into)
    }
}

/// What must be masked of `creds`, also when it is not valid JSON.
pub(super) fn secrets(text: &str) -> Vec<SecretString> {
    match Creds::parse(text) {
        Ok(creds) => creds.client_secret().into_iter().collect(),
        Err(_) => long_lines(text).map(Into::into).collect(),
    }
}

/// The longer lines of invalid JSON. Shorter ones may be punctuation, and masking a brace would garble the log.
fn long_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| line.len() >= 8)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn exposed(text: &str) -> Vec<String> {
        secrets(text)
            .iter()
            .map(|secret| secret.expose_secret().to_owned())
            .collect()
    }

    #[test]
    fn other_keys_are_ignored() {
        let creds = Creds::parse(
            r#"{"clientId": "app", "clientSecret": "hush ", "tenantId": null, "resourceManagerEndpointUrl": "https://x/"}"#,
        )
        .expect("valid creds");
        assert_eq!(creds.client_id.as_deref(), Some("app"));
        assert_eq!(creds.tenant_id, None);
        let secret = creds.client_secret().expect("a secret");
        assert_eq!(secret.expose_secret(), "hush");
    }

    #[test]
    fn invalid_json_is_reported_without_its_content() {
        for text in [
            "{\"clientSecret\": \"hush\"",
            "{\"clientSecret\": 4711}",
            "hush",
            "[\"hush\"]",
        ] {
            let message = Creds::parse(text).err().expect("broken creds");
            assert!(message.starts_with("not the JSON"), "{message}");
            assert!(!message.contains("hush") && !message.contains("4711"));
        }
    }

    #[test]
    fn a_broken_secret_is_masked_by_the_line() {
        assert_eq!(exposed(r#"{"clientSecret": "hush"}"#), ["hush"]);
        assert_eq!(exposed(""), [""; 0]);
        assert_eq!(
            exposed("{\n  \"clientSecret\": \"hush\",\n}"),
            [r#""clientSecret": "hush","#]
        );
    }
}
