//! Errors that Azure has really answered, read from a folder outside of the repository, where it is there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value;

use super::Cause;

/// A leaf's code, and a piece of its message.
type Leaf = (&'static str, &'static str);

/// Every file with an error in it, and the leaves of its errors, told from reading them.
const LEAVES: [(&str, &[Leaf]); 17] = [
    (
        "errors/azd_arm_sample_error_01.json",
        &[
            ("Conflict", "Website with given name devapi already exists."),
            ("Conflict", "Website with given name devweb already exists."),
        ],
    ),
    (
        "errors/azd_arm_sample_error_03.json",
        &[
            (
                "ResourceNotFound",
                "'Microsoft.Insights/components/matell-azdacainsights'",
            ),
            (
                "ResourceNotFound",
                "'Microsoft.App/containerApps/matell-azdacaapi'",
            ),
            ("ParentResourceNotFound", "'matell-azdacakeyvault'"),
        ],
    ),
    (
        // Azure itself says no more here; the operations would.
        "errors/azd_failed-subscription-deployment.json",
        &[(
            "DeploymentFailed",
            "At least one resource deployment operation failed.",
        )],
    ),
    (
        "errors/real_error_bodies.json",
        &[
            ("ResourceRequestsThrottled", "'Microsoft.Cdn/profiles/read'"),
            (
                "SubscriptionRequestsThrottled",
                "try again after '6' seconds",
            ),
            ("TooManyRequests", "being throttled"),
            (
                "DeploymentActive",
                "previous deployment from '7/6/2016 8:21:16 PM'",
            ),
            ("DeploymentActive", "7cbf776a-53c1-4b7f-8ea8-36d7e4cd328a"),
            (
                "ExpiredAuthenticationToken",
                "is earlier than current UTC time",
            ),
            ("invalid_client", "AADSTS7000215"),
            ("invalid_client", "AADSTS700024"),
        ],
    ),
    (
        "recordings/netfluent_ops_export_2021.json",
        &[
            (
                "NotFound",
                "RGCHASH12/providers/Microsoft.Network/virtualNetworks/VNET1 not found",
            ),
            (
                "NotFound",
                "rgchash12/providers/Microsoft.Network/virtualNetworks/VNet1 not found",
            ),
            (
                "ResourceNotFound",
                "'Microsoft.Network/virtualNetworks/VNet1'",
            ),
            (
                "NotFound",
                "RGCHASH12/providers/Microsoft.Network/virtualNetworks/VNET1 not found",
            ),
            (
                "ResourceNotFound",
                "'Microsoft.Network/virtualNetworks/VNet1'",
            ),
        ],
    ),
    (
        "recordings/pysdk_401_invalidtoken_2020.json",
        &[("InvalidAuthenticationToken", "The access token is invalid.")],
    ),
    (
        "recordings/pysdk_deploymentscript_failed_2021.json",
        &[(
            "DeploymentScriptOperationFailed",
            "action 'Microsoft.Resources/subscriptions/providers/read'",
        )],
    ),
    (
        "recordings/pysdk_put400_invalidtemplatedeployment_2020.json",
        &[(
            "InvalidDomainNameLabel",
            "The domain name label GEN-UNIQUE is invalid.",
        )],
    ),
    (
        "recordings/pysdk_scope_2020.json",
        &[(
            "DeploymentCannotBeCancelled",
            "provisioning state 'Succeeded'",
        )],
    ),
    (
        "recordings/pysdk_sub_basic_2020.json",
        &[(
            "DeploymentCannotBeCancelled",
            "provisioning state 'Succeeded'",
        )],
    ),
    (
        "recordings/xplat_cancel_2016.json",
        &[("ResourceGroupNotFound", "'xDeploymentTestGroup1945'")],
    ),
    (
        "recordings/xplat_delete_2016.json",
        &[("ResourceGroupNotFound", "'xDeploymentTestGroup9619'")],
    ),
    (
        "recordings/xplat_deploymentnotfound_2016.json",
        &[("DeploymentNotFound", "'random_deployment_name'")],
    ),
    (
        "recordings/xplat_keyvault_reference_2016.json",
        &[("ResourceGroupNotFound", "'xDeploymentTestGroup659'")],
    ),
    (
        "recordings/xplat_list_running_filter_2016.json",
        &[("ResourceGroupNotFound", "'xDeploymentTestGroup3046'")],
    ),
    (
        "recordings/xplat_operation_stream_2016.json",
        &[("ResourceGroupNotFound", "'xDeploymentTestGroup6276'")],
    ),
    (
        "recordings/xplat_validate400_nested_2016.json",
        &[
            ("ResourceGroupNotFound", "'xDeploymentTestGroup4449'"),
            ("AccountNameInvalid", "is not a valid storage account name"),
        ],
    ),
];

/// The folder of what Azure has answered.
fn data() -> PathBuf {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    std::env::var_os("LONG_DEPLOY_SHARED_DATA")
        .unwrap_or_else(|| beside.into())
        .into()
}

/// Each file with errors in it, and their leaves in the order of the file.
fn found(folder: &str) -> BTreeMap<String, Vec<Cause>> {
    let Ok(entries) = fs::read_dir(data().join(folder)) else {
        eprintln!("skipped: no {folder} in {}", data().display());
        return BTreeMap::new();
    };
    let mut found = BTreeMap::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        let json: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut leaves = Vec::new();
        search(&json, &mut leaves);
        leaves.dedup();
        if !leaves.is_empty() {
            found.insert(
                format!("{folder}/{}", path.file_name().unwrap().display()),
                leaves,
            );
        }
    }
    found
}

/// Adds the leaves of every error that is somewhere in `json`.
fn search(json: &Value, leaves: &mut Vec<Cause>) {
    match json {
        Value::Object(fields) if fields.contains_key("error_description") => {
            leaves.extend(Cause::find(json))
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                if ["error", "statusMessage"].contains(&name.as_str()) {
                    leaves.extend(Cause::find(value));
                } else {
                    search(value, leaves);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| search(item, leaves)),
        _ => {}
    }
}

#[test]
fn every_error_of_azure_ends_in_its_leaf() {
    let found: BTreeMap<_, _> = ["errors", "recordings"]
        .into_iter()
        .flat_map(found)
        .collect();
    for (file, leaves) in &found {
        let expected = LEAVES.iter().find(|(name, _)| name == file);
        let (_, expected) =
            expected.unwrap_or_else(|| panic!("{file} is not in the table: {leaves:#?}"));
        assert_eq!(leaves.len(), expected.len(), "{file}: {leaves:#?}");
        for (leaf, (code, piece)) in leaves.iter().zip(*expected) {
            assert_eq!(leaf.code, *code, "{file}");
            assert!(
                leaf.message.contains(piece),
                "{file}: {leaf:?} lacks {piece}"
            );
        }
    }
    if !found.is_empty() {
        assert_eq!(
            found.len(),
            LEAVES.len(),
            "a file of the table is missing or has no error"
        );
    }
}
