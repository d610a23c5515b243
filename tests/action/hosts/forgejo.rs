//! A step of Forgejo Actions, which keeps to GitHub's contract.

use azure_simulator::Simulator;
use serde_json::Value;

use crate::{
    common::{hub, requests},
    step::{Step, azure},
    templates::network,
};

fn step(azure: &Simulator, template: &Value) -> Step {
    // Its address has a query that says nothing, so that `&audience=` may follow.
    let url = azure.id_token_url();
    let (address, _) = url.split_once('?').unwrap();
    let url = format!("{address}?placeholder=true");
    hub(azure, template)
        .environment("FORGEJO_ACTIONS", "true")
        .environment("GITHUB_SERVER_URL", "https://codeberg.org")
        .environment("ACTIONS_ID_TOKEN_REQUEST_URL", &url)
}

#[test]
fn signs_in_with_its_own_form_of_address() {
    let azure = azure();
    let outcome = step(&azure, &network()).run().expect(0);
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    let asked = requests(&azure, "GET", "");
    let asked = asked
        .iter()
        .find(|asked| asked.query.contains_key("placeholder"));
    let query = &asked.expect("it was asked").query;
    let expected = [
        ("audience", "api://AzureADTokenExchange"),
        ("placeholder", "true"),
    ];
    let query: Vec<_> = query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(query, expected);
    outcome.never_says(&["gh run rerun", "GitHub"]);
}

#[test]
fn a_job_without_id_tokens_is_told_forgejos_switch() {
    let azure = azure();
    let step = step(&azure, &network()).environment("ACTIONS_ID_TOKEN_REQUEST_URL", "");
    let outcome = step.run().expect(3);
    outcome
        .says(&[
            "Forgejo offers this job no id token",
            "enable-openid-connect: true",
        ])
        .never_says(&["permissions: id-token", "gh run rerun"]);
}
