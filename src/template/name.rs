//! Names of deployments: 1–64 characters of `^[-\w\._\(\)]+$`, which ends up in a URL and so is kept to ASCII.

use super::Fingerprint;

/// The longest name that Azure takes.
const LONGEST: usize = 64;

/// The name of a deployment whose user chose none: `<stem>-<run id>-<fingerprint 6>`, where what is too long is taken
/// from the stem, and what Azure does not allow becomes `-`. The same for every attempt of one run, different for
/// every template, parameters and scope.
#[must_use]
pub fn default_name(stem: &str, run_id: &str, fingerprint: &Fingerprint) -> String {
    let tail = format!("-{run_id}-{}", fingerprint.short());
    let tail: String = tail.chars().map(allowed_or_dash).collect();
    let tail = &tail[tail.len().saturating_sub(LONGEST - 1)..];
    let stem = stem.chars().map(allowed_or_dash);
    stem.take(LONGEST - tail.len()).collect::<String>() + tail
}

/// Checks the name that a user chose.
///
/// # Errors
/// Why Azure would refuse it, and what is allowed instead.
pub fn check(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("is empty: give 1 to 64 characters".to_owned());
    }
    let length = name.chars().count();
    if length > LONGEST {
        return Err(format!(
            "has {length} characters, where Azure takes at most 64: shorten it"
        ));
    }
    if !name.chars().all(is_allowed) {
        return Err("may hold only letters A–Z, a–z, digits, and - _ . ( )".to_owned());
    }
    if name.ends_with('.') {
        return Err("must not end with a period".to_owned());
    }
    Ok(())
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
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;
    use crate::{
        arm::Scope,
        inputs::DeploymentMode,
        template::{Arguments, Source, Template},
    };

    fn fingerprint() -> Fingerprint {
        let template = Template {
            source: Source::Inline(Map::new()),
            arguments: Arguments::Inline(Map::new()),
            name: String::new(),
            stem: String::new(),
        };
        Fingerprint::new(&template, DeploymentMode::Incremental, &Scope::Tenant)
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

    #[test]
    fn names_that_azure_takes_and_refuses() {
        for name in ["a", "hub-2.0_(blue)", &"x".repeat(64)] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for (name, expected) in [
            ("", "is empty"),
            (&*"x".repeat(65), "has 65 characters"),
            ("hub spoke", "may hold only"),
            ("hub/spoke", "may hold only"),
            ("größe", "may hold only"),
            ("hub.", "must not end"),
        ] {
            assert!(check(name).unwrap_err().starts_with(expected), "{name}");
        }
    }

    proptest! {
        #[test]
        fn default_names_are_allowed(stem in any::<String>(), run_id in "\\PC{0,90}") {
            let name = default_name(&stem, &run_id, &fingerprint());
            prop_assert_eq!(check(&name), Ok(()));
            prop_assert!(name.ends_with(fingerprint().short()));
        }
    }
}
