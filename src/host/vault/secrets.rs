//! Finds secrets in texts, in one pass over the text.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    fmt,
};

use super::{
    forms::forms,
    signature::{HIDDEN, without_signatures},
};

/// Minimum length of a secret, in characters. A shorter one would be found in half of the log.
pub(crate) const SHORTEST: usize = 4;
/// Minimum length of the beginning of a secret that is taken out before an ellipsis, in bytes.
const SHORTEST_PART: usize = 8;
/// The same at the end of a text, where it is less certain that the text was cut.
const SHORTEST_LAST_PART: usize = 16;
/// Bytes by which secrets are looked up: every one has as many.
const HEAD: usize = SHORTEST;

/// Secrets in all their forms.
#[derive(Default)]
pub(crate) struct Secrets {
    known: HashSet<String>,
    /// Forms by their first bytes, sorted.
    by_head: HashMap<[u8; HEAD], Vec<Box<[u8]>>>,
    /// The first two bytes of all forms, which most positions of a text rule out.
    starts: HashSet<[u8; 2]>,
    /// The same as a bit for each first byte.
    firsts: [u64; 4],
}

impl Secrets {
    /// Adds `secret`, and its lines of at least `shortest` characters; returns whether it is new.
    pub(crate) fn add(&mut self, secret: &str, shortest: usize) -> bool {
        if !self.known.insert(secret.to_owned()) {
            return false;
        }
        for form in forms(secret, shortest) {
            if form.chars().count() >= SHORTEST {
                self.add_form(form.as_bytes());
            }
        }
        true
    }

    /// `text` with `***` in place of each secret, of what a cut left of one, and of each signature of a URL.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.without_secrets(text) {
            Cow::Borrowed(text) => without_signatures(text),
            Cow::Owned(text) => match without_signatures(&text) {
                Cow::Borrowed(_) => Cow::Owned(text),
                Cow::Owned(text) => Cow::Owned(text),
            },
        }
    }

    fn add_form(&mut self, form: &[u8]) {
        let Some(head) = form.first_chunk::<HEAD>() else {
            return;
        };
        let forms = self.by_head.entry(*head).or_default();
        if let Err(place) = forms.binary_search_by(|known| (**known).cmp(form)) {
            forms.insert(place, form.into());
        }
        self.starts.insert([head[0], head[1]]);
        self.firsts[usize::from(head[0] >> 6)] |= 1 << (head[0] & 63);
    }

    /// Secrets that overlap are replaced together.
    fn without_secrets<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for at in 0..text.len() {
            let Some(length) = self.length_at(&text.as_bytes()[at..]) else {
                continue;
            };
            match spans.last_mut() {
                Some((_, end)) if at < *end => *end = (*end).max(at + length),
                _ => spans.push((at, at + length)),
            }
        }
        if spans.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut clean = String::with_capacity(text.len());
        let mut copied = 0;
        for (start, end) in spans {
            clean.extend([&text[copied..start], HIDDEN]);
            copied = end;
        }
        clean.push_str(&text[copied..]);
        Cow::Owned(clean)
    }

    /// The length of the longest secret with which `text` begins.
    fn length_at(&self, text: &[u8]) -> Option<usize> {
        let first = *text.first()?;
        if self.firsts[usize::from(first >> 6)] & (1 << (first & 63)) == 0
            || !self.starts.contains(text.first_chunk::<2>()?)
        {
            return None;
        }
        let forms = self.by_head.get(text.first_chunk::<HEAD>()?)?;
        let (whole, common) = longest_prefix(forms, text);
        if is_cut(text, common) {
            return Some(common);
        }
        whole
    }
}

/// The length of the longest of the sorted `forms` with which `text` begins, and how much of `text` any of them begins
/// with. All have the same head, with which `text` begins.
fn longest_prefix(mut forms: &[Box<[u8]>], text: &[u8]) -> (Option<usize>, usize) {
    let (mut whole, mut common) = (None, HEAD);
    loop {
        if let [first, rest @ ..] = forms
            && first.len() == common
        {
            (whole, forms) = (Some(common), rest);
        }
        let Some(next) = text.get(common) else {
            return (whole, common);
        };
        forms = &forms[forms.partition_point(|form| form[common] < *next)..];
        forms = &forms[..forms.partition_point(|form| form[common] == *next)];
        if forms.is_empty() {
            return (whole, common);
        }
        common += 1;
    }
}

/// Whether `text` was cut after its first `length` bytes, which are the beginning of a secret.
fn is_cut(text: &[u8], length: usize) -> bool {
    let rest = &text[length..];
    let has_ellipsis = || rest.starts_with("…".as_bytes()) || rest.starts_with(b"...");
    match rest.is_empty() {
        true => length >= SHORTEST_LAST_PART,
        false => length >= SHORTEST_PART && has_ellipsis(),
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}
