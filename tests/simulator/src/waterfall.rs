//! Draws a trace as trace viewers do: a row for each span, a bar from its start to its end, a dot for each event.
//!
//! The picture is an SVG of its own colours in light and dark, always the same for the same spans.

use std::{collections::BTreeSet, time::Duration};

use crate::traces::Span;

/// Sizes in pixels. The whole is as wide as the other pictures of the documents.
const WIDTH: u64 = 1012;
const ROW: u64 = 24;
const BAR: u64 = 14;
const MARGIN: u64 = 16;
const INDENT: u64 = 14;
/// Where the bars begin, and how long the longest is; to its right its duration stands.
const AXIS: u64 = 452;
const LENGTH: u64 = 470;
/// The width of a character, in tenths.
const CHARACTER: u64 = 72;
/// Parts of the axis.
const TICKS: u32 = 4;

const STYLE: &str = "
  .back { fill: #ffffff; } text { fill: #1f2328; font: 12px 'Liberation Mono', ui-monospace, monospace; }
  .faint { fill: #59636e; } .grid { stroke: #d1d9e0; } .step { fill: #8250df; } .deployment { fill: #0969da; }
  .resource { fill: #54aeff; } .failed { fill: #cf222e; } .event { fill: #1f2328; stroke: #ffffff; }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117; } text { fill: #f0f6fc; } .faint { fill: #9198a1; } .grid { stroke: #3d444d; }
    .step { fill: #ab7df8; } .deployment { fill: #4493f8; } .resource { fill: #1f6feb; } .failed { fill: #f85149; }
    .event { fill: #f0f6fc; stroke: #0d1117; }
  }
";

/// A span, and how many are around it.
struct Row<'a> {
    span: &'a Span,
    depth: u64,
}

/// The picture of a trace; spans that were told twice are there once.
#[must_use]
pub fn waterfall(spans: &[Span]) -> String {
    let rows = rows(spans);
    let starts = rows.iter().map(|row| row.span.start);
    let ends = rows.iter().map(|row| row.span.end);
    let start = starts.min().unwrap_or_default();
    let length = ends.max().unwrap_or_default().saturating_sub(start);
    let axis = Axis { start, length };
    let height = 2 * MARGIN + ROW * (rows.len() as u64 + 1);
    let drawn = (1..)
        .zip(&rows)
        .map(|(place, row)| row.draw(&axis, MARGIN + ROW * place));
    let (grid, drawn) = (axis.draw(height), drawn.collect::<String>());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n<title>Trace of a deployment</title>\n\
         <style>{STYLE}</style>\n<rect class=\"back\" width=\"{WIDTH}\" height=\"{height}\"/>\n{grid}{drawn}</svg>\n"
    )
}

/// The spans in the order of a tree: each after the one that it is a part of, those of one by their starts.
fn rows(spans: &[Span]) -> Vec<Row<'_>> {
    let known: BTreeSet<_> = spans.iter().map(|span| span.id.as_str()).collect();
    let mut roots: Vec<_> = spans.iter().collect();
    roots.retain(|span| !known.contains(span.parent.as_str()));
    let (mut rows, mut seen) = (Vec::new(), BTreeSet::new());
    add(spans, roots, 0, &mut rows, &mut seen);
    rows
}

fn add<'a>(
    all: &'a [Span],
    mut some: Vec<&'a Span>,
    depth: u64,
    rows: &mut Vec<Row<'a>>,
    seen: &mut BTreeSet<&'a str>,
) {
    some.sort_by_key(|span| (span.start, span.end, &span.name));
    for span in some {
        if seen.insert(&span.id) {
            rows.push(Row { span, depth });
            let within = all.iter().filter(|other| other.parent == span.id);
            add(all, within.collect(), depth + 1, rows, seen);
        }
    }
}

struct Axis {
    start: Duration,
    length: Duration,
}

impl Axis {
    /// Where a moment is, in pixels from the left.
    fn at(&self, moment: Duration) -> u64 {
        let after = moment.saturating_sub(self.start).min(self.length);
        let length = self.length.as_millis().max(1);
        let pixels = u128::from(LENGTH) * after.as_millis() / length;
        AXIS + u64::try_from(pixels).unwrap_or(LENGTH)
    }

    /// The lines of the grid, and what they stand for.
    fn draw(&self, height: u64) -> String {
        let (top, bottom, y) = (MARGIN + ROW, height - MARGIN, MARGIN + ROW / 2);
        let ticks = (0..=TICKS).map(|tick| {
            let after = self.length * tick / TICKS;
            let (x, shown) = (self.at(self.start + after), show(after));
            format!(
                "<line class=\"grid\" x1=\"{x}\" y1=\"{top}\" x2=\"{x}\" y2=\"{bottom}\"/>\n\
                 <text class=\"faint\" x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{shown}</text>\n"
            )
        });
        ticks.collect()
    }
}

impl Row<'_> {
    /// The name, the bar, the events and the duration.
    fn draw(&self, axis: &Axis, top: u64) -> String {
        let (span, x) = (self.span, MARGIN + INDENT * self.depth);
        let (middle, base) = (top + ROW / 2, top + ROW / 2 + 4);
        let name = escape(&short(&span.name, (AXIS - x) * 10 / CHARACTER - 2));
        let (start, end, y) = (axis.at(span.start), axis.at(span.end), middle - BAR / 2);
        let (class, width) = (self.class(), (end - start).max(2));
        let (after, took) = (start + width + 6, show(span.end.saturating_sub(span.start)));
        let events = span.events.iter().map(|event| {
            let (x, name) = (axis.at(event.at), escape(&event.name));
            format!("<circle class=\"event\" cx=\"{x}\" cy=\"{middle}\" r=\"3\"><title>{name}</title></circle>\n")
        });
        let events: String = events.collect();
        format!(
            "<text x=\"{x}\" y=\"{base}\">{name}</text>\n\
             <rect class=\"{class}\" x=\"{start}\" y=\"{y}\" width=\"{width}\" height=\"{BAR}\" rx=\"2\"/>\n\
             {events}<text class=\"faint\" x=\"{after}\" y=\"{base}\">{took}</text>\n"
        )
    }

    fn class(&self) -> &'static str {
        match &self.span.error {
            Some(_) => "failed",
            None if self.span.name.starts_with("RUN ") => "step",
            None if self.span.attributes.contains_key("deployment.status") => "deployment",
            None => "resource",
        }
    }
}

/// The beginning and the end of a name that is too long.
fn short(name: &str, limit: u64) -> String {
    let (characters, limit) = (
        name.chars().count(),
        usize::try_from(limit).unwrap_or_default(),
    );
    if characters <= limit {
        return name.to_owned();
    }
    let (before, after) = (limit / 4, limit - limit / 4 - 1);
    let begin = name.chars().take(before);
    let end = name.chars().skip(characters - after);
    begin.chain(['…']).chain(end).collect()
}

fn show(duration: Duration) -> String {
    let seconds = (duration.as_millis() + 500) / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m {seconds:02}s"),
        _ => format!("{hours}h {minutes:02}m"),
    }
}

fn escape(text: &str) -> String {
    let shown = text.chars().filter(|c| !c.is_control());
    let shown: String = shown.collect();
    shown
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
