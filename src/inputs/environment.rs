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
            match value.into().into_string() {
                Ok(value) => {
                    environment.values.insert(name, value);
                }
                Err(_) => {
                    environment.not_text.insert(name);
                }
            }
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
    fn debug_shows_names_only() {
        assert_eq!(
            format!("{:?}", environment()),
            r#"Environment {"EMPTY", "TEXT", "BYTES"}"#
        );
    }
}
