//! Reading, checking, merging and fingerprinting a template of 3 MB: less than 60 ms and 8 times its size in memory.

#![expect(clippy::unwrap_used, reason = "a benchmark may fail by panicking")]

use std::{fs, path::Path};

use divan::{AllocProfiler, Bencher, counter::BytesCount};
use long_deploy::{
    arm::Scope,
    inputs::{BicepInputs, DeploymentMode, Environment, TemplateInputs, TemplateSource},
    template::{self, Compiler, Fingerprint},
};
use serde_json::{Value, json};
use tempfile::TempDir;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2019-08-01/tenantDeploymentTemplate.json#";
const SIZE: usize = 3 * 1024 * 1024;

fn main() {
    divan::main();
}

/// As a compiler writes it: resources of some 600 bytes, nested a few levels.
fn large_template() -> Value {
    let resource = |n: usize| {
        json!({
            "type": "Microsoft.Network/virtualNetworks",
            "apiVersion": "2024-05-01",
            "name": format!("[format('vnet-{{0}}-{n}', parameters('prefix0'))]"),
            "location": "[parameters('location')]",
            "tags": { "owner": "platform", "number": n, "is \"quoted\"": true },
            "properties": {
                "addressSpace": { "addressPrefixes": [format!("10.{}.{}.0/24", n / 256, n % 256)] },
                "subnets": [{ "name": "default", "properties": {
                    "addressPrefix": format!("[cidrSubnet('10.{}.{}.0/24', 26, 0)]", n / 256, n % 256),
                    "routeTable": { "id": "[resourceId('Microsoft.Network/routeTables', 'routes')]" }
                }}]
            },
            "dependsOn": ["[resourceId('Microsoft.Network/routeTables', 'routes')]"]
        })
    };
    let count = SIZE / resource(1000).to_string().len();
    let parameters: Value = (0..200)
        .map(|n| {
            (
                format!("prefix{n}"),
                json!({ "type": "string", "minLength": 1, "maxLength": 20 }),
            )
        })
        .chain([("location".to_owned(), json!({ "type": "string" }))])
        .collect();
    json!({
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
        "resources": (0..count).map(resource).collect::<Vec<_>>()
    })
}

fn parameters_file() -> Value {
    let parameters: Value = (0..200)
        .map(|n| (format!("prefix{n}"), json!({ "value": format!("hub{n}") })))
        .collect();
    json!({ "$schema": "deploymentParameters.json#", "parameters": parameters })
}

fn inputs() -> TemplateInputs {
    TemplateInputs {
        source: Some(TemplateSource::File("main.json".into())),
        parameters_files: vec!["main.parameters.json".into()],
        parameters: Some("location=westeurope\nprefix7=spoke".to_owned()),
        ..TemplateInputs::default()
    }
}

fn compiler(folder: &Path) -> Compiler {
    Compiler::new(
        BicepInputs::default(),
        Environment::default(),
        folder.to_owned(),
    )
}

#[divan::bench]
fn from_file_to_fingerprint(bencher: Bencher<'_, '_>) {
    let folder = TempDir::new().unwrap();
    let text = large_template().to_string();
    fs::write(folder.path().join("main.json"), &text).unwrap();
    let parameters = parameters_file().to_string();
    fs::write(folder.path().join("main.parameters.json"), parameters).unwrap();
    let (inputs, compiler) = (inputs(), compiler(folder.path()));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let loaded = runtime.block_on(template::load(&inputs, &Scope::Tenant, &compiler));
        Fingerprint::new(
            &loaded.template.unwrap(),
            DeploymentMode::Incremental,
            &Scope::Tenant,
        )
    });
}
