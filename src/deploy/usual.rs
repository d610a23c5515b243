//! How long resources of slow types take at least, so that they need not be watched closely before.

use std::time::Duration;

/// Slow types, and the minutes in which hardly one of them ends: half of what they usually take.
///
/// Source: Microsoft's documentation of each service, and reports of its users.
const SLOW: [(&str, u64); 11] = [
    ("Microsoft.ApiManagement/service", 15),
    ("Microsoft.Cache/redis", 8),
    ("Microsoft.Compute/virtualMachines", 1),
    ("Microsoft.Network/azureFirewalls", 5),
    ("Microsoft.Network/expressRouteGateways", 15),
    ("Microsoft.Network/p2sVpnGateways", 15),
    ("Microsoft.Network/virtualHubs", 4),
    ("Microsoft.Network/virtualNetworkGateways", 20),
    ("Microsoft.Network/vpnGateways", 15),
    ("Microsoft.Sql/managedInstances", 15),
    ("Microsoft.Web/hostingEnvironments", 30),
];

/// How long after its beginning a resource of this type hardly ends; nothing for types that are not slow.
pub(super) fn hardly_ends_before(kind: &str) -> Duration {
    let slow = SLOW.iter().find(|(own, _)| own.eq_ignore_ascii_case(kind));
    slow.map_or(Duration::ZERO, |(_, minutes)| {
        Duration::from_secs(minutes * 60)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_type_counts_in_any_case() {
        let minutes = |kind: &str| hardly_ends_before(kind).as_secs() / 60;
        let gateway = "microsoft.network/VirtualNetworkGateways";
        assert_eq!(minutes(gateway), 20);
        assert_eq!(minutes(&format!("{gateway}/natRules")), 0);
        assert_eq!(minutes("Microsoft.Network/virtualNetworks"), 0);
    }
}
