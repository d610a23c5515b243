//! Requests that the real service refuses.

use azure_simulator::{RESOURCE_GROUP, SUBSCRIPTION_ID, Simulator};
use serde_json::{Value, json};

use crate::{
    client::{Answer, Session, in_group, in_subscription, still},
    templates::{body, chain, group, located, resource, subscription, tree},
};

fn changed(mut value: Value, pointer: &str, to: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match to {
        Value::Null => parent.remove(key),
        to => parent.insert(key.to_owned(), to),
    };
    value
}

pub(crate) fn refused(answer: &Answer, status: u16, code: &str, part: &str) {
    assert_eq!(
        (answer.status, answer.code()),
        (status, code),
        "{:?}",
        answer.body
    );
    let message = answer.body["error"]["message"].as_str().unwrap();
    assert!(message.contains(part), "{message}");
    assert_eq!(answer.headers["x-ms-failure-cause"], "gateway");
}

#[test]
fn bodies_that_are_not_right_are_refused() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let good = body(chain());
    let many: serde_json::Map<_, _> = (0..257)
        .map(|n| (format!("p{n}"), json!({"type": "int", "defaultValue": 1})))
        .collect();
    let outputs: serde_json::Map<_, _> = (0..65)
        .map(|n| (format!("o{n}"), json!({"type": "int", "value": 1})))
        .collect();
    let template = "/properties/template";
    let cases = [
        (
            "/properties",
            Value::Null,
            "InvalidDeployment",
            "properties",
        ),
        (
            "/properties/mode",
            Value::Null,
            "InvalidRequestContent",
            "mode",
        ),
        (
            "/properties/mode",
            json!("Partial"),
            "InvalidRequestContent",
            "mode",
        ),
        (
            "/properties/surprise",
            json!(1),
            "InvalidRequestContent",
            "Could not find member 'surprise'",
        ),
        (
            "/surprise",
            json!(1),
            "InvalidRequestContent",
            "Could not find member 'surprise'",
        ),
        (
            "/location",
            json!("westeurope"),
            "InvalidDeployment",
            "not allowed",
        ),
        (
            "/properties/templateLink",
            json!({"uri": "https://example.com"}),
            "InvalidDeployment",
            "either",
        ),
        (
            "/properties/template",
            Value::Null,
            "InvalidDeployment",
            "either",
        ),
        (
            &format!("{template}/$schema"),
            json!(
                "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
            ),
            "InvalidTemplate",
            "schema",
        ),
        (
            &format!("{template}/contentVersion"),
            Value::Null,
            "InvalidTemplate",
            "contentVersion",
        ),
        (
            &format!("{template}/resources"),
            Value::Null,
            "InvalidTemplate",
            "resources",
        ),
        (
            &format!("{template}/parameters"),
            many.into(),
            "InvalidTemplate",
            "Limit: '256' and actual: '257'",
        ),
        (
            &format!("{template}/outputs"),
            outputs.into(),
            "InvalidTemplate",
            "Limit: '64' and actual: '65'",
        ),
        (
            "/properties/parameters",
            json!({"other": {"value": 1}}),
            "InvalidTemplate",
            "do not correspond to any parameters defined in the template: 'other'",
        ),
        (
            "/properties/parameters",
            json!({"prefix": {"value": 1}}),
            "InvalidTemplate",
            "Expected 'String, Uri'. Actual 'Integer'",
        ),
        (
            "/properties/parameters",
            json!({"prefix": {"wert": "x"}}),
            "InvalidRequestContent",
            "Could not find member 'wert'",
        ),
        (
            &format!("{template}/parameters/prefix/defaultValue"),
            Value::Null,
            "InvalidTemplate",
            "The value for the template parameter 'prefix'",
        ),
        (
            &format!("{template}/parameters/prefix/allowedValues"),
            json!(["spoke"]),
            "InvalidTemplate",
            "not part of the allowed value(s): 'spoke'",
        ),
        (
            &format!("{template}/parameters/prefix/minLength"),
            json!(9),
            "InvalidTemplate",
            "greater than or equal to '9'",
        ),
        (
            &format!("{template}/variables"),
            json!({"a": "[b]"}),
            "",
            "",
        ),
    ];
    for (number, (pointer, to, code, part)) in cases.into_iter().enumerate() {
        let answer = session.put(
            &in_group(RESOURCE_GROUP, &format!("d{number}")),
            &changed(good.clone(), pointer, to),
        );
        match code {
            // Variables that nobody uses are not evaluated.
            "" => assert_eq!(answer.status, 201, "{:?}", answer.body),
            code => refused(&answer, 400, code, part),
        }
    }
}

