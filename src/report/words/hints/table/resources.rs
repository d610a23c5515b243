//! Resources that refuse what is asked of them.

use crate::report::words::hints::known::KnownCause;

pub(super) const KNOWN: &[KnownCause] = &[
    KnownCause {
        codes: &[
            "ResourceNotFound",
            "ParentResourceNotFound",
            "ReferencedResourceNotFound",
            "InvalidResourceReference",
            "ResourceGroupNotFound",
        ],
        text: "a referenced resource does not exist: create it first, add the missing `dependsOn`, or correct name, resource group and subscription",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["SubnetIsFull"],
        text: "the subnet has no free addresses: enlarge it, or use another one; Azure reserves five addresses in each subnet",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "NetcfgInvalidSubnet",
            "NetcfgSubnetRangesOverlap",
            "NetcfgInvalidIPAddressPrefix",
            "NetcfgInvalidVirtualNetwork",
            "InvalidCIDRNotation",
        ],
        text: "the address range is not within its virtual network, or overlaps another one: correct the prefixes",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "InUseSubnetCannotBeDeleted",
            "InUseSubnetCannotBeUpdated",
            "SubnetInUse",
            "InUseNetworkSecurityGroupCannotBeDeleted",
            "PublicIPAddressInUse",
        ],
        text: "another resource still uses it: remove that reference first; a template that omits existing subnets of a virtual network deletes them",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "InvalidResourceGroupLocation",
            "InvalidDeploymentLocation",
            "InvalidResourceLocation",
        ],
        text: "it already exists in another region, and the region cannot be changed: use that region or another name, or delete the existing one",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "PropertyChangeNotAllowed",
            "PropertyChangeNotSupported",
            "ResourcePropertyImmutable",
        ],
        text: "this property cannot be changed once the resource exists: keep its value, or delete the resource and deploy it again",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "MarketplacePurchaseEligibilityFailed",
            "ResourcePurchaseValidationFailed",
            "VMMarketplaceInvalidInput",
        ],
        text: "the terms of a Marketplace offer have not been accepted in this subscription: accept them once (az vm image terms accept)",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "DeploymentScriptError",
            "DeploymentScriptOperationFailed",
            "ContainerOperationFailed",
        ],
        text: "a deployment script of the template failed: see its log, which Azure keeps for some time (az deployment-scripts show-log)",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "VMExtensionProvisioningError",
            "VMExtensionHandlerNonTransientError",
            "VMExtensionProvisioningTimeout",
            "OSProvisioningTimedOut",
            "OSProvisioningClientError",
        ],
        text: "the virtual machine was created, but its setup failed: see its boot diagnostics and the extension's log",
        ..KnownCause::NONE
    },
];
