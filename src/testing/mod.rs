//! What tests share: stand-ins for Resource Manager and Entra ID, and runs as lists of events.

pub(crate) mod arm;
pub(crate) mod entra;
pub(crate) mod stories;

/// The certificate of a public authority, as PEM.
pub(crate) const ROOT_CERTIFICATE: &str = include_str!("isrg-root-x2.pem");
