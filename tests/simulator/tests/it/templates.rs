//! Templates that the tests submit.

use serde_json::{Value, json};

const SCHEMAS: &str = "https://schema.management.azure.com/schemas";

/// A resource-group template.
pub(crate) fn group(resources: Value) -> Value {
    json!({
        "$schema": format!("{SCHEMAS}/2019-04-01/deploymentTemplate.json#"),
        "contentVersion": "1.0.0.0",
        "resources": resources,
    })
}

/// A subscription template.
pub(crate) fn subscription(resources: Value) -> Value {
    let mut template = group(resources);
    template["$schema"] =
        format!("{SCHEMAS}/2018-05-01/subscriptionDeploymentTemplate.json#").into();
    template
}

/// The body of a PUT to a resource group.
pub(crate) fn body(template: Value) -> Value {
    json!({"properties": {"mode": "Incremental", "template": template}})
}

/// The body of a PUT anywhere else.
pub(crate) fn located(template: Value) -> Value {
    let mut body = body(template);
    body["location"] = "westeurope".into();
    body
}

/// A plain resource.
pub(crate) fn resource(kind: &str, name: &str, depends_on: &[&str]) -> Value {
    json!({
        "type": kind,
        "apiVersion": "2024-05-01",
        "name": name,
        "location": "westeurope",
        "dependsOn": depends_on,
        "properties": {},
    })
}

/// A virtual network, a public address, and a gateway that waits for both.
pub(crate) fn chain() -> Value {
    let mut template = group(json!([
        resource(
            "Microsoft.Network/virtualNetworks",
            "[concat(parameters('prefix'), '-vnet')]",
            &[]
        ),
        resource("Microsoft.Network/publicIPAddresses", "ip", &[]),
        resource(
            "Microsoft.Network/virtualNetworkGateways",
            "gw",
            &[
                "[resourceId('Microsoft.Network/virtualNetworks', 'hub-vnet')]",
                "ip"
            ],
        ),
    ]));
    template["parameters"] = json!({
        "prefix": {"type": "string", "defaultValue": "hub"},
        "key": {"type": "securestring", "defaultValue": "x"},
        "none": {"type": "string", "nullable": true},
    });
    template["outputs"] = json!({
        "GATEWAY_ID": {"type": "string", "value": "[resourceId('Microsoft.Network/virtualNetworkGateways', 'gw')]"},
        "key": {"type": "securestring", "value": "[parameters('key')]"},
        "none": {"type": "string", "nullable": true, "value": "[parameters('none')]"},
        "count": {"type": "int", "value": 2},
    });
    template
}

/// A nested deployment with an inner scope.
pub(crate) fn nested(name: &str, group: &str, template: &Value, depends_on: &[&str]) -> Value {
    json!({
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2025-04-01",
        "name": name,
        "resourceGroup": group,
        "dependsOn": depends_on,
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": template,
        },
    })
}

/// A subscription template that makes a resource group, and a gateway in it two levels down.
pub(crate) fn tree() -> Value {
    let gateway = group(json!([resource(
        "Microsoft.Network/virtualNetworkGateways",
        "gw",
        &[]
    )]));
    let network = group(json!([
        resource("Microsoft.Network/virtualNetworks", "vnet", &[]),
        nested("gateway", "rg-new", &gateway, &["vnet"]),
    ]));
    subscription(json!([
        {"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "rg-new", "location": "northeurope"},
        nested("network", "rg-new", &network, &["rg-new"]),
    ]))
}
