//! Names of deployments: 1–64 characters of `^[-\w\._\(\)]+$`, which ends up in a URL and so is kept to ASCII.

use super::Fingerprint;

/// The longest name that Azure takes.
const LONGEST: usize = 64;

/// The default name of a deployment: `<stem>-<run id>-<fingerprint 6>`, with a shortened stem if that is too long, and
/// `-` for characters that Azure does not allow. All attempts of a run have the same name, which differs by template,
/// parameters and scope.
#[must_use]
pub(crate) fn default_name(stem: &str, run_id: &str, fingerprint: &Fingerprint) -> String {
    let tail = format!("-{run_id}-{}", fingerprint.short());
    let tail: String = tail.chars().map(allowed_or_dash).collect();
    let tail = &tail[tail.len().saturating_sub(LONGEST - 1)..];
    let stem = stem.chars().map(allowed_or_dash);
    stem.take(LONGEST - tail.len()).collect::<String>() + tail
}

fn is_allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '(' | ')')
}

fn allowed_or_dash(character: char) -> char {
    if is_allowed(character) {
        character
    } else {
        '-'
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;
    use crate::{
        arm::Scope,
        inputs::DeploymentMode,
        template::{Arguments, SecureDigest, Source, Template},
    };

    fn fingerprint() -> Fingerprint {
        let template = Template {
            source: Source::Inline(Map::new()),
            arguments: Arguments::Inline(Map::new()),
            name: String::new(),
            stem: String::new(),
        };
        let (mode, secure) = (DeploymentMode::Incremental, SecureDigest::default());
        Fingerprint::new(&template, mode, &Scope::Tenant, &secure)
    }

    #[test]
    fn stem_run_and_fingerprint() {
        let short = fingerprint().short().to_owned();
        for (stem, run_id, expected) in [
            ("main", "12345678901", format!("main-12345678901-{short}")),
            ("hub (östlich)", "1", format!("hub-(-stlich)-1-{short}")),
            (
                &"x".repeat(80),
                "1",
                format!("{}-1-{short}", "x".repeat(55)),
            ),
        ] {
            assert_eq!(default_name(stem, run_id, &fingerprint()), expected);
        }
    }

    proptest! {
        #[test]
        fn default_names_are_allowed(stem in any::<String>(), run_id in "\\PC{0,90}") {
            let name = default_name(&stem, &run_id, &fingerprint());
            prop_assert!(name.len() <= LONGEST && name.chars().all(is_allowed), "{name}");
            prop_assert!(name.ends_with(fingerprint().short()));
        }
    }
}
