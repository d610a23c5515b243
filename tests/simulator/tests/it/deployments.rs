//! Deployments from their submission to their end.

use azure_simulator::{
    MANAGEMENT_GROUP, Options, RESOURCE_GROUP, SUBSCRIPTION_ID, Simulator, State,
};
use serde_json::{Value, json};

use crate::{
    client::{DAY, Session, in_group, in_subscription, state, still},
    templates::{body, chain, group, located, nested, resource, tree},
};

fn states(rows: &[Value]) -> Vec<&str> {
    rows.iter()
        .map(|row| row["properties"]["provisioningState"].as_str().unwrap())
        .collect()
}

#[test]
fn a_deployment_is_accepted_runs_and_succeeds() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let accepted = session.put(&path, &body(chain()));
    assert_eq!(accepted.status, 201, "{:?}", accepted.body);
    assert_eq!(accepted.body["properties"]["provisioningState"], "Accepted");
    let signed = accepted.headers["azure-asyncoperation"].clone();
    assert!(signed.len() > 3000, "{}", signed.len());
    let ended = session.end(&path);
    assert_eq!(ended.body["properties"]["provisioningState"], "Succeeded");
    assert!(!ended.headers.contains_key("retry-after"));
    assert_eq!(session.get(&signed).body, json!({"status": "Succeeded"}));
    assert_eq!(session.put(&path, &body(chain())).status, 200);
    let snapshot = azure.deployment("hub").unwrap();
    assert_eq!(snapshot.resources.len(), 3);
    assert_eq!(snapshot.template, chain());
}

#[test]
fn outputs_and_parameters_are_shown_like_the_real_ones() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let accepted = session.put(&path, &body(chain()));
    let null = json!({"type": "String", "value": null});
    assert_eq!(accepted.body["properties"]["parameters"]["none"], null);
    let properties = session.end(&path).body["properties"].clone();
    let gateway = format!(
        "/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/providers/Microsoft.Network/virtualNetworkGateways/gw"
    );
    let outputs = json!({
        "gatewaY_ID": {"type": "String", "value": gateway},
        "key": {"type": "SecureString"},
        "none": {"type": "String"},
        "count": {"type": "Int", "value": 2},
    });
    assert_eq!(properties["outputs"], outputs);
    let parameters = json!({
        "prefix": {"type": "String", "value": "hub"},
        "key": {"type": "SecureString"},
        "none": {"type": "String"},
    });
    assert_eq!(properties["parameters"], parameters);
    assert_eq!(properties["outputResources"].as_array().unwrap().len(), 3);
}

#[test]
fn operations_grow_in_the_order_of_dependencies_and_the_newest_comes_first() {
    let hour = DAY / 24;
    let durations = ["hub-vnet", "ip", "gw"]
        .map(|name| (name.to_owned(), hour))
        .to_vec();
    let azure = Simulator::start(Options {
        durations,
        ..still()
    });
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    let operations = format!("{path}/operations");
    assert_eq!(states(&session.rows(&operations)), [""; 0]);
    azure.advance(hour / 2);
    assert_eq!(state(&session.get(&path)), "Running");
    assert_eq!(states(&session.rows(&operations)), ["Running"; 2]);
    azure.advance(hour);
    assert_eq!(
        states(&session.rows(&operations)),
        ["Running", "Succeeded", "Succeeded"]
    );
    azure.advance(hour);
    assert_eq!(state(&session.get(&path)), "Succeeded");
    let rows = session.rows(&operations);
    assert_eq!(states(&rows), ["Succeeded"; 4]);
    assert_eq!(
        rows[0]["properties"]["targetResource"]["resourceName"],
        "gw"
    );
    let last = &rows[3]["properties"];
    assert_eq!(last["provisioningOperation"], "EvaluateDeploymentOutput");
    assert!(last.get("targetResource").is_none());
    let id = rows[0]["operationId"].as_str().unwrap();
    assert_eq!(session.get(&format!("{operations}/{id}")).body, rows[0]);
}

#[test]
fn a_running_operation_moves_its_timestamp_and_freezes_it_at_its_end() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let gateway = resource("Microsoft.Network/virtualNetworkGateways", "gw", &[]);
    session.put(&path, &body(group(json!([gateway]))));
    let row = || session.rows(&format!("{path}/operations"))[0]["properties"].clone();
    let minutes = |count: u32| azure.advance(DAY / 24 / 60 * count);
    minutes(1);
    let early = row();
    minutes(1);
    let later = row();
    assert!(later["timestamp"].as_str() > early["timestamp"].as_str());
    minutes(60);
    let ended = row();
    assert_eq!(ended["provisioningState"], "Succeeded");
    minutes(1);
    assert_eq!(row(), ended);
}

