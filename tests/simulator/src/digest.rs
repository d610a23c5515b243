//! Numbers and letters that look random and are the same every time.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// A decimal number of at most so many digits.
pub(crate) fn decimal(text: &str, digits: usize) -> String {
    let number = Sha256::digest(text)[..8]
        .iter()
        .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
    let mut decimal = format!("{number:020}");
    decimal.truncate(digits);
    decimal
}

/// Upper-case hexadecimal digits.
pub(crate) fn hexadecimal(text: &str, digits: usize) -> String {
    let mut all: String = Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    all.truncate(digits);
    all
}

/// A GUID.
pub(crate) fn guid(text: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text)[..16]);
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// URL-safe base64 of any length.
pub(crate) fn opaque(text: &str, length: usize) -> String {
    let mut all = String::new();
    for turn in 0.. {
        all.push_str(&BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{turn}/{text}"))));
        if all.len() >= length {
            break;
        }
    }
    all.truncate(length);
    all
}
