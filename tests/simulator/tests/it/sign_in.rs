//! Id tokens, access tokens, managed identities: what is given out and what is refused.

use std::{collections::BTreeMap, time::Duration};

use azure_simulator::{AUDIENCE, CLIENT_ID, Options, RESOURCE_GROUP, SECRET, Simulator, TENANT_ID};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::client::{Session, in_group};

const HOUR: Duration = Duration::from_secs(3600);

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn with(form: &BTreeMap<String, String>, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut form = form.clone();
    for (name, value) in changes {
        match *value {
            "" => form.remove(*name),
            value => form.insert((*name).to_owned(), value.to_owned()),
        };
    }
    form
}

#[test]
fn id_tokens_are_short_lived_and_never_the_same() {
    let azure = Simulator::start(Options::default());
    let session = Session::anonymous(&azure);
    let answer = session.id_token(Some(AUDIENCE), None);
    let token = answer.body["value"].as_str().unwrap();
    assert_eq!(answer.body["count"], token.len());
    let claims = claims(token);
    assert_eq!(claims["aud"], AUDIENCE);
    assert_eq!(claims["iss"], "https://token.actions.githubusercontent.com");
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        300
    );
    assert_eq!(claims["repository"], "contoso/landing-zone");
    assert_ne!(session.audience_token(), session.audience_token());
    let unasked = session.id_token(None, None).body["value"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(self::claims(&unasked)["aud"], "https://github.com/contoso");
}

#[test]
fn id_tokens_need_the_jobs_own_token_while_it_lasts() {
    let azure = Simulator::start(Options::default());
    let session = Session::anonymous(&azure);
    assert_eq!(session.id_token(Some(AUDIENCE), Some("wrong")).status, 401);
    let expired = Options {
        request_token_lifetime: Duration::ZERO,
        ..Options::default()
    };
    let azure = Simulator::start(expired);
    assert_eq!(
        Session::anonymous(&azure)
            .id_token(Some(AUDIENCE), None)
            .status,
        403
    );
}

#[test]
fn an_assertion_or_a_secret_buys_an_access_token() {
    let azure = Simulator::start(Options {
        token_lifetime: HOUR,
        ..Options::default()
    });
    let session = Session::anonymous(&azure);
    let federated = session.form(&session.audience_token());
    let secret = with(
        &federated,
        &[
            ("client_assertion", ""),
            ("client_assertion_type", ""),
            ("client_secret", SECRET),
        ],
    );
    for form in [federated, secret] {
        let answer = session.exchange(TENANT_ID, &form);
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        assert_eq!(answer.body["token_type"], "Bearer");
        assert_eq!(answer.body["expires_in"], 3600);
        let claims = claims(answer.body["access_token"].as_str().unwrap());
        assert_eq!(claims["aud"], azure.resource_manager_url());
        assert_eq!(claims["appid"], CLIENT_ID);
    }
}

/// Tenant, changes to a form that works, number of the error, status.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u64, u16);

#[test]
fn wrong_exchanges_are_refused_with_their_numbers() {
    let azure = Simulator::start(Options::default());
    let session = Session::anonymous(&azure);
    let assertion = session.audience_token();
    let form = session.form(&assertion);
    let other_audience = session.id_token(None, None).body["value"]
        .as_str()
        .unwrap()
        .to_owned();
    let foreign = foreign_assertion(&assertion);
    let tampered = format!("{assertion}x");
    let secret = [
        ("client_assertion", ""),
        ("client_assertion_type", ""),
        ("client_secret", "no"),
    ];
    let cases: [Case<'_>; 13] = [
        ("elsewhere", &[], 90_002, 400),
        (TENANT_ID, &[("grant_type", "")], 900_144, 400),
        (TENANT_ID, &[("grant_type", "password")], 70_003, 400),
        (TENANT_ID, &[("client_id", "")], 900_144, 400),
        (TENANT_ID, &[("client_id", "someone")], 700_016, 400),
        (TENANT_ID, &[("scope", "")], 900_144, 400),
        (
            TENANT_ID,
            &[("scope", "https://management.azure.com/.default")],
            70_011,
            400,
        ),
        (TENANT_ID, &[("client_assertion", "")], 7_000_218, 401),
        (TENANT_ID, &[("client_assertion", "nonsense")], 50_027, 400),
        (TENANT_ID, &[("client_assertion", &tampered)], 700_027, 401),
        (TENANT_ID, &[("client_assertion", &foreign)], 700_211, 401),
        (
            TENANT_ID,
            &[("client_assertion", &other_audience)],
            700_212,
            401,
        ),
        (TENANT_ID, &secret, 7_000_215, 401),
    ];
    for (tenant, changes, number, status) in cases {
        let answer = session.exchange(tenant, &with(&form, changes));
        assert_eq!(
            answer.body["error_codes"][0], number,
            "{changes:?}: {:?}",
            answer.body
        );
        assert_eq!(answer.status, status, "{changes:?}");
        let description = answer.body["error_description"].as_str().unwrap();
        assert!(
            description.starts_with(&format!("AADSTS{number}: ")),
            "{description}"
        );
        assert!(description.contains(" Trace ID: "), "{description}");
    }
}

