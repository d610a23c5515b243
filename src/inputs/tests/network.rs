//! Problems with certificates and proxies.

use super::{environment, problems, read};

#[test]
fn files_of_certificates_must_hold_some() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("can be written");
        path.display().to_string()
    };
    let empty = file("empty.pem", "");
    let workspace = folder.path().display().to_string();
    let found = problems(&[
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_WORKSPACE", &workspace),
        ("client-id", ""),
        ("ca-file", "certs/corp.pem"),
        ("NODE_EXTRA_CA_CERTS", &empty),
        ("SSL_CERT_FILE", "/nowhere/roots.pem"),
    ]);
    let found: Vec<_> = found.split("; ").collect();
    let expected = [
        "client-id: missing",
        "SSL_CERT_FILE: no certificate can be read from \"/nowhere/roots.pem\"",
        "ca-file: \"certs/corp.pem\" does not exist",
        &format!("NODE_EXTRA_CA_CERTS: \"{empty}\" has no certificate in PEM form"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
    assert!(found[3].ends_with("unset the variable for this step"));

    let elsewhere = environment(&[("NODE_EXTRA_CA_CERTS", "/etc/of/the/host.pem")]);
    assert!(
        read(&elsewhere).is_ok(),
        "it may be a file that the container does not see"
    );

    file("ca.pem", crate::testing::ROOT_CERTIFICATE);
    let root = folder.path().join("ca.pem").display().to_string();
    let changes = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_WORKSPACE", workspace.as_str()),
        ("ca-file", "ca.pem"),
        ("NODE_EXTRA_CA_CERTS", &root),
        ("SSL_CERT_FILE", &root),
    ];
    let request = read(&environment(&changes)).expect("valid inputs");
    let trusted = format!("{:?}", request.extra_roots);
    assert_eq!(trusted, "ExtraRoots(2 certificates)");
}

#[test]
fn proxies_must_have_an_address() {
    let found = problems(&[
        ("HTTPS_PROXY", "http://user:hu sh@proxy:3128"),
        ("HTTP_PROXY", "socks5://user:hush@proxy:1080"),
    ]);
    assert_eq!(
        found,
        "HTTPS_PROXY: is not the address of a proxy: give http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with \
         special characters percent-encoded (a space is %20); HTTP_PROXY: names a proxy of a kind that is not \
         supported: give an http:// or https:// proxy"
    );
}
