//! A template and its parameters in the form of Azure's API: inline or as a link.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// A template and its parameters, read and checked, ready to be sent.
#[derive(Clone)]
pub(crate) struct Template {
    /// The ARM template, or where Azure finds it.
    pub source: Source,
    /// Its parameters, or where Azure finds them.
    pub arguments: Arguments,
    /// How the user named it: a path, a URL without its query, or a resource id.
    pub name: String,
    /// The file's name without its extension, for the deployment's default name.
    pub stem: String,
}

/// The template, as a member of a deployment's properties.
#[derive(Clone, Serialize)]
pub(crate) enum Source {
    /// The ARM template itself.
    #[serde(rename = "template")]
    Inline(Map<String, Value>),
    /// Where Azure fetches it.
    #[serde(rename = "templateLink")]
    Link(Link),
}

/// The parameters, as a member of a deployment's properties. Values may be secret.
#[derive(Clone, Serialize)]
pub(crate) enum Arguments {
    /// Name → `{"value": …}`, `{"reference": …}` or `{"expression": …}`.
    #[serde(rename = "parameters")]
    Inline(Map<String, Value>),
    /// Where Azure fetches a parameters file.
    #[serde(rename = "parametersLink")]
    Link(Link),
}

/// Where Azure fetches a document.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) enum Link {
    /// A URL, which is a secret if it is signed.
    #[serde(rename = "uri")]
    Uri(String),
    /// The resource id of a template spec's version.
    #[serde(rename = "id")]
    Spec(String),
}

impl Source {
    /// The template, if it is inline.
    #[must_use]
    pub(crate) fn inline(&self) -> Option<&Map<String, Value>> {
        match self {
            Self::Inline(template) => Some(template),
            Self::Link(_) => None,
        }
    }

    /// Whether both are the same template.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Inline(one), Self::Inline(other)) => one == other,
            (Self::Link(Link::Spec(one)), Self::Link(Link::Spec(other))) => {
                one.eq_ignore_ascii_case(other)
            }
            _ => false,
        }
    }
}

impl fmt::Debug for Template {
    /// Without the parameters' values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = match &self.arguments {
            Arguments::Inline(parameters) => parameters.keys().map(String::as_str).collect(),
            Arguments::Link(_) => Vec::new(),
        };
        f.debug_struct("Template")
            .field("name", &self.name)
            .field("parameters", &names)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Link {
    /// Without the query, which may be a signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uri(uri) => f.write_str(uri.split(['?', '#']).next().unwrap_or_default()),
            Self::Spec(id) => f.write_str(id),
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({self})")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn members_of_a_deployments_properties() {
        let link = |uri: &str| Link::Uri(uri.to_owned());
        let written = |source: Source| serde_json::to_value(source).unwrap();
        assert_eq!(written(Source::Inline(Map::new())), json!({"template": {}}));
        assert_eq!(
            written(Source::Link(link("https://a/b?sig=hush"))),
            json!({"templateLink": {"uri": "https://a/b?sig=hush"}})
        );
        assert_eq!(
            written(Source::Link(Link::Spec("/x".to_owned()))),
            json!({"templateLink": {"id": "/x"}})
        );
        assert_eq!(
            serde_json::to_value(Arguments::Link(link("https://a/b"))).unwrap(),
            json!({"parametersLink": {"uri": "https://a/b"}})
        );
    }

    #[test]
    fn a_signature_is_not_shown() {
        let link = Link::Uri("https://a.example/hub.json?sv=1&sig=hush".to_owned());
        assert_eq!(link.to_string(), "https://a.example/hub.json");
        assert_eq!(format!("{link:?}"), "Link(https://a.example/hub.json)");
    }
}
