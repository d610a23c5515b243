//! The id by which Azure knows a submission.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a submitter sent as `x-ms-correlation-request-id`. Azure shows it as `properties.correlationId` of the
/// deployment or stack and of every deployment nested in it, so it tells whose deployment carries a name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Correlation(String);

impl Correlation {
    /// The id as it was sent, or as Azure wrote it.
    #[must_use]
    pub(crate) fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The hexadecimal digits in lower case: Azure keeps the form that was sent, which may lack the hyphens.
    pub(crate) fn digits(&self) -> impl Iterator<Item = char> {
        let digits = self.0.chars().filter(char::is_ascii_hexdigit);
        digits.map(|digit| digit.to_ascii_lowercase())
    }
}

impl PartialEq for Correlation {
    fn eq(&self, other: &Self) -> bool {
        self.digits().eq(other.digits())
    }
}

impl Eq for Correlation {}

impl fmt::Display for Correlation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_and_case_do_not_matter() {
        let one = Correlation::new("1b2C3d4e-0000-0000-0000-00000000000F");
        assert_eq!(one, Correlation::new("1B2c3d4e00000000000000000000000f"));
        assert_ne!(
            one,
            Correlation::new("1b2c3d4e-0000-0000-0000-000000000001")
        );
    }
}
