//! Azure's diagnostics on a template, from validation and what-if.

use crate::{
    arm::{Cause, Diagnostic},
    host::{Annotation, Line, Severity, Style},
    report::words::place,
};

/// `warning NestedDeploymentShortCircuited: … (at inner)`
pub(crate) fn line(diagnostic: &Diagnostic) -> Line {
    let (style, word) = match diagnostic.severity {
        Severity::Error => (Style::Bad, "error"),
        Severity::Warning => (Style::Doubtful, "warning"),
        Severity::Notice => (Style::Faint, "info"),
    };
    let code = format!("  {word} {}: ", diagnostic.code);
    Line::default()
        .with(style, &code)
        .with(Style::Plain, &sentence(diagnostic))
}

/// The annotation for a diagnostic.
pub(crate) fn annotation(diagnostic: &Diagnostic) -> Annotation {
    Annotation::new(diagnostic.severity, &sentence(diagnostic)).titled(&diagnostic.code)
}

/// The message after the resource that it is about.
pub(crate) fn sentence(diagnostic: &Diagnostic) -> String {
    if diagnostic.target.is_empty() {
        return diagnostic.message.clone();
    }
    let cause = Cause {
        resource: Some(diagnostic.target.clone()),
        ..Cause::default()
    };
    format!("{}: {}", place::of_cause(&cause), diagnostic.message)
}
