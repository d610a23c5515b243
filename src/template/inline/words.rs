//! `name=value` and parameters files as words of one text; later ones win.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use super::typed::{Context, Untyped, value};
use crate::{
    host::text::code,
    inputs::{has_extension, is_address},
    template::{
        file::{self, FileError, ReadFile},
        findings::Findings,
        pairs::{self, Pair, Word},
        parameters::{Argument, Given, Origin, Parameters},
        parameters_file, workspace,
    },
};

const INPUT: &str = "parameters";

/// The parameters in `text`.
pub(super) fn parameters(text: &str, context: &Context<'_>, findings: &mut Findings) -> Parameters {
    let mut parameters = Parameters::default();
    let mut lines = HashMap::new();
    for word in pairs::split(text) {
        match word {
            Ok(Word::File { path, line }) => {
                parameters = parameters.merge(from_file(&path, line, context, findings));
            }
            Ok(Word::Pair(pair)) => {
                let (name, line) = (pair.name.to_lowercase(), pair.line);
                if let Some(earlier) = lines.insert(name, line) {
                    let name = code(&pair.name);
                    let message = format!(
                        "line {line}: {name} is given again, after line {earlier}: the last value counts, remove the other"
                    );
                    findings.warn(INPUT, message);
                }
                if let Some(argument) = from_pair(pair, context, findings) {
                    let _ = parameters.add(argument);
                }
            }
            Err(error) => findings.add(INPUT, error.to_string()),
        }
    }
    parameters
}

fn from_pair(pair: Pair, context: &Context<'_>, findings: &mut Findings) -> Option<Argument> {
    let (line, name) = (pair.line, code(&pair.name));
    match value(&pair, context, findings) {
        Ok(value) => Some(Argument {
            name: pair.name,
            given: Given::Value(value),
            origin: Origin::Inline,
        }),
        Err(Untyped::Fault(fault)) => {
            findings.add(INPUT, format!("line {line}: {name} {fault}"));
            None
        }
        Err(Untyped::Unknown) => {
            findings.note_untyped(format!("line {line}: {name}"));
            None
        }
    }
}

/// The parameters in a file among the words. What is not the name of a file may be part of a secret, and is not quoted.
fn from_file(
    path: &str,
    line: usize,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Parameters {
    let mut refuse = |message: &str| {
        findings.add(INPUT, format!("line {line}: {message}"));
        Parameters::default()
    };
    if is_address(path) {
        return refuse("an address among other words: give it as parameters-file, alone");
    }
    if has_extension(path.as_ref(), "bicepparam") {
        return refuse("a .bicepparam file among other words: give it as parameters-file");
    }
    let read = workspace::locate(context.folder, path).and_then(|found| file::read(&found));
    match read {
        Ok(ReadFile { object, remarks }) => {
            for remark in remarks {
                findings.warn(INPUT, format!("{} {remark}", code(path)));
            }
            parameters_file::parameters(&object, &Origin::Word(path.into()), findings)
        }
        Err(FileError::Missing | FileError::Outside) => refuse(
            "a word that names a file, but not one of the workspace: check the path; a value that holds spaces is put in \
             quotes",
        ),
        Err(error) => refuse(&format!("{} {error}", code(path))),
    }
}