#[test]
fn the_clock_runs_as_fast_as_asked() {
    let options = Options {
        time_scale: 100_000.0,
        assertion_lifetime: 365 * DAY,
        ..still()
    };
    let azure = Simulator::start(options);
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    while state(&session.get(&path)) != "Succeeded" {}
    assert!(azure.elapsed() > DAY / 48);
    assert!(azure.now() > jiff::Timestamp::now());
}

#[test]
fn nested_deployments_are_deployments_of_their_own() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let root = in_subscription("landing-zone");
    let mut template = tree();
    template["outputs"] = json!({"hash": {"type": "string", "value": "[reference(extensionResourceId(subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg-new'), 'Microsoft.Resources/deployments', 'network')).provisioningState]"}});
    assert_eq!(session.put(&root, &located(template)).status, 201);
    assert_eq!(
        session.end(&root).body["properties"]["provisioningState"],
        "Succeeded"
    );
    let rows = session.rows(&format!("{root}/operations"));
    let target = |row: &Value| {
        row["properties"]["targetResource"]["id"]
            .as_str()
            .map(str::to_owned)
    };
    let network = rows
        .iter()
        .find_map(|row| target(row).filter(|id| id.ends_with("/network")));
    let network = network.unwrap();
    assert_eq!(
        network,
        in_group("rg-new", "network").replace("resourcegroups", "resourceGroups")
    );
    let own = session.get(&network);
    assert_eq!(own.body["properties"]["provisioningState"], "Succeeded");
    let root_correlation = session.get(&root).body["properties"]["correlationId"].clone();
    assert_eq!(own.body["properties"]["correlationId"], root_correlation);
    let below = session.rows(&format!("{network}/operations"));
    assert!(
        below
            .iter()
            .any(|row| target(row).is_some_and(|id| id.ends_with("/gateway")))
    );
    assert!(
        azure
            .deployment("gateway")
            .unwrap()
            .resources
            .iter()
            .all(|resource| resource.state == Some(State::Succeeded))
    );
}

#[test]
fn the_clients_correlation_id_becomes_the_deployments() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let url = format!(
        "{}{}?api-version=2025-04-01",
        azure.resource_manager_url(),
        in_group(RESOURCE_GROUP, "d")
    );
    let form = session.form(&azure.mint_assertion());
    let token = session.exchange(azure_simulator::TENANT_ID, &form).body["access_token"].clone();
    let request = session.client.put(url).bearer_auth(token.as_str().unwrap());
    let request = request.header("content-type", "application/json");
    let request = request.header(
        "x-ms-correlation-request-id",
        "11111111-2222-4333-8444-555555555555",
    );
    let answer = session
        .send(request.body(body(chain()).to_string()))
        .unwrap();
    assert_eq!(
        answer.body["properties"]["correlationId"],
        "11111111-2222-4333-8444-555555555555"
    );
    assert_eq!(
        answer.headers["x-ms-correlation-request-id"],
        "11111111-2222-4333-8444-555555555555"
    );
}

#[test]
fn a_name_in_use_is_refused_with_the_other_ones_correlation() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let id = in_group(RESOURCE_GROUP, "hub");
    let correlation = azure.start_foreign_deployment(&id, chain());
    let answer = session.put(&id, &body(chain()));
    assert_eq!((answer.status, answer.code()), (409, "DeploymentActive"));
    let message = answer.body["error"]["message"].as_str().unwrap();
    assert!(
        message.contains(&format!(
            "with correlationId '{correlation}', and will expire at '"
        )),
        "{message}"
    );
}

#[test]
fn a_deployment_cannot_move() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_subscription("here");
    session.put(&path, &located(tree()));
    session.end(&path);
    let mut elsewhere = located(tree());
    elsewhere["location"] = "East US".into();
    let answer = session.put(&path, &elsewhere);
    assert_eq!(
        (answer.status, answer.code()),
        (409, "InvalidDeploymentLocation")
    );
}

