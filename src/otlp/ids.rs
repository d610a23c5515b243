//! The ids of traces and spans.

use sha2::{Digest, Sha256};

/// What stands before the parts of an id, so that no other program derives the same ids from the same texts.
const DOMAIN: &str = "long-deploy";

/// The id of a trace: 16 bytes that are not all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TraceId([u8; 16]);

/// The id of a span: 8 bytes that are not all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SpanId([u8; 8]);

impl TraceId {
    /// The id with these 32 hexadecimal digits in lower case.
    pub(crate) fn from_digits(digits: &str) -> Option<Self> {
        bytes(digits).map(Self)
    }

    /// The id that follows from `parts`, always the same.
    pub(crate) fn derived(parts: &[&str]) -> Self {
        Self(beginning(parts))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The id as hexadecimal digits.
    pub(crate) fn digits(&self) -> String {
        digits(&self.0)
    }
}

impl SpanId {
    /// The id with these 16 hexadecimal digits in lower case.
    pub(crate) fn from_digits(digits: &str) -> Option<Self> {
        bytes(digits).map(Self)
    }

    /// The id that follows from `parts`, always the same.
    pub(crate) fn derived(parts: &[&str]) -> Self {
        Self(beginning(parts))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The bytes that `digits` stand for, unless there are more or fewer, or all are zero.
fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let digits = digits.as_bytes();
    let is_lower_hex = |digit: &u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 2 * N || !digits.iter().all(is_lower_hex) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    bytes.iter().any(|byte| *byte != 0).then_some(bytes)
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first bytes of the SHA-256 of `parts`, each after its length, so that no other parts give the same.
fn beginning<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut hash = Sha256::new();
    for part in std::iter::once(&DOMAIN).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let whole = hash.finalize();
    let mut bytes = [0; N];
    bytes.copy_from_slice(&whole[..N]);
    if bytes.iter().all(|byte| *byte == 0) {
        bytes[N - 1] = 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_digits_in_lower_case_that_are_not_all_zero_are_an_id() {
        let good = "4bf92f3577b34da6a3ce929d0e0e4736";
        let id = TraceId::from_digits(good).expect("valid");
        assert_eq!(id.digits(), good);
        for bad in [
            "",
            "00000000000000000000000000000000",
            "4BF92F3577B34DA6A3CE929D0E0E4736",
            "4bf92f3577b34da6a3ce929d0e0e473",
            "4bf92f3577b34da6a3ce929d0e0e47361",
            "4bf92f3577b34da6a3ce929d0e0e473g",
            "+bf92f3577b34da6a3ce929d0e0e4736",
            "ä4bf92f3577b34da6a3ce929d0e0e473",
        ] {
            assert_eq!(TraceId::from_digits(bad), None, "{bad}");
        }
        assert!(SpanId::from_digits("00f067aa0ba902b7").is_some());
        assert_eq!(SpanId::from_digits("0000000000000000"), None);
    }

    #[test]
    fn derived_ids_follow_from_all_parts_in_their_order() {
        let id = SpanId::derived(&["a", "b"]);
        assert_eq!(id, SpanId::derived(&["a", "b"]));
        for other in [
            &["b", "a"][..],
            &["ab"],
            &["a", "b", ""],
            &["a"],
            &["", "ab"],
        ] {
            assert_ne!(id, SpanId::derived(other), "{other:?}");
        }
        // Pinned: another version of the program must give what is in Azure the same ids.
        assert_eq!(
            TraceId::derived(&["a"]).digits(),
            "6a39b8e716f952fa911db4f73f2ed565"
        );
    }
}
