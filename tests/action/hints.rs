//! What to do about an error of Azure: the right role at the right place, the right limit. The messages are Azure's,
//! as users have shown them, with other names.

use azure_simulator::{Fault, Options, RESOURCE_GROUP, SUBSCRIPTION_ID, Service, Simulator};
use serde_json::{Value, json};

use super::{
    common::{HUB, hub, hub_id, stack},
    step::{Outcome, Step, azure, options},
    templates::{network, resource, template},
};

const PRINCIPAL: &str = "22222222-2222-2222-2222-222222222222";
const ASSIGN: &str = "az role assignment create --assignee-object-id";

fn group() -> String {
    format!("/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}")
}

/// Azure's refusal of the submission.
fn refused(status: u16, body: &Value) -> Fault {
    let body = json!({ "error": body }).to_string();
    let fault = Fault::status(status).with_body(&body).method("PUT");
    fault.on(Service::ResourceManager)
}

/// What came of a submission that Azure refuses like this.
fn run_into(step: impl Fn(&Simulator, &Value) -> Step, status: u16, error: &Value) -> Outcome {
    let azure = azure();
    azure.inject(refused(status, error));
    step(&azure, &network()).run().expect(1)
}

/// The command that assigns `role`, as the log shows it.
fn assigns(role: &str, scope: &str) -> String {
    format!(
        "{ASSIGN} {PRINCIPAL} --assignee-principal-type ServicePrincipal --role '{role}' --scope {scope}\n"
    )
}

/// azure-search-openai-demo 599 and 1483.
#[test]
fn authorization_at_preflight() {
    let message = format!(
        "The template deployment failed with error: 'Authorization failed for template resource 'ra' of type \
         'Microsoft.Authorization/roleAssignments'. The client '{PRINCIPAL}' with object id '{PRINCIPAL}' does not have \
         permission to perform action 'Microsoft.Authorization/roleAssignments/write' at scope \
         '{}/providers/Microsoft.Authorization/roleAssignments/ra'.'.",
        group()
    );
    let error = json!({"code": "InvalidTemplateDeployment", "message": message});
    run_into(hub, 400, &error)
        .says(&[&assigns(
            "Role Based Access Control Administrator",
            &group(),
        )])
        .never_says(&["the template or its parameters are invalid"]);
}

/// azure-dev 2209: the scope of the refusal is the deployment itself.
#[test]
fn role_at_deployment() {
    let azure = Simulator::start(Options {
        denied_actions: vec!["*".to_owned()],
        ..options()
    });
    let outcome = hub(&azure, &network()).run().expect(1);
    let outcome = outcome.says(&[
        &format!("--role 'Contributor' --scope {}\n", group()),
        &format!("over scope '{}'", hub_id()),
    ]);
    let summary = outcome.summary;
    assert!(
        !summary.contains(&format!("--scope {}", hub_id())),
        "{summary}"
    );
}

/// deployment-stacks 163: Contributor may not do this.
#[test]
fn stack_role() {
    let message = format!(
        "The client 'app' with object id '{PRINCIPAL}' does not have authorization to perform action \
         'Microsoft.Resources/deploymentStacks/manageDenySetting/action' over scope \
         '{}/providers/Microsoft.Resources/deploymentStacks/{HUB}' or the scope is invalid. If access was recently \
         granted, please refresh your credentials.",
        group()
    );
    let error = json!({"code": "AuthorizationFailed", "message": message});
    run_into(stack, 403, &error)
        .says(&[&assigns("Azure Deployment Stack Owner", &group())])
        .never_says(&["Contributor"]);
}

/// A deployment of the subscription.
fn landing_zone(azure: &Simulator, _: &Value) -> Step {
    let group = resource("Microsoft.Resources/resourceGroups", "rg-new");
    let inputs = [("resource-group-name", ""), ("location", "westeurope")];
    Step::new(azure, &template("subscription", json!([group]))).inputs(&inputs)
}

