//! What people deploy for hours, with random durations.

use std::time::Duration;

use super::{Row, Scheduled};

const MINUTE: f64 = 60.0;
const DEPLOYMENT: &str = "Microsoft.Resources/deployments";
const OTHER: &str = "Microsoft.Network/virtualNetworks";
const GATEWAY: &str = "Microsoft.Network/virtualNetworkGateways";
const HUB: &str = "Microsoft.Network/virtualHubs";
const FIREWALL: &str = "Microsoft.Network/azureFirewalls";
const MACHINE: &str = "Microsoft.Compute/virtualMachines";

/// What is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A hub network of five nested deployments, one after another.
    HubInSequence,
    /// The same, its deployments side by side.
    HubSideBySide,
    /// Forty resources in one deployment.
    Flat,
    /// A landing zone of 36 nested deployments, side by side.
    LandingZone,
    /// 500 nested deployments of ten resources that all run to the end.
    Crowd,
    /// One deployment of so many resources, all but one of which end early.
    Long(u32),
}

/// Numbers that look random, and are the same for the same seed.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number from `least` up to `most` (xorshift).
    pub(crate) fn between(&mut self, least: f64, most: f64) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        #[expect(clippy::cast_precision_loss, reason = "it is random all the same")]
        let fraction = (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
        least + (most - least) * fraction
    }

    /// A whole number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.between(0.0, limit as f64) as usize
    }

    /// A number of the standard normal distribution (Box and Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let (one, other) = (self.between(1e-12, 1.0), self.between(0.0, 1.0));
        (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
    }
}

/// A resource with its duration in seconds, or a deployment with what is in it.
enum Part {
    Resource(&'static str, f64),
    Group(Vec<Part>, Order),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    InSequence,
    SideBySide,
}

impl Shape {
    /// A tree of deployments of this shape, the root first.
    pub(crate) fn schedule(self, random: &mut Random) -> Vec<Scheduled> {
        let (parts, order) = self.parts(random);
        let mut all = Vec::new();
        place(&mut all, "root", 0.0, &parts, order, random);
        all
    }

    fn parts(self, random: &mut Random) -> (Vec<Part>, Order) {
        match self {
            Self::HubInSequence => (hub(random), Order::InSequence),
            Self::HubSideBySide => (hub(random), Order::SideBySide),
            Self::Flat => {
                let mut parts: Vec<_> = (0..38).map(|_| other(random, 60.0)).collect();
                parts.push(slow(GATEWAY, 30.0, 50.0, random));
                parts.push(slow(FIREWALL, 8.0, 12.0, random));
                (parts, Order::SideBySide)
            }
            Self::LandingZone => {
                let mut group = |_| {
                    let mut parts: Vec<_> = (0..4).map(|_| other(random, 60.0)).collect();
                    parts.push(slow(MACHINE, 2.0, 39.0, random));
                    Part::Group(parts, Order::InSequence)
                };
                ((0..36).map(&mut group).collect(), Order::SideBySide)
            }
            Self::Crowd => {
                let mut group = |_| {
                    let mut parts: Vec<_> = (0..9).map(|_| other(random, 40.0)).collect();
                    parts.push(slow(MACHINE, 28.0, 30.0, random));
                    Part::Group(parts, Order::SideBySide)
                };
                ((0..500).map(&mut group).collect(), Order::SideBySide)
            }
            Self::Long(count) => {
                let mut parts: Vec<_> = (1..count).map(|_| other(random, 60.0)).collect();
                parts.push(slow(MACHINE, 60.0, 60.0, random));
                (parts, Order::SideBySide)
            }
        }
    }
}

fn hub(random: &mut Random) -> Vec<Part> {
    let slow_ones = [
        (HUB, 8.0, 15.0, 4),
        (FIREWALL, 8.0, 12.0, 4),
        (GATEWAY, 35.0, 50.0, 3),
        (GATEWAY, 30.0, 45.0, 3),
        (MACHINE, 4.0, 15.0, 4),
    ];
    let group = |(kind, least, most, others)| {
        let mut parts: Vec<_> = (0..others).map(|_| other(random, 20.0)).collect();
        parts.push(slow(kind, least, most, random));
        Part::Group(parts, Order::InSequence)
    };
    slow_ones.map(group).into()
}

fn other(random: &mut Random, most: f64) -> Part {
    Part::Resource(OTHER, random.between(2.0, most))
}

fn slow(kind: &'static str, least: f64, most: f64, random: &mut Random) -> Part {
    Part::Resource(kind, random.between(least * MINUTE, most * MINUTE))
}

/// Places a deployment and all within it in time, and returns its end.
fn place(
    all: &mut Vec<Scheduled>,
    name: &str,
    start: f64,
    parts: &[Part],
    order: Order,
    random: &mut Random,
) -> f64 {
    let at = all.len();
    let id = format!("/providers/Microsoft.Resources/deployments/{name}");
    all.push(Scheduled {
        id,
        start: seconds(start),
        end: Duration::ZERO,
        rows: Vec::new(),
    });
    let (mut last, mut rows) = (start + 1.0, Vec::new());
    for (number, part) in parts.iter().enumerate() {
        let begins = match order {
            Order::InSequence => last + random.between(0.3, 2.0),
            Order::SideBySide => start + random.between(1.0, 4.0),
        };
        let own = format!("{name}-{number}");
        let (kind, end) = match part {
            Part::Resource(kind, lasts) => (*kind, begins + lasts),
            Part::Group(parts, order) => {
                let end = place(all, &own, begins, parts, *order, random);
                (DEPLOYMENT, end + random.between(0.3, 1.5))
            }
        };
        last = last.max(end);
        rows.push(Row {
            id: format!("/providers/{kind}/{own}"),
            name: own,
            kind,
            start: seconds(begins),
            end: seconds(end),
        });
    }
    // In 20 recordings a deployment ended so long after its last resource.
    let end = last + random.between(0.1, 4.3);
    all[at].end = seconds(end);
    all[at].rows = rows;
    end
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}