#[test]
fn resources_that_do_not_fit_together_are_refused() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let vnet = "Microsoft.Network/virtualNetworks";
    let cases = [
        (
            json!([resource(vnet, "a", &["nobody"])]),
            "'nobody' is not defined in the template",
        ),
        (
            json!([resource(vnet, "a", &["b"]), resource(vnet, "b", &["a"])]),
            "Circular dependency",
        ),
        (
            json!([resource(vnet, "a/b", &[])]),
            "incorrect segment lengths",
        ),
        (
            json!([resource(vnet, "[parameters('none')]", &[])]),
            "'none' is not found",
        ),
        (json!([resource(vnet, "[concat(]", &[])]), "Unable to parse"),
    ];
    for (resources, part) in cases {
        let answer = session.put(&in_group(RESOURCE_GROUP, "d"), &body(group(resources)));
        refused(&answer, 400, "InvalidTemplate", part);
        let violation = &answer.body["error"]["additionalInfo"][0];
        assert_eq!(violation["type"], "TemplateViolation");
    }
}

#[test]
fn names_and_places_must_be_right() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let put = |path: &str| session.put(path, &body(chain()));
    let long = "x".repeat(65);
    refused(
        &put(&in_group(RESOURCE_GROUP, &long)),
        400,
        "DeploymentNameLengthLimitExceeded",
        "'65'",
    );
    refused(
        &put(&in_group(RESOURCE_GROUP, "a%24b")),
        400,
        "InvalidDeploymentName",
        "a$b",
    );
    assert_eq!(put(&in_group(RESOURCE_GROUP, "a-b_c.(d)")).status, 201);
    refused(
        &put(&in_group("rg-none", "d")),
        404,
        "ResourceGroupNotFound",
        "'rg-none'",
    );
    let elsewhere = in_group(RESOURCE_GROUP, "d").replace(SUBSCRIPTION_ID, "none");
    refused(&put(&elsewhere), 404, "SubscriptionNotFound", "'none'");
    let nowhere = "/providers/Microsoft.Management/managementGroups/none";
    let deployment = format!("{nowhere}/providers/Microsoft.Resources/deployments/d");
    refused(
        &session.get(&deployment),
        403,
        "AuthorizationFailed",
        nowhere,
    );
    let root = in_subscription("d");
    refused(
        &session.put(&root, &body(tree())),
        400,
        "InvalidDeployment",
        "must be specified for 'd'",
    );
    let complete = changed(
        located(subscription(json!([]))),
        "/properties/mode",
        json!("Complete"),
    );
    refused(
        &session.put(&root, &complete),
        400,
        "InvalidDeployment",
        "Complete",
    );
    refused(
        &session.get("/providers/Microsoft.Storage"),
        404,
        "InvalidResourceType",
        "not served",
    );
    let answer = session
        .try_call("DELETE", &in_group(RESOURCE_GROUP, "d"), None)
        .unwrap();
    assert_eq!(answer.status, 405);
}

#[test]
fn a_template_link_cannot_be_followed() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let link = json!({"properties": {"mode": "Incremental", "templateLink": {"uri": "https://example.com/a.json"}}});
    let answer = session.put(&in_group(RESOURCE_GROUP, "d"), &link);
    refused(
        &answer,
        400,
        "InvalidContentLink",
        "https://example.com/a.json",
    );
}

#[test]
fn versions_are_checked() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "d");
    refused(
        &session.get(&format!("{path}?api-version=")),
        400,
        "MissingApiVersionParameter",
        "required",
    );
    let answer = session.get(&format!("{path}?api-version=1999-01-01"));
    refused(&answer, 400, "InvalidApiVersionParameter", "2025-04-01");
}

#[test]
fn what_is_not_json_is_refused_unless_azures_command_line_writes_it() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let form = session.form(&azure.mint_assertion());
    let token = session.exchange(azure_simulator::TENANT_ID, &form).body["access_token"].clone();
    let url = format!(
        "{}{}?api-version=2025-04-01",
        azure.resource_manager_url(),
        in_group(RESOURCE_GROUP, "d")
    );
    let put = |kind: &str, text: String| {
        let request = session
            .client
            .put(&url)
            .bearer_auth(token.as_str().unwrap());
        session
            .send(request.header("content-type", kind).body(text))
            .unwrap()
    };
    refused(
        &put("text/plain", body(chain()).to_string()),
        415,
        "UnsupportedMediaType",
        "text/plain",
    );
    refused(
        &put("application/json", "{\"properties\": // x\n{}}".to_owned()),
        400,
        "InvalidRequestContent",
        "parsing",
    );
    let large = put("application/json", " ".repeat(4 * 1024 * 1024 + 1));
    refused(&large, 413, "RequestContentTooLarge", "exceeds");
    // It writes the name of the template without quotes.
    let of_az = format!(
        r#"{{"properties": {{"mode": "Incremental", template:{}}}}}"#,
        chain()
    );
    assert_eq!(put("application/json", of_az).status, 201);
}

#[test]
fn the_signed_status_url_is_good_only_as_it_is() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let accepted = session.put(&in_group(RESOURCE_GROUP, "d"), &body(chain()));
    let url = &accepted.headers["azure-asyncoperation"];
    assert_eq!(session.get(url).body, json!({"status": "Accepted"}));
    let parts: Vec<&str> = url.split('&').collect();
    assert!(
        ["t=", "c=", "s=", "h="]
            .iter()
            .zip(&parts[1..])
            .all(|(name, part)| part.starts_with(name))
    );
    assert_eq!(session.get(&url[..url.len() - 1]).status, 403);
    assert_eq!(session.get(parts[0]).status, 403);
}
