//! The `.bicepparam` file among the parameters files.

use std::path::Path;

use serde_json::{Map, Value};

use super::{Loader, is_bicep};
use crate::{
    inputs::TemplateSource,
    template::{
        bicep::BuiltParameters,
        declaration::Declarations,
        file,
        findings::Findings,
        given::Sources,
        inline::{self, Types},
        parameters::Given,
        using,
    },
};

const USING_WITH: &str = "says `using … with { … }`, which is for `bicep deploy` and is not read: remove the `with`, and \
    give scope, name, location and the settings of a stack as inputs of this action";

impl Loader<'_> {
    /// The result of compiling the `.bicepparam` file, if there is one.
    pub(super) async fn built(&mut self) -> Option<BuiltParameters> {
        let (at, file) = self.inputs.bicepparam()?;
        let text = file::text(&self.compiler.folder().join(file));
        if text.is_ok_and(|text| using::has_settings(&text)) {
            let message = format!("`{}` {USING_WITH}", file.display());
            self.findings.add("parameters-file", message);
            return None;
        }
        if !self.compiles {
            self.look_for("parameters-file", file);
            return None;
        }
        let overrides = self.overrides(at, file).await;
        let template = match &self.inputs.source {
            Some(TemplateSource::File(template)) if is_bicep(template) => Some(template.as_path()),
            _ => None,
        };
        let compiled = self.compiler.parameters(file, template, &overrides).await;
        let built = self.take("parameters-file", file, compiled)?;
        for remark in &built.remarks {
            self.findings.warn("parameters-file", remark);
        }
        Some(built)
    }

    /// Parameters that override the `.bicepparam` file because they are given after it. The compiler needs them, as the
    /// file may leave them open or use them in expressions.
    async fn overrides(&mut self, at: usize, file: &Path) -> Map<String, Value> {
        let needs_types = self
            .inputs
            .parameters
            .as_deref()
            .is_some_and(inline::needs_types);
        let template = if needs_types {
            self.declaring(file).await
        } else {
            None
        };
        let declarations = template.as_ref().map(Declarations::of).unwrap_or_default();
        let types = match template {
            Some(_) => Types::Declared,
            None if self.is_remote(file) => Types::Azures,
            None => Types::Missing,
        };
        let sources = Sources {
            inputs: self.inputs,
            built: None,
            context: inline::Context {
                declarations: &declarations,
                types,
                folder: self.compiler.folder(),
            },
        };
        // All else is found again when all parameters are merged.
        let mut found = Findings::default();
        let later = sources.parameters(at + 1, &mut found);
        for value in found.untyped {
            self.findings.note_untyped(value);
        }
        let values = later.iter().filter_map(|argument| match &argument.given {
            Given::Value(value) => Some((argument.name.clone(), value.clone())),
            Given::Reference(_) | Given::Expression(_) => None,
        });
        values.collect()
    }

    /// Whether the template of the `.bicepparam` file is no local file.
    fn is_remote(&self, file: &Path) -> bool {
        let text = file::text(&self.compiler.folder().join(file));
        let is_file = matches!(self.inputs.source, Some(TemplateSource::File(_)));
        !is_file && text.is_ok_and(|text| using::local_file(&text).is_none())
    }

    /// The template that declares the parameters of the `.bicepparam` file, if it is a local file.
    async fn declaring(&self, path: &Path) -> Option<Map<String, Value>> {
        let text = file::text(&self.compiler.folder().join(path)).ok()?;
        let beside = using::local_file(&text).and_then(|local| Some(path.parent()?.join(local)));
        let template = match (&self.inputs.source, beside) {
            (_, Some(path)) => path,
            (Some(TemplateSource::File(path)), None) => path.clone(),
            _ => return None,
        };
        if is_bicep(&template) {
            self.compiler.template(&template).await.result.ok()
        } else {
            let read = file::read(&self.compiler.folder().join(template)).ok()?;
            Some(read.object)
        }
    }
}
