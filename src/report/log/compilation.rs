//! The Bicep compiler's diagnostics: all of them in the log, the first warnings as annotations.

use crate::{
    host::{Annotation, Line, Severity, Style},
    report::words::phrase::count,
    template::bicep::{Compilation, Diagnostic},
};

/// Number of warnings shown as annotations. Hosts show ten per step, and the rest are left to other warnings.
const ANNOTATED: usize = 5;

/// The title of the group, with the number of errors, warnings and notes.
pub(crate) fn title(compilation: &Compilation) -> String {
    let number = |severity| compilation.of(severity).count();
    let counts = [
        (number(Severity::Error), "error", "errors"),
        (number(Severity::Warning), "warning", "warnings"),
        (number(Severity::Notice), "note", "notes"),
    ];
    let counts = counts.into_iter().filter(|(number, ..)| *number > 0);
    let counts: Vec<_> = counts
        .map(|(number, one, many)| count(number, one, many))
        .collect();
    if counts.is_empty() {
        format!("Bicep on {}", compilation.file)
    } else {
        format!("Bicep on {}: {}", compilation.file, counts.join(", "))
    }
}

/// The lines of the group.
pub(crate) fn lines(compilation: &Compilation) -> Vec<Line> {
    let found = compilation.diagnostics.iter().map(line);
    let text = compilation.text.lines().map(Line::plain);
    found.chain(text).collect()
}

/// The first warnings. Errors end the run and are reported with its ending.
pub(crate) fn annotations(compilation: &Compilation) -> Vec<Annotation> {
    let warnings = compilation.of(Severity::Warning).take(ANNOTATED);
    let annotation = |warning: &Diagnostic| {
        let annotation = Annotation::new(Severity::Warning, &warning.message);
        annotation.titled(&warning.code).at(warning.place.as_ref())
    };
    warnings.map(annotation).collect()
}

fn line(diagnostic: &Diagnostic) -> Line {
    let (style, word) = match diagnostic.severity {
        Severity::Error => (Style::Bad, "error"),
        Severity::Warning => (Style::Doubtful, "warning"),
        Severity::Notice => (Style::Faint, "note"),
    };
    let place = diagnostic.place.as_ref();
    let place = place.map_or_else(String::new, |place| format!("{place} "));
    Line::plain(&place).with(style, word).with(
        Style::Plain,
        &format!(" {}: {}", diagnostic.code, diagnostic.message),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Place;

    fn diagnostic(severity: Severity, line: u32) -> Diagnostic {
        Diagnostic {
            severity,
            code: "no-unused-params".to_owned(),
            message: "Parameter \"x\" is never used.\n::error::forged".to_owned(),
            place: Some(Place {
                file: "infra/hub.bicep".to_owned(),
                line,
                column: 7,
            }),
        }
    }

    #[test]
    fn everything_is_in_the_group_and_the_first_warnings_are_annotations() {
        let mut diagnostics: Vec<_> = (1..=7).map(|n| diagnostic(Severity::Warning, n)).collect();
        diagnostics.insert(0, diagnostic(Severity::Notice, 9));
        let compilation = Compilation {
            file: "infra/hub.bicep".to_owned(),
            diagnostics,
            text: "WARNING: experimental".to_owned(),
        };
        assert_eq!(
            title(&compilation),
            "Bicep on infra/hub.bicep: 7 warnings, 1 note"
        );
        let shown: Vec<_> = lines(&compilation)
            .iter()
            .map(|line| line.render(false))
            .collect();
        assert_eq!(shown.len(), 9);
        assert_eq!(
            shown[1],
            "infra/hub.bicep:1:7 warning no-unused-params: Parameter \"x\" is never used. ::error::forged"
        );
        assert_eq!(shown[8], "WARNING: experimental");
        let annotations = annotations(&compilation);
        assert_eq!(annotations.len(), 5);
        assert_eq!(annotations[0].file.as_deref(), Some("infra/hub.bicep"));
        assert_eq!(
            (annotations[4].line, annotations[4].column),
            (Some(5), Some(7))
        );
    }

    #[test]
    fn without_findings_there_is_nothing_to_show() {
        let compilation = Compilation {
            file: "hub.bicep".to_owned(),
            ..Compilation::default()
        };
        assert_eq!(title(&compilation), "Bicep on hub.bicep");
        assert!(lines(&compilation).is_empty() && annotations(&compilation).is_empty());
    }
}
