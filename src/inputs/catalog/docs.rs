//! Keeps `action.yml`, `docs/inputs.md` and the README in step with the catalog and the quick start.
//! `UPDATE_DOCS=1 cargo test` rewrites them.

use std::{fmt::Write, fs, path::Path};

use super::{INPUTS, Input, OUTPUTS, Section};
use crate::testing::documents::check;

fn yaml_text(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON, and JSON is YAML")
}

fn yaml_inputs() -> String {
    let mut yaml = String::from("inputs:\n");
    for input in INPUTS {
        let description = yaml_text(&plain(&described(input)));
        let _ = writeln!(yaml, "  {}:\n    description: {description}", input.name);
        if !input.default.is_empty() {
            let _ = writeln!(yaml, "    default: {}", yaml_text(input.default));
        }
    }
    yaml
}

fn yaml_outputs() -> String {
    let mut yaml = String::from("outputs:\n");
    for output in OUTPUTS {
        let description = yaml_text(&plain(output.description));
        let _ = writeln!(yaml, "  {}:\n    description: {description}", output.name);
    }
    yaml
}

/// Markdown without its code marks, as `action.yml` is read as plain text.
fn plain(markdown: &str) -> String {
    markdown.replace('`', "")
}

fn described(input: &Input) -> String {
    match input.variable {
        Some(variable) => format!("{} Else the variable `{variable}`.", input.description),
        None => input.description.to_owned(),
    }
}

fn markdown_inputs() -> String {
    let mut markdown = String::new();
    for section in Section::ALL {
        let title = section.title();
        let _ = writeln!(
            markdown,
            "\n### {title}\n\n| input | default | meaning |\n|---|---|---|"
        );
        for input in INPUTS.iter().filter(|input| input.section == section) {
            let default = match input.default {
                "" => "—".to_owned(),
                default => format!("`{default}`"),
            };
            let _ = writeln!(
                markdown,
                "| `{}` | {default} | {} |",
                input.name,
                described(input)
            );
        }
    }
    markdown.push('\n');
    markdown
}

fn markdown_outputs() -> String {
    let mut markdown = String::from("\n| output | meaning |\n|---|---|\n");
    for output in OUTPUTS {
        let _ = writeln!(markdown, "| `{}` | {} |", output.name, output.description);
    }
    markdown.push('\n');
    markdown
}

fn markdown_example() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/deploy.yml");
    let workflow = fs::read_to_string(path).expect("the example is there");
    format!("\n```yaml\n{workflow}```\n\n")
}

#[test]
fn action_yml_lists_the_inputs() {
    check(
        "action.yml",
        "# The inputs and outputs are generated from src/inputs/catalog/.\n",
        "\nruns:",
        &format!("{}\n{}", yaml_inputs(), yaml_outputs()),
    );
}

#[test]
fn the_documents_show_inputs_outputs_and_an_example() {
    for (file, part, expected) in [
        ("docs/inputs.md", "inputs", markdown_inputs()),
        ("docs/inputs.md", "outputs", markdown_outputs()),
        ("README.md", "example", markdown_example()),
    ] {
        let begin = format!("<!-- begin {part} -->\n");
        let end = format!("<!-- end {part} -->");
        check(file, &begin, &end, &expected);
    }
}

#[test]
fn descriptions_fit_on_a_line_of_a_table() {
    let inputs = INPUTS.iter().map(|input| input.description);
    for description in inputs.chain(OUTPUTS.iter().map(|output| output.description)) {
        assert!(description.ends_with('.'), "{description}");
        assert!(!description.contains(['\n', '|']), "{description}");
    }
}
