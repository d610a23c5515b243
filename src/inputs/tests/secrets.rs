//! Secrets are masked, and never part of a message.

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::{CREDS, OIDC, SECRET, environment, read, request};
use crate::inputs::{catalog, secrets};

fn exposed(changes: &[(&str, &str)]) -> Vec<String> {
    let secrets = secrets(&environment(changes));
    let texts = secrets.iter().map(|secret| secret.expose_secret());
    texts.map(str::to_owned).collect()
}

#[test]
fn secrets_are_known_even_when_inputs_are_wrong() {
    assert_eq!(
        exposed(&[("client-secret", " hush-4711\n"), ("wait", "maybe")]),
        [SECRET]
    );
    assert_eq!(exposed(&[("creds", CREDS)]), [SECRET]);
    assert_eq!(
        exposed(&[
            ("creds", r#"{"clientSecret": "one\ntwo"}"#),
            ("client-secret", "three\nfour")
        ]),
        ["one", "two", "three", "four"]
    );
    assert_eq!(exposed(OIDC), ["request-token"]);
    assert_eq!(exposed(&[]), [""; 0]);
}

#[test]
fn the_request_shows_no_secret() {
    let request = request(&[("client-secret", SECRET)]);
    assert!(!format!("{request:?}").contains(SECRET));
}

#[test]
fn the_request_shows_no_parameters() {
    let request = request(&[("parameters", "password=hush-4711")]);
    assert!(!format!("{request:?}").contains(SECRET));
}

/// Any input, and what may have slipped into it beside the secret.
fn misplaced() -> impl Strategy<Value = (&'static str, String)> {
    let inputs: Vec<_> = catalog::INPUTS
        .iter()
        .map(|input| input.name)
        .filter(|name| !matches!(*name, "client-secret" | "creds"))
        .collect();
    let value = ("[ -~]{0,70}", "[ -~]{0,8}")
        .prop_map(|(before, after)| format!("{before}{SECRET}{after}"));
    (proptest::sample::select(inputs), value)
}

proptest! {
    #[test]
    fn no_problem_holds_the_secret(swapped in proptest::collection::vec(misplaced(), 1..6), in_creds: bool) {
        let secret = if in_creds { ("creds", CREDS) } else { ("client-secret", SECRET) };
        let mut changes = vec![secret];
        changes.extend(swapped.iter().map(|(name, value)| (*name, value.as_str())));
        if let Err(invalid) = read(&environment(&changes)) {
            let text = invalid.problems.to_string();
            prop_assert!(!text.contains("hush"), "{text}");
        }
    }

    #[test]
    fn no_value_makes_it_panic(values in proptest::collection::vec(any::<String>(), catalog::INPUTS.len())) {
        let names = catalog::INPUTS.iter().map(|input| input.name);
        let changes: Vec<_> = names.zip(values.iter().map(String::as_str)).collect();
        let _ = read(&environment(&changes));
        let _ = secrets(&environment(&changes));
    }
}
