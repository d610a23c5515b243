//! What kinds of requests a run made, and what they cost.

use std::{collections::BTreeMap, time::Duration};

use azure_simulator::{Exchange, Service};

use super::statistics::Spread;

/// Two requests that are less than this apart, in simulated time, were made one right after the other: the program
/// waits longer between two looks.
const BACK_TO_BACK: Duration = Duration::from_secs(1);

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The deployment itself.
    State,
    /// `operationStatuses`.
    Status,
    /// Operations of the deployment itself.
    RootOperations,
    /// Operations of a deployment within it.
    NestedOperations,
    /// Deployments of a scope.
    List,
    /// An id token, or a token for it.
    SignIn,
    /// Everything else: validation, submission, deployments within it.
    Other,
}

impl Kind {
    /// All, in the order of tables.
    pub(super) const ALL: [Self; 7] = [
        Self::State,
        Self::Status,
        Self::RootOperations,
        Self::NestedOperations,
        Self::List,
        Self::SignIn,
        Self::Other,
    ];

    /// The name of its column.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Status => "status",
            Self::RootOperations => "operations",
            Self::NestedOperations => "nested operations",
            Self::List => "list",
            Self::SignIn => "sign-in",
            Self::Other => "other",
        }
    }

    /// What a request asks for in a run that follows the deployment with the id `root`.
    pub(super) fn of(service: Service, method: &str, path: &str, root: &str) -> Self {
        if matches!(service, Service::GitHub | Service::Entra) {
            return Self::SignIn;
        }
        if service != Service::ResourceManager || method != "GET" {
            return Self::Other;
        }
        let path = path.trim_end_matches('/').to_ascii_lowercase();
        let root = root.to_ascii_lowercase();
        match path.strip_prefix(&root) {
            Some("") => Self::State,
            Some("/operations") => Self::RootOperations,
            Some(rest) if rest.starts_with("/operationstatuses/") => Self::Status,
            _ if path.ends_with("/operations") => Self::NestedOperations,
            _ if path.ends_with("/microsoft.resources/deployments") => Self::List,
            _ => Self::Other,
        }
    }
}

/// How often each kind was asked for.
pub(super) fn by_kind(exchanges: &[Exchange], root: &str) -> BTreeMap<Kind, usize> {
    let mut counts = BTreeMap::new();
    for exchange in exchanges {
        let kind = Kind::of(exchange.service, &exchange.method, &exchange.path, root);
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

/// Bytes of all answers' bodies, as they were sent.
pub(super) fn bytes_down(exchanges: &[Exchange]) -> usize {
    exchanges.iter().map(|exchange| exchange.wire_bytes).sum()
}

/// The most requests that came within a minute.
pub(super) fn busiest_minute(exchanges: &[Exchange]) -> usize {
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for exchange in exchanges {
        *counts.entry(exchange.at.as_secs() / 60).or_default() += 1;
    }
    counts.into_values().max().unwrap_or_default()
}

/// How long a request and its answer take, in simulated time: the median time between requests that were made one
/// right after the other.
pub(super) fn request_time(exchanges: &[Exchange]) -> Duration {
    let pairs = exchanges.iter().zip(exchanges.iter().skip(1));
    let gaps = pairs.map(|(one, next)| next.at.saturating_sub(one.at));
    let short: Spread = gaps.filter(|gap| *gap < BACK_TO_BACK).collect();
    short.percentile(0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_of_the_kind_that_its_path_says() {
        let place = "/subscriptions/1/providers/Microsoft.Resources/deployments";
        let root = format!("{place}/bench");
        let inner = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Resources/deployments";
        for (method, path, kind) in [
            ("GET", root.clone(), Kind::State),
            ("PUT", root.clone(), Kind::Other),
            ("POST", format!("{root}/validate"), Kind::Other),
            ("GET", root.to_uppercase(), Kind::State),
            ("GET", format!("{root}/operations"), Kind::RootOperations),
            ("GET", format!("{root}/operationStatuses/08"), Kind::Status),
            ("GET", format!("{root}-2"), Kind::Other),
            (
                "GET",
                format!("{inner}/network/operations"),
                Kind::NestedOperations,
            ),
            ("GET", format!("{inner}/network"), Kind::Other),
            ("GET", inner.to_owned(), Kind::List),
            ("GET", format!("{place}/"), Kind::List),
        ] {
            let found = Kind::of(Service::ResourceManager, method, &path, &root);
            assert_eq!(found, kind, "{method} {path}");
        }
        for service in [Service::GitHub, Service::Entra] {
            assert_eq!(Kind::of(service, "GET", "/token", &root), Kind::SignIn);
        }
    }
}
