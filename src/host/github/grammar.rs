//! Parser for the runner's file commands, as strict as the runner's own.

use std::collections::BTreeMap;

/// Reads `text` as the runner reads GITHUB_OUTPUT and GITHUB_STATE: lines end at LF only, a later value of a name
/// wins, anything malformed is an error.
pub(crate) fn parse(text: &str) -> Result<BTreeMap<String, String>, String> {
    let mut values = BTreeMap::new();
    let mut rest = text;
    while let Some((line, _)) = next(&mut rest) {
        if line.is_empty() {
            continue;
        }
        match (line.find('='), line.find("<<")) {
            (Some(equals), heredoc) if heredoc.is_none_or(|heredoc| equals < heredoc) => {
                insert(&mut values, &line[..equals], &line[equals + 1..])?;
            }
            (_, Some(heredoc)) => {
                let value = block(&mut rest, &line[heredoc + 2..])?;
                insert(&mut values, &line[..heredoc], value)?;
            }
            _ => return Err(format!("neither = nor << in {line:?}")),
        }
    }
    Ok(values)
}

/// The value up to the line that is `delimiter`, without the LF before it.
fn block<'a>(rest: &mut &'a str, delimiter: &str) -> Result<&'a str, String> {
    if delimiter.is_empty() {
        return Err("no delimiter".to_owned());
    }
    let start = *rest;
    let mut end = 0;
    loop {
        let position = start.len() - rest.len();
        match next(rest) {
            None => return Err(format!("{delimiter:?} does not follow")),
            Some((line, _)) if line == delimiter => {
                return Ok(&start[..end.min(position)]);
            }
            Some((line, ended)) => {
                if !ended {
                    return Err("the last line does not end".to_owned());
                }
                end = position + line.len();
            }
        }
    }
}

fn insert(values: &mut BTreeMap<String, String>, name: &str, value: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("no name".to_owned());
    }
    values.insert(name.to_owned(), value.to_owned());
    Ok(())
}

/// The next line, and whether an LF ended it.
fn next<'a>(rest: &mut &'a str) -> Option<(&'a str, bool)> {
    if rest.is_empty() {
        return None;
    }
    match rest.split_once('\n') {
        Some((line, tail)) => {
            *rest = tail;
            Some((line, true))
        }
        None => Some((std::mem::take(rest), false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_runner_reads() {
        let values =
            parse("a=1\n\nb<<E\nx\n\ny\r\nE\na=2=3<<E\nc<<E\nE\nd<<E\n\nE\n").expect("well-formed");
        let values: Vec<_> = values
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            values,
            [("a", "2=3<<E"), ("b", "x\n\ny\r"), ("c", ""), ("d", "")]
        );
    }

    #[test]
    fn refuses_what_the_runner_refuses() {
        for text in [
            "words\n",
            "a<<E\nx\n",
            "a<<\nx\n\n",
            "<<E\nE\n",
            "a<<E\nx\nE\r\n",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
