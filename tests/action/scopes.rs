//! Every scope, both modes, names and parameters as Azure gets them.

use azure_simulator::{MANAGEMENT_GROUP, RESOURCE_GROUP, SUBSCRIPTION_ID};
use serde_json::json;

use super::{
    common::requests,
    step::{Step, azure},
    templates::{network, resource, template, with_parameters},
};

#[test]
fn resource_group() {
    let azure = azure();
    let outcome = Step::new(&azure, &network()).run().expect(0);
    let id = outcome.output("deployment-id");
    let group = format!("/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/{RESOURCE_GROUP}/");
    assert!(id.starts_with(&group), "{id}");
    assert_eq!(outcome.output("provisioning-state"), "Succeeded");
    assert_eq!(
        outcome.state["deployment-id"], id,
        "the post step must find it"
    );
    let name = outcome.output("deployment-name");
    assert!(name.starts_with("main-4711-"), "{name}");
    assert_eq!(name.len(), "main-4711-".len() + 6);
}

#[test]
fn subscription() {
    let azure = azure();
    let group = resource("Microsoft.Resources/resourceGroups", "rg-new");
    let outcome = Step::new(&azure, &template("subscription", json!([group])))
        .inputs(&[
            ("resource-group-name", ""),
            ("location", "westeurope"),
            ("name", "landing-zone"),
        ])
        .run()
        .expect(0);
    assert_eq!(
        outcome.output("deployment-id"),
        format!(
            "/subscriptions/{SUBSCRIPTION_ID}/providers/Microsoft.Resources/deployments/landing-zone"
        )
    );
}

#[test]
fn locations_as_people_give_them() {
    let azure = azure();
    let step = Step::new(&azure, &network()).input("location", "norwayeast");
    step.input("wait", "false").run().expect(0);
    let bodies = |azure: &azure_simulator::Simulator| {
        let puts = requests(azure, "PUT", "");
        puts[0].request_body.clone().unwrap_or_default()
    };
    assert!(bodies(&azure).get("location").is_none());
    let azure = self::azure();
    let inputs = [
        ("resource-group-name", ""),
        ("location", "Norway East"),
        ("wait", "false"),
    ];
    let step = Step::new(&azure, &template("subscription", json!([])));
    step.inputs(&inputs).run().expect(0);
    assert_eq!(bodies(&azure)["location"], "Norway East");
}

#[test]
fn management_group() {
    let azure = azure();
    let policy = resource("Microsoft.Authorization/policyDefinitions", "policy");
    let outcome = Step::new(&azure, &template("managementGroup", json!([policy])))
        .inputs(&[("resource-group-name", ""), ("subscription-id", "")])
        .inputs(&[
            ("management-group-id", MANAGEMENT_GROUP),
            ("location", "westeurope"),
            ("name", "policies"),
        ])
        .run()
        .expect(0);
    assert_eq!(
        outcome.output("deployment-id"),
        format!(
            "/providers/Microsoft.Management/managementGroups/{MANAGEMENT_GROUP}/providers/Microsoft.Resources/deployments/policies"
        )
    );
}

#[test]
fn tenant() {
    let azure = azure();
    let group = resource("Microsoft.Management/managementGroups", "platform");
    let outcome = Step::new(&azure, &template("tenant", json!([group])))
        .inputs(&[
            ("resource-group-name", ""),
            ("subscription-id", ""),
            ("scope", "tenant"),
        ])
        .inputs(&[("location", "westeurope"), ("name", "groups")])
        .run()
        .expect(0);
    assert_eq!(
        outcome.output("deployment-id"),
        "/providers/Microsoft.Resources/deployments/groups"
    );
}

#[test]
fn complete_mode_reaches_azure() {
    let azure = azure();
    Step::new(&azure, &network())
        .input("deployment-mode", "complete")
        .run()
        .expect(0);
    let put = azure
        .journal()
        .into_iter()
        .find(|exchange| exchange.method == "PUT")
        .unwrap();
    assert_eq!(put.request_body.unwrap()["properties"]["mode"], "Complete");
}

#[test]
fn parameters_arrive_and_later_files_win() {
    let azure = azure();
    let declared = json!({"size": {"type": "string"}, "count": {"type": "int"}, "key": {"type": "securestring"}});
    let file = |size: &str, count: u8| {
        json!({
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
            "contentVersion": "1.0.0.0",
            "parameters": { "size": { "value": size }, "count": { "value": count }, "key": { "value": "s3cret-key" } }
        })
    };
    let outcome = Step::new(&azure, &with_parameters(network(), declared))
        .file("all.json", file("small", 1).to_string())
        .file("production.json", file("large", 2).to_string())
        .inputs(&[
            ("parameters-file", "all.json\nproduction.json"),
            ("parameters", "count=3"),
        ])
        .run()
        .expect(0)
        .hides("s3cret-key");
    let sent = azure
        .deployment(outcome.output("deployment-name"))
        .unwrap()
        .parameters;
    assert_eq!(sent["size"]["value"], "large");
    assert_eq!(sent["count"]["value"], 3);
    assert_eq!(sent["key"]["value"], "s3cret-key");
}

#[test]
fn a_name_is_stable_over_re_runs_and_differs_for_other_parameters() {
    let azure = azure();
    let template = with_parameters(network(), json!({"leg": {"type": "string"}}));
    let name = |leg: &str| {
        let outcome = Step::new(&azure, &template)
            .input("parameters", format!("leg={leg}"))
            .run()
            .expect(0);
        outcome.output("deployment-name").to_owned()
    };
    let west = name("west");
    assert_eq!(west, name("west"));
    assert_ne!(west, name("north"));
}
