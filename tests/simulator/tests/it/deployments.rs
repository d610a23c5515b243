//! Deployments from their submission to their end.

use azure_simulator::{Options, RESOURCE_GROUP, Simulator, State};
use serde_json::{Value, json};

use crate::client::{Session, in_group};

/// A resource-group template of three resources in a row.
fn chain() -> Value {
    json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"prefix": {"type": "string", "defaultValue": "hub"}, "key": {"type": "securestring", "defaultValue": "x"}},
        "resources": [
            {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-05-01", "name": "[concat(parameters('prefix'), '-vnet')]", "location": "westeurope", "properties": {}},
            {"type": "Microsoft.Network/publicIPAddresses", "apiVersion": "2024-05-01", "name": "ip", "location": "westeurope", "properties": {}},
            {"type": "Microsoft.Network/virtualNetworkGateways", "apiVersion": "2024-05-01", "name": "gw", "location": "westeurope",
             "dependsOn": ["[resourceId('Microsoft.Network/virtualNetworks', 'hub-vnet')]", "ip"], "properties": {"gatewayType": "Vpn"}}
        ],
        "outputs": {"GATEWAY_ID": {"type": "string", "value": "[resourceId('Microsoft.Network/virtualNetworkGateways', 'gw')]"}}
    })
}

fn body(template: Value) -> Value {
    json!({"properties": {"mode": "Incremental", "template": template}})
}

#[test]
fn a_deployment_runs_to_its_end() {
    let azure = Simulator::start(Options {
        time_scale: 6000.0,
        token_lifetime: std::time::Duration::from_secs(86_400),
        ..Options::default()
    });
    let session = Session::new(&azure);
    let path = in_group(RESOURCE_GROUP, "hub");
    let accepted = session.put(&path, &body(chain()));
    assert_eq!(accepted.status, 201, "{:?}", accepted.body);
    assert_eq!(accepted.body["properties"]["provisioningState"], "Accepted");
    let ended = session.end(&path);
    let properties = &ended.body["properties"];
    assert_eq!(properties["provisioningState"], "Succeeded");
    assert!(
        properties["outputs"]["gatewaY_ID"]["value"]
            .as_str()
            .unwrap()
            .ends_with("/gw")
    );
    let rows = session.rows(&format!("{path}/operations"));
    assert_eq!(rows.len(), 4);
    let snapshot = azure.deployment("hub").unwrap();
    assert_eq!(snapshot.state, State::Succeeded);
    assert_eq!(snapshot.resources.len(), 3);
}
