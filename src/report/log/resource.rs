//! A resource as lines of the log.

use std::time::Duration;

use crate::{
    event::Resource,
    host::{Line, Style},
    report::words::{
        duration,
        lines::{stamped, style_of},
        place,
    },
};

/// `[0h 12m 40s]  3/14 Succeeded azureFirewalls hub › network › afw-hub 11m 20s`
pub(super) fn resource_line(
    resource: &Resource,
    count: Option<(usize, usize)>,
    at: Duration,
) -> Line {
    let count = count.map_or_else(String::new, |(position, known)| {
        format!("{position}/{known}")
    });
    let state = resource.state.as_str();
    let line = stamped(at)
        .with(Style::Faint, &format!("{count:>7} "))
        .with(style_of(&resource.state), &format!("{state:<9} "))
        .with(
            Style::Faint,
            &format!("{} ", place::short_type(&resource.kind)),
        )
        .with(Style::Plain, &place::of_resource(resource));
    if resource.state.is_terminal() {
        line.with(
            Style::Faint,
            &format!(" {}", duration::show(resource.duration)),
        )
    } else {
        line
    }
}

/// The causes of a failed resource. A nested deployment has none, since its failed resources have their own lines.
pub(super) fn cause_lines(resource: &Resource) -> impl Iterator<Item = Line> {
    let causes = if resource.is_deployment() {
        &[]
    } else {
        resource.causes.as_slice()
    };
    causes.iter().map(|cause| {
        Line::plain(&" ".repeat(21)).with(Style::Bad, &format!("{}: {}", cause.code, cause.message))
    })
}
