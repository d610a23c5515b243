//! The id by which we know our own deployments again.

use crate::{arm::Correlation, template::Fingerprint};

/// Digits of the fingerprint that a correlation id begins with: its first two groups.
const DIGITS: usize = 12;

/// A new correlation id. It begins with the fingerprint of what is deployed, so that a later run recognises the
/// deployment as its own; the rest is random, so that no two submissions share it.
pub(crate) fn correlation_of(fingerprint: &Fingerprint) -> Correlation {
    let random = uuid::Uuid::new_v4().to_string();
    let (first, second) = fingerprint.as_str()[..DIGITS].split_at(8);
    Correlation::new(format!("{first}-{second}{}", &random[DIGITS + 1..]))
}

/// A new correlation id of something that no later run has to recognise.
pub(crate) fn random_correlation() -> Correlation {
    Correlation::new(uuid::Uuid::new_v4().to_string())
}

/// Whether both ids were given to submissions of the very same template, parameters, mode and scope.
pub(super) fn is_same_deployment(one: &Correlation, other: &Correlation) -> bool {
    let digits = |id: &Correlation| id.digits().take(DIGITS).collect::<String>();
    digits(one).len() == DIGITS && digits(one) == digits(other)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::{
        arm::Scope,
        inputs::DeploymentMode,
        template::{Arguments, SecureDigest, Source, Template},
    };

    fn fingerprint(name: &str) -> Fingerprint {
        let mut body = Map::new();
        body.insert("resources".to_owned(), json!([name]));
        let template = Template {
            source: Source::Inline(body),
            arguments: Arguments::Inline(Map::new()),
            name: "main.json".to_owned(),
            stem: "main".to_owned(),
        };
        let (mode, secure) = (DeploymentMode::Incremental, SecureDigest::default());
        Fingerprint::new(&template, mode, &Scope::Tenant, &secure)
    }

    #[test]
    fn ids_of_the_same_deployment_differ_and_are_known_again() {
        let one = correlation_of(&fingerprint("hub"));
        let again = correlation_of(&fingerprint("hub"));
        assert_ne!(one, again);
        assert!(is_same_deployment(&one, &again));
        assert!(is_same_deployment(
            &one,
            &Correlation::new(again.as_str().replace('-', "").to_uppercase())
        ));
        assert!(!is_same_deployment(
            &one,
            &correlation_of(&fingerprint("spoke"))
        ));
        assert!(uuid::Uuid::try_parse(one.as_str()).is_ok(), "{one}");
    }

    #[test]
    fn what_is_no_id_is_nobodys() {
        assert!(!is_same_deployment(
            &Correlation::new(""),
            &Correlation::new("")
        ));
        let theirs = Correlation::new("theirs");
        assert!(!is_same_deployment(&theirs, &theirs));
    }
}
