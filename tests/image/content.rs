//! What the image is made of.

use std::collections::BTreeSet;

use serde_json::Value;

use super::container::{Container, docker, image};

/// The image's configuration.
fn configuration(image: &str) -> Value {
    let output = docker(&["image", "inspect", image]).output().unwrap();
    let images: Value = serde_json::from_slice(&output.stdout).unwrap();
    images[0]["Config"].clone()
}

/// The paths of all files of the image, without the first slash.
fn files(image: &str) -> BTreeSet<String> {
    let created = docker(&["create", image]).output().unwrap();
    let id = String::from_utf8(created.stdout).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let exported = docker(&["export", "--output", path, id.trim()]).status();
    assert!(exported.unwrap().success());
    let removed = docker(&["rm", id.trim()]).output();
    assert!(removed.unwrap().status.success());
    let list = std::process::Command::new("tar")
        .args(["--list", "--file", path])
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    list.lines()
        .map(|line| line.trim_start_matches("./").to_owned())
        .collect()
}

#[test]
fn it_starts_without_a_network() {
    let Some(image) = image() else { return };
    let version = env!("CARGO_PKG_VERSION");
    for (argument, words) in [("--version", version), ("--help", "template-file")] {
        let step = Container::new(&image).without_network();
        step.arguments(&[argument]).run().expect(0).says(words);
    }
}

#[test]
fn there_is_nothing_in_it_but_what_the_programs_need() {
    let Some(image) = image() else { return };
    let files = files(&image);
    for needed in [
        "long-deploy",
        "long-deploy-post",
        "usr/bin/sh",
        "etc/ssl/certs/ca-certificates.crt",
        "tmp/",
    ] {
        assert!(files.contains(needed), "{needed} is missing: {files:?}");
    }
    // Docker adds its own: dev, proc, sys, .dockerenv, and files below etc.
    let programs: Vec<_> = files
        .iter()
        .filter(|file| file.starts_with("usr/bin/") && !file.ends_with('/'))
        .collect();
    assert_eq!(programs, ["usr/bin/sh"]);
    assert!(files.len() < 100, "{} files: {files:?}", files.len());
}

/// Another user could not write the runner's files.
#[test]
fn it_runs_as_root() {
    let Some(image) = image() else { return };
    let configuration = configuration(&image);
    let user = configuration["User"].as_str().unwrap_or_default();
    assert!(["", "0", "root"].contains(&user), "{user}");
    let labels = &configuration["Labels"];
    assert_eq!(labels["org.opencontainers.image.licenses"], "MIT");
    assert_eq!(
        labels["org.opencontainers.image.version"],
        env!("CARGO_PKG_VERSION")
    );
}
