//! Errors in forms that hide what happened, as users have met them.

use azure_simulator::{Fault, Options, ResourceFailure, Service, Simulator};
use serde_json::{Value, json};

use super::{
    common::{hub, requests, stack},
    step::{Outcome, azure, options},
    templates::network,
};

const PAGE: &str = "<!DOCTYPE html>\r\n<html><head><title>504 - The web request timed out</title>\
    <style>body{font:12px arial}</style></head><body><h1>504</h1>\
    <p>The gateway did not receive a response from 'Microsoft.Web' within the specified time period.</p></body></html>";

/// What came of a deployment whose only resource fails with this status message.
fn failed(status_code: &str, message: Value) -> Outcome {
    let azure = Simulator::start(Options {
        failures: vec![ResourceFailure {
            status_code: status_code.to_owned(),
            status_message: Some(message),
            ..ResourceFailure::new("vnet", "", "")
        }],
        ..options()
    });
    hub(&azure, &network()).run().expect(1)
}

/// radius 6365: what succeeded stands before what failed, with nulls, and JSON in strings three deep.
#[test]
fn error_nulls() {
    let leaf = json!({"error": {"code": "UnhandledError",
        "message": "Response status code does not indicate success: 500 (Internal Server Error)."}});
    let nothing = json!({"additionalInfo": null, "code": "OK", "details": null, "message": "", "target": null});
    let inner = json!({"code": "DeploymentFailed", "message": "",
        "details": [{"code": "", "message": leaf.to_string()}, {"code": "", "message": ""}]});
    let outer = json!({"status": "Failed", "error": {"code": "ResourceDeploymentFailure", "message": "Failed", "details": [inner]}});
    let conflict = json!({"additionalInfo": null, "code": "Conflict", "details": null, "target": null, "message": outer.to_string()});
    let error = json!({"code": "DeploymentFailed", "message": "", "target": null, "details": [nothing, conflict]});
    let outcome = failed("Conflict", json!({"error": error}));
    assert_eq!(outcome.output("error-code"), "UnhandledError");
    let message = "vnet (virtualNetworks): Response status code does not indicate success: 500 (Internal Server Error).";
    assert_eq!(outcome.output("error-message"), message);
    outcome.never_says(&["OK:", "and 1 more"]);
}

/// AzureMonitorStarterPacks 180.
#[test]
fn multiple_errors() {
    let causes = [
        json!({"code": "StorageAccountAlreadyTaken", "message": "The storage account named st is already taken."}),
        json!({"code": "SkuNotAvailable", "message": "The requested size is currently not available."}),
    ];
    let error = json!({"code": "MultipleErrorsOccurred", "message": "Multiple error occurred: Conflict,Conflict. Please see details.", "details": causes});
    let outcome = failed("Conflict", json!({"error": error})).says(&[
        "The storage account named st is already taken.",
        "The requested size is currently not available.",
    ]);
    assert_eq!(outcome.output("error-code"), "StorageAccountAlreadyTaken");
    outcome.never_says(&["MultipleErrorsOccurred", "Multiple error occurred"]);
}

/// azure-pipelines-tasks 6757: a gateway's page in place of an error.
#[test]
fn error_html() {
    let outcome = failed("GatewayTimeout", json!(PAGE)).says(&[
        "The gateway did not receive a response from 'Microsoft.Web'",
        "because of GatewayTimeout at vnet",
        "::error title=GatewayTimeout::",
    ]);
    assert_eq!(outcome.output("error-code"), "GatewayTimeout");
    outcome.never_says(&["<h1>", "font:12px", "DOCTYPE", "&lt;h1&gt;"]);
}

/// deployment-stacks 242: what failed is told by the outer sentence alone.
#[test]
fn stack_deny_failure() {
    let azure = Simulator::start(Options {
        deny_error: Some(json!({"code": "DeploymentStackDenyAssignmentFailure",
            "message": "The deployment stack failed to update deny assignments.",
            "details": [{"code": "DeploymentStackOperationFailed", "message": "The operation was canceled."}]})),
        ..options()
    });
    let outcome = stack(&azure, &network())
        .input("deny-settings-mode", "denyDelete")
        .run()
        .expect(1);
    let both =
        "The deployment stack failed to update deny assignments. The operation was canceled.";
    let code = "DeploymentStackDenyAssignmentFailure";
    assert_eq!(outcome.output("error-code"), code);
    assert_eq!(outcome.output("error-message"), format!("{code}: {both}"));
    assert!(outcome.summary.contains(both), "{}", outcome.summary);
}

/// What a firewall answers in place of Azure: reads pass, what starts something does not.
#[test]
fn put_blocked_by_waf() {
    let page = "<html><head><title>Access Denied</title></head><body>Blocked by rule 941100 of contoso-waf</body></html>";
    for (operation, method, end) in [
        ("create", "PUT", "/hub"),
        ("validate", "POST", "/validate"),
        ("whatIf", "POST", "/whatif"),
    ] {
        let azure = azure();
        let fault = Fault::status(403).with_body(page).method(method);
        azure.inject(fault.on(Service::ResourceManager).path_ends_with(end));
        let step = hub(&azure, &network()).inputs(&[("operation", operation), ("timeout", "6h")]);
        let outcome = step.run().expect(6).says(&[
            "HTTP 403",
            "proxy or firewall",
            "Blocked by rule 941100 of contoso-waf",
        ]);
        assert!(requests(&azure, method, end).len() <= 3, "{operation}");
        assert!(azure.elapsed().as_secs() < 15 * 60, "{operation}");
        assert!(outcome.output("error-message").contains("HTTP 403"));
        outcome.never_says(&["<body>", "Azure answers again", "was deployed in"]);
    }
}
