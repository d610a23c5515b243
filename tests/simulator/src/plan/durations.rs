//! How long resources take: the same every time for the same seed and id.

use std::{collections::HashSet, time::Duration};

use sha2::{Digest, Sha256};

use crate::{options::Options, pattern};

/// Seconds that types take, at least and at most, from experience.
const BY_TYPE: [(&str, u64, u64); 16] = [
    ("Microsoft.Network/virtualNetworkGateways", 35 * 60, 50 * 60),
    ("Microsoft.Network/vpnGateways", 25 * 60, 35 * 60),
    ("Microsoft.Network/expressRouteGateways", 25 * 60, 35 * 60),
    ("Microsoft.Network/virtualHubs", 8 * 60, 15 * 60),
    ("Microsoft.Network/azureFirewalls", 8 * 60, 12 * 60),
    ("Microsoft.Network/bastionHosts", 5 * 60, 8 * 60),
    ("Microsoft.Network/applicationGateways", 5 * 60, 8 * 60),
    ("Microsoft.Network/expressRouteCircuits", 60, 120),
    ("Microsoft.Network/connections", 60, 180),
    (
        "Microsoft.Compute/virtualMachines/extensions",
        3 * 60,
        10 * 60,
    ),
    ("Microsoft.Compute/virtualMachines", 2 * 60, 5 * 60),
    ("Microsoft.ContainerService/managedClusters", 4 * 60, 8 * 60),
    ("Microsoft.ApiManagement/service", 30 * 60, 45 * 60),
    ("Microsoft.Sql/managedInstances", 120 * 60, 240 * 60),
    ("Microsoft.Resources/deploymentScripts", 60, 180),
    ("Microsoft.Resources/resourceGroups", 1, 3),
];

/// The same for a virtual network gateway of the type ExpressRoute.
const EXPRESS_ROUTE_GATEWAY: (u64, u64) = (30 * 60, 45 * 60);

/// The same for all other types.
const OTHERS: (u64, u64) = (2, 20);

/// What counts for a resource's duration.
pub(crate) struct Subject<'a> {
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
    pub(crate) id: &'a str,
    /// `properties.gatewayType` of a virtual network gateway.
    pub(crate) gateway_type: Option<&'a str>,
}

/// What earlier submissions mean for durations.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// How many there were.
    pub(crate) submissions: usize,
    /// The resources that they left, by their ids in lower case.
    pub(crate) resources: HashSet<String>,
}

/// The duration of one resource after what was submitted before, in simulated time.
pub(crate) fn of(subject: &Subject<'_>, options: &Options, earlier: &Earlier) -> Duration {
    let is_update = earlier.resources.contains(&subject.id.to_ascii_lowercase());
    let share = if is_update { options.updates } else { 1.0 };
    let draw = |part| {
        let number = earlier.submissions;
        fraction(options.seed, &format!("{}/{number}/{part}", subject.id))
    };
    // A normal variate from two uniform ones (Box and Muller).
    let radius = (-2.0 * (1.0 - draw("radius")).ln()).sqrt();
    let normal = radius * (std::f64::consts::TAU * draw("angle")).cos();
    let factor = share * (options.spread * normal).exp();
    first(subject, options).mul_f64(factor)
}

/// The duration of one resource when it is created for the first time.
fn first(subject: &Subject<'_>, options: &Options) -> Duration {
    let given = |wanted: &str| {
        let all = options.durations.iter();
        all.rev()
            .find(|(what, _)| pattern::matches(what, wanted))
            .map(|(_, duration)| *duration)
    };
    given(subject.name)
        .or_else(|| given(subject.kind))
        .unwrap_or_else(|| {
            let (least, most) = range(subject);
            let fraction = fraction(options.seed, subject.id);
            Duration::from_secs(least) + Duration::from_secs(most - least).mul_f64(fraction)
        })
}

fn range(subject: &Subject<'_>) -> (u64, u64) {
    if subject
        .gateway_type
        .is_some_and(|kind| kind.eq_ignore_ascii_case("ExpressRoute"))
    {
        return EXPRESS_ROUTE_GATEWAY;
    }
    // A child of a slow resource is not slow itself, so only whole types count.
    let found = BY_TYPE
        .iter()
        .find(|(kind, _, _)| kind.eq_ignore_ascii_case(subject.kind));
    found.map_or(OTHERS, |(_, least, most)| (*least, *most))
}

/// A number from 0 up to 1, the same for the same seed and text.
pub(crate) fn fraction(seed: u64, text: &str) -> f64 {
    let digest = Sha256::digest(format!("{seed}/{}", text.to_ascii_lowercase()));
    let number = digest[..4]
        .iter()
        .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    f64::from(number) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(kind: &str, gateway_type: Option<&str>, options: &Options) -> u64 {
        let subject = Subject {
            kind,
            name: "gw",
            id: "/x/gw",
            gateway_type,
        };
        of(&subject, options, &Earlier::default()).as_secs() / 60
    }

    #[test]
    fn gateways_take_long_and_their_children_do_not() {
        let options = Options::default();
        let gateway = "Microsoft.Network/virtualNetworkGateways";
        assert!((35..50).contains(&minutes(gateway, Some("Vpn"), &options)));
        assert!((30..45).contains(&minutes(gateway, Some("ExpressRoute"), &options)));
        assert_eq!(minutes(&format!("{gateway}/natRules"), None, &options), 0);
    }

    #[test]
    fn updates_are_quicker_and_each_submission_takes_another_time() {
        let subject = Subject {
            kind: "Microsoft.Network/azureFirewalls",
            name: "fw",
            id: "/x/FW",
            gateway_type: None,
        };
        let options = Options {
            durations: vec![("fw".to_owned(), Duration::from_secs(600))],
            updates: 0.2,
            ..Options::default()
        };
        let update = Earlier {
            submissions: 1,
            resources: HashSet::from(["/x/fw".to_owned()]),
        };
        assert_eq!(of(&subject, &options, &update), Duration::from_secs(120));
        let options = Options {
            spread: 0.1,
            ..options
        };
        let drawn = (0..200).map(|submissions| {
            let earlier = Earlier {
                submissions,
                ..Earlier::default()
            };
            of(&subject, &options, &earlier).as_secs_f64()
        });
        let drawn: Vec<_> = drawn.collect();
        let mean = drawn.iter().sum::<f64>() / 200.0;
        assert!((585.0..620.0).contains(&mean), "{mean}");
        let near = drawn.iter().filter(|each| (540.0..660.0).contains(*each));
        assert!((110..160).contains(&near.count()));
    }

    #[test]
    fn a_name_beats_a_type_and_a_type_beats_the_table() {
        let hours = |hours: u64| Duration::from_secs(hours * 3600);
        let by_type = (
            "microsoft.network/virtualnetworkgateways".to_owned(),
            hours(1),
        );
        let mut options = Options {
            durations: vec![by_type],
            ..Options::default()
        };
        assert_eq!(
            minutes("Microsoft.Network/virtualNetworkGateways", None, &options),
            60
        );
        options.durations.push(("GW".to_owned(), hours(2)));
        assert_eq!(
            minutes("Microsoft.Network/virtualNetworkGateways", None, &options),
            120
        );
    }
}
