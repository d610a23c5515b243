//! Dates and times.

use jiff::{Span, Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::Value;

use super::{
    super::{Result, evaluate::Evaluator},
    Call,
};

pub(super) fn call(evaluator: &Evaluator<'_>, call: &Call<'_>) -> Option<Result<Value>> {
    Some(match call.name {
        "utcnow" => {
            let style = call.values.first().and_then(Value::as_str);
            Ok(written(
                evaluator.environment.facts.now,
                style.unwrap_or("yyyyMMddTHHmmssZ"),
            )
            .into())
        }
        "datetimeadd" => add(call),
        "datetimetoepoch" => read(call, 0).map(|time| time.as_second().into()),
        "datetimefromepoch" => from_epoch(call),
        _ => return None,
    })
}

fn add(call: &Call<'_>) -> Result<Value> {
    let time = read(call, 0)?.to_zoned(TimeZone::UTC);
    let span: Span = call
        .text(1)?
        .parse()
        .map_err(|_| call.failure("the duration is not ISO 8601."))?;
    let sum = time
        .checked_add(span)
        .map_err(|_| call.failure("the date is out of range."))?;
    let style = call.values.get(2).and_then(Value::as_str);
    Ok(written(sum.timestamp(), style.unwrap_or("yyyy-MM-ddTHH:mm:ssZ")).into())
}

fn from_epoch(call: &Call<'_>) -> Result<Value> {
    let time = Timestamp::from_second(call.integer(0)?);
    let time = time.map_err(|_| call.failure("the date is out of range."))?;
    Ok(written(time, "yyyy-MM-ddTHH:mm:ssZ").into())
}

fn read(call: &Call<'_>, index: usize) -> Result<Timestamp> {
    let text = call.text(index)?;
    let local = || {
        let time = text
            .parse::<DateTime>()
            .or_else(|_| text.trim_end_matches('Z').parse());
        time.and_then(|time| time.to_zoned(TimeZone::UTC))
            .map(|zoned| zoned.timestamp())
    };
    text.parse()
        .or_else(|_| local())
        .map_err(|_| call.failure("the date is not ISO 8601."))
}

/// .NET's format strings, as far as templates use them.
fn written(time: Timestamp, style: &str) -> String {
    let pattern = match style {
        "d" => "M/d/yyyy",
        "D" => "dddd, MMMM dd, yyyy",
        "u" => "yyyy-MM-dd HH:mm:ssZ",
        "s" => "yyyy-MM-ddTHH:mm:ss",
        "o" | "O" => "yyyy-MM-ddTHH:mm:ss.fffffffZ",
        custom => custom,
    };
    let mut result = String::new();
    let letters: Vec<char> = pattern.chars().collect();
    for run in letters.chunk_by(|a, b| a == b) {
        result.push_str(&piece(time, run[0], run.len()));
    }
    result
}

fn piece(time: Timestamp, letter: char, length: usize) -> String {
    let directive = match (letter, length) {
        ('y', 1 | 2) => "%y",
        ('y', _) => "%Y",
        ('M', 1) => "%-m",
        ('M', 2) => "%m",
        ('M', 3) => "%b",
        ('M', _) => "%B",
        ('d', 1) => "%-d",
        ('d', 2) => "%d",
        ('d', 3) => "%a",
        ('d', _) => "%A",
        ('H', 1) => "%-H",
        ('H', _) => "%H",
        ('h', 1) => "%-I",
        ('h', _) => "%I",
        ('m', 1) => "%-M",
        ('m', _) => "%M",
        ('s', 1) => "%-S",
        ('s', _) => "%S",
        ('t', _) => "%p",
        ('f', _) => return format!("{:09}", time.subsec_nanosecond())[..length.min(9)].to_owned(),
        _ => return letter.to_string().repeat(length),
    };
    time.strftime(directive).to_string()
}
