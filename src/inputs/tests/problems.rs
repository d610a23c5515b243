//! Problems that are reported for wrong inputs.

use super::{CREDS, Environment, OTHER_APP, SECRET, environment, problems, read};

#[test]
fn each_problem_names_the_input_and_the_remedy() {
    let group = ("resource-group-name", "");
    for (changes, expected) in [
        (
            &[("client-id", ""), ("GITHUB_ACTIONS", "true")][..],
            "client-id: missing: needed to sign in (only auth-type managed-identity and azure-cli can do without): give client-id, or set AZURE_CLIENT_ID",
        ),
        (
            &[("tenant-id", "")],
            "tenant-id: missing: needed to sign in (only auth-type managed-identity and azure-cli can do without): give tenant-id, or set AZURE_TENANT_ID",
        ),
        (
            &[("auth-type", "azure-cli")],
            "client-id: conflicts with auth-type azure-cli, which signs in with the account of `az login`: remove one of them",
        ),
        (
            &[("tenant-id", "contoso.com")],
            r#"tenant-id: "contoso.com" is not a GUID (expected 8-4-4-4-12 hexadecimal digits, such as 00000000-0000-0000-0000-000000000000): give the id, not a name"#,
        ),
        (
            &[("client-id", ""), ("AZURE_CLIENT_ID", "hub")],
            r#"client-id: "hub" in AZURE_CLIENT_ID is not a GUID (expected 8-4-4-4-12 hexadecimal digits, such as 00000000-0000-0000-0000-000000000000): give the id, not a name"#,
        ),
        (
            &[("tenant-id", ""), ("creds", r#"{"tenantId": "hub"}"#)],
            r#"tenant-id: "hub" in creds is not a GUID (expected 8-4-4-4-12 hexadecimal digits, such as 00000000-0000-0000-0000-000000000000): give the id, not a name"#,
        ),
        (
            &[("subscription-id", "")],
            "subscription-id: missing: scope resourceGroup needs it: give subscription-id, or set AZURE_SUBSCRIPTION_ID",
        ),
        (
            &[("subscription-id", "production")],
            r#"subscription-id: "production" is not a GUID (expected 8-4-4-4-12 hexadecimal digits, such as 00000000-0000-0000-0000-000000000000): give the id, not a name"#,
        ),
        (
            &[("client-secret", SECRET), ("auth-type", "oidc")],
            "client-secret: conflicts with auth-type oidc: remove one of them",
        ),
        (
            &[("client-secret", SECRET), ("auth-type", "IDENTITY")],
            "client-secret: conflicts with auth-type IDENTITY: remove one of them",
        ),
        (
            &[("auth-type", "secret")],
            "client-secret: missing: auth-type secret needs it: give client-secret or creds",
        ),
        (
            &[
                ("auth-type", "secret"),
                ("creds", CREDS),
                ("client-id", OTHER_APP),
            ],
            "client-secret: missing: creds has that of another client id: give client-secret, or remove client-id",
        ),
        (
            &[("creds", "{\"clientSecret\": \"hush-4711\"")],
            r#"creds: not the JSON that azure/login takes, at line 1, column 28: give {"clientId": "…", "clientSecret": "…", "subscriptionId": "…", "tenantId": "…"}"#,
        ),
        (
            &[("auth-type", "password")],
            r#"auth-type: "password" is not valid: give one of auto, oidc, secret, managed-identity, workload-identity, azure-cli, SERVICE_PRINCIPAL, IDENTITY"#,
        ),
        (
            &[("auth-type", "workload-identity")],
            "auth-type: workload-identity needs a token file: set AZURE_FEDERATED_TOKEN_FILE to its path",
        ),
        (
            &[("environment", "azureGermanCloud")],
            r#"environment: "azureGermanCloud" is not valid: give one of azureCloud, azureUSGovernment, azureChinaCloud, custom"#,
        ),
        (
            &[
                ("environment", "custom"),
                ("authority-url", "https://login.local"),
            ],
            "resource-manager-url: missing: environment custom needs one, such as https://azure.example.com",
        ),
        (
            &[
                ("environment", "custom"),
                ("resource-manager-url", "https://arm.local"),
            ],
            "authority-url: missing: environment custom needs one, such as https://azure.example.com",
        ),
        (
            &[("authority-url", "https://login.local")],
            "authority-url: is for environment custom only: remove it, or give environment: custom",
        ),
        (
            &[("operation", "delete")],
            "operation: only a stack can be deleted: give the type deploymentStack, or another operation",
        ),
        (
            &[("type", "stack")],
            r#"type: "stack" is not valid: give one of deployment, deploymentStack"#,
        ),
        (
            &[("operation", "Wait")],
            "name: missing: it is the output deployment-name of the step that submitted it: give name",
        ),
        (
            &[("operation", "destroy")],
            r#"operation: "destroy" is not valid: give one of create, validate, whatIf, delete, wait, cancel"#,
        ),
        (
            &[("scope", "group")],
            r#"scope: "group" is not valid: give one of tenant, managementGroup, subscription, resourceGroup"#,
        ),
        (
            &[group],
            "scope: cannot be inferred: give resource-group-name, management-group-id, location with subscription-id for a subscription, or scope: tenant",
        ),
        (
            &[group, ("location", "westeurope"), ("subscription-id", "")],
            "scope: cannot be inferred: give resource-group-name, management-group-id, location with subscription-id for a subscription, or scope: tenant",
        ),
        (
            &[("management-group-id", "mg")],
            "scope: management-group-id and resource-group-name cannot be combined: remove one of them",
        ),
        (
            &[("scope", "tenant"), ("location", "westeurope")],
            "resource-group-name: conflicts with scope tenant: remove it, or give scope: resourceGroup",
        ),
        (
            &[("scope", "resourceGroup"), ("management-group-id", "mg")],
            "management-group-id: conflicts with scope resourceGroup: remove it, or give scope: managementGroup",
        ),
        (
            &[group, ("scope", "resourceGroup")],
            "resource-group-name: missing: scope resourceGroup needs it: give resource-group-name",
        ),
        (
            &[group, ("scope", "managementGroup")],
            "management-group-id: missing: scope managementGroup needs it: give management-group-id",
        ),
        (
            &[group, ("scope", "subscription")],
            "location: missing: scope subscription needs a region, such as westeurope",
        ),
        (
            &[group, ("scope", "tenant")],
            "location: missing: scope tenant needs a region, such as westeurope",
        ),
        (
            &[group, ("location", "west/europe")],
            r#"location: "west/europe" is not a region: give one such as westeurope"#,
        ),
        (
            &[("resource-group-name", "rg hub")],
            r#"resource-group-name: "rg hub" has a character that Azure does not allow: use letters, digits and - _ . ( )"#,
        ),
        (
            &[("resource-group-name", "rg.")],
            r#"resource-group-name: "rg." ends with a period: remove it"#,
        ),
        (
            &[("resource-group-name", "/subscriptions/x/resourceGroups/rg")],
            r#"resource-group-name: "/subscriptions/x/resourceGroups/rg" is a resource id: give its last part only"#,
        ),
        (
            &[group, ("management-group-id", "mg/..")],
            r#"management-group-id: "mg/.." has a character that Azure does not allow: use letters, digits and - _ . ( )"#,
        ),
        (
            &[("name", "hub deployment")],
            r#"name: "hub deployment" has a character that Azure does not allow: use letters, digits and - _ . ( )"#,
        ),
        (
            &[("name", "hub.")],
            r#"name: "hub." ends with a period: remove it"#,
        ),
        (
            &[("template-file", "")],
            "template-file: missing: give the path of a template, such as main.bicep or main.json",
        ),
        (
            &[("deployment-mode", "full")],
            r#"deployment-mode: "full" is not valid: give one of Incremental, Complete"#,
        ),
        (
            &[
                group,
                ("location", "westeurope"),
                ("deployment-mode", "Complete"),
            ],
            "deployment-mode: Complete works in a resource group only: give Incremental",
        ),
        (
            &[("poll-interval", "soon")],
            r#"poll-interval: "soon" is not a duration: write hours, minutes and seconds, such as 45m or 1h 30m"#,
        ),
        (
            &[("heartbeat-interval", "-5m")],
            r#"heartbeat-interval: "-5m" is negative: give at least 100ms"#,
        ),
        (
            &[("timeout", "800h")],
            r#"timeout: "800h" is too long: give at most 720h"#,
        ),
        (
            &[("token-refresh-interval", "0")],
            r#"token-refresh-interval: "0" is too short: give at least 100ms"#,
        ),
        (
            &[("on-timeout", "stop")],
            r#"on-timeout: "stop" is not valid: give one of leave, cancel"#,
        ),
        (
            &[("on-cancel", "stop")],
            r#"on-cancel: "stop" is not valid: give one of leave, cancel"#,
        ),
        (
            &[("wait", "yes")],
            r#"wait: "yes" is not valid: give one of true, false"#,
        ),
        (
            &[("summary", "1")],
            r#"summary: "1" is not valid: give one of true, false"#,
        ),
        (
            &[
                ("rollback-on-error", "lastSuccessful"),
                ("resource-group-name", ""),
                ("location", "westeurope"),
            ],
            "rollback-on-error: Azure rolls back deployments to a resource group only: remove it",
        ),
        (
            &[("rollback-on-error", "HUB"), ("name", "hub")],
            "rollback-on-error: is the name of this deployment, which takes the earlier one's place in Azure's history: give the name of another deployment, or remove name",
        ),
        (
            &[("rollback-on-error", "a/b")],
            r#"rollback-on-error: "a/b" has a character that Azure does not allow: use letters, digits and - _ . ( ); or give lastSuccessful"#,
        ),
        (
            &[("debug-setting", "everything")],
            r#"debug-setting: "everything" is not valid: give one of none, requestContent, responseContent, all"#,
        ),
        (
            &[("validation-level", "full")],
            r#"validation-level: "full" is not valid: give one of Template, Provider, ProviderNoRbac"#,
        ),
        (
            &[("what-if-result-format", "short")],
            r#"what-if-result-format: "short" is not valid: give one of FullResourcePayloads, ResourceIdOnly"#,
        ),
        (
            &[("what-if-exclude-change-types", "NoChange, Nothing")],
            r#"what-if-exclude-change-types: "Nothing" is not valid: give one of Delete, Detach, Create, Deploy, Modify, Unsupported, NoChange, Ignore"#,
        ),
        (
            &[
                ("fail-on-change-types", "delete"),
                ("what-if-exclude-change-types", "Delete"),
            ],
            "fail-on-change-types: Delete is left out by what-if-exclude-change-types: remove it from one of them",
        ),
        (
            &[
                ("fail-on-change-types", "Modify"),
                ("what-if-result-format", "ResourceIdOnly"),
            ],
            "fail-on-change-types: Modify is never found with the what-if-result-format ResourceIdOnly: give FullResourcePayloads, or Deploy instead of Modify",
        ),
        (
            &[("operation", "validate"), ("what-if", "true")],
            "what-if: this operation makes no what-if: give the operation create or whatIf, or remove it",
        ),
        (
            &[
                ("operation", "validate"),
                ("fail-on-change-types", "Delete"),
            ],
            "fail-on-change-types: this operation makes no what-if: give the operation create or whatIf, or remove it",
        ),
    ] {
        assert_eq!(problems(changes), expected);
    }
}

#[test]
fn names_have_a_longest_length() {
    assert!(read(&environment(&[("name", &"ø".repeat(64))])).is_ok());
    assert!(
        problems(&[("name", &"ø".repeat(65))]).ends_with("is too long: use at most 64 characters")
    );
    assert!(read(&environment(&[("resource-group-name", &"r".repeat(90))])).is_ok());
    assert!(
        problems(&[("resource-group-name", &"r".repeat(91))])
            .ends_with("is too long: use at most 90 characters")
    );
}

#[test]
fn a_custom_cloud_is_an_https_origin() {
    for url in [
        "http://arm.local",
        "arm.local",
        "https://",
        "https://arm.local/azure",
        "https://arm.local/?a=b",
        "https://arm.local/#a",
        "https://user@arm.local",
        "https://user:hush-4711@arm.local",
    ] {
        let changes = [
            ("environment", "custom"),
            ("authority-url", "https://login.local"),
            ("resource-manager-url", url),
        ];
        assert_eq!(
            problems(&changes),
            "resource-manager-url: is not an https origin: give scheme, host and port only, such as https://azure.example.com",
            "{url}"
        );
    }
}

#[test]
fn all_problems_are_reported_at_once() {
    let all = problems(&[
        ("client-id", ""),
        ("tenant-id", "contoso"),
        ("environment", "moon"),
        ("auth-type", "secret"),
        ("subscription-id", ""),
        ("template-file", ""),
        ("name", "a b"),
        ("timeout", "never"),
        ("wait", "maybe"),
        ("what-if", "perhaps"),
    ]);
    for input in [
        "client-id",
        "tenant-id",
        "environment",
        "client-secret",
        "subscription-id",
        "template-file",
        "name",
        "timeout",
        "wait",
        "what-if",
    ] {
        let found = all
            .split("; ")
            .filter(|problem| problem.starts_with(&format!("{input}: ")));
        assert_eq!(found.count(), 1, "{input}: {all}");
    }
}

#[test]
fn all_missing_inputs_are_reported() {
    let host = [("GITHUB_ACTIONS", "true")].into_iter();
    let invalid = read(&host.collect::<Environment>()).expect_err("nothing is given");
    let inputs: Vec<_> = invalid
        .problems
        .iter()
        .map(|problem| problem.input.as_ref())
        .collect();
    assert_eq!(inputs, ["client-id", "tenant-id", "scope", "template-file"]);
}
