//! Answers in gzip, as Resource Manager sends its JSON to those who accept it.

use std::io::{self, Write};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
};
use flate2::{Compression, write::GzEncoder};

use crate::journal::{Exchange, Service};

/// Where the checksum is, from the end of a gzip body.
const CHECKSUM: usize = 8;

/// Whether the answer to this request is compressed: JSON of Resource Manager, for a client that accepts gzip.
pub(crate) fn is_wanted(request: &Exchange, answer: &HeaderMap) -> bool {
    let accepted = request.request_headers.get("accept-encoding");
    let kind = answer.get(header::CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    request.service == Service::ResourceManager
        && accepted.is_some_and(|accepted| accepted.contains("gzip"))
        && is_json
}

/// `body` in gzip, and the headers that say so.
pub(crate) fn compress(headers: &mut HeaderMap, body: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    let compressed = encoder.finish()?;
    let gzip = HeaderValue::from_static("gzip");
    headers.insert(header::CONTENT_ENCODING, gzip);
    let vary = HeaderValue::from_static("Accept-Encoding");
    headers.insert(header::VARY, vary);
    // It was that of the body before.
    headers.remove(header::CONTENT_LENGTH);
    Ok(compressed.into())
}

/// `body` in gzip with a wrong checksum, so that only its end shows that it is damaged.
pub(crate) fn damage(headers: &mut HeaderMap, body: &[u8]) -> io::Result<Bytes> {
    let mut compressed = compress(headers, body)?.to_vec();
    let at = compressed.len() - CHECKSUM;
    compressed[at] ^= 1;
    Ok(compressed.into())
}
