//! Registration, regions, sizes, quotas and names.

use crate::report::words::hints::known::KnownCause;

pub(super) const KNOWN: &[KnownCause] = &[
    KnownCause {
        codes: &[
            "MissingSubscriptionRegistration",
            "SubscriptionNotRegistered",
            "MissingRegistrationsForTypes",
        ],
        text: "the resource provider is not registered in the subscription: register it, wait some minutes, then run it again",
        detailed: &[
            "the subscription is not registered for {provider}: register it, wait some minutes, then run it again",
        ],
        command: "az provider register --wait --namespace {provider}",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["MissingRegistrationForLocation"],
        text: "the subscription does not know this resource type in that region: register its provider once more, which adds new regions, or choose another region if the type is not offered there",
        detailed: &[
            "the subscription does not know this resource type in that region: register {provider} once more, which adds new regions, or choose another region if the type is not offered there",
        ],
        command: "az provider register --wait --namespace {provider}",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "NoRegisteredProviderFound",
            "InvalidResourceNamespace",
            "InvalidResourceType",
        ],
        text: "the resource type does not exist in this region or at this API version, or its provider is not registered: correct the region or the API version, or register the provider",
        detailed: &[
            "the resource type does not exist in this region or at this API version, or {provider} is not registered: correct the region or the API version, or register the provider",
        ],
        command: "az provider register --wait --namespace {provider}",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "LocationNotAvailableForResourceType",
            "LocationNotAvailableForResourceGroup",
            "InvalidLocation",
        ],
        text: "this resource type is not offered in that region: choose one of the regions in the message",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["SkuNotAvailable"],
        text: "this size is not available to this subscription in that region, usually for lack of capacity: choose another size, zone or region",
        detailed: &[
            "this size is not available to this subscription in {region}, usually for lack of capacity: choose another size, zone or region",
        ],
        command: "az vm list-skus --all --output table --location {region}",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "AllocationFailed",
            "ZonalAllocationFailed",
            "OverconstrainedAllocationRequest",
            "OverconstrainedZonalAllocationRequest",
        ],
        text: "Azure has no capacity for it there at the moment: run it again later, or choose another size, zone or region",
        ..KnownCause::NONE
    },
    KnownCause {
        phrases: &["exceed the deployment location quota"],
        text: "the scope has deployments in ten regions already, the most that Azure allows: give as `location` (in a nested deployment, its `location`) one of the regions in the message, or delete all deployments of one region; resources may be in any region",
        detailed: &[
            "the scope has deployments in ten regions already, the most that Azure allows: give as `location` (in a nested deployment, its `location`) one of {locations}, or delete all deployments of one region; resources may be in any region",
        ],
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["DeploymentQuotaExceeded"],
        text: "the deployment history of this scope is full (800 deployments): delete old ones; a CanNotDelete lock, or a missing right to delete deployments, prevents Azure from deleting them automatically",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &["ConflictError", "FlagMustBeSetForRestore"],
        phrases: &["deleted state"],
        text: "a soft-deleted resource of this name still exists: recover it, purge it, or choose another name (for key vaults `az keyvault list-deleted`)",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "QuotaExceeded",
            "ResourceQuotaExceeded",
            "PublicIPCountLimitReached",
            "InsufficientQuota",
            "SubscriptionQuotaExceeded",
            "SubscriptionIsOverQuotaForSku",
        ],
        phrases: &[
            "exceeding approved",
            "exceeding quota limits",
            "region has quota of 0 instances",
        ],
        text: "a quota of the subscription is exhausted: request an increase in the portal under Quotas, delete unused resources, or choose another size or region",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "StorageAccountAlreadyTaken",
            "StorageAccountAlreadyExists",
            "AccountNameAlreadyExists",
            "NameUnavailable",
            "NameNotAvailable",
            "NamespaceUnavailable",
            "VaultAlreadyExists",
            "DnsRecordInUse",
            "StorageAccountInAnotherResourceGroup",
        ],
        phrases: &["Website with given name"],
        text: "the name must be unique in all of Azure and is already taken: choose another one, for example with `uniqueString(resourceGroup().id)` in it",
        ..KnownCause::NONE
    },
    KnownCause {
        codes: &[
            "AccountNameInvalid",
            "VaultNameNotValid",
            "InvalidResourceName",
            "InvalidDomainNameLabel",
            "ReservedResourceName",
        ],
        text: "the name is not valid for this resource type: change it as described in the message",
        ..KnownCause::NONE
    },
];
