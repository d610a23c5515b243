//! Template, parameters files and Bicep.

use std::path::{Path, PathBuf};

use super::{
    Operation, Parser,
    values::{given, list},
};
use crate::inputs::{
    BicepInputs, TemplateInputs, TemplateSource, has_extension,
    request::{is_address, without_query},
};

const NO_TEMPLATE: &str = "missing: give the path of a template, such as main.bicep or main.json";

impl Parser<'_> {
    /// The template; empty for operations on existing deployments.
    pub(super) fn template(&mut self, operation: Option<Operation>) -> Option<TemplateInputs> {
        if operation.is_some_and(|operation| !operation.needs_template()) {
            return Some(TemplateInputs::default());
        }
        let inputs = TemplateInputs {
            source: self.source(),
            parameters_files: self.parameters_files(),
            parameters_uri: self.parameters_uri(),
            parameters: given(&self.raw.parameters).map(str::to_owned),
        };
        self.files.clone_from(&inputs);
        if inputs.source.is_none() && inputs.bicepparam().is_none() {
            self.problems.add("template-file", NO_TEMPLATE);
            return None;
        }
        Some(inputs)
    }

    /// Which Bicep program compiles.
    pub(super) fn bicep(&mut self) -> BicepInputs {
        let raw = self.raw;
        let version =
            given(&raw.bicep_version).map(|version| version.trim_start_matches(['v', 'V']));
        if version.is_some_and(|version| !is_version(version)) {
            let quoted = self.quote(&raw.bicep_version);
            let message = format!("{quoted} is not a version: give one such as 0.48.1");
            self.problems.add("bicep-version", message);
        }
        let sha256 = given(&raw.bicep_sha256);
        if sha256.is_some_and(|sha256| !is_sha256(sha256)) {
            let quoted = self.quote(&raw.bicep_sha256);
            let message = format!("{quoted} is not a SHA-256: give its 64 hexadecimal digits");
            self.problems.add("bicep-sha256", message);
        }
        if sha256.is_some() && version.is_none() {
            let message = "is for a Bicep that is downloaded: give bicep-version too, or remove it";
            self.problems.add("bicep-sha256", message);
        }
        let path = given(&raw.bicep_path).map(PathBuf::from);
        if path.is_some() && version.is_some() {
            let message = "conflicts with bicep-version: remove one of them";
            self.problems.add("bicep-path", message);
        }
        BicepInputs {
            path,
            version: version.map(str::to_owned),
            sha256: sha256.map(str::to_owned),
        }
    }

    fn source(&mut self) -> Option<TemplateSource> {
        let raw = self.raw;
        let file = given(&raw.template_file).map(|path| self.template_file(path));
        let uri = given(&raw.template_uri).map(|uri| {
            self.address("template-uri", uri);
            TemplateSource::Uri(uri.to_owned())
        });
        let spec = given(&raw.template_spec_id).map(|id| self.template_spec(id));
        let all = [
            ("template-file", file),
            ("template-uri", uri),
            ("template-spec-id", spec),
        ];
        let mut all = all
            .into_iter()
            .filter_map(|(input, source)| Some((input, source?)));
        let (first, source) = all.next()?;
        for (input, _) in all {
            let message = format!("conflicts with {first}: remove one of them");
            self.problems.add(input, message);
        }
        Some(source)
    }

    fn template_file(&mut self, path: &str) -> TemplateSource {
        if is_address(path) {
            let message = "is an address: give it as template-uri";
            self.problems.add("template-file", message);
        } else if has_extension(Path::new(path), "bicepparam") {
            let quoted = self.quote(path);
            let message = format!("{quoted} is a parameters file: give it as parameters-file");
            self.problems.add("template-file", message);
        }
        TemplateSource::File(path.into())
    }

    fn template_spec(&mut self, id: &str) -> TemplateSource {
        let lower = id.to_ascii_lowercase();
        if !lower.starts_with('/')
            || !lower.contains("templatespecs/")
            || !lower.contains("/versions/")
        {
            let quoted = self.quote(id);
            let message = format!(
                "{quoted} is not the id of a template spec's version: give /subscriptions/…/providers/Microsoft.Resources/templateSpecs/NAME/versions/VERSION"
            );
            self.problems.add("template-spec-id", message);
        }
        TemplateSource::Spec(id.to_owned())
    }

    fn parameters_files(&mut self) -> Vec<PathBuf> {
        if is_address(&self.raw.parameters_file) {
            return Vec::new();
        }
        let files = list(&self.raw.parameters_file);
        if files.iter().any(|file| is_address(file)) {
            let message =
                "an address must be the only one: Azure takes one, and no files beside it";
            self.problems.add("parameters-file", message);
        }
        let files: Vec<_> = files.into_iter().map(PathBuf::from).collect();
        let bicep = files
            .iter()
            .filter(|path| has_extension(path, "bicepparam"));
        if bicep.count() > 1 {
            let message = "has more than one .bicepparam file: give one, which may extend another";
            self.problems.add("parameters-file", message);
        }
        files
    }

    fn parameters_uri(&mut self) -> Option<String> {
        let uri = &self.raw.parameters_file;
        if !is_address(uri) {
            return None;
        }
        self.address("parameters-file", uri);
        if given(&self.raw.parameters).is_some() {
            let message = "conflicts with the address in parameters-file, beside which Azure takes no parameters: remove one of them";
            self.problems.add("parameters", message);
        }
        Some(uri.clone())
    }

    /// Checks a URL. Its query may be a signature and is not shown.
    fn address(&mut self, input: &'static str, uri: &str) {
        let is_whole = url::Url::parse(uri).is_ok_and(|url| url.has_host());
        if !is_address(uri) || !is_whole || uri.contains(char::is_whitespace) {
            let quoted = self.quote(without_query(uri));
            let message = format!(
                "{quoted} is not an address: give one such as https://example.com/main.json"
            );
            self.problems.add(input, message);
        }
    }
}

/// Whether it has the form `0.48.1`. It becomes part of a path and a URL.
fn is_version(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(is_number)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
