//! Everything secret that this run knows: masked with the runner when it arrives, and taken out of texts.

mod forms;
mod secrets;
mod signature;

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError},
};

use secrecy::{ExposeSecret, SecretString};

pub(crate) use self::secrets::{SHORTEST, Secrets};
use self::{forms::masks, signature::signatures};
use super::Console;

/// Minimum length of a line of a parameter's value to be a secret of its own, in characters.
const SHORTEST_LINE: usize = 8;
/// Minimum number of digits of a number among the values of parameters.
const SHORTEST_NUMBER: usize = 8;

/// The known secrets; clones share them.
///
/// A text from elsewhere goes through [`Vault::redact`] before it is cut, escaped or written: afterwards a secret in it
/// might no longer be recognised, neither here nor by the runner.
#[derive(Clone)]
pub(crate) struct Vault {
    console: Console,
    shared: Arc<RwLock<Shared>>,
}

#[derive(Default)]
struct Shared {
    secrets: Secrets,
    /// Ids and names of the run, in lower case.
    spared: Vec<String>,
}

impl Vault {
    /// An empty vault, which registers masks through `console`.
    pub(crate) fn new(console: Console) -> Self {
        Self {
            console,
            shared: Arc::default(),
        }
    }

    /// Keeps what is known to be a secret, and masks it with the runner, which must happen before its first use. Too
    /// short a text is not kept.
    pub(crate) fn keep(&self, secret: &SecretString) {
        let text = secret.expose_secret().trim();
        if !is_too_common(text) && self.write().secrets.add(text, SHORTEST) {
            self.mask(text, SHORTEST);
            self.keep_signatures(text);
        }
    }

    /// Keeps a value that its author declared to be secure. Such values are often no secrets, so ids, names of this
    /// run and short numbers are not kept: the runner drops job outputs in which it finds a mask.
    pub(crate) fn keep_value(&self, value: &SecretString) {
        let text = value.expose_secret().trim();
        if is_too_common(text) || is_id(text) || is_short_number(text) {
            return;
        }
        let mut shared = self.write();
        let folded = text.to_lowercase();
        if shared.spared.iter().any(|name| name.contains(&folded)) {
            return;
        }
        let is_new = shared.secrets.add(text, SHORTEST_LINE);
        drop(shared);
        if is_new {
            self.mask(text, SHORTEST_LINE);
            self.keep_signatures(text);
        }
    }

    /// No value that is a part of `name`, an id or a name of this run, is kept from now on.
    pub(crate) fn spare(&self, name: &str) {
        if !name.is_empty() {
            self.write().spared.push(name.to_lowercase());
        }
    }

    /// `text` with `***` in place of each known secret and each signature of a URL.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.read().secrets.redact(text)
    }

    /// Redacts `text` in place.
    pub(crate) fn clean(&self, text: &mut String) {
        if let Cow::Owned(clean) = self.redact(text) {
            *text = clean;
        }
    }

    /// As [`Self::redact`], without waiting; `None` while the vault is in use. For a panic, which may come from within.
    pub(crate) fn try_redact<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        match self.shared.try_read() {
            Ok(shared) => Some(shared.secrets.redact(text)),
            Err(TryLockError::Poisoned(poisoned)) => {
                Some(poisoned.into_inner().secrets.redact(text))
            }
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// A signature is a secret without the rest of its URL, too.
    fn keep_signatures(&self, text: &str) {
        signatures(text).for_each(|signature| self.keep(&signature.into()));
    }

    /// The runner masks line by line.
    fn mask(&self, text: &str, shortest: usize) {
        for mask in masks(text, shortest) {
            self.console.mask(&mask);
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Shared> {
        self.shared.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Shared> {
        self.shared.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

fn is_too_common(text: &str) -> bool {
    text.chars().count() < SHORTEST || ["true", "false", "null"].contains(&&*text.to_lowercase())
}

/// Whether `text` is a GUID or a resource id.
fn is_id(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    uuid::Uuid::try_parse(text).is_ok() && text.contains('-')
        || ["/subscriptions/", "/providers/"]
            .iter()
            .any(|start| lower.starts_with(start))
}

fn is_short_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits < SHORTEST_NUMBER && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests;
