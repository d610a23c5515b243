//! Identifiers of tenants, applications and subscriptions.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A GUID in its hyphenated lower-case form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Guid(String);

/// The text is not a GUID. The text is not quoted: only the caller knows whether it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a GUID (expected 8-4-4-4-12 hexadecimal digits, such as 00000000-0000-0000-0000-000000000000)"
)]
pub(crate) struct InvalidGuid;

impl FromStr for Guid {
    type Err = InvalidGuid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 36 {
            return Err(InvalidGuid);
        }
        let id = uuid::Uuid::try_parse(text).map_err(|_| InvalidGuid)?;
        Ok(Self(id.hyphenated().to_string()))
    }
}

impl TryFrom<String> for Guid {
    type Error = InvalidGuid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Guid> for String {
    fn from(guid: Guid) -> Self {
        guid.0
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_the_hyphenated_form() {
        let guid: Guid = "5CA082F3-38F2-4BB0-B0A4-C401184AE3A8"
            .parse()
            .expect("a GUID");
        assert_eq!(guid.to_string(), "5ca082f3-38f2-4bb0-b0a4-c401184ae3a8");
        for text in [
            "",
            "hub",
            "5ca082f338f24bb0b0a4c401184ae3a8",
            "{5ca082f3-38f2-4bb0-b0a4-c401184ae3a8}",
            "5ca082f3-38f2-4bb0-b0a4-c401184ae3ag",
            " 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8",
        ] {
            assert_eq!(text.parse::<Guid>(), Err(InvalidGuid), "{text}");
        }
    }
}
