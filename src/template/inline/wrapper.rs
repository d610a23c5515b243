//! Values that are wrapped as in a parameters file: `{"value": …}` and `{"reference": …}`.

use serde_json::{Map, Value};

use crate::template::{
    declaration::{Declaration, Declarations, Kind},
    parameters::Given,
};

/// Whether the object is written as in a parameters file: every value in `{"value": …}` or `{"reference": …}`, and one
/// of them where a plain object would be of the wrong type.
pub(super) fn is_wrapped(object: &Map<String, Value>, declarations: &Declarations<'_>) -> bool {
    let kind = |name: &str| declarations.get(name).and_then(Declaration::kind);
    object.values().all(|value| wrapper(value).is_some())
        && object
            .keys()
            .any(|name| kind(name).is_some_and(|kind| !kind.is_object()))
}

/// The key and content of `{"value": …}` or `{"reference": …}`.
fn wrapper(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    let (key, inner) = object.iter().next()?;
    matches!(key.as_str(), "value" | "reference").then_some((key.as_str(), inner))
}

/// The value for a parameter of `kind`, unwrapped from `{"value": …}` where a plain object cannot be meant.
pub(super) fn unwrapped(value: Value, kind: Option<Kind>, is_wrapped: bool) -> Given {
    let takes_no_object = kind.is_some_and(|kind| !kind.is_object());
    let inner_fits = |inner: &Value| kind.is_none_or(|kind| !kind.is_object()) || inner.is_object();
    match wrapper(&value) {
        Some(("value", inner)) if takes_no_object || is_wrapped && inner_fits(inner) => {
            Given::Value(inner.clone())
        }
        Some(("reference", inner))
            if (takes_no_object || is_wrapped || kind == Some(Kind::SecureObject))
                && inner.get("keyVault").is_some() =>
        {
            Given::Reference(inner.clone())
        }
        _ => Given::Value(value),
    }
}
