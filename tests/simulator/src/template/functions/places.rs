//! Where the deployment is: subscription, resource group, tenant, environment, itself.

use serde_json::{Value, json};

use super::{
    super::{Result, TemplateError, environment::Environment, evaluate::Evaluator},
    Call,
};
use crate::{CLIENT_ID, OBJECT_ID, TENANT_ID, arm::scope::Scope};

pub(super) fn call(evaluator: &Evaluator<'_>, call: &Call<'_>) -> Option<Result<Value>> {
    let environment = evaluator.environment;
    Some(match call.name {
        "subscription" => subscription(environment),
        "resourcegroup" => resource_group(environment),
        "managementgroup" => management_group(environment),
        "tenant" => Ok(tenant()),
        "deployment" => Ok(deployment(environment)),
        "environment" => Ok(cloud(environment)),
        "deployer" => Ok(json!({
            "objectId": OBJECT_ID, "tenantId": TENANT_ID, "userPrincipalName": "", "clientId": CLIENT_ID,
        })),
        _ => return None,
    })
}

fn subscription(environment: &Environment) -> Result<Value> {
    let id = environment
        .scope
        .subscription()
        .ok_or_else(|| misplaced("subscription"))?;
    Ok(json!({
        "id": format!("/subscriptions/{id}"),
        "subscriptionId": id,
        "tenantId": TENANT_ID,
        "displayName": "Simulated subscription",
    }))
}

fn resource_group(environment: &Environment) -> Result<Value> {
    let Scope::ResourceGroup { group, .. } = &environment.scope else {
        return Err(misplaced("resourceGroup"));
    };
    let id = environment.scope.id();
    let locations = environment.facts.group_locations.borrow();
    let location = locations.get(&id.to_ascii_lowercase());
    Ok(json!({
        "id": id,
        "name": group,
        "type": "Microsoft.Resources/resourceGroups",
        "location": location.map_or(crate::LOCATION, String::as_str),
        "tags": {},
        "properties": {"provisioningState": "Succeeded"},
    }))
}

fn management_group(environment: &Environment) -> Result<Value> {
    let Scope::ManagementGroup(name) = &environment.scope else {
        return Err(misplaced("managementGroup"));
    };
    let parent = Scope::ManagementGroup(TENANT_ID.to_owned()).id();
    Ok(json!({
        "id": environment.scope.id(),
        "name": name,
        "type": "/providers/Microsoft.Management/managementGroups",
        "properties": {
            "details": {"parent": {"displayName": "Tenant Root Group", "id": parent, "name": TENANT_ID}},
            "displayName": name,
            "tenantId": TENANT_ID,
        },
    }))
}

fn tenant() -> Value {
    json!({
        "countryCode": "CH",
        "displayName": "Simulated tenant",
        "id": format!("/tenants/{TENANT_ID}"),
        "tenantId": TENANT_ID,
    })
}

fn deployment(environment: &Environment) -> Value {
    let template = &environment.template;
    let mut deployment = json!({
        "name": environment.deployment,
        "properties": {
            "template": {
                "$schema": template["$schema"],
                "contentVersion": template["contentVersion"],
                "metadata": template["metadata"],
            },
            "mode": "Incremental",
            "provisioningState": "Accepted",
        },
    });
    if let Some(location) = &environment.location {
        deployment["location"] = location.as_str().into();
    }
    deployment
}

fn cloud(environment: &Environment) -> Value {
    let facts = &environment.facts;
    json!({
        "name": "AzureCloud",
        "gallery": "https://gallery.azure.com/",
        "graph": "https://graph.windows.net/",
        "portal": "https://portal.azure.com",
        "graphAudience": "https://graph.windows.net/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
        "resourceManager": format!("{}/", facts.resource_manager),
        "authentication": {
            "loginEndpoint": format!("{}/", facts.authority),
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "acrLoginServer": ".azurecr.io",
            "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
            "keyvaultDns": ".vault.azure.net",
            "sqlServerHostname": ".database.windows.net",
            "storage": "core.windows.net",
        },
    })
}

fn misplaced(function: &str) -> TemplateError {
    TemplateError(format!(
        "The template function '{function}' is not expected at this location. Please see https://aka.ms/arm-functions for usage details."
    ))
}
