//! The span of another program that a trace goes on from, as W3C Trace Context hands it on: in our case by environment
//! variables (<https://www.w3.org/TR/trace-context-2/>; OpenTelemetry's specification, `context/env-carriers.md`).

use super::{SpanId, TraceId};

/// The flag that says that the trace is recorded.
const SAMPLED: u8 = 1;
/// The flags that mean something in the version that we know: that, and that the id is random.
const KNOWN: u8 = 3;
/// Most members of a trace state.
const MOST_MEMBERS: usize = 32;
/// Longest key of a member, and longest value, in characters.
const LONGEST: usize = 256;

/// A span of another program, and the trace that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parent {
    pub(crate) trace: TraceId,
    pub(super) span: SpanId,
    pub(super) flags: u8,
    /// What others keep beside the trace's id, as it was given; empty if nothing.
    pub(super) state: String,
}

impl Parent {
    /// The parent that `TRACEPARENT` and `TRACESTATE` name; `None` if there is none, or if it is not valid, which the
    /// specification has us ignore.
    pub(crate) fn read<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let mut parent = Self::parse(variable("TRACEPARENT")?.trim())?;
        let state = variable("TRACESTATE").map(str::trim);
        parent.state = state
            .filter(|state| is_state(state))
            .unwrap_or_default()
            .to_owned();
        Some(parent)
    }

    /// `VERSION-TRACE-SPAN-FLAGS`, and in later versions more.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
        let flags = byte(parts.next()?)?;
        let is_known = match byte(version)? {
            0xff => false,
            0 => parts.next().is_none(),
            _ => true,
        };
        is_known.then_some(())?;
        Some(Self {
            trace: TraceId::from_digits(trace)?,
            span: SpanId::from_digits(span)?,
            flags: flags & KNOWN,
            state: String::new(),
        })
    }

    /// Whether the trace is recorded; if it is not, spans of it are to be sent by nobody.
    pub(crate) fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }
}

/// The byte with these two hexadecimal digits in lower case.
fn byte(digits: &str) -> Option<u8> {
    let is_lower_hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    let is_valid = digits.len() == 2 && digits.bytes().all(is_lower_hex);
    u8::from_str_radix(digits, 16).ok().filter(|_| is_valid)
}

/// Whether `text` is a valid trace state: `key=value,…`, each key once.
fn is_state(text: &str) -> bool {
    let members = text
        .split(',')
        .map(|member| member.trim_matches([' ', '\t']));
    let members: Vec<_> = members.filter(|member| !member.is_empty()).collect();
    let mut keys = Vec::new();
    let all_valid = members.iter().all(|member| {
        let Some((key, value)) = member.split_once('=') else {
            return false;
        };
        let is_new = !keys.contains(&key);
        keys.push(key);
        is_new && is_key(key) && is_value(value)
    });
    !members.is_empty() && members.len() <= MOST_MEMBERS && all_valid
}

fn is_key(key: &str) -> bool {
    let is_valid = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-' | '*' | '/' | '@');
    let begins = key.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    begins && key.len() <= LONGEST && key.chars().all(is_valid)
}

fn is_value(value: &str) -> bool {
    let is_valid = |c: char| matches!(c, ' '..='~') && c != ',' && c != '=';
    !value.is_empty()
        && value.len() <= LONGEST
        && value.chars().all(is_valid)
        && !value.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn read(parent: &'static str, state: &'static str) -> Option<Parent> {
        Parent::read(|name| match name {
            "TRACEPARENT" => Some(parent),
            "TRACESTATE" => Some(state).filter(|state| !state.is_empty()),
            _ => None,
        })
    }

    #[test]
    fn a_valid_parent_is_read_in_this_and_in_later_versions() {
        for text in [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-09-what-comes-then",
        ] {
            let parent = read(text, "").expect(text);
            assert_eq!(parent.trace.digits(), TRACE);
            assert_eq!(Some(parent.span), SpanId::from_digits(SPAN));
            assert!(parent.is_sampled() && parent.state.is_empty());
        }
        let dropped = read(
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02",
            "",
        );
        assert!(!dropped.expect("valid").is_sampled());
    }

    #[test]
    fn what_is_not_valid_is_no_parent() {
        for text in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "::error::forged",
        ] {
            assert_eq!(read(text, "a=b"), None, "{text}");
        }
    }

    #[test]
    fn a_state_that_is_not_valid_is_left_behind() {
        let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for state in [
            "a=b",
            "rojo=00f067aa0ba902b7, congo=t61rcWkgMzE",
            "1t@v/x=a b,",
        ] {
            assert_eq!(read(valid, state).expect("a parent").state, state);
        }
        for state in [
            "a",
            "=b",
            "a=",
            "A=b",
            "a=b,a=c",
            "a=b=c",
            "a=ä",
            "a=b\u{7f}",
            ",",
            "a=b,::error::x",
        ] {
            assert_eq!(read(valid, state).expect("a parent").state, "", "{state}");
        }
        let many: Vec<_> = (0..33).map(|n| format!("a{n}=b")).collect();
        assert!(!is_state(&many.join(",")) && is_state(&many[1..].join(",")));
    }
}
