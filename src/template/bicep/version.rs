//! Versions of the compiler, and which of them may have a token.

use std::{collections::BTreeMap, ffi::OsString, fmt, path::Path};

use super::child;

/// The first version that sends tokens only to registries which the user trusts. Earlier ones send them to every
/// registry that a Bicep file names.
const FIRST_WITH_TRUST: Version = Version(0, 43, 1);

/// A release: major, minor and patch number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(u32, u32, u32);

/// Why a compiler gets no token for private registries.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Untrusted {
    #[error(
        "this Bicep is too old for private registries: version {0} would send the token to any registry; use \
         {FIRST_WITH_TRUST} or later"
    )]
    TooOld(Version),
    #[error(
        "this Bicep is not used with private registries, as it does not tell its version; {FIRST_WITH_TRUST} or later \
         is needed"
    )]
    Unknown,
}

impl Version {
    /// The version in `text`, which is `0.49.2` or, as the compiler says it, `Bicep CLI version 0.49.2 (b34271ac51)`.
    pub(super) fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let release = word.split(['-', '+']).next()?;
        let mut numbers = release.split('.').map(|number| number.parse().ok());
        let version = Self(numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(version)
    }

    /// What `program` says of itself with `--version`.
    pub(super) async fn of(
        program: &Path,
        environment: &BTreeMap<OsString, OsString>,
        folder: &Path,
    ) -> Option<Self> {
        let output = child::run(program, &["--version".as_ref()], environment, folder).await;
        let output = output.ok().filter(|output| output.status.success())?;
        Self::find(&String::from_utf8_lossy(&output.stdout))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(major, minor, patch) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// Whether a compiler of this version may have a token.
///
/// # Errors
/// Why not.
pub(super) fn check(version: Option<Version>) -> Result<(), Untrusted> {
    match version {
        Some(version) if version >= FIRST_WITH_TRUST => Ok(()),
        Some(version) => Err(Untrusted::TooOld(version)),
        None => Err(Untrusted::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found() {
        for (text, version) in [
            ("Bicep CLI version 0.49.2 (b34271ac51)\n", Some((0, 49, 2))),
            ("Bicep CLI version 0.44.1-g1a2b3c (x)", Some((0, 44, 1))),
            ("0.43.1", Some((0, 43, 1))),
            ("1.2.3+local", Some((1, 2, 3))),
            ("Azure CLI", None),
            ("1.2", None),
            ("1.2.3.4", None),
            ("1.2.x", None),
            ("", None),
        ] {
            let version = version.map(|(major, minor, patch)| Version(major, minor, patch));
            assert_eq!(Version::find(text), version, "{text:?}");
        }
    }

    #[test]
    fn only_compilers_that_check_registries_are_trusted() {
        for (version, trusted) in [
            ("0.40.2", false),
            ("0.42.1", false),
            ("0.43.0", false),
            ("0.43.1", true),
            ("0.49.2", true),
            ("1.0.0", true),
            ("latest", false),
        ] {
            assert_eq!(check(Version::find(version)).is_ok(), trusted, "{version}");
        }
    }
}
