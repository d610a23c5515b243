//! Reading, checking, merging and fingerprinting a template of 3 MB: less than 60 ms and 8 times its size in memory.

#![expect(clippy::unwrap_used, reason = "a benchmark may fail by panicking")]

use std::fs;

use divan::{AllocProfiler, Bencher, counter::BytesCount};
use long_deploy::benching::fingerprint_files;
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

#[divan::bench]
fn from_file_to_fingerprint(bencher: Bencher<'_, '_>) {
    let folder = TempDir::new().unwrap();
    let text = large_template().to_string();
    fs::write(folder.path().join("main.json"), &text).unwrap();
    let parameters = parameters_file().to_string();
    fs::write(folder.path().join("main.parameters.json"), parameters).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let fingerprint = fingerprint_files(
            folder.path(),
            "main.json",
            "main.parameters.json",
            "location=westeurope\nprefix7=spoke",
        );
        runtime.block_on(fingerprint).unwrap()
    });
}
