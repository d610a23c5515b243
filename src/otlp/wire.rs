//! The wire format of protocol buffers (<https://protobuf.dev/programming-guides/encoding/>), as far as OTLP needs it.
//!
//! Fields that have their default are left out, as `proto3` has it.

/// A field holds a number of up to ten bytes.
const VARINT: u64 = 0;
/// A field holds eight bytes.
const FIXED64: u64 = 1;
/// A field holds its length, and so many bytes.
const BYTES: u64 = 2;
/// A field holds four bytes.
const FIXED32: u64 = 5;

/// A message that is being written.
#[derive(Clone, Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    /// This and a field of text, unless it is empty.
    pub(super) fn text(self, field: u64, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    /// This and a field of bytes, unless there are none.
    pub(super) fn bytes(self, field: u64, bytes: &[u8]) -> Self {
        match bytes.is_empty() {
            true => self,
            false => self.lengthy(field, bytes),
        }
    }

    /// This and a message within it, also if that is empty.
    pub(super) fn message(self, field: u64, message: &Self) -> Self {
        self.lengthy(field, &message.0)
    }

    /// This and several messages within it.
    pub(super) fn messages(self, field: u64, messages: impl Iterator<Item = Self>) -> Self {
        messages.fold(self, |all, message| all.message(field, &message))
    }

    /// This and a number, unless it is 0.
    pub(super) fn number(self, field: u64, number: u64) -> Self {
        match number {
            0 => self,
            number => self.choice(field, number),
        }
    }

    /// This and a number, also if it is 0, as it must be where it is one of several choices.
    pub(super) fn choice(mut self, field: u64, number: u64) -> Self {
        self.tag(field, VARINT);
        self.varint(number);
        self
    }

    /// This and one of several choices that is a text, also if it is empty.
    pub(super) fn chosen_text(self, field: u64, text: &str) -> Self {
        self.lengthy(field, text.as_bytes())
    }

    /// This and a number of eight bytes, unless it is 0.
    pub(super) fn fixed64(mut self, field: u64, number: u64) -> Self {
        if number != 0 {
            self.tag(field, FIXED64);
            self.0.extend(number.to_le_bytes());
        }
        self
    }

    /// This and a number of four bytes, unless it is 0.
    pub(super) fn fixed32(mut self, field: u64, number: u32) -> Self {
        if number != 0 {
            self.tag(field, FIXED32);
            self.0.extend(number.to_le_bytes());
        }
        self
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn lengthy(mut self, field: u64, bytes: &[u8]) -> Self {
        self.tag(field, BYTES);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn tag(&mut self, field: u64, kind: u64) {
        self.varint(field << 3 | kind);
    }

    /// Seven bits a byte, the lowest first; the eighth says that more follow.
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }
}

/// A field of a message that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Four or eight bytes, which no answer has.
    Fixed,
}

/// The fields of a message by their numbers; `None` if it is not a message.
pub(super) fn fields(mut bytes: &[u8]) -> Option<Vec<(u64, Field<'_>)>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let field = match tag & 7 {
            VARINT => Field::Number(varint(&mut bytes)?),
            FIXED64 => take(&mut bytes, 8).map(|_| Field::Fixed)?,
            BYTES => {
                let length = varint(&mut bytes)?;
                Field::Bytes(take(&mut bytes, length)?)
            }
            FIXED32 => take(&mut bytes, 4).map(|_| Field::Fixed)?,
            _ => return None,
        };
        let number = Some(tag >> 3).filter(|number| *number > 0)?;
        fields.push((number, field));
    }
    Some(fields)
}

fn take<'a>(bytes: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    *bytes = rest;
    Some(taken)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(7 * place)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_documentation() {
        let number = |number| Message::default().number(1, number).into_bytes();
        assert_eq!(number(150), [0x08, 0x96, 0x01]);
        assert_eq!(number(0), [0; 0]);
        let text = Message::default().text(2, "testing").into_bytes();
        assert_eq!(text, b"\x12\x07testing");
        let inner = Message::default().number(1, 150);
        let outer = Message::default().message(3, &inner).into_bytes();
        assert_eq!(outer, [0x1a, 0x03, 0x08, 0x96, 0x01]);
        let fixed = Message::default().fixed64(7, 1).fixed32(16, 0x0102_0304);
        assert_eq!(
            fixed.into_bytes(),
            [0x39, 1, 0, 0, 0, 0, 0, 0, 0, 0x85, 0x01, 4, 3, 2, 1]
        );
    }

    #[test]
    fn what_breaks_off_is_no_message() {
        let whole = Message::default().text(1, "hello").number(2, u64::MAX);
        let whole = whole.into_bytes();
        for length in [1, 2, 6, 8, whole.len() - 1] {
            assert_eq!(fields(&whole[..length]), None, "{length}");
        }
        for odd in [
            &b"\x07"[..],
            b"\x00\x01",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            assert_eq!(fields(odd), None, "{odd:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(number in 1_u64.., text in ".+", fixed in 1_u64..) {
            let message = Message::default().number(1, number).text(300, &text).fixed64(3, fixed);
            let bytes = message.into_bytes();
            let expected = vec![
                (1, Field::Number(number)),
                (300, Field::Bytes(text.as_bytes())),
                (3, Field::Fixed),
            ];
            prop_assert_eq!(fields(&bytes), Some(expected));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = fields(&bytes);
        }
    }
}
