//! The request that valid inputs make.

use std::{path::PathBuf, time::Duration};

use secrecy::ExposeSecret;

use super::{APP, CREDS, OIDC, OTHER_APP, SECRET, SUBSCRIPTION, TENANT, request};
use crate::{
    arm::{ChangeType, Scope},
    identity::{Cloud, Method},
    inputs::{
        DeploymentMode, OnStop, Operation, TemplateInputs, TemplateSource, Timing, ValidationLevel,
        WhatIfInputs, request::ResultFormat,
    },
};

#[test]
fn the_least_inputs_take_the_defaults() {
    let request = request(OIDC);
    assert_eq!(
        request.scope.path(),
        format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub")
    );
    assert_eq!(request.sign_in.cloud, Cloud::public());
    assert_eq!(request.sign_in.client_id, APP.parse().ok());
    assert_eq!(request.sign_in.tenant_id, TENANT.parse().ok());
    assert!(matches!(
        request.sign_in.method,
        Method::HostOidc { audience } if audience == "api://AzureADTokenExchange"
    ));
    assert_eq!(request.location, None);
    assert_eq!(request.name, None);
    assert_eq!(request.mode, DeploymentMode::Incremental);
    assert_eq!(
        request.timing,
        Timing {
            poll_interval: Duration::from_secs(30),
            heartbeat_interval: Duration::from_mins(5),
            timeout: Duration::from_hours(6),
            token_refresh_interval: Duration::from_mins(45),
        }
    );
    assert_eq!(
        (request.on_timeout, request.on_cancel),
        (OnStop::Leave, OnStop::Leave)
    );
    assert_eq!((request.wait, request.summary), (true, true));
    assert_eq!(request.masked_outputs, [""; 0]);
}

#[test]
fn every_input_is_used() {
    let request = request(&[
        ("name", "hub-1_(b).2"),
        ("template-file", " infra/main.json "),
        ("parameters-file", "a.json, b.json\nc.json"),
        ("parameters", "{\"a\": 1}\n"),
        ("deployment-mode", "complete"),
        ("poll-interval", "10s"),
        ("heartbeat-interval", "PT1M"),
        ("timeout", "5400"),
        ("token-refresh-interval", "20m"),
        ("on-timeout", "cancel"),
        ("on-cancel", "Cancel"),
        ("wait", "FALSE"),
        ("summary", "False"),
        ("masked-outputs", "key\nconnection"),
        ("type", "Deployment"),
        ("operation", "Create"),
    ]);
    assert_eq!(request.name.as_deref(), Some("hub-1_(b).2"));
    assert_eq!(
        request.template,
        TemplateInputs {
            source: Some(TemplateSource::File("infra/main.json".into())),
            parameters_uri: None,
            parameters_files: ["a.json", "b.json", "c.json"].map(PathBuf::from).to_vec(),
            parameters: Some("{\"a\": 1}".to_owned()),
        }
    );
    assert_eq!(request.mode, DeploymentMode::Complete);
    assert_eq!(
        request.timing,
        Timing {
            poll_interval: Duration::from_secs(10),
            heartbeat_interval: Duration::from_mins(1),
            timeout: Duration::from_mins(90),
            token_refresh_interval: Duration::from_mins(20),
        }
    );
    assert_eq!(
        (request.on_timeout, request.on_cancel),
        (OnStop::Cancel, OnStop::Cancel)
    );
    assert_eq!((request.wait, request.summary), (false, false));
    assert_eq!(request.masked_outputs, ["key", "connection"]);
}

#[test]
fn a_what_if_is_made_where_it_is_wanted() {
    let least = Some(WhatIfInputs::default());
    let forbidden = WhatIfInputs {
        forbidden: vec![ChangeType::Delete],
        ..WhatIfInputs::default()
    };
    for (changes, operation, what_if) in [
        (&[][..], Operation::Create, None),
        (&[("what-if", "True")], Operation::Create, least.clone()),
        (
            &[("fail-on-change-types", "delete")],
            Operation::Create,
            Some(forbidden),
        ),
        (&[("operation", "whatif")], Operation::WhatIf, least),
        (&[("operation", "validate")], Operation::Validate, None),
    ] {
        let request = request(changes);
        assert_eq!(
            (request.operation, request.what_if),
            (operation, what_if),
            "{changes:?}"
        );
        assert_eq!(request.validation_level, None);
    }
}

#[test]
fn a_what_if_as_it_is_wanted() {
    let request = request(&[
        ("operation", "whatIf"),
        ("what-if-exclude-change-types", "ignore, NOCHANGE"),
        ("what-if-result-format", "resourceidonly"),
        ("fail-on-change-types", "Delete\nDetach"),
        ("what-if-allow-incomplete", "TRUE"),
        ("validation-level", "providerNoRbac"),
    ]);
    let expected = WhatIfInputs {
        excluded: vec![ChangeType::Ignore, ChangeType::NoChange],
        forbidden: vec![ChangeType::Delete, ChangeType::Detach],
        allows_incomplete: true,
        format: ResultFormat::IdOnly,
    };
    assert_eq!(request.what_if, Some(expected));
    assert_eq!(
        request.validation_level,
        Some(ValidationLevel::ProviderNoRbac)
    );
}

