//! What the program is meant to reach, and whether it does.

use super::table;

/// Something that is measured and must not be more than a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    HubRequests,
    HubMegabytes,
    HubCpu,
    HubChange,
    EndMean,
    EndWorst,
    OperationsMegabytes,
    OperationsMemory,
    NestedRequests,
    NestedChange,
}

impl Goal {
    /// What is measured, with its unit.
    fn name(self) -> &'static str {
        match self {
            Self::HubRequests => "requests, hub one after another",
            Self::HubMegabytes => "MB down, hub one after another",
            Self::HubCpu => "CPU seconds, hub one after another",
            Self::HubChange => "seconds until a change is told, mean, hub one after another",
            Self::EndMean => "seconds until the program ends, mean",
            Self::EndWorst => "seconds until the program ends, worst",
            Self::OperationsMegabytes => "MB down in an hour, 10,000 operations",
            Self::OperationsMemory => "MB of memory, 10,000 operations",
            Self::NestedRequests => "requests a minute, 500 nested deployments that all run",
            Self::NestedChange => {
                "seconds until a change is told, worst, 500 nested deployments that all run"
            }
        }
    }

    /// The largest value that reaches it.
    fn limit(self) -> f64 {
        match self {
            Self::HubRequests => 900.0,
            Self::HubMegabytes => 1.0,
            Self::HubCpu => 0.4,
            Self::HubChange => 5.0,
            Self::EndMean => 3.0,
            Self::EndWorst => 7.0,
            Self::OperationsMegabytes => 20.0,
            Self::OperationsMemory => 48.0,
            Self::NestedRequests => 60.0,
            Self::NestedChange => 120.0,
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::HubRequests => {
                "one in eight seconds and a half: eight such runs of an identity use 4 % of its reads, 25 a second"
            }
            Self::HubMegabytes => "what has not changed is not read again",
            Self::HubCpu => "a runner may be paid for, and others share it",
            Self::HubChange => "who looks at the log sees what the portal shows",
            Self::EndMean | Self::EndWorst => {
                "the next step waits for it; Azure itself takes two seconds from the last resource to the end"
            }
            Self::OperationsMegabytes => "a self-hosted runner may pay for its traffic",
            Self::OperationsMemory => "a runner's container may have 64 MB",
            Self::NestedRequests => "other pipelines of the identity share its reads",
            Self::NestedChange => "with so many, the log is not read line by line",
        }
    }
}

/// What was measured for a goal.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    pub(super) goal: Goal,
    /// What distinguishes it from other values for the goal, such as the pace.
    pub(super) of: String,
    pub(super) value: f64,
}

impl Measured {
    /// Whether the goal is reached.
    pub(super) fn is_reached(&self) -> bool {
        self.value <= self.goal.limit()
    }
}

/// All goals that something was measured for.
pub(super) fn table(measured: &[Measured]) -> String {
    let rows = measured.iter().map(|one| {
        let (name, limit) = (one.goal.name(), one.goal.limit());
        vec![
            format!("{name} ({})", one.of),
            format!("{limit}"),
            format!("{:.2}", one.value),
            if one.is_reached() { "yes" } else { "**no**" }.to_owned(),
            one.goal.reason().to_owned(),
        ]
    });
    let columns = ["goal", "at most", "measured", "reached", "reason"];
    table::markdown("Goals", &columns, &rows.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_reached_at_its_limit_and_not_above() {
        let measured = |value| Measured {
            goal: Goal::HubRequests,
            of: "no Retry-After".to_owned(),
            value,
        };
        assert!(measured(900.0).is_reached());
        assert!(!measured(901.0).is_reached());
        let text = table(&[measured(901.0)]);
        assert!(text.contains("| 900 | 901.00 | **no** |"), "{text}");
    }
}
