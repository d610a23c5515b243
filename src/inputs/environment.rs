//! The process's environment variables.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::host::{Host, host_of};

/// The environment's variables by name. Its `Debug` form shows no values, as some of them are secrets.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    values: BTreeMap<String, String>,
    not_text: BTreeSet<String>,
}

impl Environment {
    /// The variable `name`; `None` when it is unset, empty, or not UTF-8.
    #[must_use]
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// All variables that are UTF-8, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.values.iter();
        values.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same with these inputs, by name, whatever their variables say.
    #[must_use]
    pub(crate) fn with_inputs(
        mut self,
        given: impl IntoIterator<Item = (&'static str, OsString)>,
    ) -> Self {
        for (input, value) in given {
            let [runner, shell] = variables(input);
            for name in [&runner, &shell] {
                self.values.remove(name);
                self.not_text.remove(name);
            }
            self.insert(runner, value);
        }
        self
    }

    /// Whether any input is given as a variable of its own.
    #[must_use]
    pub(crate) fn has_inputs(&self) -> bool {
        let given = self
            .values
            .iter()
            .filter(|(_, value)| !value.trim().is_empty());
        let mut names = given.map(|(name, _)| name).chain(&self.not_text);
        names.any(|name| name.starts_with(PREFIX))
    }

    fn insert(&mut self, name: String, value: OsString) {
        match value.into_string() {
            Ok(value) => {
                self.values.insert(name, value);
            }
            Err(_) => {
                self.not_text.insert(name);
            }
        }
    }

    /// The host that the variables describe.
    #[must_use]
    pub(crate) fn host(&self) -> Arc<dyn Host> {
        host_of(&|name| self.get(name).map(str::to_owned))
    }

    /// The folder that relative paths are relative to.
    #[must_use]
    pub(crate) fn workspace(&self) -> PathBuf {
        self.host().workspace()
    }

    /// A folder for temporary files: the system's, or that of the runner where the system's cannot be written, as in a
    /// container with `--read-only`.
    #[must_use]
    pub(crate) fn temp_dir(&self) -> PathBuf {
        let system = std::env::temp_dir();
        match self.host().temporary() {
            Some(runners) if !is_writable(&system) => runners,
            _ => system,
        }
    }

    /// Whether `name` is set to something that is not UTF-8.
    pub(super) fn is_not_text(&self, name: &str) -> bool {
        self.not_text.contains(name)
    }
}

/// What the variables of inputs begin with.
const PREFIX: &str = "INPUT_";

/// The variables for the input `name`. The runner keeps hyphens, which a shell cannot set.
pub(super) fn variables(name: &str) -> [String; 2] {
    let runner = format!("{PREFIX}{}", name.to_ascii_uppercase());
    let shell = runner.replace('-', "_");
    [runner, shell]
}

/// The variable for the input `name` that a shell can set.
pub(crate) fn shell_variable(name: &str) -> String {
    let [_, shell] = variables(name);
    shell
}

/// Whether files can be created in `folder`, which permissions alone do not show.
pub(crate) fn is_writable(folder: &Path) -> bool {
    let probe = folder.join(format!(".long-deploy-{}", uuid::Uuid::new_v4()));
    let made = fs::File::create_new(&probe).is_ok();
    made && fs::remove_file(&probe).is_ok()
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let mut environment = Self::default();
        for (name, value) in variables {
            let Ok(name) = name.into().into_string() else {
                continue;
            };
            environment.insert(name, value.into());
        }
        environment
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.values.keys().chain(&self.not_text);
        f.write_str("Environment ")?;
        f.debug_set().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn environment() -> Environment {
        [
            (OsString::from("TEXT"), OsString::from("hush")),
            (OsString::from("EMPTY"), OsString::new()),
            (OsString::from("BYTES"), OsString::from_vec(vec![0xff])),
            (OsString::from_vec(vec![0xfe]), OsString::from("value")),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn empty_is_not_given() {
        let environment = environment();
        assert_eq!(environment.get("TEXT"), Some("hush"));
        assert_eq!(environment.get("EMPTY"), None);
        assert_eq!(environment.get("MISSING"), None);
    }

    #[test]
    fn remembers_what_is_not_text() {
        let environment = environment();
        assert_eq!(environment.get("BYTES"), None);
        assert!(environment.is_not_text("BYTES"));
        assert!(!environment.is_not_text("TEXT"));
    }

    #[test]
    fn what_is_given_wins_over_both_forms_of_a_variable() {
        let variables = [
            ("INPUT_TENANT-ID", OsString::from("runner")),
            ("INPUT_TENANT_ID", OsString::from("shell")),
            ("INPUT_NAME", OsString::from_vec(vec![0xff])),
        ];
        let environment: Environment = variables.into_iter().collect();
        let given = [
            ("tenant-id", OsString::new()),
            ("name", OsString::from("hub")),
        ];
        let environment = environment.with_inputs(given);
        assert_eq!(environment.get("INPUT_TENANT-ID"), None);
        assert_eq!(environment.get("INPUT_TENANT_ID"), None);
        assert_eq!(environment.get("INPUT_NAME"), Some("hub"));
        assert!(!environment.is_not_text("INPUT_NAME"));
    }

    #[test]
    fn an_empty_input_is_none() {
        for (name, value, expected) in [
            ("INPUT_NAME", "hub", true),
            ("INPUT_NAME", " ", false),
            ("AZURE_CLIENT_ID", "1", false),
        ] {
            let environment: Environment = [(name, value)].into_iter().collect();
            assert_eq!(environment.has_inputs(), expected, "{name}={value:?}");
        }
    }

    #[test]
    fn debug_shows_names_only() {
        assert_eq!(
            format!("{:?}", environment()),
            r#"Environment {"EMPTY", "TEXT", "BYTES"}"#
        );
    }
}
