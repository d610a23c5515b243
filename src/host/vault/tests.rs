use proptest::prelude::*;
use secrecy::SecretString;

use super::*;
use crate::host::{Kept, Taste};

fn vault() -> (Vault, Kept) {
    let log = Kept::default();
    let console = Console::of("GITHUB_ACTIONS", log.clone(), Taste::default());
    (Vault::new(console), log)
}

fn keeping(secrets: &[&str]) -> Vault {
    let (vault, _) = vault();
    for secret in secrets {
        vault.keep(&SecretString::from(*secret));
    }
    vault
}

#[test]
fn a_secret_is_masked_once_by_its_lines_and_as_json_writes_it() {
    let (vault, log) = vault();
    for _ in 0..2 {
        vault.keep(&"one \"two\"\nthree%".into());
    }
    assert_eq!(
        log.text(),
        "::add-mask::one \"two\"\n\
         ::add-mask::three%25\n\
         ::add-mask::one \\\"two\\\"\n\
         ::add-mask::one \\\"two\\\"\\nthree%25\n"
    );
}

#[test]
fn what_would_hide_half_of_the_log_is_not_kept() {
    let (vault, log) = vault();
    vault.spare("/subscriptions/0/resourceGroups/RG-Hub/x");
    for text in ["", "abc", "True", "false"] {
        vault.keep(&text.into());
        vault.keep_value(&text.into());
    }
    for value in [
        "5ca082f3-38f2-4bb0-b0a4-c401184ae3a8",
        "/subscriptions/0/resourceGroups/other",
        "/providers/Microsoft.Management/managementGroups/mg",
        "4711",
        "-12.75",
        "rg-hub",
    ] {
        vault.keep_value(&value.into());
        assert_eq!(vault.redact(value), value);
    }
    assert_eq!(log.text(), "");
}

#[test]
fn a_credential_may_look_like_an_id() {
    let vault = keeping(&["5ca082f3-38f2-4bb0-b0a4-c401184ae3a8"]);
    let text = "identity header 5ca082f3-38f2-4bb0-b0a4-c401184ae3a8";
    assert_eq!(vault.redact(text), "identity header ***");
}

#[test]
fn every_encoding_of_a_secret_is_found() {
    let vault = keeping(&["p@ss \"w+rd\" & <more>\\/é"]);
    for text in [
        "p@ss \"w+rd\" & <more>\\/é",
        r#"p@ss \"w+rd\" & <more>\\/é"#,
        r#"p@ss \\\"w+rd\\\" & <more>\\\\/é"#,
        r"p@ss \u0022w\u002Brd\u0022 \u0026 \u003Cmore\u003E\\/é",
        "p%40ss%20%22w%2Brd%22%20%26%20%3Cmore%3E%5C%2F%C3%A9",
        "p%40ss%20%22w%2brd%22%20%26%20%3cmore%3e%5c%2f%c3%a9",
        "p%40ss+%22w%2Brd%22+%26+%3Cmore%3E%5C%2F%C3%A9",
        "p@ss &quot;w+rd&quot; &amp; &lt;more&gt;\\/é",
    ] {
        assert_eq!(vault.redact(&format!("a {text} b")), "a *** b", "{text}");
    }
    let basic = "dXNlcjpwQHNzICJ3K3JkIiAmIDxtb3JlPlwvw6k=";
    let clean = vault.redact(basic).into_owned();
    assert!(
        clean.starts_with("dXNlcjp") && clean.contains("***"),
        "{clean}"
    );
    assert!(!clean.contains("QHNzICJ3K3"), "{clean}");
}

#[test]
fn what_came_encoded_is_found_decoded() {
    let vault = keeping(&["ab%2Bcd%2Fef%3D"]);
    for text in [
        "ab+cd/ef=",
        "ab cd/ef=",
        "ab%2bcd%2fef%3d",
        "ab%252Bcd%252Fef%253D",
    ] {
        assert_eq!(vault.redact(text), "***", "{text}");
    }
}

