//! The messages that the hints were made from: as users have shown them in public threads, as Azure's documentation
//! quotes them, or recorded; with other names and ids.

use super::{Hint, hint, table};
use crate::arm::Cause;

/// Where a message was read, its code, the resource's type and name, and the message.
type Source = (&'static str, &'static str, &'static str, &'static str);

const DEPLOYMENT: &str = "Microsoft.Resources/deployments/hub";
const VNET: &str = "Microsoft.Network/virtualNetworks/vnet";
const VM: &str = "Microsoft.Compute/virtualMachines/vm";
const STORAGE: &str = "Microsoft.Storage/storageAccounts/st";
const ROLE: &str = "Microsoft.Authorization/roleAssignments/ra";
const VAULT: &str = "Microsoft.KeyVault/vaults/kv";

/// Each known cause has one at least.
const SOURCES: &[Source] = &[
    (
        "Azure/azure-dev#2209",
        "AuthorizationFailed",
        DEPLOYMENT,
        "The client '11111111-1111-1111-1111-111111111111' with object id '22222222-2222-2222-2222-222222222222' does not have authorization to perform action 'Microsoft.Resources/deployments/write' over scope '/subscriptions/s/resourcegroups/rg/providers/Microsoft.Resources/deployments/hub' or the scope is invalid. If access was recently granted, please refresh your credentials.",
    ),
    (
        "Azure-Samples/azure-search-openai-demo#599",
        "InvalidTemplateDeployment",
        DEPLOYMENT,
        "The template deployment failed with error: 'Authorization failed for template resource 'ra' of type 'Microsoft.Authorization/roleAssignments'. The client '11111111-1111-1111-1111-111111111111' with object id '22222222-2222-2222-2222-222222222222' does not have permission to perform action 'Microsoft.Authorization/roleAssignments/write' at scope '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments/ra'.'.",
    ),
    (
        "Azure/Azure-Landing-Zones#4197",
        "InvalidTemplateDeployment",
        DEPLOYMENT,
        "Authorization failed for template resource 'a' of type 'Microsoft.Resources/deployments'. The client '***' with object id '22222222-2222-2222-2222-222222222222' does not have permission to perform action 'Microsoft.Resources/deployments/write' at scope '/providers/Microsoft.Management/managementGroups/alz/providers/Microsoft.Resources/deployments/a'.:Authorization failed for template resource 'b' of type 'Microsoft.Resources/deployments'. The client '***' with object id '22222222-2222-2222-2222-222222222222' does not have permission to perform action 'Microsoft.Resources/deployments/write' at scope '/providers/Microsoft.Management/managementGroups/alz/providers/Microsoft.Resources/deployments/b'.",
    ),
    (
        "Azure/deployment-stacks#163, in the words of #215",
        "AuthorizationFailed",
        "Microsoft.Resources/deploymentStacks/hub",
        "The client 'x' with object id '22222222-2222-2222-2222-222222222222' does not have authorization to perform action 'Microsoft.Resources/deploymentStacks/manageDenySetting/action' over scope '/subscriptions/s' or the scope is invalid. If access was recently granted, please refresh your credentials.",
    ),
    (
        "MicrosoftDocs, application gateway ingress",
        "LinkedAuthorizationFailed",
        VM,
        "The client '11111111-1111-1111-1111-111111111111' with object id '22222222-2222-2222-2222-222222222222' has permission to perform action 'Microsoft.Compute/virtualMachineScaleSets/write' on scope '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/vmss'; however, it does not have permission to perform action 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action' on the linked scope(s) '/subscriptions/s/resourcegroups/other/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id' or the linked scope(s) are invalid.",
    ),
    (
        "MicrosoftDocs, deny assignments of managed applications",
        "DenyAssignmentAuthorizationFailed",
        VNET,
        "The client 'x' with object id '22222222-2222-2222-2222-222222222222' has permission to perform action 'Microsoft.Network/virtualNetworks/delete' on scope '/subscriptions/s/resourceGroups/rg'; however, the access is denied because of the deny assignment with name 'System deny assignment created by managed application' and Id '7' at scope '/subscriptions/s/resourceGroups/rg'.",
    ),
    (
        "microsoftgraph/msgraph-bicep-types#131",
        "Forbidden",
        "MicrosoftGraph",
        "Insufficient privileges to complete the operation. Graph client request id: 0. Graph request timestamp: Fri, 31 May 2024 11:39:21 GMT.",
    ),
    (
        "Azure-Samples/azure-search-openai-demo#1091",
        "RoleAssignmentExists",
        ROLE,
        "The role assignment already exists.",
    ),
    (
        "Azure/avdaccelerator#76",
        "PrincipalNotFound",
        ROLE,
        "Principal 0 does not exist in the directory 1. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
    ),
    (
        "Azure-Samples/graphrag-accelerator#168",
        "RoleAssignmentUpdateNotPermitted",
        ROLE,
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    ),
    (
        "azure-sdk-for-java, a sample answer, and what we add to it",
        "RequestDisallowedByPolicy",
        DEPLOYMENT,
        "A policy token is required. (the policy needs an external evaluation by 'CoinFlip')",
    ),
    (
        "MicrosoftDocs, RequestDisallowedByPolicy",
        "RequestDisallowedByPolicy",
        VNET,
        "Resource 'vnet' was disallowed by policy.",
    ),
    (
        "microsoft/microsoft-foundry-for-vscode#292",
        "RequestDisallowedByAzure",
        VNET,
        "Resource 'vnet' was disallowed by Azure: This policy maintains a set of best available regions where your subscription can deploy resources. The objective of this policy is to ensure that your subscription has full access to Azure services with optimal performance. Should you need additional or different regions, contact support..",
    ),
    (
        "MicrosoftDocs, locks of views",
        "ScopeLocked",
        VNET,
        "The scope '/subscriptions/s/resourcegroups/rg/providers/Microsoft.Network/virtualNetworks/vnet' cannot perform write operation because following scope(s) are locked: '/subscriptions/s/resourceGroups/rg'. Please remove the lock and try again.",
    ),
    (
        "Azure/azure-sdk-for-python#38382",
        "InvalidAuthenticationTokenTenant",
        DEPLOYMENT,
        "The access token is from the wrong issuer 'https://sts.windows.net/0/'. It must match the tenant 'https://sts.windows.net/1/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/1' to get the token.",
    ),
    (
        "Azure/bicep#18455",
        "KeyVaultParameterReferenceSecretRetrieveFailed",
        DEPLOYMENT,
        "The secret of KeyVault parameter 'password' cannot be retrieved. Http status code: 'Forbidden'. Error message: 'Access denied to first party service.",
    ),
    (
        "microsoft/vscode-azureappservice#1646",
        "ReadOnlyDisabledSubscription",
        DEPLOYMENT,
        "The subscription '0' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.",
    ),
    (
        "public transcripts of az",
        "SubscriptionNotFound",
        DEPLOYMENT,
        "The subscription '0' could not be found.",
    ),
    (
        "microsoft/vscode-apimanagement#417",
        "MissingSubscriptionRegistration",
        DEPLOYMENT,
        "The subscription is not registered to use namespace 'Microsoft.ApiManagement'. See https://aka.ms/rps-not-found for how to register subscriptions.",
    ),
    (
        "Azure/msrestazure-for-python#53",
        "MissingSubscriptionRegistration",
        DEPLOYMENT,
        "The subscription registration is in 'Unregistered' state. The subscription must be registered to use namespace 'Microsoft.KeyVault'. See https://aka.ms/rps-not-found for how to register subscriptions.",
    ),
    (
        "Azure-Samples/MyDriving#575",
        "MissingRegistrationForLocation",
        "microsoft.insights/components/ai",
        "The subscription is not registered for the resource type 'components' in the location 'centralus'. Please re-register for this provider in order to have access to this location.",
    ),
    (
        "MicrosoftDocs, registration of resource providers",
        "NoRegisteredProviderFound",
        VNET,
        "No registered resource provider found for location 'moon' and API version '2015-06-15' for type 'virtualNetworks'. The supported api-versions are '2024-05-01'. The supported locations are 'westeurope'.",
    ),
    (
        "public transcripts of Terraform",
        "LocationNotAvailableForResourceType",
        "Microsoft.Web/staticSites/app",
        "The provided location 'norwayeast' is not available for resource type 'Microsoft.Web/staticSites'. List of available regions for the resource type is 'westus2,centralus,eastus2,westeurope,eastasia'.",
    ),
    (
        "MicrosoftDocs, SKU not available",
        "SkuNotAvailable",
        VM,
        "The requested size for resource '/subscriptions/s/vm' is currently not available in location 'westeurope' zones '1' for subscription 's'. Please try another size or deploy to a different location or zones.",
    ),
    (
        "MicrosoftDocs, allocation failures",
        "ZonalAllocationFailed",
        VM,
        "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone. Read more about improving likelihood of allocation success at https://aka.ms/allocation-guidance.",
    ),
    (
        "microsoft/azure-pipelines-tasks#18804",
        "DeploymentQuotaExceeded",
        DEPLOYMENT,
        "Creating the deployment 'hub' would exceed the deployment location quota. The current scope allows deployments to be created in at most '10' locations. The following locations are used for deployments: 'WESTUS,NORTHEUROPE'. Please create your deployment in other locations.",
    ),
    (
        "Azure/azure-monitor-baseline-alerts#77",
        "DeploymentQuotaExceeded",
        DEPLOYMENT,
        "Creating the deployment 'hub' would exceed the quota of '800'. The current deployment count is '800', please delete some deployments before creating a new one.",
    ),
    (
        "MicrosoftDocs, resource quotas",
        "OperationNotAllowed",
        VM,
        "Operation results in exceeding quota limits of Core. Maximum allowed: 4, Current in use: 4, Additional requested: 2.",
    ),
    (
        "OfficeDev/microsoft-teams-emergency-operations-center#100",
        "SubscriptionIsOverQuotaForSku",
        "Microsoft.Web/serverfarms/plan",
        "This region has quota of 0 instances for your subscription. Try selecting different region or SKU.",
    ),
    (
        "public transcripts of az",
        "VaultAlreadyExists",
        VAULT,
        "A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault.",
    ),
    (
        "MicrosoftDocs, storage account names",
        "StorageAccountAlreadyTaken",
        STORAGE,
        "The storage account named st is already taken.",
    ),
    (
        "Azure/azure-dev, a sample error",
        "Conflict",
        "Microsoft.Web/sites/devapi",
        "Website with given name devapi already exists.",
    ),
    (
        "recorded in 2016",
        "AccountNameInvalid",
        STORAGE,
        "St! is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.",
    ),
    (
        "Azure/azqr#34",
        "ResourceRequestsThrottled",
        DEPLOYMENT,
        "Number of requests for action 'Microsoft.Cdn/profiles/read' exceeded the limit of '50' for time interval '00:05:00'. Please try again after '372' seconds.",
    ),
    (
        "microsoft/mwt-ds#29",
        "DeploymentActive",
        DEPLOYMENT,
        "Unable to edit or replace deployment 'hub': previous deployment from '7/6/2016 8:21:16 PM' is still active (expiration time is '7/13/2016 8:21:15 PM').",
    ),
    (
        "MicrosoftDocs, job size exceeded",
        "JobSizeExceeded",
        DEPLOYMENT,
        "The deployment has exceeded limits.",
    ),
    (
        "MicrosoftDocs, invalid template",
        "InvalidTemplate",
        DEPLOYMENT,
        "Deployment template validation failed: 'The provided value 'x' for the template parameter 'y' is not valid. The parameter value is not part of the allowed value(s).",
    ),
    (
        "MicrosoftDocs, invalid content link",
        "InvalidContentLink",
        DEPLOYMENT,
        "Unable to download deployment content from 'https://x/nested.json'.",
    ),
    (
        "a sample answer in a public test",
        "DeploymentOutputEvaluationFailed",
        DEPLOYMENT,
        "Unable to evaluate template outputs: 'result'. Please see error details and deployment operations.",
    ),
    (
        "a public log of Packer",
        "ResourceGroupBeingDeleted",
        VNET,
        "The resource group 'rg' is in deprovisioning state and cannot perform this operation.",
    ),
    (
        "Azure/bicep#5132",
        "AnotherOperationInProgress",
        VNET,
        "Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: https://management.azure.com/subscriptions/s/providers/Microsoft.Network/locations/eastus/operations/0?api-version=2019-11-01.",
    ),
    (
        "Azure/azure-cli#21156",
        "CanceledAndSupersededDueToAnotherOperation",
        "Microsoft.Network/applicationGateways/agw",
        "Operation PutApplicationGatewayOperation (0) was canceled and superseded by operation PatchApplicationGatewayOperation (1).",
    ),
    (
        "MicrosoftDocs, a sample of an error",
        "InternalServerError",
        VNET,
        "Internal Server Error",
    ),
    (
        "Azure/azure-dev, a sample error",
        "ResourceNotFound",
        VNET,
        "The Resource 'Microsoft.Insights/components/ai' under resource group 'rg' was not found.",
    ),
    (
        "public notes on AKS",
        "SubnetIsFull",
        VNET,
        "Subnet snet with address prefix 10.0.0.0/29 doesn't have enough capacity for 9 IP addresses.",
    ),
    (
        "public transcripts of az",
        "NetcfgSubnetRangesOverlap",
        VNET,
        "Subnet 'snet' is not valid because its IP address range overlaps with that of an existing subnet in virtual network 'vnet'.",
    ),
    (
        "hashicorp/terraform-provider-azurerm, a comment",
        "InUseSubnetCannotBeDeleted",
        VNET,
        "Subnet internal is in use by /subscriptions/s/nic and cannot be deleted.",
    ),
    (
        "MicrosoftDocs, storage account names",
        "InvalidResourceLocation",
        STORAGE,
        "The resource 'st' already exists in location 'westus' in resource group 'rg'. A resource with the same name cannot be created in location 'eastus'. Please select a new resource name.",
    ),
    (
        "hashicorp/terraform-provider-azurerm, a comment",
        "PropertyChangeNotAllowed",
        VM,
        "Changing property 'linuxConfiguration.ssh.publicKeys' is not allowed.",
    ),
    (
        "public transcripts of Terraform",
        "ResourcePurchaseValidationFailed",
        VM,
        "User failed validation to purchase resources. Error message: 'You have not accepted the legal terms on this subscription: '0' for this plan.",
    ),
    (
        "public transcripts of az",
        "DeploymentScriptError",
        "Microsoft.Resources/deploymentScripts/ds",
        "The provided script failed with multiple errors. First error: No subscription found in the context.",
    ),
    (
        "MicrosoftDocs, Azure Virtual Desktop",
        "VMExtensionProvisioningError",
        VM,
        "VM has reported a failure when processing extension 'joindomain'. Error message: \"Exception(s) occurred while joining Domain 'contoso'\".",
    ),
];

fn cause_of(source: &Source) -> Cause {
    let (_, code, resource, message) = source;
    Cause {
        code: (*code).to_owned(),
        message: (*message).to_owned(),
        resource: Some(format!(
            "/subscriptions/s/resourceGroups/rg/providers/{resource}"
        )),
        path: vec![],
    }
}

#[test]
fn each_message_has_its_hint() {
    let told = SOURCES.iter().map(|source| {
        let (from, code, _, message) = source;
        let hint = hint(&cause_of(source)).unwrap_or(Hint {
            text: "none".to_owned(),
            command: None,
        });
        let command = hint
            .command
            .map_or_else(String::new, |command| format!("\n  $ {command}"));
        format!(
            "{code} ({from})\n  {message}\n  => {}{command}\n",
            hint.text
        )
    });
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"));
}

#[test]
fn each_hint_was_made_from_a_message() {
    for known in table::known() {
        let first = |source| table::known().find(|known| known.is_of(&cause_of(source)));
        let is_source = |source| first(source).is_some_and(|found| std::ptr::eq(found, known));
        assert!(SOURCES.iter().any(is_source), "{}", known.text);
    }
}
