//! What tests share: stand-ins for Resource Manager and Entra ID, runs as lists of events, hostile texts.

pub(crate) mod arm;
pub(crate) mod entra;
pub(crate) mod hostile;
pub(crate) mod stories;

/// The certificate of a public authority, as PEM.
pub(crate) const ROOT_CERTIFICATE: &str = include_str!("isrg-root-x2.pem");
