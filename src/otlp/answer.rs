//! What a collector answers.

use super::wire::{Field, fields};
use crate::http::{excerpt, is_web_page, page_excerpt};

/// `ExportTracePartialSuccess`: what the collector did not take, or has to say although it took everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Partial {
    /// Spans that it did not take.
    pub(super) rejected: u64,
    /// Why. Untrusted text.
    pub(super) message: String,
}

/// What is said in the answer to a request that was accepted; nothing if it cannot be read, as some collectors answer
/// in other forms.
pub(super) fn partial(body: &[u8]) -> Partial {
    let inner = bytes(body, 1).and_then(fields).unwrap_or_default();
    let mut partial = Partial::default();
    for field in inner {
        match field {
            (1, Field::Number(rejected)) => partial.rejected = rejected,
            (2, Field::Bytes(message)) => {
                partial.message = excerpt(&String::from_utf8_lossy(message))
            }
            _ => {}
        }
    }
    partial
}

/// What is said in the answer to a request that was refused: the message of a `google.rpc.Status`, or a text.
pub(super) fn reason(body: &[u8]) -> String {
    let message = bytes(body, 2).filter(|_| !is_web_page(body));
    let message = message.and_then(|message| str::from_utf8(message).ok());
    match message {
        Some(message) => excerpt(message),
        None => page_excerpt(body),
    }
}

/// The bytes of a field of the message `body`.
fn bytes(body: &[u8], wanted: u64) -> Option<&[u8]> {
    fields(body)?.into_iter().find_map(|field| match field {
        (number, Field::Bytes(bytes)) if number == wanted => Some(bytes),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::wire::Message;

    #[test]
    fn what_was_not_taken_is_read() {
        let inner = Message::default()
            .number(1, 7)
            .text(2, "too old\n::error::forged");
        let body = Message::default().message(1, &inner).into_bytes();
        let expected = Partial {
            rejected: 7,
            message: "too old ::error::forged".to_owned(),
        };
        assert_eq!(partial(&body), expected);
        for nothing in [
            &b""[..],
            b"{}",
            b"{\"partialSuccess\":{}}",
            b"OK",
            b"\x0a\x00",
            b"\x0a\x07ab",
        ] {
            assert_eq!(partial(nothing), Partial::default(), "{nothing:?}");
        }
    }

    #[test]
    fn the_reason_for_a_refusal_is_read_in_any_form() {
        let status = Message::default().number(1, 3).text(2, "no such tenant");
        assert_eq!(reason(&status.into_bytes()), "no such tenant");
        for (body, expected) in [
            (&b"no api key\n"[..], "no api key"),
            (b"{\"message\":\"no\"}", "{\"message\":\"no\"}"),
            (b"<html><title>Blocked</title></html>", "Blocked"),
            (b"", ""),
        ] {
            assert_eq!(reason(body), expected);
        }
    }
}
