//! The parser's errors in words.

use jsonc_parser::{ParseStringErrorKind, errors::ParseErrorKind};

/// What is wrong, and what to write instead.
pub(super) fn explain(kind: &ParseErrorKind) -> &'static str {
    use ParseErrorKind as Kind;
    match kind {
        Kind::ExpectedComma => "a comma is missing here",
        Kind::ExpectedColonAfterObjectKey => "a colon is missing after the key",
        Kind::ExpectedStringObjectProperty => "not a key: put it in \"…\"",
        Kind::UnterminatedObject => "an object without its closing brace",
        Kind::UnterminatedArray => "an array without its closing bracket",
        Kind::UnterminatedCommentBlock => "a comment without its closing */",
        Kind::MultipleRootJsonValues => "something follows the end of the document: remove it",
        Kind::NestingDepthExceeded => "nested too deeply: no more than 256 levels are read",
        Kind::ExpectedObjectValue => "a value is missing after the colon",
        Kind::String(string) => explain_string(string),
        Kind::HexadecimalNumbersNotAllowed
        | Kind::UnaryPlusNumbersNotAllowed
        | Kind::BareDecimalPointNumbersNotAllowed
        | Kind::NonFiniteNumbersNotAllowed
        | Kind::ExpectedDigit
        | Kind::ExpectedDigitFollowingNegativeSign
        | Kind::ExpectedPlusMinusOrDigitInNumberLiteral => "not a number as JSON writes it",
        Kind::UnexpectedWord | Kind::UnexpectedToken => {
            "not JSON: expected a string in double quotes, a number, true, false, null, { or ["
        }
        _ => "not JSON: a comma, colon, brace or bracket is out of place",
    }
}

fn explain_string(kind: &ParseStringErrorKind) -> &'static str {
    match kind {
        ParseStringErrorKind::UnterminatedStringLiteral => "a string without its closing quote",
        ParseStringErrorKind::ExpectedFourHexDigits => {
            "\\u without the four hexadecimal digits of a character"
        }
        _ => "not an escape of JSON: a backslash itself is written \\\\",
    }
}