/// The same claims from another issuer.
fn foreign_assertion(assertion: &str) -> String {
    let mut claims = claims(assertion);
    claims["iss"] = "https://example.com".into();
    let parts: Vec<&str> = assertion.split('.').collect();
    let payload = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{}.{payload}.{}", parts[0], parts[2])
}

#[test]
fn an_expired_assertion_is_refused_with_both_times() {
    let lifetime = Duration::ZERO;
    let azure = Simulator::start(Options {
        assertion_lifetime: lifetime,
        ..Options::default()
    });
    let session = Session::anonymous(&azure);
    let answer = session.exchange(TENANT_ID, &session.form(&session.audience_token()));
    let description = answer.body["error_description"].as_str().unwrap();
    assert_eq!(answer.body["error_codes"][0], 700_024);
    assert!(description.contains("Current time: "), "{description}");
    assert!(
        description.contains("expiry time of assertion "),
        "{description}"
    );
}

#[test]
fn another_subject_than_the_configured_one_is_refused_by_name() {
    let subject = "repo:contoso@1/landing-zone@2:pull_request";
    let options = Options {
        presented_subject: subject.to_owned(),
        ..Options::default()
    };
    let azure = Simulator::start(options);
    let session = Session::anonymous(&azure);
    let answer = session.exchange(TENANT_ID, &session.form(&session.audience_token()));
    assert_eq!(answer.body["error_codes"][0], 700_213);
    let description = answer.body["error_description"].as_str().unwrap();
    assert!(
        description.contains(&format!("assertion subject '{subject}'")),
        "{description}"
    );
}

#[test]
fn an_expired_secret_is_told_apart_from_a_wrong_one() {
    let azure = Simulator::start(Options {
        client_secret_expired: true,
        ..Options::default()
    });
    let session = Session::anonymous(&azure);
    let secret = [
        ("client_assertion", ""),
        ("client_assertion_type", ""),
        ("client_secret", SECRET),
    ];
    let answer = session.exchange(TENANT_ID, &with(&session.form("none"), &secret));
    assert_eq!(answer.body["error_codes"][0], 7_000_222);
}

#[test]
fn reused_assertions_are_counted() {
    let azure = Simulator::start(Options::default());
    let session = Session::anonymous(&azure);
    let form = session.form(&azure.mint_assertion());
    session.exchange(TENANT_ID, &form);
    assert_eq!(azure.reused_assertions(), 0);
    session.exchange(TENANT_ID, &form);
    assert_eq!(azure.reused_assertions(), 1);
    assert_eq!(azure.assertions()[0].times, 2);
}

#[test]
fn a_managed_identity_gets_a_token_that_works() {
    let azure = Simulator::start(Options::default());
    let mut session = Session::anonymous(&azure);
    let environment: BTreeMap<_, _> = azure.managed_identity_environment().into_iter().collect();
    let ask = |secret: &str, client: &str| {
        let resource = azure
            .resource_manager_url()
            .replace(':', "%3A")
            .replace('/', "%2F");
        let endpoint = &environment["IDENTITY_ENDPOINT"];
        let url =
            format!("{endpoint}?api-version=2019-08-01&resource={resource}&client_id={client}");
        session
            .send(session.client.get(url).header("X-IDENTITY-HEADER", secret))
            .unwrap()
    };
    let secret = environment["IDENTITY_HEADER"].as_str();
    assert_eq!(ask("wrong", CLIENT_ID).status, 401);
    assert_eq!(ask(secret, "someone").status, 400);
    let answer = ask(secret, CLIENT_ID);
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let expiry: i64 = answer.body["expires_on"].as_str().unwrap().parse().unwrap();
    assert!(expiry > jiff::Timestamp::now().as_second());
    session.with_token(answer.body["access_token"].as_str().unwrap());
    assert_eq!(
        session.get(&in_group(RESOURCE_GROUP, "none")).code(),
        "DeploymentNotFound"
    );
}

#[test]
fn resource_manager_takes_only_tokens_that_are_its_own_and_fresh() {
    let azure = Simulator::start(Options::default());
    let mut session = Session::anonymous(&azure);
    let path = in_group(RESOURCE_GROUP, "none");
    let answer = session.get(&path);
    assert_eq!(
        (answer.status, answer.code()),
        (401, "AuthenticationFailed")
    );
    for token in ["nonsense", &azure.mint_assertion()] {
        session.with_token(token);
        let answer = session.get(&path);
        assert_eq!(
            (answer.status, answer.code()),
            (401, "InvalidAuthenticationToken")
        );
        assert!(answer.headers["www-authenticate"].starts_with("Bearer authorization_uri="));
    }
    let azure = Simulator::start(Options {
        token_lifetime: Duration::ZERO,
        ..Options::default()
    });
    let answer = Session::new(&azure).get(&path);
    assert_eq!(
        (answer.status, answer.code()),
        (401, "ExpiredAuthenticationToken")
    );
    let message = answer.body["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("The access token expiry UTC time '"),
        "{message}"
    );
}
