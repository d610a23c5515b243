//! Tests with whole sets of inputs.

mod network;
mod problems;
mod secrets;
mod stacks;
mod template;
mod values;

use super::{Environment, Request, read};

const APP: &str = "00000000-0000-0000-0000-00000000000a";
const OTHER_APP: &str = "00000000-0000-0000-0000-00000000000b";
const TENANT: &str = "00000000-0000-0000-0000-00000000000c";
const SUBSCRIPTION: &str = "00000000-0000-0000-0000-00000000000d";
const SECRET: &str = "hush-4711";
const CREDS: &str = r#"{
    "clientId": "00000000-0000-0000-0000-00000000000a",
    "clientSecret": "hush-4711",
    "subscriptionId": "00000000-0000-0000-0000-00000000000d",
    "tenantId": "00000000-0000-0000-0000-00000000000c"
}"#;
const OIDC: &[(&str, &str)] = &[
    ("GITHUB_ACTIONS", "true"),
    (
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "https://token.example.com/?a=b",
    ),
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token"),
];

/// A complete set of inputs with `changes`: inputs by their names, variables by theirs.
fn environment(changes: &[(&str, &str)]) -> Environment {
    let complete = [
        ("client-id", APP),
        ("tenant-id", TENANT),
        ("subscription-id", SUBSCRIPTION),
        ("resource-group-name", "rg-hub"),
        ("template-file", "main.json"),
    ];
    let named = |(name, value): &(&str, &str)| {
        let is_variable = name.starts_with(|first: char| first.is_ascii_uppercase());
        let name = if is_variable {
            (*name).to_owned()
        } else {
            format!("INPUT_{}", name.to_uppercase())
        };
        (name, (*value).to_owned())
    };
    complete.iter().chain(changes).map(named).collect()
}

fn request(changes: &[(&str, &str)]) -> Request {
    read(&environment(changes)).expect("valid inputs")
}

/// The problems of inputs with these changes, as they are reported.
fn problems(changes: &[(&str, &str)]) -> String {
    let invalid = read(&environment(changes)).expect_err("wrong inputs");
    invalid.problems.to_string()
}
