//! Names resources by their place in the deployment.

use crate::{arm::Cause, event::Resource, report::words::duration};

/// Number of running resources that are named; the others are counted.
const NAMED: usize = 5;
pub(crate) const SEPARATOR: &str = " › ";

/// The name of `resource` after the nested deployments around it: `hub › network › afw-hub`.
pub(crate) fn of_resource(resource: &Resource) -> String {
    join(&resource.path, &resource.name)
}

/// Where `cause` arose: `hub › network › afw-hub (azureFirewalls)`; empty if unknown.
pub(crate) fn of_cause(cause: &Cause) -> String {
    match cause.resource.as_deref().map(type_and_name) {
        Some((kind, name)) if !kind.is_empty() => {
            format!("{} ({})", join(&cause.path, &name), short_type(&kind))
        }
        Some((_, name)) => join(&cause.path, &name),
        None => cause.path.join(SEPARATOR),
    }
}

/// The first of the `running` resources with their durations, and the number of the others.
pub(crate) fn running(running: &[Resource]) -> String {
    let named = running.iter().take(NAMED).map(|resource| {
        let kind = short_type(&resource.kind);
        let place = of_resource(resource);
        format!("{kind} {place} ({})", duration::show(resource.duration))
    });
    let mut names: Vec<String> = named.collect();
    if running.len() > NAMED {
        names.push(format!("and {} more", running.len() - NAMED));
    }
    names.join(", ")
}

/// A resource type without its provider: `azureFirewalls`.
pub(crate) fn short_type(kind: &str) -> &str {
    kind.split_once('/').map_or(kind, |(_, rest)| rest)
}

fn join(path: &[String], name: &str) -> String {
    let mut parts: Vec<&str> = path.iter().map(String::as_str).collect();
    parts.push(name);
    parts.join(SEPARATOR)
}

/// Type and name in a resource id, or in what tells a resource of an extension from others. Any other text is a name without a type.
pub(crate) fn type_and_name(id: &str) -> (String, String) {
    if let Some(start) = id.to_ascii_lowercase().rfind("/providers/") {
        let mut segments = id[start + "/providers/".len()..].split('/');
        let provider = segments.next().unwrap_or_default();
        let (kinds, names) = alternate(segments);
        return (format!("{provider}/{}", kinds.join("/")), names.join("/"));
    }
    // A resource of an extension: `extension:type:name`.
    let mut parts = id.splitn(3, ':').skip(1);
    if let (false, Some(kind), Some(name)) = (id.starts_with('/'), parts.next(), parts.next()) {
        return (kind.to_owned(), name.to_owned());
    }
    match alternate(id.trim_start_matches('/').split('/')) {
        (kinds, names) if id.starts_with('/') && !names.is_empty() => (
            kinds.last().copied().unwrap_or_default().to_owned(),
            names.last().copied().unwrap_or_default().to_owned(),
        ),
        _ => (String::new(), id.to_owned()),
    }
}

/// The first, third, … and the second, fourth, … of `segments`.
fn alternate<'a>(segments: impl Iterator<Item = &'a str>) -> (Vec<&'a str>, Vec<&'a str>) {
    let segments: Vec<&str> = segments.collect();
    let every_other = |from: usize| segments.iter().skip(from).step_by(2).copied().collect();
    (every_other(0), every_other(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stories::resource;

    #[test]
    fn many_running_resources_are_counted() {
        let resources: Vec<_> = (1..=7)
            .map(|n| resource(&format!("r{n}"), "Running", 20 - n))
            .collect();
        assert_eq!(
            running(&resources),
            "azureFirewalls hub › r1 (19m), azureFirewalls hub › r2 (18m), azureFirewalls hub › r3 (17m), \
             azureFirewalls hub › r4 (16m), azureFirewalls hub › r5 (15m), and 2 more"
        );
    }

    #[test]
    fn a_cause_is_placed_by_path_name_and_type() {
        const GROUP: &str = "/subscriptions/0/resourceGroups/rg-hub";
        for (resource, path, expected) in [
            (
                Some(format!(
                    "{GROUP}/providers/Microsoft.Network/azureFirewalls/afw-hub"
                )),
                &["hub", "network"][..],
                "hub › network › afw-hub (azureFirewalls)",
            ),
            (
                Some(format!(
                    "{GROUP}/Providers/Microsoft.Network/virtualNetworks/v/subnets/s"
                )),
                &[],
                "v/s (virtualNetworks/subnets)",
            ),
            (Some(GROUP.to_owned()), &[], "rg-hub (resourceGroups)"),
            (Some("afw-hub".to_owned()), &["hub"], "hub › afw-hub"),
            (
                Some("MicrosoftGraph:Microsoft.Graph/applications:app:hub".to_owned()),
                &[],
                "app:hub (applications)",
            ),
            (Some("/".to_owned()), &[], "/"),
            (Some("/providers/".to_owned()), &[], " ()"),
            (None, &["hub", "network"], "hub › network"),
            (None, &[], ""),
        ] {
            let cause = Cause {
                resource,
                path: path.iter().map(|&name| name.to_owned()).collect(),
                ..Cause::default()
            };
            assert_eq!(of_cause(&cause), expected);
        }
    }
}