/// azure-monitor-baseline-alerts 77.
#[test]
fn quota_of_history() {
    let message = "Creating the deployment 'hub' would exceed the quota of '800'. The current deployment count is '800', \
         please delete some deployments before creating a new one. Please see https://aka.ms/arm-deploy for usage details.";
    let error = json!({"code": "DeploymentQuotaExceeded", "message": message});
    run_into(landing_zone, 409, &error)
        .says(&["the deployment history of this scope is full (800 deployments): delete old ones"])
        .never_says(&["ten regions"]);
}

/// azure-pipelines-tasks 18804: the same code, another quota.
#[test]
fn quota_of_locations() {
    let message = "Creating the deployment 'hub' would exceed the deployment location quota. The current scope allows \
         deployments to be created in at most '10' locations. The following locations are used for deployments: \
         'WESTUS,NORTHEUROPE,EASTUS,JAPANEAST,WESTUS2,EASTUS2,CENTRALUS,WESTEUROPE,AUSTRALIAEAST,UKSOUTH'. Please create \
         your deployment in other locations. Please see https://aka.ms/arm-deploy-resources for usage details.";
    let error = json!({"code": "DeploymentQuotaExceeded", "message": message});
    run_into(landing_zone, 409, &error)
        .says(&["ten regions already", "one of WESTUS,NORTHEUROPE"])
        .never_says(&["history"]);
}

/// AzureUsageAndBillingPortal 11: the provider to register is that of the type.
#[test]
fn the_provider_of_the_missing_type_is_registered() {
    let error = json!({"code": "InvalidTemplateDeployment", "message": "The template deployment 'hub' is not valid according to the validation procedure.",
        "details": [{"code": "MissingRegistrationForLocation", "target": format!("{}/providers/microsoft.insights/components/ai", group()),
            "message": "The subscription is not registered for the resource type 'components' in the location 'West US'. Please re-register for this provider in order to have access to this location."}]});
    run_into(hub, 409, &error)
        .says(&["az provider register --wait --namespace microsoft.insights\n"])
        .never_says(&["--namespace Microsoft.Resources"]);
}

/// A refusal by `Allowed locations`, in the form of Azure's documentation of policies.
#[test]
fn a_policys_refusal_tells_what_it_found_and_what_it_wants() {
    let location = json!({"result": "True", "expressionKind": "Field", "expression": "location", "path": "location",
        "expressionValue": "westus", "targetValue": ["westeurope"], "operator": "NotIn"});
    let error = json!({"code": "RequestDisallowedByPolicy", "target": "vnet", "message": "Resource 'vnet' was disallowed by policy.",
        "additionalInfo": [{"type": "PolicyViolation", "info": {
            "policyAssignmentDisplayName": "Only Europe", "policyDefinitionDisplayName": "Allowed locations",
            "evaluationDetails": {"evaluatedExpressions": [location]}}}]});
    let told = "(policy assignment 'Only Europe', policy definition 'Allowed locations') (location is 'westus', but must be one of 'westeurope')";
    let outcome = run_into(hub, 403, &error).says(&[told]);
    assert!(outcome.output("error-message").contains(told));
}

/// Preview of policies that ask an endpoint of their own.
#[test]
fn a_policy_that_wants_an_external_evaluation_is_told_apart() {
    let details =
        json!({"shouldDeny": true, "isChangeReferenceRequired": false, "endpointKind": "CoinFlip"});
    let error = json!({"code": "RequestDisallowedByPolicy", "message": "Resource 'hub' was disallowed by policy.",
        "additionalInfo": [{"type": "PolicyViolation", "info": {"evaluationDetails": {"missingPolicyTokenDetails": details}}}]});
    run_into(hub, 403, &error)
        .says(&[
            "the policy needs an external evaluation by 'CoinFlip'",
            "ask the policy's owner to exempt deployments",
        ])
        .never_says(&["change the template to comply"]);
}
