//! What tests share: stand-ins for Resource Manager and Entra ID, runs as lists of events, hostile texts, documents of which a part is generated.

pub(crate) mod arm;
pub(crate) mod documents;
pub(crate) mod entra;
pub(crate) mod hostile;
pub(crate) mod stories;
pub(crate) mod timeline;

/// The certificate of a public authority, as PEM.
pub(crate) const ROOT_CERTIFICATE: &str = include_str!("isrg-root-x2.pem");
