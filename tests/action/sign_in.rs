//! Every way to sign in, and what is said when it fails.

use std::time::Duration;

use azure_simulator::{CLIENT_ID, Fault, Options, SECRET, Service, TENANT_ID};
use serde_json::json;

use super::{
    step::{Step, azure, options},
    templates::{gateways, network},
};

/// Without what GitHub gives a job that may ask for id tokens.
fn without_id_tokens(step: Step) -> Step {
    step.environment("ACTIONS_ID_TOKEN_REQUEST_URL", "")
        .environment("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
}

#[test]
fn github_oidc() {
    let azure = azure();
    Step::new(&azure, &network())
        .run()
        .expect(0)
        .says(&[CLIENT_ID]);
}

#[test]
fn an_id_token_endpoint_without_tls_is_not_asked() {
    let azure = azure();
    let url = "http://127.0.0.1:9/token";
    Step::new(&azure, &network())
        .environment("ACTIONS_ID_TOKEN_REQUEST_URL", url)
        .run()
        .expect(3)
        .says(&["is not an https address"]);
    assert!(azure.journal().is_empty());
}

#[test]
fn client_secret() {
    let azure = azure();
    let outcome = Step::new(&azure, &network())
        .input("client-secret", SECRET)
        .run()
        .expect(0)
        .hides(SECRET);
    assert!(
        outcome.log.contains(&format!("::add-mask::{SECRET}")),
        "masked"
    );
    let asked = azure
        .journal()
        .iter()
        .any(|exchange| exchange.service == Service::GitHub);
    assert!(!asked, "a secret needs no id token");
}

#[test]
fn creds() {
    let azure = azure();
    let creds = json!({ "clientId": CLIENT_ID, "clientSecret": SECRET, "tenantId": TENANT_ID,
                        "subscriptionId": azure_simulator::SUBSCRIPTION_ID });
    Step::new(&azure, &network())
        .inputs(&[
            ("client-id", ""),
            ("tenant-id", ""),
            ("subscription-id", ""),
        ])
        .input("creds", creds.to_string())
        .run()
        .expect(0)
        .hides(SECRET);
}

#[test]
fn creds_as_the_azure_cli_writes_them() {
    let azure = azure();
    let subscription = azure_simulator::SUBSCRIPTION_ID;
    let creds = format!(
        "{{\r\n  \"clientId\": \"{CLIENT_ID}\",\r\n  \"clientSecret\": \"{SECRET}\",\r\n  \"subscriptionId\": \
         \"{subscription}\",\r\n  \"tenantId\": \"{TENANT_ID}\",\r\n  \"activeDirectoryEndpointUrl\": \
         \"https://login.microsoftonline.com\",\r\n  \"galleryEndpointUrl\": \"https://gallery.azure.com/\"\r\n}}"
    );
    let none = ["client-id", "tenant-id", "subscription-id"].map(|input| (input, ""));
    let step = Step::new(&azure, &network()).inputs(&none);
    step.input("creds", creds).run().expect(0).hides(SECRET);
}

#[test]
fn creds_that_no_shell_expanded() {
    let azure = azure();
    let step = Step::new(&azure, &network()).input("creds", "$CREDENTIALS");
    step.run()
        .expect(2)
        .says(&["creds: not the JSON that azure/login takes", "clientSecret"]);
    assert!(azure.journal().is_empty());
}

#[test]
fn white_space_around_secrets_and_ids_is_not_part_of_them() {
    let azure = azure();
    Step::new(&azure, &network())
        .inputs(&[
            ("client-secret", &format!("{SECRET}\r\n")),
            ("client-id", &format!("{CLIENT_ID}\n")),
            ("tenant-id", &format!(" {TENANT_ID}")),
        ])
        .run()
        .expect(0)
        .hides(SECRET);
}

#[test]
fn token_file() {
    let azure = azure();
    let step =
        without_id_tokens(Step::new(&azure, &network())).file("token", azure.mint_assertion());
    let path = step.path("token").display().to_string();
    step.environment("AZURE_FEDERATED_TOKEN_FILE", &path)
        .run()
        .expect(0);
}

#[test]
fn managed_identity() {
    let azure = azure();
    let mut step = Step::new(&azure, &network())
        .input("auth-type", "managed-identity")
        .input("tenant-id", "");
    for (name, value) in azure.managed_identity_environment() {
        step = step.environment(&name, &value);
    }
    step.run().expect(0);
}

#[test]
fn identity_from_the_environment() {
    let azure = azure();
    Step::new(&azure, &network())
        .inputs(&[
            ("client-id", ""),
            ("tenant-id", ""),
            ("subscription-id", ""),
        ])
        .environment("AZURE_CLIENT_ID", CLIENT_ID)
        .environment("AZURE_TENANT_ID", TENANT_ID)
        .environment("AZURE_SUBSCRIPTION_ID", azure_simulator::SUBSCRIPTION_ID)
        .run()
        .expect(0);
}

#[test]
fn every_refresh_uses_a_fresh_assertion() {
    let azure = azure_simulator::Simulator::start(Options {
        token_lifetime: Duration::from_secs(600),
        ..options()
    });
    let outcome = Step::new(&azure, &gateways(2)).run().expect(0);
    let refreshes: usize = outcome.output("token-refreshes").parse().unwrap();
    assert!(refreshes >= 2, "{refreshes}");
    assert_eq!(azure.reused_assertions(), 0);
    let refused = azure
        .journal()
        .iter()
        .filter(|exchange| exchange.status == Some(401))
        .count();
    assert_eq!(refused, 0, "no request met an expired token");
}

#[test]
fn wrong_secret() {
    let azure = azure();
    Step::new(&azure, &network())
        .input("client-secret", "not-the-secret")
        .run()
        .expect(3)
        .says(&["AADSTS7000215", "client-secret"])
        .hides("not-the-secret");
}

#[test]
fn wrong_subject() {
    let azure = azure_simulator::Simulator::start(Options {
        presented_subject: "repo:contoso/platform:ref:refs/heads/feature".to_owned(),
        ..options()
    });
    Step::new(&azure, &network()).run().expect(3).says(&[
        "AADSTS700213",
        "repo:contoso/platform:ref:refs/heads/feature",
        "https://token.actions.githubusercontent.com",
        "api://AzureADTokenExchange",
        "federated credential",
    ]);
}

#[test]
fn missing_permission() {
    let azure = azure();
    without_id_tokens(Step::new(&azure, &network()))
        .run()
        .expect(3)
        .says(&["id-token: write"]);
    assert!(azure.journal().is_empty(), "nothing could be asked");
}

#[test]
fn unknown_tenant() {
    let azure = azure();
    Step::new(&azure, &network())
        .input("tenant-id", "99999999-9999-9999-9999-999999999999")
        .run()
        .expect(3)
        .says(&["AADSTS90002", "tenant-id"]);
}

#[test]
fn the_id_token_endpoint_may_be_flaky() {
    let azure = azure();
    azure.inject(Fault::status(503).on(Service::GitHub).times(2));
    Step::new(&azure, &network()).run().expect(0);
}

#[test]
fn the_identity_provider_may_be_flaky() {
    let azure = azure();
    azure.inject(Fault::status(503).on(Service::Entra).times(2));
    Step::new(&azure, &network()).run().expect(0);
    assert_eq!(azure.reused_assertions(), 0, "a retry is a new exchange");
}

#[test]
fn a_principal_without_a_role() {
    let azure = azure_simulator::Simulator::start(Options {
        denied_actions: vec!["*".to_owned()],
        ..options()
    });
    let outcome = Step::new(&azure, &network()).run().expect(1).says(&[
        "AuthorizationFailed",
        "Microsoft.Resources/deployments/write",
    ]);
    assert_eq!(outcome.output("error-code"), "AuthorizationFailed");
}

/// What Entra ID answers with this number and these words.
fn refused(number: u32, words: &str) -> Fault {
    let description = format!(
        "AADSTS{number}: {words}\r\nTrace ID: 0\r\nCorrelation ID: 0\r\nTimestamp: 2026-01-05 02:00:00Z"
    );
    let body = json!({"error": "invalid_request", "error_description": description, "error_codes": [number]});
    Fault::status(400)
        .on(Service::Entra)
        .with_body(&body.to_string())
}

#[test]
fn subject_case() {
    let presented = "repo:Contoso/landing-zone:ref:refs/heads/main";
    let azure = azure_simulator::Simulator::start(Options {
        presented_subject: presented.to_owned(),
        ..options()
    });
    Step::new(&azure, &network()).run().expect(3).says(&[
        "AADSTS7002138",
        "upper and lower case, which counts",
        &format!("subject (sub):  {presented}"),
        "https://token.actions.githubusercontent.com",
        "api://AzureADTokenExchange",
    ]);
}

#[test]
fn an_unknown_number_about_federation_is_known_by_its_words() {
    let azure = azure();
    let words =
        "No matching federated identity record found for presented assertion subject 'repo:x'.";
    azure.inject(refused(7_009_999, words));
    Step::new(&azure, &network()).run().expect(3).says(&[
        "AADSTS7009999",
        "has no federated credential for the presented token",
        "subject (sub):",
    ]);
}

#[test]
fn cross_cloud_client() {
    for (number, words) in [
        (
            900_382,
            "Confidential Client is not supported in Cross Cloud request.",
        ),
        (
            500_011,
            "The resource principal named https://management.azure.com was not found in the tenant named Contoso.",
        ),
    ] {
        let azure = azure();
        azure.inject(refused(number, words));
        Step::new(&azure, &network())
            .input("client-secret", SECRET)
            .run()
            .expect(3)
            .says(&[&format!("AADSTS{number}"), "environment", TENANT_ID]);
    }
}
