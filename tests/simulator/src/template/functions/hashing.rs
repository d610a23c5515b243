//! `uniqueString`, `guid` and `newGuid`, bit for bit like the real ones.

use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid, uuid};

use super::{
    super::{Result, evaluate::Evaluator},
    Call,
    strings::display,
};

/// The namespace of ARM's name-based GUIDs.
const NAMESPACE: Uuid = uuid!("11fb06fb-712d-4ddd-98c7-e71bbd588830");

pub(super) fn call(evaluator: &Evaluator<'_>, call: &Call<'_>) -> Option<Result<Value>> {
    let text = || {
        call.values
            .iter()
            .map(display)
            .collect::<Vec<_>>()
            .join("-")
    };
    Some(Ok(match call.name {
        "uniquestring" => base32(murmur64(text().as_bytes())).into(),
        "guid" => guid(&text()).to_string().into(),
        "newguid" => new_guid(evaluator).to_string().into(),
        _ => return None,
    }))
}

fn new_guid(evaluator: &Evaluator<'_>) -> Uuid {
    let facts = &evaluator.environment.facts;
    let turn = facts.guids.replace(facts.guids.get() + 1);
    let digest = Sha256::digest(format!("{}/{turn}", facts.seed));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_random_bytes(bytes).into_uuid()
}

fn guid(text: &str) -> Uuid {
    let digest = sha1(&[NAMESPACE.as_bytes(), text.as_bytes()].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_sha1_bytes(bytes).into_uuid()
}

/// RFC 3174, for version 5 UUIDs only.
fn sha1(data: &[u8]) -> [u8; 20] {
    let mut state = [
        0x6745_2301_u32,
        0xEFCD_AB89,
        0x98BA_DCFE,
        0x1032_5476,
        0xC3D2_E1F0,
    ];
    let mut message = data.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend((data.len() as u64 * 8).to_be_bytes());
    for block in message.chunks(64) {
        sha1_block(&mut state, block);
    }
    let mut digest = [0; 20];
    for (bytes, word) in digest.chunks_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

fn sha1_block(state: &mut [u32; 5], block: &[u8]) {
    let mut words: Vec<u32> = block
        .chunks(4)
        .map(|bytes| little(bytes).swap_bytes())
        .collect();
    for index in 16..80 {
        let mixed = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16];
        words.push(mixed.rotate_left(1));
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for (index, word) in words.into_iter().enumerate() {
        let (function, constant) = match index / 20 {
            0 => ((b & c) | (!b & d), 0x5A82_7999_u32),
            1 => (b ^ c ^ d, 0x6ED9_EBA1),
            2 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
            _ => (b ^ c ^ d, 0xCA62_C1D6),
        };
        let next = a.rotate_left(5).wrapping_add(function).wrapping_add(e);
        (e, d, c, b, a) = (
            d,
            c,
            b.rotate_left(30),
            a,
            next.wrapping_add(constant).wrapping_add(word),
        );
    }
    for (own, new) in state.iter_mut().zip([a, b, c, d, e]) {
        *own = own.wrapping_add(new);
    }
}

fn little(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u32::from(*byte))
}

/// The 64-bit MurmurHash of Resource Manager: two 32-bit lanes over eight bytes at a time.
fn murmur64(data: &[u8]) -> u64 {
    const C1: u32 = 0x239b_961b;
    const C2: u32 = 0xab0e_9789;
    let first = |k: u32| k.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2);
    let second = |k: u32| k.wrapping_mul(C2).rotate_left(17).wrapping_mul(C1);
    let (mut h1, mut h2) = (0_u32, 0_u32);
    let mut blocks = data.chunks_exact(8);
    for block in &mut blocks {
        h1 = (h1 ^ first(little(&block[..4])))
            .rotate_left(19)
            .wrapping_add(h2);
        h1 = h1.wrapping_mul(5).wrapping_add(0x561c_cd1b);
        h2 = (h2 ^ second(little(&block[4..])))
            .rotate_left(13)
            .wrapping_add(h1);
        h2 = h2.wrapping_mul(5).wrapping_add(0x0bca_a747);
    }
    let tail = blocks.remainder();
    h1 ^= first(little(&tail[..tail.len().min(4)]));
    h2 ^= second(little(tail.get(4..).unwrap_or_default()));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the algorithm mixes in 32 bits"
    )]
    let length = data.len() as u32;
    h1 = (h1 ^ length).wrapping_add(h2 ^ length);
    h2 = (h2 ^ length).wrapping_add(h1);
    h1 = avalanche(h1);
    h2 = avalanche(h2);
    h1 = h1.wrapping_add(h2);
    u64::from(h2.wrapping_add(h1)) << 32 | u64::from(h1)
}

fn avalanche(mut h: u32) -> u32 {
    h = (h ^ h >> 16).wrapping_mul(0x85eb_ca6b);
    h = (h ^ h >> 13).wrapping_mul(0xc2b2_ae35);
    h ^ h >> 16
}

fn base32(mut number: u64) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::new();
    for _ in 0..13 {
        text.push(char::from(
            LETTERS[usize::try_from(number >> 59).unwrap_or(0)],
        ));
        number <<= 5;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a recorded deployment of 2026.
    #[test]
    fn unique_strings_are_the_real_ones() {
        let text = "/subscriptions/5ca082f3-38f2-4bb0-b0a4-c401184ae3a8-azdtest-de281c2-eastus2";
        assert_eq!(base32(murmur64(text.as_bytes())), "uctm7tqtpzvkw");
    }

    #[test]
    fn sha1_matches_its_specification() {
        let digest = sha1(b"abc")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>();
        assert_eq!(digest, "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
