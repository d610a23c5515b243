//! The secure values of a template's parameters, and a digest of them that can be published.

use std::collections::BTreeMap;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{
    Arguments, Template,
    canonical::Canonical,
    declaration::{Declaration, Declarations},
    secure::has_secure,
};
use crate::arm::Scope;

/// Memory for one digest in KiB, and passes over it: OWASP's memory and three times its passes, about 0.2 s on a runner
/// of GitHub. Each guess at a value costs as much.
const COST: (u32, u32) = if cfg!(test) { (64, 1) } else { (19 * 1024, 6) };
/// Bytes of a digest.
const LENGTH: usize = 32;

/// Parameters by name, as in [`Arguments`].
pub(super) type Values<'t> = BTreeMap<&'t str, Canonical<'t>>;

/// The given parameters of a template.
#[derive(Default)]
pub(super) struct Split<'t> {
    /// Those that are not secret.
    pub(super) plain: Values<'t>,
    /// Those that are declared as `secureString` or `secureObject`, or whose type only Azure knows.
    pub(super) secure: Values<'t>,
}

/// Takes the parameters of `template` apart.
pub(super) fn split(template: &Template) -> Split<'_> {
    let mut split = Split::default();
    let Arguments::Inline(parameters) = &template.arguments else {
        return split;
    };
    let declarations = template.source.inline().map(Declarations::of);
    let declarations = declarations.unwrap_or_default();
    for (name, value) in parameters {
        let declaration = declarations.get(name);
        let is_unknown = declaration.and_then(Declaration::kind).is_none();
        // A reference or an expression has no value of its own.
        let given = value.get("value").unwrap_or(value);
        let is_secure = is_unknown || declaration.is_some_and(|known| has_secure(known, given));
        let values = if is_secure {
            &mut split.secure
        } else {
            &mut split.plain
        };
        values.insert(name, Canonical::of(value));
    }
    split
}

/// A slow hash of all secure values of a template; nothing if it has none.
///
/// The fingerprint is published in part, and a password that a dictionary holds could be found by it if guessing were
/// cheap. Scope and name are the salt, as they are the same whenever the same deployment is run again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SecureDigest(Option<String>);

impl SecureDigest {
    /// The digest of the secure values in `template`, which is deployed to `scope` under a name that is, or begins with,
    /// `name`. Computed on a thread for blocking work.
    pub(crate) async fn of(template: &Template, scope: &Scope, name: &str) -> Self {
        let secure = split(template).secure;
        if secure.is_empty() {
            return Self::default();
        }
        let values = serde_json::to_string(&secure).expect("JSON values can be written");
        let values = SecretString::from(values);
        let salt = salt(scope, name);
        let digest = tokio::task::spawn_blocking(move || stretch(&values, &salt));
        Self(Some(digest.await.expect("hashing does not panic")))
    }

    /// The digest in hexadecimal digits, if there are secure values.
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

fn salt(scope: &Scope, name: &str) -> [u8; LENGTH] {
    let scope = scope.path().to_lowercase();
    Sha256::digest(format!("{scope}\n{}", name.to_lowercase())).into()
}

fn stretch(values: &SecretString, salt: &[u8]) -> String {
    let (memory, passes) = COST;
    let params = Params::new(memory, passes, 1, Some(LENGTH)).expect("the cost is valid");
    let mut blocks = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut digest = [0; LENGTH];
    let values = values.expose_secret().as_bytes();
    argon2
        .hash_password_into_with_memory(values, salt, &mut digest, &mut blocks)
        .expect("lengths are valid");
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};

    use super::*;
    use crate::template::{Link, Source};

    fn template(parameters: Value) -> Template {
        let Value::Object(parameters) = parameters else {
            panic!("parameters are an object")
        };
        let declared = json!({"parameters": {
            "Password": {"type": "SecureString"},
            "settings": {"type": "secureObject"},
            "indirect": {"$ref": "#/definitions/password"},
            "unknown": {"$ref": "https://example.org/types.json#/a"},
            "size": {"type": "int"},
            "name": {"type": "string"},
            "account": {"type": "object", "properties": {"key": {"type": "securestring"}}},
        }, "definitions": {"password": {"type": "securestring"}}});
        Template {
            source: Source::Inline(declared.as_object().unwrap().clone()),
            arguments: Arguments::Inline(parameters),
            name: "main.json".to_owned(),
            stem: "main".to_owned(),
        }
    }

    async fn digest(parameters: Value) -> SecureDigest {
        SecureDigest::of(&template(parameters), &Scope::Tenant, "main").await
    }

    #[test]
    fn secure_is_what_is_declared_so_or_not_known() {
        let given = json!({"Password": {"value": "a"}, "settings": {"value": {}}, "indirect": {"value": "b"},
            "unknown": {"value": "c"}, "size": {"value": 1}, "name": {"value": "d"},
            "account": {"value": {"key": "e"}}});
        let template = template(given);
        let split = split(&template);
        let names = |values: &Values<'_>| values.keys().copied().collect::<Vec<_>>().join(" ");
        assert_eq!(
            names(&split.secure),
            "Password account indirect settings unknown"
        );
        assert_eq!(names(&split.plain), "name size");
    }

    #[test]
    fn of_a_template_that_azure_fetches_everything_is_secure() {
        let linked = Template {
            source: Source::Link(Link::Spec("/x".to_owned())),
            ..template(json!({"size": {"value": 1}}))
        };
        assert_eq!(split(&linked).secure.len(), 1);
        assert!(split(&linked).plain.is_empty());
    }

    #[tokio::test]
    async fn equal_values_have_one_digest() {
        let one =
            digest(json!({"Password": {"value": "a"}, "settings": {"value": {"x": 1, "y": 2}}}));
        let same = digest(
            json!({"settings": {"value": {"y": 2, "x": 1}}, "Password": {"value": "a"}, "size": {"value": 7}}),
        );
        let other =
            digest(json!({"Password": {"value": "b"}, "settings": {"value": {"x": 1, "y": 2}}}));
        let one = one.await;
        assert_eq!(one, same.await);
        assert_ne!(one, other.await);
        assert_eq!(one.as_str().unwrap().len(), 2 * LENGTH);
        assert_eq!(
            digest(json!({"size": {"value": 7}})).await,
            SecureDigest::default()
        );
    }

    #[tokio::test]
    async fn scope_and_name_are_the_salt() {
        let template = template(json!({"Password": {"value": "a"}}));
        let group = |name: &str| Scope::ManagementGroup(name.to_owned());
        let of = async |scope: Scope, name: &str| SecureDigest::of(&template, &scope, name).await;
        let one = of(group("hub"), "main").await;
        assert_eq!(
            one,
            of(group("HUB"), "Main").await,
            "Azure knows no case either"
        );
        for (scope, name) in [
            (group("spoke"), "main"),
            (Scope::Tenant, "main"),
            (group("hub"), "other"),
        ] {
            assert_ne!(one, of(scope, name).await, "{name}");
        }
    }

    /// A later version of this program has to know the deployments of this one again.
    #[test]
    fn the_digest_stays_as_it_is() {
        let digest = stretch(&"{}".into(), &salt(&Scope::Tenant, "main"));
        let known = "d7663e7c58b06e7cb0c0c15725d26f87ad3a6f7526411ebda7d1fc5ae77fa82e";
        assert_eq!(digest, known);
    }
}
