//! Real templates, read from the shared data where it is present.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::*;

/// Resource-group templates with parameters that make them do something.
pub(super) const IN_GROUP: [(&str, &str); 5] = [
    (
        "avm-res-vpn-gateway.json",
        r#"{"name": "vpn", "virtualHubResourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualHubs/hub",
            "vpnConnections": [{"name": "site1", "remoteVpnSiteResourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/vpnSites/s1"}],
            "natRules": [{"name": "nat1", "internalMappings": [{"addressSpace": "10.1.0.0/24"}], "externalMappings": [{"addressSpace": "192.168.1.0/24"}]}],
            "lock": {"kind": "CanNotDelete", "name": "keep"}}"#,
    ),
    (
        "avm-res-virtual-network-gateway.json",
        r#"{"name": "gw", "gatewayType": "Vpn", "virtualNetworkResourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/hub",
            "clusterSettings": {"clusterMode": "activePassiveNoBgp"}, "skuName": "VpnGw2AZ",
            "roleAssignments": [{"principalId": "c56a4180-65aa-42ec-a945-5fd21dec0003", "roleDefinitionIdOrName": "Reader"}]}"#,
    ),
    (
        "avm-res-express-route-circuit.json",
        r#"{"name": "er", "serviceProviderName": "Equinix", "peeringLocation": "Amsterdam", "bandwidthInMbps": 50}"#,
    ),
    (
        "avm-res-express-route-gateway.json",
        r#"{"name": "ergw", "virtualHubResourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualHubs/hub"}"#,
    ),
    (
        "avm-ptn-hub-networking.json",
        r#"{"hubVirtualNetworks": {
            "hub1": {"addressPrefixes": ["10.0.0.0/16"], "enableAzureFirewall": true, "enableBastion": true, "enablePeering": true,
                "peeringSettings": [{"remoteVirtualNetworkName": "hub2", "allowForwardedTraffic": true, "allowGatewayTransit": false,
                    "allowVirtualNetworkAccess": true, "useRemoteGateways": false}],
                "subnets": [{"name": "AzureFirewallSubnet", "addressPrefix": "10.0.0.0/26"}, {"name": "AzureBastionSubnet", "addressPrefix": "10.0.1.0/26"}]},
            "hub2": {"addressPrefixes": ["10.1.0.0/16"], "enableAzureFirewall": false, "enableBastion": false, "enablePeering": false,
                "subnets": [{"name": "one", "addressPrefix": "10.1.0.0/24"}]}}}"#,
    ),
];

fn data() -> PathBuf {
    let named = std::env::var_os("LONG_DEPLOY_SHARED_DATA").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"))
}

/// A template of the shared data, comments dropped.
pub(super) fn read(file: &str) -> Option<Value> {
    let path = data().join("templates").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        bicep::skipped(&format!("{} is not here", path.display()));
        return None;
    };
    Some(serde_json::from_str(&strict(&text)).unwrap())
}

/// Drops comments and escapes line breaks within strings, as clients must before they submit.
fn strict(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut quoted = false;
    while let Some(letter) = rest.chars().next() {
        let length = match (quoted, letter) {
            (true, '\\') => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            (false, '/') if rest.starts_with("//") => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            (false, '/') if rest.starts_with("/*") => {
                rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
                continue;
            }
            _ => letter.len_utf8(),
        };
        quoted ^= letter == '"';
        match letter {
            '\n' if quoted => result.push_str("\\n"),
            '\r' if quoted => result.push_str("\\r"),
            '\t' if quoted => result.push_str("\\t"),
            _ => result.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    result
}

#[test]
fn modules_for_a_resource_group_are_planned() {
    for (file, parameters) in IN_GROUP {
        let Some(template) = read(file) else { return };
        let plan = planned(
            group(),
            template,
            &serde_json::from_str(parameters).unwrap(),
        );
        let plan = plan.unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(!ids(&plan).is_empty(), "{file}");
        plan.walk(&mut |deployment| {
            assert!(
                deployment.outputs.is_ok(),
                "{file}: {:?}",
                deployment.outputs
            );
        });
    }
}

#[test]
fn landing_zone_module_is_planned() {
    let Some(template) = read("avm-ptn-alz-empty-mg.json") else {
        return;
    };
    let parameters = json!({
        "managementGroupName": "alz",
        "createOrUpdateManagementGroup": true,
        "managementGroupParentId": "root",
        "subscriptionsToPlaceInManagementGroup": [SUBSCRIPTION_ID],
    });
    let plan = planned(management_group(), template, &parameters).unwrap();
    assert!(
        ids(&plan)
            .iter()
            .any(|id| id.ends_with("/managementgroups/alz")),
        "{:?}",
        ids(&plan)
    );
    assert!(!deployments(&plan).is_empty());
}

#[test]
fn enterprise_scale_templates_are_planned() {
    let given = [
        (
            "eslz-mgmtGroups-tenant.json",
            Scope::Tenant,
            12,
            json!({"topLevelManagementGroupPrefix": "es"}),
        ),
        (
            "eslz-hubspoke-connectivity-sub.json",
            management_group(),
            4,
            json!({
                "topLevelManagementGroupPrefix": "es",
                "connectivitySubscriptionId": SUBSCRIPTION_ID,
                "addressPrefix": "10.100.0.0/16",
                "enableHub": "vhub",
                "enableVpnGw": "Yes",
                "enableVpnActiveActive": "No",
                "subnetMaskForGw": "10.100.1.0/24",
                "gwRegionalOrAz": "Zone",
                "gwAzSku": "VpnGw2AZ",
            }),
        ),
    ];
    for (file, scope, count, parameters) in given {
        let Some(template) = read(file) else { return };
        let plan = planned(scope, template, &parameters);
        let plan = plan.unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(ids(&plan).len(), count, "{file}: {:?}", ids(&plan));
    }
}

/// It is made to be deployed from a URL and asks for it.
#[test]
fn a_template_that_needs_its_own_link_is_refused_like_the_real_one_does() {
    let Some(template) = read("eslz-eslzArm-tenant-611KB.json") else {
        return;
    };
    let parameters = json!({"enterpriseScaleCompanyPrefix": "es"});
    let error = planned(Scope::Tenant, template, &parameters).unwrap_err();
    assert!(
        error.to_string().contains("'templateLink' doesn't exist"),
        "{error}"
    );
}