#[test]
fn the_scope_follows_from_what_is_given() {
    let none = ("resource-group-name", "");
    let mg = ("management-group-id", "mg-corp");
    let location = ("location", "West Europe");
    for (changes, scope, has_location) in [
        (&[][..], "resourceGroup", false),
        (&[location][..], "resourceGroup", false),
        (&[none, location], "subscription", true),
        (&[none, mg, location], "managementGroup", true),
        (&[none, location, ("scope", "tenant")], "tenant", true),
        (
            &[none, location, ("scope", "Subscription")],
            "subscription",
            true,
        ),
        (
            &[none, mg, location, ("scope", "managementgroup")],
            "managementGroup",
            true,
        ),
        (&[("scope", "resourceGroup")], "resourceGroup", false),
    ] {
        let request = request(changes);
        assert_eq!(request.scope.kind(), scope, "{changes:?}");
        assert_eq!(request.location.is_some(), has_location, "{changes:?}");
    }
}

#[test]
fn ids_come_from_input_then_creds_then_variable() {
    let ambient = ("AZURE_SUBSCRIPTION_ID", OTHER_APP);
    let none = ("subscription-id", "");
    let creds = ("creds", CREDS);
    for (changes, expected) in [
        (&[none, ambient][..], OTHER_APP),
        (&[none, creds, ambient], SUBSCRIPTION),
        (&[("subscription-id", APP), creds, ambient], APP),
    ] {
        let Scope::ResourceGroup { subscription, .. } = request(changes).scope else {
            panic!("the scope is a resource group");
        };
        assert_eq!(subscription.to_string(), expected);
    }
}

#[test]
fn the_method_is_what_is_at_hand() {
    let secret = ("client-secret", SECRET);
    let file = ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token");
    let creds = ("creds", CREDS);
    let none = ("client-id", "");
    for (changes, method) in [
        (&[][..], "oidc"),
        (&[OIDC[0], OIDC[1], OIDC[2], secret, file], "secret"),
        (&[OIDC[0], OIDC[1], OIDC[2], creds], "secret"),
        (
            &[OIDC[0], OIDC[1], OIDC[2], creds, ("client-id", OTHER_APP)],
            "oidc",
        ),
        (&[OIDC[0], OIDC[1], OIDC[2], file], "oidc"),
        (&[OIDC[0], OIDC[1], file], "file"),
        (&[file, ("auth-type", "SERVICE_PRINCIPAL")], "file"),
        (&[file, ("auth-type", "oidc")], "oidc"),
        (
            &[
                OIDC[0],
                OIDC[1],
                OIDC[2],
                file,
                ("auth-type", "Workload-Identity"),
            ],
            "file",
        ),
        (&[secret, ("auth-type", "secret")], "secret"),
        (&[creds, ("auth-type", "oidc")], "oidc"),
        (&[("auth-type", "IDENTITY")], "machine"),
        (&[("auth-type", "managed-identity")], "machine"),
        (&[none, ("auth-type", "azure-cli")], "az"),
        (&[none], "az"),
        (&[none, ("tenant-id", "")], "az"),
        (&[none, creds], "secret"),
        (&[none, file, ("AZURE_CLIENT_ID", OTHER_APP)], "file"),
        (&[none, ("AZURE_CLIENT_ID", OTHER_APP)], "oidc"),
    ] {
        let found = match request(changes).sign_in.method {
            Method::HostOidc { .. } => "oidc",
            Method::Secret(text) => {
                assert_eq!(text.expose_secret(), SECRET);
                "secret"
            }
            Method::TokenFile(path) => {
                assert_eq!(path, PathBuf::from("/var/run/token"));
                "file"
            }
            Method::ManagedIdentity => "machine",
            Method::AzureCli => "az",
        };
        assert_eq!(found, method, "{changes:?}");
    }
}

#[test]
fn the_azure_cli_signs_in_as_nobody_else() {
    let request = request(&[
        ("client-id", ""),
        ("AZURE_CLIENT_ID", OTHER_APP),
        ("auth-type", "azure-cli"),
    ]);
    assert_eq!(request.sign_in.client_id, None);
    assert_eq!(request.sign_in.tenant_id, TENANT.parse().ok());
}

#[test]
fn only_the_identity_of_the_machine_needs_no_ids() {
    let request = request(&[
        ("client-id", ""),
        ("tenant-id", ""),
        ("auth-type", "managed-identity"),
    ]);
    assert_eq!(
        (request.sign_in.client_id, request.sign_in.tenant_id),
        (None, None)
    );
}

#[test]
fn clouds_by_name_or_by_address() {
    let host = |changes: &[(&str, &str)]| {
        let cloud = request(changes).sign_in.cloud;
        cloud.resource_manager.to_string()
    };
    for (name, expected) in [
        ("azurecloud", "https://management.azure.com/"),
        ("AZUREUSGOVERNMENT", "https://management.usgovcloudapi.net/"),
        ("azureChinaCloud", "https://management.chinacloudapi.cn/"),
    ] {
        assert_eq!(host(&[("environment", name)]), expected);
    }
    let custom = [
        ("environment", "custom"),
        ("resource-manager-url", "https://management.local:8443"),
        ("authority-url", "https://login.local/"),
        ("audience", "api://mine"),
    ];
    assert_eq!(host(&custom), "https://management.local:8443/");
    assert!(matches!(
        request(&custom).sign_in.method,
        Method::HostOidc { audience } if audience == "api://mine"
    ));
}
