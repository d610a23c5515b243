//! Answers in gzip, read from a real server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use azure_core::http::{Method, RawResponse, Request, Url};
use flate2::{Compression, write::GzEncoder};

use super::{ExtraRoots, client, read_limited, root_cause};

const LIMIT: usize = 1 << 20;

/// What comes of an answer with this body, which claims to be gzip, and the request for it.
async fn read(body: Vec<u8>) -> (azure_core::Result<RawResponse>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n";
        // The client goes away from what is too long.
        let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let request = Request::new(Url::parse(&url).unwrap(), Method::Get);
    let http = client(&ExtraRoots::default()).unwrap();
    let response = http.execute_request(&request).await.unwrap();
    let outcome = read_limited(response, LIMIT).await;
    (outcome, answering.join().unwrap())
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn gzip_is_asked_for_and_decoded() {
    for text in [&b"{\"value\": []}"[..], b""] {
        let (answer, request) = read(gzip(text)).await;
        assert_eq!(answer.unwrap().body().as_ref(), text);
        assert!(request.contains("accept-encoding: gzip\r\n"), "{request}");
    }
    let (answer, _) = read(Vec::new()).await;
    assert!(answer.unwrap().body().is_empty(), "no body needs no gzip");
}

#[tokio::test]
async fn the_limit_is_that_of_the_decoded_answer() {
    let (whole, _) = read(gzip(&vec![b' '; LIMIT])).await;
    assert_eq!(whole.unwrap().body().len(), LIMIT);
    let bomb = gzip(&vec![b' '; LIMIT + 1]);
    assert!(bomb.len() < LIMIT / 100);
    let (cut, _) = read(bomb).await;
    let message = root_cause(&cut.unwrap_err());
    assert_eq!(message, "the answer is longer than 1048576 bytes");
}

#[tokio::test]
async fn what_is_damaged_is_no_answer() {
    let text = (0..10_000).map(|n: u32| n.to_string()).collect::<String>();
    let whole = gzip(text.as_bytes());
    let changed = |at: usize| {
        let mut body = whole.clone();
        body[at] ^= 1;
        body
    };
    let half = whole[..whole.len() / 2].to_vec();
    let bodies = [
        changed(0),
        changed(whole.len() / 2),
        changed(whole.len() - 8),
        half,
        text.clone().into_bytes(),
    ];
    for body in bodies {
        let (answer, _) = read(body).await;
        let message = root_cause(&answer.unwrap_err());
        assert!(!message.contains("http"), "{message}");
    }
}
