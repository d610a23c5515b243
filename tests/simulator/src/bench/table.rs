//! Tables in Markdown.

use std::time::Duration;

/// A table with a heading, as text: the first column is flush left, the others are flush right.
pub(super) fn markdown(heading: &str, columns: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: String = cells.map(|cell| format!(" {cell} |")).collect();
        format!("|{cells}\n")
    };
    let mut text = format!("### {heading}\n\n{}", line(&mut columns.iter().copied()));
    let flush = (0..columns.len()).map(|at| if at == 0 { "---" } else { "---:" });
    text.push_str(&line(&mut flush.into_iter()));
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

/// Seconds with so many digits after the point.
pub(super) fn seconds(duration: Duration, digits: usize) -> String {
    format!("{:.digits$}", duration.as_secs_f64())
}

/// Millions of bytes.
pub(super) fn megabytes(bytes: f64, digits: usize) -> String {
    format!("{:.digits$}", bytes / 1e6)
}

/// A whole number with commas between its thousands.
pub(super) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (4_245, "4,245"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(count(number), text);
        }
        assert_eq!(megabytes(1_250_000.0, 2), "1.25");
        assert_eq!(seconds(Duration::from_millis(12_640), 1), "12.6");
    }

    #[test]
    fn a_table_has_its_heading_columns_and_rows() {
        let row = vec!["hub".to_owned(), "662".to_owned()];
        let text = markdown("Requests", &["of", "count"], &[row]);
        assert_eq!(
            text,
            "### Requests\n\n| of | count |\n| --- | ---: |\n| hub | 662 |\n"
        );
    }
}
