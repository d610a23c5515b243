//! Microsoft's releases of Bicep.

/// Names of the programs by operating system and processor.
const ASSETS: [(&str, &str, &str); 4] = [
    ("linux", "x86_64", "bicep-linux-x64"),
    ("linux", "aarch64", "bicep-linux-arm64"),
    ("macos", "x86_64", "bicep-osx-x64"),
    ("macos", "aarch64", "bicep-osx-arm64"),
];

/// SHA-256 of programs, from Microsoft's Homebrew tap. Only of versions that may have a token for private registries.
const KNOWN: [(&str, &str, &str); 6] = [
    (
        "0.48.1",
        "bicep-linux-x64",
        "b09ec25a9d376c1f8e33ede6ed22b587f915ad68488d5db77a6f9541748c7f6e",
    ),
    (
        "0.48.1",
        "bicep-linux-arm64",
        "9cbf6a211137e894a863fbc842e355c2197fc2124a7bda902afe1bceffa35245",
    ),
    (
        "0.44.1",
        "bicep-linux-x64",
        "e17dc9a9888184886bb0c0051a3230b83b19f342749999f707bc571c3dfd2f45",
    ),
    (
        "0.44.1",
        "bicep-linux-arm64",
        "a9c73b96975a17e49b5dd66725c8dc2451501c77b194156d938719ee4990318b",
    ),
    (
        "0.43.1",
        "bicep-linux-x64",
        "81e050975df82555e126ad7d5142bfb246a29c6e10fe8e8adb45ecfb953cd3c6",
    ),
    (
        "0.43.1",
        "bicep-linux-arm64",
        "0f0bc94ddfc0730a7c59c57591258c4d12ed1843b2821fe4ea43920a0e20086d",
    ),
];

/// A program of one release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Release {
    /// Such as `0.48.1`.
    pub(super) version: String,
    /// The program's file name, such as `bicep-linux-x64`.
    pub(super) asset: &'static str,
}

impl Release {
    /// The program of `version` for this machine; `None` where Microsoft has none.
    pub(super) fn here(version: &str) -> Option<Self> {
        let (os, processor) = (std::env::consts::OS, std::env::consts::ARCH);
        let mut assets = ASSETS.into_iter();
        let (_, _, asset) = assets.find(|(its, at, _)| (*its, *at) == (os, processor))?;
        Some(Self {
            version: version.to_owned(),
            asset,
        })
    }

    /// The program's SHA-256 in hexadecimal digits, if built in.
    pub(super) fn known_sha256(&self) -> Option<&'static str> {
        let mut known = KNOWN.into_iter();
        known
            .find(|(version, asset, _)| *version == self.version && *asset == self.asset)
            .map(|(_, _, sha256)| sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::bicep::version::{self, Version};

    #[test]
    fn checksums_are_whole_and_of_programs_that_are_offered() {
        for (version, asset, sha256) in KNOWN {
            assert_eq!(sha256.len(), 64, "{version}");
            assert!(sha256.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let release = Release {
                version: version.to_owned(),
                asset,
            };
            assert_eq!(release.known_sha256(), Some(sha256));
            assert!(ASSETS.iter().any(|(_, _, offered)| *offered == asset));
            assert_eq!(version::check(Version::find(version)), Ok(()));
        }
    }
}
