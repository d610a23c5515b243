//! Text functions.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;
use url::Url;

use super::{super::Result, Call};

pub(super) fn call(call: &Call<'_>) -> Option<Result<Value>> {
    Some(match call.name {
        "tolower" => call.text(0).map(|text| text.to_lowercase().into()),
        "toupper" => call.text(0).map(|text| text.to_uppercase().into()),
        "trim" => call.text(0).map(|text| text.trim().into()),
        "format" => format(call),
        "replace" => replace(call),
        "split" => split(call),
        "join" => join(call),
        "substring" => substring(call),
        "startswith" => pair(call, |text, part| text.starts_with(part).into()),
        "endswith" => pair(call, |text, part| text.ends_with(part).into()),
        "padleft" => pad_left(call),
        "string" => call.value(0).map(|value| display(value).into()),
        "json" => json(call),
        "base64" => call.text(0).map(|text| BASE64_STANDARD.encode(text).into()),
        "base64tostring" => decoded(call).map(Value::String),
        "base64tojson" => decoded(call).and_then(|text| parsed(call, &text)),
        "uri" => uri(call),
        "uricomponent" => call.text(0).map(|text| percent_encoded(text).into()),
        "uricomponenttostring" => call.text(0).map(|text| percent_decoded(text).into()),
        _ => return None,
    })
}

/// A value as text, the way `string()` and `format()` write it.
pub(super) fn display(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// .NET's composite formatting, as far as templates use it: `{0}`, `{0:D2}`, `{0:000}`, `{{`.
fn format(call: &Call<'_>) -> Result<Value> {
    let mut result = String::new();
    let mut rest = call.text(0)?;
    while let Some(position) = rest.find(['{', '}']) {
        result.push_str(&rest[..position]);
        let brace = &rest[position..=position];
        rest = &rest[position + 1..];
        if rest.starts_with(brace) {
            result.push_str(brace);
            rest = &rest[1..];
            continue;
        }
        let end = rest
            .find('}')
            .ok_or_else(|| call.failure("the format string is not valid."))?;
        result.push_str(&hole(call, &rest[..end])?);
        rest = &rest[end + 1..];
    }
    result.push_str(rest);
    Ok(result.into())
}

fn hole(call: &Call<'_>, hole: &str) -> Result<String> {
    let (index, style) = hole.split_once(':').unwrap_or((hole, ""));
    let index = index.split(',').next().unwrap_or_default().trim();
    let index: usize = index
        .parse()
        .map_err(|_| call.failure("the format string is not valid."))?;
    let value = call.value(index + 1)?;
    let text = display(value);
    let width = match style.strip_prefix(['D', 'd', 'X', 'x']) {
        Some(digits) => digits.parse().unwrap_or(0),
        None => style.chars().filter(|c| *c == '0').count(),
    };
    Ok(match value.as_i64() {
        Some(number) if style.starts_with('X') => format!("{number:0width$X}"),
        Some(number) if style.starts_with('x') => format!("{number:0width$x}"),
        Some(number) => format!("{number:0width$}"),
        None => text,
    })
}

fn replace(call: &Call<'_>) -> Result<Value> {
    Ok(call.text(0)?.replace(call.text(1)?, call.text(2)?).into())
}

fn split(call: &Call<'_>) -> Result<Value> {
    let text = call.text(0)?;
    let delimiters: Vec<&str> = match call.value(1)? {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => vec![call.text(1)?],
    };
    let mut parts = vec![text];
    for delimiter in delimiters
        .into_iter()
        .filter(|delimiter| !delimiter.is_empty())
    {
        parts = parts
            .into_iter()
            .flat_map(|part| part.split(delimiter))
            .collect();
    }
    Ok(parts.into())
}

fn join(call: &Call<'_>) -> Result<Value> {
    let parts: Vec<_> = call.array(0)?.iter().map(display).collect();
    Ok(parts.join(call.text(1)?).into())
}

fn substring(call: &Call<'_>) -> Result<Value> {
    let text: Vec<char> = call.text(0)?.chars().collect();
    let start = call.size(1)?;
    let length = if call.values.len() > 2 {
        call.size(2)?
    } else {
        text.len().saturating_sub(start)
    };
    let part = text.get(start..start + length);
    part.map(|part| part.iter().collect::<String>().into())
        .ok_or_else(|| {
            call.failure(
                "the index and length parameters must refer to a location within the string.",
            )
        })
}

fn pair(call: &Call<'_>, test: fn(&str, &str) -> Value) -> Result<Value> {
    Ok(test(
        &call.text(0)?.to_lowercase(),
        &call.text(1)?.to_lowercase(),
    ))
}

fn pad_left(call: &Call<'_>) -> Result<Value> {
    let text = display(call.value(0)?);
    let padding = call.values.get(2).map_or(" ".to_owned(), display);
    let missing = call.size(1)?.saturating_sub(text.chars().count());
    Ok(format!("{}{text}", padding.repeat(missing)).into())
}

fn json(call: &Call<'_>) -> Result<Value> {
    match call.value(0)? {
        Value::String(text) => parsed(call, text),
        other => Ok(other.clone()),
    }
}

fn parsed(call: &Call<'_>, text: &str) -> Result<Value> {
    let text = if text.is_empty() { "null" } else { text };
    let strict = serde_json::from_str(text);
    // Templates like json('{''a'': 1}') rely on single quotes being accepted.
    strict
        .or_else(|_| serde_json::from_str(&text.replace('\'', "\"")))
        .map_err(|_| call.failure("the argument is not valid JSON."))
}

fn decoded(call: &Call<'_>) -> Result<String> {
    let bytes = BASE64_STANDARD.decode(call.text(0)?);
    let text = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| call.failure("the argument is not base64."))
}

fn uri(call: &Call<'_>) -> Result<Value> {
    let base = Url::parse(call.text(0)?).map_err(|_| call.failure("the base is not a URI."))?;
    let whole = base
        .join(call.text(1)?)
        .map_err(|_| call.failure("the part is not a URI."))?;
    Ok(whole.as_str().into())
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).into()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn percent_decoded(text: &str) -> String {
    let form = text.replace('+', "%2B");
    url::form_urlencoded::parse(form.as_bytes())
        .map(|(name, value)| {
            if value.is_empty() {
                name.into_owned()
            } else {
                format!("{name}={value}")
            }
        })
        .collect::<Vec<_>>()
        .join("&")
}
