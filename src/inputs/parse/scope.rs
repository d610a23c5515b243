//! Where the deployment goes.

use super::{
    AlreadyReported, Operation, Parser,
    values::{check_name, given},
};
use crate::arm::Scope;

/// Longest name of a resource group and longest id of a management group, in characters.
const LONGEST_NAME: usize = 90;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tenant,
    ManagementGroup,
    Subscription,
    ResourceGroup,
}

const NO_PLACE: &str = "cannot be inferred: give resource-group-name, management-group-id, \
     location with subscription-id for a subscription, or scope: tenant";

const KINDS: [(&str, Kind); 4] = [
    ("tenant", Kind::Tenant),
    ("managementGroup", Kind::ManagementGroup),
    ("subscription", Kind::Subscription),
    ("resourceGroup", Kind::ResourceGroup),
];

impl Kind {
    fn name(self) -> &'static str {
        let named = KINDS.iter().find(|(_, kind)| *kind == self);
        named.map_or("", |(name, _)| name)
    }
}

impl Parser<'_> {
    pub(super) fn scope(&mut self, operation: Option<Operation>) -> Option<Scope> {
        let exists = operation.is_some_and(|operation| !operation.needs_template());
        let creds = self.creds.subscription_id.clone();
        let subscription = self.id("subscription-id", &self.raw.subscription_id, creds);
        let group = self.named("resource-group-name", &self.raw.resource_group_name);
        let management_group = self.named("management-group-id", &self.raw.management_group_id);
        let kind = self.kind(!matches!(subscription, Ok(None)), exists)?;
        self.check_conflicts(kind);
        match kind {
            Kind::Tenant => Some(Scope::Tenant),
            Kind::ManagementGroup => self
                .needed("management-group-id", kind, management_group)
                .map(Scope::ManagementGroup),
            Kind::Subscription => self
                .needed("subscription-id", kind, subscription)
                .map(Scope::Subscription),
            Kind::ResourceGroup => {
                let name = self.needed("resource-group-name", kind, group);
                let subscription = self.needed("subscription-id", kind, subscription);
                Some(Scope::ResourceGroup {
                    subscription: subscription?,
                    name: name?,
                })
            }
        }
    }

    /// The region, where one is required: not in a resource group, nor for an existing deployment.
    pub(super) fn location(
        &mut self,
        scope: Option<&Scope>,
        operation: Option<Operation>,
    ) -> Option<String> {
        if operation.is_some_and(|operation| !operation.needs_template()) {
            return None;
        }
        let scope = scope.filter(|scope| !matches!(scope, Scope::ResourceGroup { .. }))?;
        let Some(location) = given(&self.raw.location) else {
            let kind = scope.kind();
            self.problems.add(
                "location",
                format!("missing: scope {kind} needs a region, such as westeurope"),
            );
            return None;
        };
        let is_allowed = |character: char| character.is_ascii_alphanumeric() || character == ' ';
        if !location.chars().all(is_allowed) {
            let quoted = self.quote(location);
            self.problems.add(
                "location",
                format!("{quoted} is not a region: give one such as westeurope"),
            );
        }
        Some(location.to_owned())
    }

    /// The scope's kind: as given, else inferred from the other inputs.
    fn kind(&mut self, has_subscription: bool, exists: bool) -> Option<Kind> {
        let raw = self.raw;
        if let Some(scope) = given(&raw.scope) {
            return self.choice("scope", scope, &KINDS);
        }
        let group = given(&raw.resource_group_name);
        let problem = match (given(&raw.management_group_id), group) {
            (Some(_), None) => return Some(Kind::ManagementGroup),
            (None, Some(_)) => return Some(Kind::ResourceGroup),
            (None, None) if has_subscription && (exists || given(&raw.location).is_some()) => {
                return Some(Kind::Subscription);
            }
            (Some(_), Some(_)) => {
                "management-group-id and resource-group-name cannot be combined: remove one of them"
            }
            (None, None) => NO_PLACE,
        };
        self.problems.add("scope", problem);
        None
    }

    /// Inputs that contradict the scope.
    fn check_conflicts(&mut self, kind: Kind) {
        let raw = self.raw;
        for (input, value, its_kind) in [
            (
                "management-group-id",
                &raw.management_group_id,
                Kind::ManagementGroup,
            ),
            (
                "resource-group-name",
                &raw.resource_group_name,
                Kind::ResourceGroup,
            ),
        ] {
            if kind != its_kind && !value.is_empty() {
                let (scope, other) = (kind.name(), its_kind.name());
                self.problems.add(
                    input,
                    format!("conflicts with scope {scope}: remove it, or give scope: {other}"),
                );
            }
        }
    }

    /// A name that Azure allows for a resource group or as a management group's id.
    fn named(
        &mut self,
        input: &'static str,
        value: &str,
    ) -> Result<Option<String>, AlreadyReported> {
        let Some(name) = given(value) else {
            return Ok(None);
        };
        let checked = if name.starts_with('/') {
            Err("is a resource id: give its last part only".to_owned())
        } else {
            check_name(name, LONGEST_NAME)
        };
        match checked {
            Ok(()) => Ok(Some(name.to_owned())),
            Err(message) => {
                let quoted = self.quote(name);
                self.problems.add(input, format!("{quoted} {message}"));
                Err(AlreadyReported)
            }
        }
    }

    /// An input that the scope requires.
    fn needed<T>(
        &mut self,
        input: &'static str,
        kind: Kind,
        value: Result<Option<T>, AlreadyReported>,
    ) -> Option<T> {
        let value = value.ok()?;
        if value.is_none() {
            let scope = kind.name();
            self.missing(input, &format!("scope {scope} needs it"));
        }
        value
    }
}
