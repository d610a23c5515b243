//! Identifies a deployment by a hash of everything that is sent.

use std::{
    fmt,
    io::{self, BufWriter, Write},
};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    Arguments, Link, Source, Template,
    canonical::Object,
    digest::{self, SecureDigest, Values},
};
use crate::{arm::Scope, inputs::DeploymentMode};

/// SHA-256 of template, parameters, mode and scope, as 64 hexadecimal digits. Neither the order of keys, white space
/// and comments, nor the case of the scope, nor what Bicep says of itself (`metadata._generator`) count.
///
/// Its first digits are published, so secure values are only in it as their [`SecureDigest`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of `template`, whose secure values have the digest `secure`, deployed with `mode` to `scope`.
    #[must_use]
    pub(crate) fn new(
        template: &Template,
        mode: DeploymentMode,
        scope: &Scope,
        secure: &SecureDigest,
    ) -> Self {
        let sent = Sent {
            mode: mode.as_str(),
            parameters: Parameters::of(template),
            scope: scope.path().to_lowercase(),
            secure: secure.as_str(),
            template: Document::from(&template.source),
        };
        let mut hasher = Sha256::new();
        let mut writer = BufWriter::new(Hasher(&mut hasher));
        let written = serde_json::to_writer(&mut writer, &sent);
        written.expect("JSON values can be written");
        writer.flush().expect("a hasher takes every byte");
        drop(writer);
        let digest = hasher.finalize();
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// All 64 digits.
    #[must_use]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 6 digits: enough to distinguish the deployments of one run.
    #[must_use]
    pub(crate) fn short(&self) -> &str {
        &self.0[..6]
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The hashed document; its fields are sorted by name.
#[derive(Serialize)]
struct Sent<'s> {
    mode: &'static str,
    parameters: Parameters<'s>,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secure: Option<&'s str>,
    template: Document<'s>,
}

/// The parameters without secure values.
#[derive(Serialize)]
#[serde(untagged)]
enum Parameters<'s> {
    Inline(Values<'s>),
    Link(&'s Link),
}

impl<'s> Parameters<'s> {
    fn of(template: &'s Template) -> Self {
        match &template.arguments {
            Arguments::Inline(_) => Self::Inline(digest::split(template).plain),
            Arguments::Link(link) => Self::Link(link),
        }
    }
}

/// A template.
#[derive(Serialize)]
#[serde(untagged)]
enum Document<'s> {
    Inline(Object<'s>),
    Link(&'s Link),
}

impl<'s> From<&'s Source> for Document<'s> {
    fn from(source: &'s Source) -> Self {
        match source {
            Source::Inline(template) => Self::Inline(Object::whole(template)),
            Source::Link(link) => Self::Link(link),
        }
    }
}

/// Writer that feeds a hash.
struct Hasher<'h>(&'h mut Sha256);

impl Write for Hasher<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::template::{arbitrary, json};

    fn fingerprint(body: Value) -> Fingerprint {
        in_tenant(&template(body))
    }

    fn in_tenant(template: &Template) -> Fingerprint {
        with_mode(template, DeploymentMode::Incremental, &Scope::Tenant)
    }

    /// The fingerprint of a template without secure values.
    fn with_mode(template: &Template, mode: DeploymentMode, scope: &Scope) -> Fingerprint {
        Fingerprint::new(template, mode, scope, &SecureDigest::default())
    }

    fn template(body: Value) -> Template {
        with_parameters(body, Map::new())
    }

    fn with_parameters(body: Value, parameters: Map<String, Value>) -> Template {
        Template {
            source: Source::Inline(body.as_object().unwrap().clone()),
            arguments: Arguments::Inline(parameters),
            name: "main.json".to_owned(),
            stem: "main".to_owned(),
        }
    }

    /// The same value with the keys of every object in reverse.
    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(object) => object
                .iter()
                .rev()
                .map(|(key, value)| (key.clone(), reversed(value)))
                .collect(),
            Value::Array(elements) => elements.iter().map(reversed).collect(),
            scalar => scalar.clone(),
        }
    }

    #[test]
    fn canonical_json_is_hashed() {
        let parameters = Map::from_iter([("n".to_owned(), json!({"value": 1}))]);
        let body = json!({"b": [1.5, "ä\n"], "parameters": {"n": {"type": "int"}}, "a": {}});
        let template = with_parameters(body, parameters);
        let canonical = r#"{"mode":"Complete","parameters":{"n":{"value":1}},"scope":"/providers/microsoft.management/managementgroups/hub","template":{"a":{},"b":[1.5,"ä\n"],"parameters":{"n":{"type":"int"}}}}"#;
        let expected: String = Sha256::digest(canonical)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let scope = Scope::ManagementGroup("Hub".to_owned());
        let fingerprint = with_mode(&template, DeploymentMode::Complete, &scope);
        assert_eq!(fingerprint.as_str(), expected);
        assert_eq!(fingerprint.short(), &expected[..6]);
    }

    #[tokio::test]
    async fn secure_values_count_only_by_their_digest() {
        let declared = json!({"parameters": {
            "n": {"type": "int"},
            "password": {"type": "secureString"},
        }});
        let parameters = |password: &str| {
            let values = json!({"n": {"value": 1}, "password": {"value": password}});
            values.as_object().unwrap().clone()
        };
        let template = with_parameters(declared.clone(), parameters("hunter2"));
        let digest = SecureDigest::of(&template, &Scope::Tenant, "main").await;
        let canonical = format!(
            r#"{{"mode":"Incremental","parameters":{{"n":{{"value":1}}}},"scope":"","secure":"{}","template":{}}}"#,
            digest.as_str().unwrap(),
            r#"{"parameters":{"n":{"type":"int"},"password":{"type":"secureString"}}}"#,
        );
        let expected: String = Sha256::digest(canonical)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let mode = DeploymentMode::Incremental;
        let fingerprint = Fingerprint::new(&template, mode, &Scope::Tenant, &digest);
        assert_eq!(fingerprint.as_str(), expected);

        let other = with_parameters(declared, parameters("hunter3"));
        let digest = SecureDigest::of(&other, &Scope::Tenant, "main").await;
        assert_ne!(
            fingerprint,
            Fingerprint::new(&other, mode, &Scope::Tenant, &digest)
        );
    }

    #[test]
    fn everything_that_is_sent_counts() {
        let body = json!({"a": 1, "parameters": {"n": {"type": "int"}}});
        let template = template(body.clone());
        let group = Scope::ManagementGroup("hub".to_owned());
        let link = |uri: &str| Link::Uri(uri.to_owned());
        let linked = |uri: &str| Template {
            source: Source::Link(link(uri)),
            ..template.clone()
        };
        let linked_parameters = Template {
            arguments: Arguments::Link(link("https://a")),
            ..template.clone()
        };
        let other_parameters = with_parameters(
            body,
            Map::from_iter([("n".to_owned(), json!({"value": 1}))]),
        );
        let all = [
            with_mode(&template, DeploymentMode::Incremental, &Scope::Tenant),
            with_mode(&template, DeploymentMode::Complete, &Scope::Tenant),
            with_mode(&template, DeploymentMode::Incremental, &group),
            with_mode(
                &other_parameters,
                DeploymentMode::Incremental,
                &Scope::Tenant,
            ),
            fingerprint(json!({"a": 2})),
            fingerprint(json!({"a": "1"})),
            fingerprint(json!({"a": [1]})),
            in_tenant(&linked("https://a")),
            in_tenant(&linked("https://b")),
            in_tenant(&linked_parameters),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(!all[..index].contains(one), "{index}");
        }
    }

    #[test]
    fn what_bicep_says_of_itself_does_not_count() {
        let compiled = |version: &str, author: &str| {
            let metadata =
                json!({"_generator": {"name": "bicep", "version": version}, "author": author});
            let nested = json!({"$schema": "s", "metadata": metadata, "resources": []});
            fingerprint(
                json!({"$schema": "s", "metadata": metadata, "resources": [{"properties": {"template": nested}}]}),
            )
        };
        assert_eq!(compiled("0.48.1", "me"), compiled("0.49.2", "me"));
        assert_ne!(compiled("0.48.1", "me"), compiled("0.48.1", "you"));
        let resource =
            |version| fingerprint(json!({"tags": {"metadata": {"_generator": version}}}));
        assert_ne!(resource("1"), resource("2"));
    }

    proptest! {
        #[test]
        fn key_order_and_white_space_do_not_count(value in arbitrary::json()) {
            let value = json!({ "value": value });
            let pretty = serde_json::to_string_pretty(&reversed(&value)).unwrap();
            let again = json::parse(&pretty).unwrap().value;
            prop_assert_eq!(fingerprint(value), fingerprint(again));
        }
    }
}
