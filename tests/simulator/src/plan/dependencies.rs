//! `dependsOn`: ids, names, symbolic names and copy loops.

use serde_json::Value;

use super::declare::Declared;
use crate::template::{
    Result, TemplateError,
    evaluate::{Evaluator, is_placeholder},
};

/// The positions of all that a key names; `None` when the template has no such resource.
pub(crate) fn find(declared: &[Declared<'_>], key: &str) -> Vec<usize> {
    let matching = |test: &dyn Fn(&Declared<'_>) -> bool| -> Vec<usize> {
        declared
            .iter()
            .enumerate()
            .filter(|(_, each)| test(each))
            .map(|(at, _)| at)
            .collect()
    };
    let same = |text: &str| text.eq_ignore_ascii_case(key);
    let by_symbol = matching(&|each| {
        let symbol = each.symbolic_name.as_deref();
        symbol.is_some_and(same)
            || each.repetition.as_ref().is_some_and(|repetition| {
                symbol.is_some_and(|symbol| same(&format!("{symbol}[{}]", repetition.index)))
            })
    });
    if !by_symbol.is_empty() {
        return by_symbol;
    }
    let by_loop = matching(&|each| {
        each.repetition
            .as_ref()
            .is_some_and(|repetition| same(&repetition.name))
    });
    if !by_loop.is_empty() {
        return by_loop;
    }
    matching(&|each| {
        same(&each.id) || same(&each.name) || same(&format!("{}/{}", each.kind, each.name)) || {
            let id = each.id.to_ascii_lowercase();
            // A relative `Namespace/type/name/subtype/subname`.
            key.contains('/') && id.ends_with(&format!("/providers/{}", key.to_ascii_lowercase()))
        }
    })
}

/// The positions that one instance waits for: what it says itself and, in a serial loop, the
/// batch before it.
pub(crate) fn explicit(
    declared: &[Declared<'_>],
    index: usize,
    evaluator: &Evaluator<'_>,
    loops: &[String],
) -> Result<Vec<usize>> {
    let own = &declared[index];
    let mut positions = earlier_batch(declared, own);
    for entry in own.raw["dependsOn"].as_array().into_iter().flatten() {
        let key = match evaluator.value(entry, &own.locals)? {
            Value::String(key) => key,
            Value::Null => continue,
            other => other.to_string(),
        };
        let found = find(declared, &key);
        if found.is_empty() && !key.starts_with('/') && !is_placeholder(&key.as_str().into()) {
            let empty_loop = loops.iter().any(|name| name.eq_ignore_ascii_case(&key));
            if !empty_loop {
                return Err(undefined(&own.name, &key));
            }
        }
        positions.extend(found);
    }
    positions.retain(|position| {
        *position != index && declared[*position].enabled && !declared[*position].existing
    });
    positions.sort_unstable();
    positions.dedup();
    Ok(positions)
}

fn earlier_batch(declared: &[Declared<'_>], own: &Declared<'_>) -> Vec<usize> {
    let Some(repetition) = &own.repetition else {
        return Vec::new();
    };
    let Some(batch) = repetition.batch else {
        return Vec::new();
    };
    let earlier = declared.iter().enumerate().filter(|(_, each)| {
        std::ptr::eq(each.raw, own.raw)
            && each.repetition.as_ref().is_some_and(|other| {
                other.name == repetition.name && other.index / batch + 1 == repetition.index / batch
            })
    });
    earlier.map(|(position, _)| position).collect()
}

fn undefined(resource: &str, key: &str) -> TemplateError {
    TemplateError(format!(
        "The resource '{key}' is not defined in the template, but '{resource}' depends on it. Please see https://aka.ms/arm-syntax for usage details."
    ))
}
