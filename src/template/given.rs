//! The parameters that files and the input `parameters` give.

use std::path::Path;

use serde_json::{Map, Value};

use super::{
    bicep::BuiltParameters,
    file::{self, ReadFile},
    findings::Findings,
    inline,
    parameters::{Origin, Parameters},
    parameters_file,
};
use crate::inputs::{TemplateInputs, has_extension};

/// Where parameters come from.
pub(super) struct Sources<'s> {
    pub(super) inputs: &'s TemplateInputs,
    /// The `.bicepparam` file, if it could be compiled.
    pub(super) built: Option<&'s BuiltParameters>,
    pub(super) context: inline::Context<'s>,
}

impl Sources<'_> {
    /// Parameters of the files from index `from` on and of the input `parameters`; later ones win.
    pub(super) fn parameters(&self, from: usize, findings: &mut Findings) -> Parameters {
        let mut all = Parameters::default();
        for path in self.inputs.parameters_files.iter().skip(from) {
            let read_here;
            let content = if has_extension(path, "bicepparam") {
                self.built.map(|built| &built.parameters)
            } else {
                read_here = read("parameters-file", path, self.context.folder, findings);
                read_here.as_ref()
            };
            if let Some(content) = content {
                let origin = Origin::File(path.display().to_string().into());
                all = all.merge(parameters_file::parameters(content, &origin, findings));
            }
        }
        match self.inputs.parameters.as_deref().map(str::trim_end) {
            None | Some("") => all,
            Some(text) => all.merge(inline::parameters(text, &self.context, findings)),
        }
    }
}

/// The JSON object in the file `path`, which `input` names.
pub(super) fn read(
    input: &'static str,
    path: &Path,
    folder: &Path,
    findings: &mut Findings,
) -> Option<Map<String, Value>> {
    let name = path.display();
    match file::read(&folder.join(path)) {
        Ok(ReadFile { object, remarks }) => {
            for remark in remarks {
                findings.warn(input, format!("`{name}` {remark}"));
            }
            Some(object)
        }
        Err(error) => {
            findings.add(input, format!("`{name}` {error}"));
            None
        }
    }
}