#[test]
fn what_was_just_accepted_may_not_be_found_yet() {
    let azure = Simulator::start(Options {
        early_not_found: DAY,
        ..still()
    });
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let accepted = session.put(&path, &body(chain()));
    assert_eq!(accepted.status, 201);
    assert_eq!(session.get(&path).code(), "DeploymentNotFound");
    assert_eq!(
        session.get(&format!("{path}/operations")).code(),
        "DeploymentNotFound"
    );
    assert_eq!(
        session
            .get(&accepted.headers["azure-asyncoperation"])
            .status,
        404
    );
    assert_eq!(
        session.put(&path, &body(chain())).code(),
        "DeploymentActive"
    );
}

#[test]
fn pages_may_be_empty_and_still_go_on() {
    let azure = Simulator::start(Options {
        page_size: 2,
        empty_pages: 3,
        ..still()
    });
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    session.put(&path, &body(chain()));
    session.end(&path);
    let first = session.get(&format!("{path}/operations"));
    assert_eq!(first.body["value"], json!([]));
    assert!(first.body["nextLink"].is_string());
    assert_eq!(session.rows(&format!("{path}/operations")).len(), 4);
    assert_eq!(session.rows(&format!("{path}/operations?$top=1")).len(), 4);
}

#[test]
fn lists_can_be_filtered_by_state() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    session.put(&in_group(RESOURCE_GROUP, "one"), &body(chain()));
    session.put(&in_group(RESOURCE_GROUP, "two"), &body(chain()));
    let list = in_group(RESOURCE_GROUP, "");
    assert_eq!(session.rows(&list).len(), 2);
    let filter = |state: &str| format!("{list}?$filter=provisioningState%20eq%20'{state}'");
    assert_eq!(session.rows(&filter("Accepted")).len(), 2);
    assert_eq!(session.rows(&filter("Running")).len(), 0);
    assert_eq!(
        session
            .get(&format!("{list}?$filter=name%20eq%20'x'"))
            .status,
        400
    );
}

#[test]
fn all_four_scopes_take_deployments() {
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let deployment = "providers/Microsoft.Resources/deployments/d";
    let schema = |date: &str, file: &str| {
        let mut template = group(json!([]));
        template["$schema"] =
            format!("https://schema.management.azure.com/schemas/{date}/{file}#").into();
        template
    };
    for (path, template) in [
        (
            format!("/{deployment}"),
            schema("2019-08-01", "tenantDeploymentTemplate.json"),
        ),
        (
            format!(
                "/providers/Microsoft.Management/managementGroups/{MANAGEMENT_GROUP}/{deployment}"
            ),
            schema("2019-08-01", "managementGroupDeploymentTemplate.json"),
        ),
        (
            in_subscription("d"),
            schema("2018-05-01", "subscriptionDeploymentTemplate.json"),
        ),
    ] {
        let answer = session.put(&path, &located(template));
        assert_eq!(answer.status, 201, "{path}: {:?}", answer.body);
        assert_eq!(answer.body["id"], path);
        assert_eq!(session.get(&path.to_uppercase()).status, 200);
    }
    assert_eq!(
        session
            .put(&in_group(RESOURCE_GROUP, "d"), &body(group(json!([]))))
            .status,
        201
    );
    assert_eq!(
        session
            .try_call("HEAD", &in_group(RESOURCE_GROUP, "d"), None)
            .unwrap()
            .status,
        204
    );
    assert_eq!(
        session
            .try_call("HEAD", &in_group(RESOURCE_GROUP, "e"), None)
            .unwrap()
            .status,
        404
    );
}

#[test]
fn modules_can_use_each_others_outputs() {
    let mut module = group(json!([]));
    module["parameters"] = json!({"text": {"type": "string"}});
    module["outputs"] =
        json!({"echo": {"type": "string", "value": "[concat(parameters('text'), '!')]"}});
    let mut second = nested("second", RESOURCE_GROUP, &module, &[]);
    second["properties"]["parameters"] =
        json!({"text": {"value": "[reference('first').outputs.echo.value]"}});
    let mut first = nested("first", RESOURCE_GROUP, &module, &[]);
    first["properties"]["parameters"] = json!({"text": {"value": "hello"}});
    let mut template = group(json!([second, first]));
    template["outputs"] =
        json!({"said": {"type": "string", "value": "[reference('second').outputs.echo.value]"}});
    let azure = Simulator::start(still());
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "echo");
    let accepted = session.put(&path, &body(template));
    let dependencies = &accepted.body["properties"]["dependencies"];
    assert_eq!(dependencies[0]["resourceName"], "second");
    assert_eq!(dependencies[0]["dependsOn"][0]["resourceName"], "first");
    assert_eq!(
        session.end(&path).body["properties"]["outputs"]["said"]["value"],
        "hello!!"
    );
}
