//! What the compiler gets and what is made of its output.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    process::Command,
};

use serde_json::json;

use super::*;

#[test]
fn what_build_params_writes() {
    let write = |template: Value, spec: Value| {
        let parameters = r#"{"parameters": {"a": {"value": 1}}}"#;
        let written =
            json!({"parametersJson": parameters, "templateJson": template, "templateSpecId": spec});
        built(&written.to_string().into_bytes(), None).unwrap()
    };
    let with_template = write(json!("{\"resources\": []}"), Value::Null);
    assert_eq!(with_template.parameters["parameters"]["a"]["value"], 1);
    assert!(
        matches!(with_template.using, Using::Template(template) if template.contains_key("resources"))
    );
    let with_spec = write(Value::Null, json!("/subscriptions/x"));
    assert!(matches!(with_spec.using, Using::Spec(id) if id == "/subscriptions/x"));
    assert!(matches!(write(Value::Null, Value::Null).using, Using::None));
    assert!(matches!(built(b"Hello", None), Err(CompileError::Unknown)));
}

/// A compiler that is a shell script, in a folder with `main.bicep`, and variables for private registries.
fn scripted(script: &str) -> (tempfile::TempDir, Compiler) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("bicep");
    fs::write(&program, format!("#!/bin/sh\n{script}")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.path().join("main.bicep"), "").unwrap();
    let inputs = BicepInputs {
        path: Some("bicep".into()),
        ..BicepInputs::default()
    };
    let environment = [("PATH", "/usr/bin:/bin")].into_iter().collect();
    let compiler = Compiler::new(inputs, environment, folder.path().to_owned());
    let compiler = compiler.with_variables(vec![("TOKEN_SOCKET".into(), "/socket".into())]);
    (folder, compiler)
}

#[tokio::test]
async fn a_compiler_that_sends_tokens_anywhere_gets_none() {
    for (version, socket, told) in [
        ("Bicep CLI version 0.49.2 (b34271ac51)", "/socket", ""),
        ("Bicep CLI version 0.43.1 (x)", "/socket", ""),
        (
            "Bicep CLI version 0.42.1 (x)",
            "",
            "this Bicep is too old for private registries: version 0.42.1 would send the token to any registry; \
             use 0.43.1 or later",
        ),
        (
            "Hello",
            "",
            "this Bicep is not used with private registries, as it does not tell its version; 0.43.1 or later is \
             needed",
        ),
    ] {
        let (folder, compiler) = scripted(&format!(
            "if [ $1 = --version ]; then echo \"{version}$TOKEN_SOCKET\"; echo x >> asked; exit; fi\n\
             echo \"{{\\\"socket\\\": \\\"$TOKEN_SOCKET\\\"}}\""
        ));
        for _ in 0..2 {
            let compiled = compiler.template(Path::new("main.bicep")).await;
            assert_eq!(compiled.result.unwrap()["socket"], socket, "{version}");
            assert_eq!(compiled.compilation.text, told);
        }
        let asked = fs::read_to_string(folder.path().join("asked")).unwrap();
        assert_eq!(asked, "x\n", "once, and without the socket");
    }
}

#[tokio::test]
async fn devices_and_pipes_do_not_reach_the_compiler() {
    let (folder, compiler) = scripted("touch started");
    let path = |name: &str| folder.path().join(name);
    symlink("/dev/zero", path("zero.bicep")).unwrap();
    symlink("/dev/zero", path("zero.bicepparam")).unwrap();
    let made = Command::new("mkfifo").arg(path("pipe.bicep")).status();
    assert!(made.unwrap().success());
    symlink(path("pipe.bicep"), path("to-pipe.bicep")).unwrap();
    let expected = "cannot be compiled: the file is a pipe or device: name a regular file";
    for name in ["zero.bicep", "pipe.bicep", "to-pipe.bicep"] {
        let error = compiler.template(Path::new(name)).await.result.unwrap_err();
        assert_eq!(error.to_string(), expected, "{name}");
    }
    for (file, template) in [
        ("zero.bicepparam", None),
        ("main.bicep", Some("zero.bicep")),
    ] {
        let (file, template) = (Path::new(file), template.map(Path::new));
        let built = compiler.parameters(file, template, &Map::new()).await;
        assert_eq!(built.result.err().unwrap().to_string(), expected);
    }
    assert!(!path("started").exists());
    assert!(
        compiler
            .template(Path::new("main.bicep"))
            .await
            .result
            .is_err()
    );
    assert!(path("started").exists(), "a regular file is compiled");
}

#[tokio::test]
async fn a_result_without_end_is_refused() {
    let (_folder, compiler) = scripted("exec cat /dev/zero");
    let error = compiler.template(Path::new("main.bicep")).await.result;
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("does not compile to a template: the result is over 16 MB"),
        "{error}"
    );
}
