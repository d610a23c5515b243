//! Tests of the downloader against a local server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::Mutex,
    thread,
};

use super::*;

const PROGRAM: &[u8] = b"#!/bin/sh\necho bicep\n";

/// In place of a status: announces more than there is, so that the connection ends in mid-body.
const CUT: u16 = 0;

/// A server that gives the scripted answers in order and records the requested paths.
struct Server {
    origin: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answers: Vec<(u16, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let paths = Arc::clone(&asked);
        thread::spawn(move || {
            for (status, body) in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut lines = BufReader::new(&stream).lines();
                let request = lines.next().unwrap().unwrap();
                let path = request.split(' ').nth(1).unwrap().to_owned();
                paths.lock().unwrap().push(path);
                while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
                let (status, missing) = if status == CUT { (200, 9) } else { (status, 0) };
                let length = body.len() + missing;
                let head = format!(
                    "HTTP/1.1 {status} Told\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                stream
                    .write_all(&[head.as_bytes(), &body].concat())
                    .unwrap();
            }
        });
        Self { origin, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn downloads(&self, folder: &Path) -> Downloads {
        Downloads {
            http: crate::http::client(&crate::http::ExtraRoots::default()).unwrap(),
            folder: folder.join("long-deploy"),
            programs: self.origin.clone(),
            releases: format!("{}/tags", self.origin),
            pause: Duration::ZERO,
        }
    }
}

fn release() -> Release {
    Release {
        version: "9.9.9".to_owned(),
        asset: "bicep-linux-x64",
    }
}

fn sha256() -> String {
    hex(Sha256::new_with_prefix(PROGRAM))
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("long-deploy"));
    let entries = entries.into_iter().flatten();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn a_program_is_fetched_once_and_can_be_run() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![(200, PROGRAM.to_vec())]);
    let downloads = server.downloads(folder.path());
    let sha256 = sha256().to_uppercase();
    for _ in 0..2 {
        let path = downloads.program(&release(), Some(&sha256)).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), PROGRAM);
        let output = std::process::Command::new(&path).output().unwrap();
        assert_eq!(output.stdout, b"bicep\n");
    }
    assert_eq!(server.asked(), ["/v9.9.9/bicep-linux-x64"]);
    assert_eq!(files(folder.path()), ["bicep-9.9.9"]);
}

#[tokio::test]
async fn what_has_another_checksum_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![(200, b"something else".to_vec())]);
    let fetched = server.downloads(folder.path());
    let error = fetched
        .program(&release(), Some(&sha256()))
        .await
        .unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("Bicep 9.9.9 (bicep-linux-x64) has the SHA-256 "),
        "{message}"
    );
    assert!(message.contains(&sha256()), "{message}");
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_tampered_copy_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![(200, PROGRAM.to_vec())]);
    let downloads = server.downloads(folder.path());
    std::fs::create_dir(&downloads.folder).unwrap();
    std::fs::write(downloads.folder.join("bicep-9.9.9"), "tampered").unwrap();
    let path = downloads
        .program(&release(), Some(&sha256()))
        .await
        .unwrap();
    assert_eq!(std::fs::read(path).unwrap(), PROGRAM);
}

#[tokio::test]
async fn github_states_the_checksum_of_other_versions() {
    let folder = tempfile::tempdir().unwrap();
    let description = serde_json::json!({"assets": [
        {"name": "bicep-win-x64.exe", "digest": "sha256:00"},
        {"name": "bicep-linux-x64", "digest": format!("sha256:{}", sha256())},
    ]});
    let description = description.to_string().into_bytes();
    let server = Server::start(vec![(200, description), (200, PROGRAM.to_vec())]);
    let downloads = server.downloads(folder.path());
    downloads.program(&release(), None).await.unwrap();
    assert_eq!(server.asked(), ["/tags/v9.9.9", "/v9.9.9/bicep-linux-x64"]);
}

#[tokio::test]
async fn without_a_checksum_nothing_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let description = br#"{"assets": [{"name": "bicep-linux-x64", "digest": null}]}"#;
    for (status, body, expected) in [
        (
            200,
            &description[..],
            "no checksum is known for Bicep 9.9.9",
        ),
        (200, b"<html>", "no checksum is known"),
        (
            404,
            b"",
            "the checksum of Bicep 9.9.9 (bicep-linux-x64) does not exist",
        ),
        (
            403,
            b"",
            "the checksum of Bicep 9.9.9 (bicep-linux-x64) cannot be downloaded: HTTP 403",
        ),
    ] {
        let server = Server::start(vec![(status, body.to_vec())]);
        let downloads = server.downloads(folder.path());
        let error = downloads.program(&release(), None).await.unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn transient_statuses_are_known() {
    for (error, is_transient) in [
        (503, true),
        (429, true),
        (500, true),
        (403, false),
        (302, false),
    ] {
        let error = DownloadError::Refused {
            what: String::new(),
            status: error,
        };
        assert_eq!(error.is_transient(), is_transient, "{error}");
    }
}

#[tokio::test]
async fn a_transient_error_is_retried() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![(503, vec![]), (200, PROGRAM.to_vec())]);
    let downloads = server.downloads(folder.path());
    downloads
        .program(&release(), Some(&sha256()))
        .await
        .unwrap();
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn a_download_that_breaks_off_is_repeated_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![
        (CUT, b"#!/bin/sh\necho much more than bicep".to_vec()),
        (503, vec![]),
        (200, PROGRAM.to_vec()),
    ]);
    let downloads = server.downloads(folder.path());
    let program = downloads.program(&release(), Some(&sha256())).await;
    assert_eq!(std::fs::read(program.unwrap()).unwrap(), PROGRAM);
    assert_eq!(server.asked().len(), 3);
    assert_eq!(files(folder.path()), ["bicep-9.9.9"]);
}

#[tokio::test]
async fn a_download_that_always_breaks_off_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![(CUT, PROGRAM.to_vec()); 4]);
    let downloads = server.downloads(folder.path());
    let error = downloads.program(&release(), Some(&sha256())).await;
    let message = error.unwrap_err().to_string();
    assert!(
        message.starts_with("Bicep 9.9.9 (bicep-linux-x64) cannot be downloaded: "),
        "{message}"
    );
    assert_eq!(server.asked().len(), 3);
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_repeated_download_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![
        (CUT, PROGRAM.to_vec()),
        (200, b"something else".to_vec()),
    ]);
    let downloads = server.downloads(folder.path());
    let error = downloads.program(&release(), Some(&sha256())).await;
    assert!(
        matches!(error, Err(DownloadError::WrongChecksum { .. })),
        "{error:?}"
    );
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_checksum_that_breaks_off_is_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let digest = format!("sha256:{}", sha256());
    let description =
        serde_json::json!({"assets": [{"name": "bicep-linux-x64", "digest": digest}]});
    let description = description.to_string().into_bytes();
    let server = Server::start(vec![
        (CUT, description.clone()),
        (200, description),
        (200, PROGRAM.to_vec()),
    ]);
    let downloads = server.downloads(folder.path());
    downloads.program(&release(), None).await.unwrap();
    assert_eq!(server.asked().len(), 3);
}
