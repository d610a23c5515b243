//! Fields that are read whatever Azure writes in them.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// `null`, and a value of another shape than expected, read as the default.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + serde::de::DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}
