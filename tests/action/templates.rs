//! Templates to deploy.

use serde_json::{Value, json};

/// A template for `scope` with these resources.
pub fn template(scope: &str, resources: Value) -> Value {
    let schema = match scope {
        "tenant" => "2019-08-01/tenantDeploymentTemplate.json",
        "managementGroup" => "2019-08-01/managementGroupDeploymentTemplate.json",
        "subscription" => "2018-05-01/subscriptionDeploymentTemplate.json",
        _ => "2019-04-01/deploymentTemplate.json",
    };
    json!({
        "$schema": format!("https://schema.management.azure.com/schemas/{schema}#"),
        "contentVersion": "1.0.0.0",
        "resources": resources
    })
}

/// A virtual network: done within seconds.
pub fn network() -> Value {
    template(
        "resourceGroup",
        json!([resource("Microsoft.Network/virtualNetworks", "vnet")]),
    )
}

/// A VPN gateway: takes 35 minutes and more.
pub fn gateway() -> Value {
    template("resourceGroup", json!([vpn_gateway("vgw")]))
}

/// One VPN gateway after another.
pub fn gateways(count: usize) -> Value {
    let gateways = (0..count).map(|n| {
        let mut gateway = vpn_gateway(&format!("vgw{n}"));
        if n > 0 {
            let before = format!(
                "[resourceId('Microsoft.Network/virtualNetworkGateways', 'vgw{}')]",
                n - 1
            );
            gateway["dependsOn"] = json!([before]);
        }
        gateway
    });
    template("resourceGroup", gateways.collect())
}

/// A template within a template, both with a resource.
pub fn nested() -> Value {
    let inner = template(
        "resourceGroup",
        json!([resource("Microsoft.Network/routeTables", "routes")]),
    );
    template(
        "resourceGroup",
        json!([
            resource("Microsoft.Network/virtualNetworks", "vnet"),
            {
                "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": "inner",
                "properties": { "mode": "Incremental", "template": inner }
            }
        ]),
    )
}

/// Nested deployments side by side, each with a bastion, which takes minutes.
pub fn side_by_side(count: usize) -> Value {
    let nested = (0..count).map(|n| {
        let bastion = resource("Microsoft.Network/bastionHosts", &format!("bastion{n}"));
        json!({
            "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": format!("inner{n}"),
            "properties": {"mode": "Incremental", "template": template("resourceGroup", json!([bastion]))},
        })
    });
    template("resourceGroup", nested.collect())
}

/// `template` with these parameters declared.
pub fn with_parameters(mut template: Value, parameters: Value) -> Value {
    template["parameters"] = parameters;
    template
}

/// `template` with these outputs.
pub fn with_outputs(mut template: Value, outputs: Value) -> Value {
    template["outputs"] = outputs;
    template
}

/// A resource.
pub fn resource(kind: &str, name: &str) -> Value {
    json!({ "type": kind, "apiVersion": "2024-05-01", "name": name, "location": "westeurope", "properties": {} })
}

fn vpn_gateway(name: &str) -> Value {
    let mut gateway = resource("Microsoft.Network/virtualNetworkGateways", name);
    gateway["properties"] = json!({ "gatewayType": "Vpn" });
    gateway
}
