//! Loads the template and its parameters from the places that the inputs name.

use std::path::Path;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    Arguments, Link, Source, Template,
    bicep::{BuiltParameters, Compilation, Compiled, Compiler, Using},
    check,
    declaration::Declarations,
    file::{self, ReadFile},
    findings::Findings,
    inline, limits,
    parameters::{Given, Origin, Parameters},
    parameters_file, schema, secure, using,
};
use crate::{
    arm::Scope,
    inputs::{Problems, TemplateInputs, TemplateSource, has_extension},
};

/// The result of loading a template.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The template, or why there is none.
    pub template: Result<Template, NoTemplate>,
    /// What was read in a way that may not have been meant, or may be refused.
    pub warnings: Vec<String>,
    /// What the Bicep compiler said, if it ran.
    pub compilations: Vec<Compilation>,
    /// Values of secure parameters, and what of the environment went into them.
    pub secrets: Vec<SecretString>,
}

/// Why there is no template.
#[derive(Debug)]
pub(crate) enum NoTemplate {
    /// All problems that can be found without Azure.
    Problems(Problems),
    /// Nothing is wrong with the inputs, but the compiler could not be downloaded.
    NoCompiler(String),
}

/// State of a load: problems and compiler output so far.
pub(super) struct Loader<'a> {
    inputs: &'a TemplateInputs,
    compiler: &'a Compiler,
    findings: Findings,
    /// Why the compiler could not be downloaded.
    no_compiler: Option<String>,
    compilations: Vec<Compilation>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(inputs: &'a TemplateInputs, compiler: &'a Compiler) -> Self {
        Self {
            inputs,
            compiler,
            findings: Findings::default(),
            no_compiler: None,
            compilations: Vec::new(),
        }
    }

    /// Loads and checks everything for a deployment to `scope`.
    pub(super) async fn load(mut self, scope: &Scope) -> Loaded {
        let built = self.built().await;
        let source = self.source(built.as_ref()).await;
        let template = source.as_ref().and_then(Source::inline);
        let declarations = template.map(Declarations::of).unwrap_or_default();
        let mut parameters = self.given(0, built.as_ref(), &declarations);
        parameters.fit(&declarations);
        if template.is_some() {
            let all_read = self.findings.problems.is_empty();
            check::given(&parameters, &declarations, &mut self.findings);
            if all_read && self.inputs.parameters_uri.is_none() {
                check::missing(&parameters, &declarations, &mut self.findings);
            }
        }
        let secrets = self.secrets(&parameters, &declarations);
        let parameters = parameters.into_json(&declarations);
        if let Some(template) = template {
            self.check_template(template, &parameters, scope);
        }
        let arguments = match &self.inputs.parameters_uri {
            Some(uri) => Arguments::Link(Link::Uri(uri.clone())),
            None => Arguments::Inline(parameters),
        };
        let template = source.map(|source| Template {
            source,
            arguments,
            name: self.inputs.shown(),
            stem: self.inputs.stem(),
        });
        let Findings { problems, warnings } = self.findings;
        Loaded {
            template: match self.no_compiler {
                Some(reason) if problems.is_empty() => Err(NoTemplate::NoCompiler(reason)),
                _ => problems.or(template).map_err(NoTemplate::Problems),
            },
            warnings,
            compilations: self.compilations,
            secrets,
        }
    }

    fn secrets(&self, given: &Parameters, declared: &Declarations<'_>) -> Vec<SecretString> {
        let mut secrets = secure::values(given, declared);
        if let Some((_, file)) = self.inputs.bicepparam() {
            let read = self.compiler.variables_read(file);
            let parts = secure::parts(read, &secrets, given);
            secrets.extend(parts);
        }
        secrets
    }

    fn check_template(
        &mut self,
        template: &Map<String, Value>,
        parameters: &Map<String, Value>,
        scope: &Scope,
    ) {
        let faults = schema::faults(template, scope).into_iter();
        for fault in faults.chain(limits::faults(template, parameters)) {
            let (input, name) = (self.inputs.input(), self.inputs.shown());
            self.findings.add(input, format!("`{name}` {fault}"));
        }
    }

    /// The result of compiling the `.bicepparam` file, if there is one.
    async fn built(&mut self) -> Option<BuiltParameters> {
        let (at, file) = self.inputs.bicepparam()?;
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
    async fn overrides(&self, at: usize, file: &Path) -> Map<String, Value> {
        let template = match self.inputs.parameters.as_deref() {
            Some(text) if inline::needs_types(text) => self.declaring(file).await,
            _ => None,
        };
        let declarations = template.as_ref().map(Declarations::of).unwrap_or_default();
        // What is found is dropped here: it is found and reported again when all parameters are merged.
        let later = given(
            self.inputs,
            at + 1,
            self.compiler.folder(),
            None,
            &declarations,
            &mut Findings::default(),
        );
        let values = later.iter().filter_map(|argument| match &argument.given {
            Given::Value(value) => Some((argument.name.clone(), value.clone())),
            Given::Reference(_) | Given::Expression(_) => None,
        });
        values.collect()
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

    /// The template that the inputs name, that the `.bicepparam` file is for, or both.
    async fn source(&mut self, built: Option<&BuiltParameters>) -> Option<Source> {
        let using = match built.map(|built| &built.using) {
            Some(Using::Template(template)) => Some(Source::Inline(template.clone())),
            Some(Using::Spec(id)) => Some(Source::Link(Link::Spec(id.clone()))),
            Some(Using::None) | None => None,
        };
        let named = match (&self.inputs.source, &using) {
            // The compiler has checked that both are the same.
            (Some(TemplateSource::File(path)), Some(Source::Inline(_))) if is_bicep(path) => None,
            (Some(source), _) => Some(self.named(source).await?),
            (None, _) => None,
        };
        let message = match (named, using) {
            (Some(named), Some(using)) if !named.is_same(&using) => {
                "is for another template (see its `using`): give that one, or a parameters file for this one"
            }
            (Some(source), _) | (None, Some(source)) => return Some(source),
            (None, None) if built.is_some() => "says `using none`: give template-file",
            (None, None) => return None,
        };
        let (_, file) = self.inputs.bicepparam()?;
        let file = file.display();
        self.findings
            .add("parameters-file", format!("`{file}` {message}"));
        None
    }

    async fn named(&mut self, source: &TemplateSource) -> Option<Source> {
        Some(match source {
            TemplateSource::File(path) if is_bicep(path) => {
                let compiled = self.compiler.template(path).await;
                Source::Inline(self.take("template-file", path, compiled)?)
            }
            TemplateSource::File(path) => {
                let folder = self.compiler.folder();
                Source::Inline(read("template-file", path, folder, &mut self.findings)?)
            }
            TemplateSource::Uri(uri) => Source::Link(Link::Uri(uri.clone())),
            TemplateSource::Spec(id) => Source::Link(Link::Spec(id.clone())),
        })
    }

    /// The result of compiling `file`, which `input` names; its errors become problems.
    fn take<T>(&mut self, input: &'static str, file: &Path, compiled: Compiled<T>) -> Option<T> {
        let Compiled {
            result,
            compilation,
        } = compiled;
        let result = result.map_err(|error| {
            if error.is_out_of_reach() {
                self.no_compiler = Some(error.to_string());
                return;
            }
            for found in compilation.errors() {
                let message = format!("{}: {}", found.code, found.message);
                let problems = &mut self.findings.problems;
                problems.add_at(found.place.clone(), input, message);
            }
            if compilation.errors().next().is_none() {
                let message = error.about(&file.display().to_string());
                self.findings.add(error.input().unwrap_or(input), message);
            }
        });
        self.compilations.push(compilation);
        result.ok()
    }

    fn given(
        &mut self,
        from: usize,
        built: Option<&BuiltParameters>,
        declarations: &Declarations<'_>,
    ) -> Parameters {
        let folder = self.compiler.folder();
        given(
            self.inputs,
            from,
            folder,
            built,
            declarations,
            &mut self.findings,
        )
    }
}

/// Parameters of the files from index `from` on and of the input `parameters`; later ones win.
fn given(
    inputs: &TemplateInputs,
    from: usize,
    folder: &Path,
    built: Option<&BuiltParameters>,
    declarations: &Declarations<'_>,
    findings: &mut Findings,
) -> Parameters {
    let mut all = Parameters::default();
    for path in inputs.parameters_files.iter().skip(from) {
        let read_here;
        let content = if has_extension(path, "bicepparam") {
            built.map(|built| &built.parameters)
        } else {
            read_here = read("parameters-file", path, folder, findings);
            read_here.as_ref()
        };
        if let Some(content) = content {
            let origin = Origin::File(path.display().to_string().into());
            all = all.merge(parameters_file::parameters(content, &origin, findings));
        }
    }
    match inputs.parameters.as_deref().map(str::trim_end) {
        None | Some("") => all,
        Some(text) => all.merge(inline::parameters(text, declarations, findings)),
    }
}

/// The JSON object in the file `path`, which `input` names.
fn read(
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

fn is_bicep(path: &Path) -> bool {
    has_extension(path, "bicep")
}
