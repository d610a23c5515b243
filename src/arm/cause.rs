//! The true cause of a failure.

/// One cause of a failure, with the wrappers around it removed. Text from Azure: not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// Azure's code, such as `SkuNotAvailable`.
    pub code: String,
    /// Azure's message.
    pub message: String,
    /// The resource it befell, by its id, where known.
    pub resource: Option<String>,
    /// Names of the nested deployments around that resource, outermost first.
    pub path: Vec<String>,
}
