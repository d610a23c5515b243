//! What tests share: stand-ins for Resource Manager and Entra ID, and runs as lists of events.

pub(crate) mod arm;
pub(crate) mod entra;
pub(crate) mod stories;