#[test]
fn a_signature_is_known_without_its_url() {
    let vault = keeping(&["?sv=1&sig=ab%2Bcd%2Fef%3D&se=2"]);
    for text in ["ab%2Bcd%2Fef%3D", "ab+cd/ef="] {
        assert_eq!(vault.redact(text), "***", "{text}");
    }
}

#[test]
fn the_longest_wins_and_overlaps_go_together() {
    let vault = keeping(&["secret", "secret-longer", "longer-tail"]);
    for (text, clean) in [
        ("secret secret-longer", "*** ***"),
        ("secret-longer-tail.", "***."),
        ("secretsecret", "******"),
        ("secre", "secre"),
    ] {
        assert_eq!(vault.redact(text), clean);
    }
}

#[test]
fn a_secret_that_was_cut_is_taken_out() {
    let vault = keeping(&["eyJhbGciOi.payload.signature", "kurz1"]);
    for (text, clean) in [
        ("token eyJhbGciOi.payl…", "token ***…"),
        ("token eyJhbGciOi.payl... more", "token ***... more"),
        ("token eyJhbGciOi.payload.si", "token ***"),
        ("token eyJhbGciOi.payl", "token eyJhbGciOi.payl"),
        ("token eyJhbGciOi.payl and", "token eyJhbGciOi.payl and"),
        ("eyJ…", "eyJ…"),
    ] {
        assert_eq!(vault.redact(text), clean);
    }
}

#[test]
fn debug_shows_nothing() {
    let vault = keeping(&["hush-4711"]);
    assert_eq!(format!("{vault:?}"), "Vault { .. }");
    assert_eq!(format!("{:?}", vault.read().secrets), "Secrets { .. }");
}

#[test]
fn clones_share_what_they_know() {
    let (vault, _) = vault();
    vault.clone().keep(&"hush-4711".into());
    assert_eq!(vault.try_redact("hush-4711").as_deref(), Some("***"));
    let writing = vault.write();
    assert_eq!(vault.try_redact("hush-4711"), None);
    drop(writing);
}

/// Takes minutes if each position of the text is compared with each secret.
#[test]
fn megabytes_and_hundreds_of_secrets_are_no_matter() {
    let (vault, _) = vault();
    for n in 0..500 {
        vault.keep(&format!("eyJ0eXAiOiJKV1Qi.{n:04}.{}", "ab".repeat(40)).into());
    }
    let text = "eyJ0eXAiOiJKV1Qi.0xxx aaaaaaa ".repeat(130_000);
    assert_eq!(vault.redact(&text), text);
}

proptest! {
    #[test]
    fn no_secret_survives_wherever_it_stands(
        secrets in proptest::collection::vec("[a-c%+/é\"]{4,9}", 1..6),
        around in proptest::collection::vec("[a-c%+/é\" ]{0,5}", 7),
    ) {
        let (vault, _) = vault();
        let secrets: Vec<_> = secrets.iter().map(|secret| secret.trim()).collect();
        for secret in &secrets {
            vault.keep(&SecretString::from(*secret));
        }
        let text: String = around.iter().zip(secrets.iter().chain([&""; 7]))
            .flat_map(|(around, secret)| [around.as_str(), secret]).collect();
        let clean = vault.redact(&text).into_owned();
        for secret in secrets {
            prop_assert!(!clean.contains(secret), "{secret:?} in {clean:?}");
        }
        prop_assert!(vault.redact(&clean).len() <= clean.len());
    }

    #[test]
    fn a_text_without_secrets_stays(text in any::<String>()) {
        let vault = keeping(&["\u{10ffff}never-there\u{10ffff}"]);
        prop_assume!(!text.to_ascii_lowercase().contains("sig"));
        let clean = vault.redact(&text).into_owned();
        prop_assert_eq!(clean, text);
    }
}
