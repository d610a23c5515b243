//! The image's Bicep: what it needs to start, and how it gets at modules of a private registry.

use azure_simulator::Simulator;
use serde_json::json;

use super::{
    container::{Container, azure, image},
    templates::network,
};

const NETWORK: &str = "\
resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-hub'
  location: 'westeurope'
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
}
";

fn compiling(image: &str, azure: &Simulator) -> Container {
    Container::deploying(image, azure, &json!({}))
        .file("main.bicep", NETWORK)
        .input("template-file", "main.bicep")
}

#[test]
fn a_template_is_compiled() {
    let Some(image) = image() else { return };
    let azure = azure();
    let outcome = compiling(&image, &azure).run().expect(0);
    assert!(
        azure
            .deployment(outcome.output("deployment-name"))
            .is_some()
    );
}

/// Bicep unpacks its libraries where it can: in its home, else in the runner's folder for temporary files.
#[test]
fn folders_that_cannot_be_written_do_not_matter() {
    let Some(image) = image() else { return };
    let azure = azure();
    let step = || compiling(&image, &azure);
    step().with_read_only_workspace().run().expect(0);
    step().environment("HOME", "/nowhere").run().expect(0);
    step().options(&["--read-only"]).run().expect(0);
    let both = step().environment("HOME", "/nowhere");
    both.options(&["--read-only"]).run().expect(0);
}

/// Bicep loads OpenSSL, opens a connection, starts `az` with `sh`, and gets a token from us.
#[test]
fn a_module_is_pulled_from_a_private_registry() {
    let Some(image) = image() else { return };
    let azure = azure();
    azure.publish("bicep/network", "v1", &network());
    let registry = azure.registry();
    let main = format!("module hub 'br:{registry}/bicep/network:v1' = {{ name: 'hub' }}\n");
    let profile = json!({
        "resourceManagerEndpoint": azure.resource_manager_url(),
        "activeDirectoryAuthority": azure.authority_url(),
    });
    let cloud = json!({"currentProfile": "simulated", "profiles": {"simulated": profile}});
    let step = || {
        Container::deploying(&image, &azure, &json!({}))
            .file("main.bicep", &main)
            .file("bicepconfig.json", json!({"cloud": cloud}).to_string())
            .input("template-file", "main.bicep")
            .environment("BICEP_TRUSTED_REGISTRIES", "localhost")
            .environment("BICEP_TRUSTED_CLOUDS", &json!([profile]).to_string())
    };
    step().run().expect(0);
    // The same with an authority that is added to the public ones, and where only the runner's folders can be written.
    let added = step().without("SSL_CERT_FILE").input("ca-file", "ca.pem");
    added.options(&["--read-only"]).run().expect(0);
}
