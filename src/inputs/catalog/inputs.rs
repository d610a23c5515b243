//! The table of inputs.

use super::entry::{Input, Kind, Section};

const fn input(
    section: Section,
    name: &'static str,
    default: &'static str,
    description: &'static str,
) -> Input {
    Input {
        section,
        name,
        kind: Kind::Value,
        default,
        description,
        variable: None,
    }
}

impl Input {
    const fn or_variable(mut self, variable: &'static str) -> Self {
        self.variable = Some(variable);
        self
    }

    const fn of_lines(mut self) -> Self {
        self.kind = Kind::Lines;
        self
    }

    const fn switch(mut self) -> Self {
        self.kind = Kind::Switch;
        self
    }

    const fn secret(mut self) -> Self {
        self.kind = Kind::Secret;
        self
    }
}

/// The inputs, in the order of `docs/inputs.md`.
pub(crate) const INPUTS: &[Input] = &[
    input(
        Section::SignIn,
        "client-id",
        "",
        "Application (client) id of the app registration or user-assigned managed identity. In Azure Pipelines else \
         `AZURESUBSCRIPTION_CLIENT_ID`.",
    )
    .or_variable("AZURE_CLIENT_ID"),
    input(
        Section::SignIn,
        "tenant-id",
        "",
        "Directory (tenant) id. In Azure Pipelines else `AZURESUBSCRIPTION_TENANT_ID`.",
    )
    .or_variable("AZURE_TENANT_ID"),
    input(
        Section::SignIn,
        "subscription-id",
        "",
        "Subscription of a `subscription` or `resourceGroup` deployment.",
    )
    .or_variable("AZURE_SUBSCRIPTION_ID"),
    input(
        Section::SignIn,
        "client-secret",
        "",
        "Client secret, for sign-in without OIDC. Masked.",
    ).secret(),
    input(
        Section::SignIn,
        "creds",
        "",
        "JSON of `azure/login`: `clientId`, `clientSecret`, `subscriptionId`, `tenantId`. The inputs above win over it.",
    ).secret(),
    input(
        Section::SignIn,
        "auth-type",
        "auto",
        "`oidc`, `secret`, `managed-identity`, `workload-identity` (the file that `AZURE_FEDERATED_TOKEN_FILE` names), `azure-cli` (the account of `az login` on this machine) or `auto`: a secret if given, else OIDC, else the token file; in a terminal without any of these and without `client-id`, the Azure CLI. `SERVICE_PRINCIPAL` means `auto`, `IDENTITY` means `managed-identity`.",
    ),
    input(
        Section::SignIn,
        "audience",
        "",
        "Audience of the OIDC token. By default that of the cloud, `api://AzureADTokenExchange` in the public one.",
    ),
    input(
        Section::SignIn,
        "environment",
        "azureCloud",
        "`azureCloud`, `azureUSGovernment`, `azureChinaCloud` or `custom`.",
    ),
    input(
        Section::SignIn,
        "resource-manager-url",
        "",
        "Resource Manager of a `custom` cloud, such as `https://management.example.com`.",
    ),
    input(
        Section::SignIn,
        "authority-url",
        "",
        "Entra ID of a `custom` cloud, such as `https://login.example.com`.",
    ),
    input(
        Section::SignIn,
        "token-refresh-interval",
        "45m",
        "Greatest age of a token. Refreshed earlier when ¾ of its lifetime has passed.",
    ),
    input(
        Section::Deployment,
        "type",
        "deployment",
        "`deployment`, or `deploymentStack`: a deployment that keeps track of its resources.",
    ),
    input(
        Section::Deployment,
        "operation",
        "create",
        "`create`; `validate`: Azure checks whether it could be deployed; `whatIf`: Azure predicts what it would change; `wait`: follow the one of this `name` that another step submitted; `cancel`: cancel that one and all within it; `delete`, for a stack.",
    ),
    input(
        Section::Deployment,
        "scope",
        "",
        "`tenant`, `managementGroup`, `subscription` or `resourceGroup`. By default what the inputs below say: a management group, a resource group, or with neither, but a `location`, the subscription.",
    ),
    input(
        Section::Deployment,
        "resource-group-name",
        "",
        "Resource group to deploy to. It must exist.",
    ),
    input(
        Section::Deployment,
        "management-group-id",
        "",
        "Management group to deploy to: its id, not its display name.",
    ),
    input(
        Section::Deployment,
        "location",
        "",
        "Region that keeps the deployment's data, such as `westeurope`. Needed everywhere but in a resource group.",
    ),
    input(
        Section::Deployment,
        "name",
        "",
        "Name of the deployment. By default `<template>-<run id>-<fingerprint>`: the same when a run is repeated, another one for each leg of a matrix. A stack must have a name.",
    ),
    input(
        Section::Deployment,
        "template-file",
        "",
        "Template: `.bicep`, `.json` or `.jsonc`. Not needed beside a `.bicepparam` file that names its template, nor to `delete`, `wait` or `cancel`.",
    ),
    input(
        Section::Deployment,
        "template-uri",
        "",
        "Address of an ARM template, instead of a file. Azure fetches it, so it must be open to Azure or signed.",
    ),
    input(
        Section::Deployment,
        "template-spec-id",
        "",
        "Resource id of a version of a template spec, instead of a file.",
    ),
    input(
        Section::Deployment,
        "parameters-file",
        "",
        "Parameters files: `.bicepparam` (one at most), `.json` or `.jsonc`. Later ones win. Or one address of a JSON file, which Azure fetches.",
    ).of_lines(),
    input(
        Section::Deployment,
        "parameters",
        "",
        "Parameters as a JSON or YAML object, or as words: `key=value`, `key=@file`, and paths of parameters files. They win over `parameters-file`, and complete a `.bicepparam` file.",
    ).of_lines(),
    input(
        Section::Deployment,
        "deployment-mode",
        "Incremental",
        "`Incremental`, or `Complete`: delete what the resource group has and the template has not.",
    ),
    input(
        Section::Deployment,
        "ca-file",
        "",
        "File of the workspace with certificates (PEM) of authorities to trust besides the public ones, for Bicep too, as behind a proxy that inspects TLS. The file that the variable `NODE_EXTRA_CA_CERTS` names is trusted as well; `SSL_CERT_FILE` and `SSL_CERT_DIR` replace the public ones.",
    ),
    input(
        Section::Deployment,
        "bicep-version",
        "",
        "Version of Bicep to download from Microsoft, such as `0.48.1`. By default the one in the image.",
    ),
    input(
        Section::Deployment,
        "bicep-sha256",
        "",
        "SHA-256 that the downloaded Bicep must have. By default the one that Microsoft states.",
    ),
    input(
        Section::Deployment,
        "bicep-path",
        "",
        "A Bicep program of your own.",
    ),
    input(
        Section::Deployment,
        "rollback-on-error",
        "",
        "Deployment to the same resource group that Azure repeats if this one fails: `lastSuccessful`, or a deployment's name. It repeats it in the mode `Complete`, and so deletes what that one did not contain. In resource groups only, and not for stacks.",
    ),
    input(
        Section::Deployment,
        "debug-setting",
        "none",
        "What Azure keeps for debugging: `none`, `requestContent`, `responseContent` or `all`. It may hold secrets.",
    ),
    input(
        Section::Deployment,
        "validation-level",
        "",
        "How thoroughly Azure checks first: `Template`, `Provider` (also with the resource providers and all permissions) or `ProviderNoRbac` (permissions to read only). By default `Provider`.",
    ),
    input(
        Section::Deployment,
        "what-if",
        "false",
        "With `operation: create`: show what the deployment changes, then deploy.",
    ).switch(),
    input(
        Section::Deployment,
        "what-if-exclude-change-types",
        "",
        "Changes to leave out of the what-if: `Create`, `Delete`, `Deploy`, `Detach`, `Ignore`, `Modify`, `NoChange`, `Unsupported`.",
    ).of_lines(),
    input(
        Section::Deployment,
        "what-if-result-format",
        "FullResourcePayloads",
        "`FullResourcePayloads`, or `ResourceIdOnly`: faster, without properties.",
    ),
    input(
        Section::Deployment,
        "fail-on-change-types",
        "",
        "Changes that fail the step before anything is deployed, such as `Modify`, or `Delete` in the mode `Complete`. So does what Azure could not predict. Makes a what-if.",
    ).of_lines(),
    input(
        Section::Deployment,
        "what-if-allow-incomplete",
        "false",
        "`true`: `fail-on-change-types` lets a what-if pass that could not predict everything.",
    ).switch(),
    input(
        Section::Deployment,
        "action-on-unmanage-resources",
        "",
        "What becomes of resources that leave a stack: `delete`, or `detach`: they stay in Azure. Needed for a stack, except to `wait` for it.",
    ),
    input(
        Section::Deployment,
        "action-on-unmanage-resourcegroups",
        "",
        "The same for resource groups. By default `detach`.",
    ),
    input(
        Section::Deployment,
        "action-on-unmanage-managementgroup",
        "",
        "The same for management groups. By default `detach`.",
    ),
    input(
        Section::Deployment,
        "action-on-unmanage-managementgroups",
        "",
        "Another name of `action-on-unmanage-managementgroup`.",
    ),
    input(
        Section::Deployment,
        "deny-settings-mode",
        "",
        "What others may not do with a stack's resources: `none`, `denyDelete` or `denyWriteAndDelete`. Needed for a stack, except to `delete` it or `wait` for it.",
    ),
    input(
        Section::Deployment,
        "deny-settings-excluded-actions",
        "",
        "Actions that are allowed all the same, 200 at most.",
    ).of_lines(),
    input(
        Section::Deployment,
        "deny-settings-excluded-principals",
        "",
        "Object ids of those to whom nothing is denied, 5 at most.",
    ).of_lines(),
    input(
        Section::Deployment,
        "deny-settings-apply-to-child-scopes",
        "",
        "`true`: deny it below the resources, too.",
    ).switch(),
    input(
        Section::Deployment,
        "bypass-stack-out-of-sync-error",
        "",
        "`true`: go on although the stack's list of resources may be out of date.",
    ).switch(),
    input(
        Section::Deployment,
        "description",
        "",
        "What a stack is for.",
    ),
    input(
        Section::Deployment,
        "tags",
        "",
        "Tags of the deployment or stack: a JSON or YAML object, or `key=value` lines.",
    ).of_lines(),
    input(
        Section::Run,
        "poll-interval",
        "30s",
        "Longest time between two reads of what runs, unless too much does at once; where something may end, it is shorter.",
    ),
    input(
        Section::Run,
        "heartbeat-interval",
        "5m",
        "Longest silence in the log while nothing changes.",
    ),
    input(
        Section::Run,
        "timeout",
        "6h",
        "How long the whole step may take: compiling, sign-in, what-if, waiting for another deployment, following.",
    ),
    input(
        Section::Run,
        "on-timeout",
        "leave",
        "What becomes of the deployment then: `leave` or `cancel`.",
    ),
    input(
        Section::Run,
        "on-cancel",
        "leave",
        "What becomes of the deployment when the run is cancelled: `leave` or `cancel`.",
    ),
    input(
        Section::Run,
        "if-active",
        "auto",
        "When a deployment or stack of this name is running already: `auto` follows it if it is this very one (same template, parameters, mode and scope), else waits for its end and submits then; `wait` always waits; `fail` fails.",
    ),
    input(
        Section::Run,
        "wait",
        "true",
        "`false`: submit the deployment and end.",
    ).switch(),
    input(
        Section::Run,
        "masked-outputs",
        "",
        "Template outputs whose values are secrets: masked in the log, and delivered to later steps as they are. In any other output a known secret becomes `***`.",
    ).of_lines(),
    input(Section::Run, "summary", "true", "Write the step summary.").switch(),
    input(
        Section::Run,
        "report-file",
        "",
        "Write the whole run as JSON to this file of the workspace, whatever ends the run. Its form: `docs/report.schema.json`. `long-deploy replay` shows the log again from it.",
    ),
];
