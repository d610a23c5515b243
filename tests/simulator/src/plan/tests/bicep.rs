//! The same resources as the Bicep compiler predicts. Needs the compiler, named by
//! `LONG_DEPLOY_BICEP` or found in the shared tools.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::*;

fn compiler() -> Option<PathBuf> {
    let named = std::env::var_os("LONG_DEPLOY_BICEP").map(PathBuf::from);
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tools/bicep/bicep");
    let found = named.unwrap_or(shared);
    found.exists().then_some(found)
}

fn run(compiler: &Path, folder: &Path, arguments: &[&str]) -> Option<()> {
    let output = Command::new(compiler)
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    Some(())
}

/// What the compiler predicts: lower-case ids, and the outputs.
fn predicted(compiler: &Path, folder: &Path) -> (BTreeSet<String>, Value) {
    let scope = [
        "--subscription-id",
        SUBSCRIPTION_ID,
        "--resource-group",
        RESOURCE_GROUP,
    ];
    let place = ["--location", LOCATION, "--deployment-name", "main"];
    let what = ["snapshot", "main.bicepparam", "--mode", "Overwrite"];
    run(
        compiler,
        folder,
        &[what.as_slice(), &scope, &place].concat(),
    );
    let text = fs::read_to_string(folder.join("main.snapshot.json")).unwrap();
    let snapshot: Value = serde_json::from_str(&text).unwrap();
    let resources = snapshot["predictedResources"].as_array().unwrap().iter();
    let ids = resources
        .map(|resource| resource["id"].as_str().unwrap().to_lowercase())
        .collect();
    (ids, snapshot["outputs"].clone())
}

const MAIN: &str = r"
param names array = ['spoke1', 'spoke2', 'spoke3']
param withBastion bool = false
var suffix = uniqueString(resourceGroup().id, 'x')

resource hub 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'hub-${suffix}'
  location: resourceGroup().location
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } }
  resource gateway 'subnets' = {
    name: 'GatewaySubnet'
    properties: { addressPrefix: cidrSubnet('10.0.0.0/16', 27, 1) }
  }
}
resource lock 'Microsoft.Authorization/locks@2020-05-01' = {
  name: 'keep'
  scope: hub
  properties: { level: 'CanNotDelete' }
}
resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hub.id, 'reader')
  scope: hub
  properties: { principalId: 'c56a4180-65aa-42ec-a945-5fd21dec0003', roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7') }
}
resource bastion 'Microsoft.Network/bastionHosts@2024-05-01' = if (withBastion) {
  name: 'bastion'
  location: resourceGroup().location
}
resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: 'vault'
}
@batchSize(1)
module spokes 'spoke.bicep' = [for (name, i) in names: {
  name: 'spoke-${name}'
  params: { name: name, index: i, hubId: hub.id }
}]
module other 'spoke.bicep' = {
  name: 'elsewhere'
  scope: resourceGroup('rg-other')
  params: { name: '${spokes[0].outputs.name}-twin', index: 9, hubId: vault.id }
}
output last string = last(map(range(0, 3), i => '${names[i]}-${i}'))
output sorted array = sort(names, (a, b) => a > b)
output picked object = toObject(filter(names, n => n != 'spoke2'), n => n, n => length(n))
output uid string = suffix
output name string = spokes[1].outputs.name
output cased string = toUpper(replace(format('{0}-{1:000}', names[0], 7), '-', '_'))
";

const SPOKE: &str = r"
param name string
param index int
param hubId string
resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-${name}'
  location: resourceGroup().location
  properties: { addressSpace: { addressPrefixes: ['10.${index + 1}.0.0/16'] } }
}
resource peers 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = [for i in range(0, 2): {
  parent: vnet
  name: 'peer-${i}'
  properties: { remoteVirtualNetwork: { id: hubId } }
}]
output name string = '${vnet.name}-out'
";

#[test]
fn a_bicep_program_deploys_what_the_compiler_predicts() {
    let Some(compiler) = compiler() else {
        return skipped("the Bicep compiler is not here");
    };
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.bicep"), MAIN).unwrap();
    fs::write(folder.path().join("spoke.bicep"), SPOKE).unwrap();
    fs::write(
        folder.path().join("main.bicepparam"),
        "using 'main.bicep'\n",
    )
    .unwrap();
    let (ids_predicted, outputs) = predicted(&compiler, folder.path());
    run(&compiler, folder.path(), &["build", "main.bicep"]);
    let template = fs::read_to_string(folder.path().join("main.json")).unwrap();
    let plan = planned(
        group(),
        serde_json::from_str(&template).unwrap(),
        &json!({}),
    )
    .unwrap();
    assert_eq!(ids(&plan), ids_predicted);
    for output in plan.outputs.as_ref().unwrap() {
        assert_eq!(output.value, outputs[&output.name], "{}", output.name);
    }
}

#[test]
fn real_modules_deploy_what_the_compiler_predicts() {
    let Some(compiler) = compiler() else {
        return skipped("the Bicep compiler is not here");
    };
    for (file, parameters) in templates::IN_GROUP {
        let Some(template) = templates::read(file) else {
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.json"), template.to_string()).unwrap();
        let given: Value = serde_json::from_str(parameters).unwrap();
        let lines = given.as_object().unwrap().iter();
        let lines = lines.map(|(name, value)| format!("param {name} = {}\n", literal(value)));
        let source = format!("using 'main.json'\n{}", lines.collect::<String>());
        fs::write(folder.path().join("main.bicepparam"), source).unwrap();
        let (ids_predicted, _) = predicted(&compiler, folder.path());
        let plan = planned(group(), template, &given).unwrap();
        assert_eq!(ids(&plan), ids_predicted, "{file}");
    }
}

/// A JSON value in Bicep's own syntax.
fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\'', "\\'")),
        Value::Array(items) => {
            format!(
                "[\n{}\n]",
                items.iter().map(literal).collect::<Vec<_>>().join("\n")
            )
        }
        Value::Object(object) => {
            let lines = object
                .iter()
                .map(|(key, value)| format!("'{key}': {}", literal(value)));
            format!("{{\n{}\n}}", lines.collect::<Vec<_>>().join("\n"))
        }
        other => other.to_string(),
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
pub(super) fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}
