//! How long resources of slow types usually take to create, for deployments that Azure has no earlier run of.
//!
//! Figures that Microsoft states: virtual network gateways "up to 45 minutes" (learn.microsoft.com, VPN Gateway, "About
//! VPN gateways"); a virtual hub with its gateway "about 30 minutes" (Virtual WAN, "Create a hub"); API Management "30 to
//! 40 minutes" (quickstarts of the classic tiers); managed instances 30 minutes, before "an average of 45-60 minutes"
//! (SQL Managed Instance, "Overview of management operations"); App Service Environments up to two hours ("Create an App
//! Service Environment"); private clouds of Azure VMware Solution three to four hours ("Deploy a private cloud").
//!
//! The others are what users of Azure report in issues of public repositories. They are good enough to know that
//! something is slow, and are not shown.
//!
//! `suspect_after` is how long Terraform's provider for Azure waits for the creation: `timeouts` in the resources of
//! `hashicorp/terraform-provider-azurerm` at 69697b7.

use std::time::Duration;

/// What is usual for a type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Figure {
    kind: &'static str,
    /// Minutes; 0 if only the most is stated.
    least: u64,
    /// Minutes.
    most: u64,
    by: By,
    /// Minutes; 0 if not known.
    suspect_after: u64,
}

/// Who states a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Microsoft,
    Users,
}

const fn figure(kind: &'static str, least: u64, most: u64, by: By, suspect_after: u64) -> Figure {
    Figure {
        kind,
        least,
        most,
        by,
        suspect_after,
    }
}

const FIGURES: [Figure; 14] = [
    figure(
        "Microsoft.ApiManagement/service",
        30,
        40,
        By::Microsoft,
        180,
    ),
    figure("Microsoft.AVS/privateClouds", 180, 240, By::Microsoft, 600),
    figure("Microsoft.Cache/redis", 15, 40, By::Users, 180),
    figure(
        "Microsoft.CognitiveServices/accounts/capabilityHosts",
        10,
        20,
        By::Users,
        0,
    ),
    figure(
        "Microsoft.CognitiveServices/accounts/projects/capabilityHosts",
        10,
        20,
        By::Users,
        0,
    ),
    figure(
        "Microsoft.Network/applicationGateways",
        6,
        30,
        By::Users,
        90,
    ),
    figure("Microsoft.Network/azureFirewalls", 6, 15, By::Users, 90),
    figure(
        "Microsoft.Network/expressRouteGateways",
        0,
        30,
        By::Microsoft,
        90,
    ),
    figure("Microsoft.Network/p2sVpnGateways", 0, 30, By::Microsoft, 90),
    figure("Microsoft.Network/virtualHubs", 0, 30, By::Microsoft, 0),
    figure(
        "Microsoft.Network/virtualNetworkGateways",
        0,
        45,
        By::Microsoft,
        90,
    ),
    figure("Microsoft.Network/vpnGateways", 0, 30, By::Microsoft, 90),
    figure("Microsoft.Sql/managedInstances", 30, 60, By::Microsoft, 0),
    figure(
        "Microsoft.Web/hostingEnvironments",
        60,
        120,
        By::Microsoft,
        0,
    ),
];

impl Figure {
    /// The figure for a type, if it is a slow one.
    pub(super) fn of(kind: &str) -> Option<&'static Self> {
        let mut all = FIGURES.iter();
        all.find(|figure| figure.kind.eq_ignore_ascii_case(kind))
    }

    /// Whether Microsoft states it, so that it may be shown.
    pub(super) fn is_official(&self) -> bool {
        self.by == By::Microsoft
    }

    /// The least that is usual, where that is stated.
    pub(crate) fn least(&self) -> Option<Duration> {
        (self.least > 0).then(|| minutes(self.least))
    }

    /// The most that is usual.
    pub(crate) fn most(&self) -> Duration {
        minutes(self.most)
    }

    /// How long others wait before they give up.
    pub(super) fn suspect_after(&self) -> Option<Duration> {
        (self.suspect_after > 0).then(|| minutes(self.suspect_after))
    }
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_type_counts_in_any_case() {
        let gateway = Figure::of("microsoft.network/VIRTUALNETWORKGATEWAYS").expect("slow");
        assert_eq!((gateway.least(), gateway.most()), (None, minutes(45)));
        assert_eq!(gateway.suspect_after(), Some(minutes(90)));
        let cloud = Figure::of("Microsoft.AVS/privateClouds").expect("slow");
        assert_eq!(cloud.least(), Some(minutes(180)));
        assert_eq!(Figure::of("Microsoft.Network/virtualNetworks"), None);
        assert_eq!(
            Figure::of("Microsoft.Network/virtualNetworkGateways/natRules"),
            None
        );
    }

    #[test]
    fn the_table_is_in_order_and_each_figure_is_a_range() {
        assert!(
            FIGURES.is_sorted_by(|one, next| one.kind.to_lowercase() < next.kind.to_lowercase())
        );
        for figure in &FIGURES {
            assert!(figure.least < figure.most, "{figure:?}");
            assert!(
                figure.suspect_after == 0 || figure.suspect_after > figure.most,
                "{figure:?}"
            );
        }
    }
}
