//! Loads the template and its parameters from the places that the inputs name.

mod bicepparam;

use std::path::Path;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    Arguments, Link, Source, Template,
    bicep::{BuiltParameters, Compilation, Compiled, Compiler, Using},
    check,
    declaration::Declarations,
    file,
    findings::Findings,
    given::{Sources, read},
    inline::{self, Types},
    limits,
    parameters::Parameters,
    schema, secure,
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
    /// Nothing is wrong so far, but `name=value` parameters need the types of the template spec with this id.
    Untyped(String),
}

/// What is known of a template spec, for the types of its parameters.
#[derive(Debug)]
pub(crate) enum Spec {
    /// Azure was not asked.
    NotRead,
    /// Its template.
    Read(Map<String, Value>),
    /// Why Azure did not show it.
    Unreadable(String),
}

/// State of a load: problems and compiler output so far.
pub(super) struct Loader<'a> {
    inputs: &'a TemplateInputs,
    compiler: &'a Compiler,
    spec: &'a Spec,
    /// Whether Bicep is compiled; otherwise its files are only looked for.
    compiles: bool,
    findings: Findings,
    /// Why the compiler could not be downloaded.
    no_compiler: Option<String>,
    compilations: Vec<Compilation>,
}

impl<'a> Loader<'a> {
    pub(super) fn new(inputs: &'a TemplateInputs, compiler: &'a Compiler, spec: &'a Spec) -> Self {
        Self {
            inputs,
            compiler,
            spec,
            compiles: true,
            findings: Findings::default(),
            no_compiler: None,
            compilations: Vec::new(),
        }
    }

    /// What is wrong with the files and parameters, as far as that is known without compiling Bicep; `scope` is where
    /// the template is to be deployed, if that is known.
    pub(super) async fn problems(mut self, scope: Option<&Scope>) -> Problems {
        self.compiles = false;
        self.read(scope).await;
        self.findings.problems
    }

    /// Loads and checks everything for a deployment to `scope`.
    pub(super) async fn load(mut self, scope: &Scope) -> Loaded {
        let (source, parameters, secrets) = self.read(Some(scope)).await;
        let untyped = self.settle_untyped(source.as_ref());
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
        let problems = self.findings.problems;
        Loaded {
            template: match (self.no_compiler, untyped) {
                (Some(reason), _) if problems.is_empty() => Err(NoTemplate::NoCompiler(reason)),
                (_, Some(spec)) if problems.is_empty() => Err(NoTemplate::Untyped(spec)),
                _ => problems.or(template).map_err(NoTemplate::Problems),
            },
            warnings: self.findings.warnings,
            compilations: self.compilations,
            secrets,
        }
    }

    /// Reads and checks everything: the template, its parameters, and the secrets among them.
    async fn read(
        &mut self,
        scope: Option<&Scope>,
    ) -> (Option<Source>, Map<String, Value>, Vec<SecretString>) {
        let built = self.built().await;
        let source = self.source(built.as_ref()).await;
        let inline = source.as_ref().and_then(Source::inline);
        let template = inline.or(match (&source, self.spec) {
            (Some(Source::Link(_)), Spec::Read(template)) => Some(template),
            _ => None,
        });
        let declarations = template.map(Declarations::of).unwrap_or_default();
        let types = match (&source, template) {
            (_, Some(_)) => Types::Declared,
            (Some(_), None) => Types::Azures,
            (None, None) => Types::Missing,
        };
        let mut parameters = self.given(built.as_ref(), &declarations, types);
        parameters.fit(&declarations);
        if template.is_some() {
            self.check_parameters(&parameters, &declarations);
        }
        let secrets = self.secrets(&parameters, &declarations);
        let parameters = parameters.into_json(&declarations);
        if let (Some(template), Some(scope)) = (inline, scope) {
            self.check_template(template, &parameters, scope);
        }
        (source, parameters, secrets)
    }

    fn given(
        &mut self,
        built: Option<&BuiltParameters>,
        declarations: &Declarations<'_>,
        types: Types,
    ) -> Parameters {
        let folder = self.compiler.folder();
        let sources = Sources {
            inputs: self.inputs,
            built,
            context: inline::Context {
                declarations,
                types,
                folder,
            },
        };
        sources.parameters(0, &mut self.findings)
    }

    fn check_parameters(&mut self, parameters: &Parameters, declarations: &Declarations<'_>) {
        let is_compiled = self.compiles || self.inputs.bicepparam().is_none();
        let all_read = self.findings.problems.is_empty() && is_compiled;
        check::given(parameters, declarations, &mut self.findings);
        if all_read && self.inputs.parameters_uri.is_none() {
            check::missing(parameters, declarations, &mut self.findings);
        }
    }

    /// The template spec whose types are needed, if Azure has not been asked yet. Otherwise values without a type are
    /// problems.
    fn settle_untyped(&mut self, source: Option<&Source>) -> Option<String> {
        let is_link = matches!(source, Some(Source::Link(_)));
        let why = match (&self.inputs.source, self.spec) {
            _ if self.findings.untyped.is_empty() => return None,
            (Some(TemplateSource::Spec(id)), Spec::NotRead) => return Some(id.clone()),
            (_, Spec::Unreadable(reason)) => {
                format!("the template spec cannot be read for it: {reason}")
            }
            (_, Spec::NotRead) if is_link => "Azure fetches the template".to_owned(),
            _ => "the template does not define it".to_owned(),
        };
        for value in std::mem::take(&mut self.findings.untyped) {
            let message = format!(
                "{value} looks like no text, and its type is not known, as {why}: give the parameters as JSON or YAML"
            );
            self.findings.add("parameters", message);
        }
        None
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

    /// Looks whether a file that is not compiled now is there.
    fn look_for(&mut self, input: &'static str, file: &Path) {
        if let Err(error) = file::check_readable(&self.compiler.folder().join(file)) {
            let message = format!("`{}` {error}", file.display());
            self.findings.add(input, message);
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
            TemplateSource::File(path) if is_bicep(path) && !self.compiles => {
                self.look_for("template-file", path);
                return None;
            }
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
}

fn is_bicep(path: &Path) -> bool {
    has_extension(path, "bicep")
}
