//! What tests share: stand-ins for Resource Manager and Entra ID, runs as lists of events, hostile texts.

pub(crate) mod arm;
pub(crate) mod entra;
pub(crate) mod hostile;
pub(crate) mod stories;
