//! The deployments there are, and how a request finds one.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use serde_json::Value;

use super::{
    error::{Active, ArmError},
    rollback::OnError,
    scope::Scope,
};
use crate::{
    digest,
    options::Options,
    plan::{
        DeploymentPlan, ResourcePlan,
        timeline::{Circumstances, State, Timeline, schedule},
    },
    world::World,
};

/// How long Resource Manager lets a deployment run.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// All that was ever submitted, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Deployments {
    roots: Vec<Root>,
}

/// One submission.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) plan: DeploymentPlan,
    pub(crate) timeline: Timeline,
    pub(crate) start: Duration,
    pub(crate) correlation_id: String,
    /// What was submitted.
    pub(crate) properties: Value,
    /// What is repeated if it fails.
    pub(crate) on_error: Option<OnError>,
    visible_from: Duration,
    /// Until then readers are shown the earlier submission of the name, if there is one.
    fresh_from: Duration,
    cancellations: HashMap<String, Duration>,
}

/// A deployment, submitted or nested, at its place in a submission.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) root: &'a Root,
    pub(crate) plan: &'a DeploymentPlan,
    pub(crate) timeline: &'a Timeline,
}

impl Found<'_> {
    pub(crate) fn state(&self, now: Duration) -> State {
        self.timeline.state(now)
    }

    /// Whether readers see it at all.
    pub(crate) fn is_visible(&self, now: Duration) -> bool {
        now >= self.root.visible_from
    }

    pub(crate) fn expiry(&self) -> Duration {
        self.timeline.start + LIFETIME
    }

    /// The error that stops another deployment of the same name.
    pub(crate) fn active<'b>(&'b self, world: &World) -> Active<'b> {
        let clock = &world.clock;
        Active {
            old_wording: world.options.old_wording,
            id: &self.plan.id,
            correlation_id: &self.root.correlation_id,
            start: clock.at(self.timeline.start),
            expiry: clock.at(self.expiry()),
        }
    }

    /// The id that `operationStatuses` knows the deployment by.
    pub(crate) fn status_id(&self) -> String {
        digest::decimal(
            &format!("{}/{}", self.plan.id, self.root.correlation_id),
            20,
        )
    }
}

/// Schedules a plan that nobody has cancelled.
pub(crate) fn undisturbed(plan: &DeploymentPlan, start: Duration, options: &Options) -> Timeline {
    reschedule(plan, start, &HashMap::new(), options)
}

fn reschedule(
    plan: &DeploymentPlan,
    start: Duration,
    cancellations: &HashMap<String, Duration>,
    options: &Options,
) -> Timeline {
    let (cancel_lag, seed) = (options.cancel_lag, options.seed);
    schedule(
        plan,
        start,
        None,
        &Circumstances {
            cancellations,
            cancel_lag,
            seed,
        },
    )
}

impl Deployments {
    /// Starts a planned deployment.
    pub(crate) fn start(
        &mut self,
        plan: DeploymentPlan,
        (properties, on_error): (Value, Option<OnError>),
        correlation_id: String,
        start: Duration,
        options: &Options,
    ) {
        self.roots.push(Root {
            timeline: undisturbed(&plan, start, options),
            plan,
            start,
            correlation_id,
            properties,
            on_error,
            visible_from: start + options.early_not_found,
            fresh_from: start + options.stale_for,
            cancellations: HashMap::new(),
        });
    }

    /// All submissions, oldest first.
    pub(crate) fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// Repeats what the submission `at` wishes to be repeated, so long after its end.
    pub(crate) fn repeat(&mut self, at: usize, pause: Duration, options: &Options) {
        let next = self.roots.len();
        let failed = &mut self.roots[at];
        let start = failed.timeline.end + pause;
        let correlation_id = failed.correlation_id.clone();
        if let Some(plan) = failed.on_error.as_mut().map(|own| own.begin(next)) {
            self.start(plan, (Value::Null, None), correlation_id, start, options);
        }
    }

    /// The latest deployment of an id that has begun.
    pub(crate) fn find(&self, id: &str, now: Duration) -> Option<Found<'_>> {
        self.latest(now, |plan| plan.id.eq_ignore_ascii_case(id))
    }

    /// The latest deployment of a name, wherever it is.
    pub(crate) fn find_by_name(&self, name: &str, now: Duration) -> Option<Found<'_>> {
        self.latest(now, |plan| plan.name.eq_ignore_ascii_case(name))
    }

    /// Like [`Deployments::find`], but for readers: what was just accepted may not be seen yet,
    /// and what it replaces may still be.
    pub(crate) fn read(
        &self,
        scope: &Scope,
        name: &str,
        now: Duration,
    ) -> Result<Found<'_>, ArmError> {
        let all = self.all_of(&scope.deployment_id(name), now);
        let fresh = all.iter().find(|found| now >= found.root.fresh_from);
        let shown = fresh.or(all.last()).copied();
        let visible = shown.filter(|found| found.is_visible(now));
        visible.ok_or_else(|| ArmError::deployment_not_found(name))
    }

    /// All deployments of an id that have begun, the latest first.
    pub(crate) fn all_of(&self, id: &str, now: Duration) -> Vec<Found<'_>> {
        let begun = self.begun(now).into_iter();
        begun
            .filter(|found| found.plan.id.eq_ignore_ascii_case(id))
            .collect()
    }

    /// The deployments of a scope, latest first, one of each name.
    pub(crate) fn list(&self, scope: &Scope, now: Duration) -> Vec<Found<'_>> {
        let mut all: Vec<Found<'_>> = Vec::new();
        for found in self.begun(now) {
            let here = found.plan.scope.id().eq_ignore_ascii_case(&scope.id());
            let known = all
                .iter()
                .any(|other| other.plan.id.eq_ignore_ascii_case(&found.plan.id));
            if here && !known && found.is_visible(now) {
                all.push(found);
            }
        }
        all
    }

    /// Cancels one deployment and, later, what is below it.
    pub(crate) fn cancel(&mut self, id: &str, now: Duration, options: &Options) {
        let Some(found) = self.find(id, now) else {
            return;
        };
        let root = std::ptr::from_ref(found.root);
        let Some(root) = self
            .roots
            .iter_mut()
            .find(|each| std::ptr::from_ref(*each) == root)
        else {
            return;
        };
        root.cancellations.insert(id.to_ascii_lowercase(), now);
        root.timeline = reschedule(&root.plan, root.start, &root.cancellations, options);
    }

    /// All resources of all deployments whose creation has ended well, with their locations.
    pub(crate) fn created(&self, kind: &str, now: Duration) -> Vec<(String, Option<String>)> {
        let mut created = Vec::new();
        for found in self.begun(now) {
            for (resource, span) in found.plan.resources.iter().zip(&found.timeline.spans) {
                let done = span
                    .as_ref()
                    .is_some_and(|span| span.state(now) == State::Succeeded);
                if done && resource.kind.eq_ignore_ascii_case(kind) {
                    created.push((resource.id.clone(), resource.location.clone()));
                }
            }
        }
        created
    }

    /// All resources there are, by lower-case id, as the latest deployment left them. A deployment in the mode Complete
    /// has deleted at its end what it did not name.
    pub(crate) fn existing(&self, now: Duration) -> BTreeMap<String, &ResourcePlan> {
        let mut existing = BTreeMap::new();
        for root in &self.roots {
            for found in collected(root, now) {
                for (resource, span) in found.plan.resources.iter().zip(&found.timeline.spans) {
                    let done = span.as_ref().map(|span| span.state(now)) == Some(State::Succeeded);
                    if done && resource.nested.is_none() {
                        existing.insert(resource.id.to_ascii_lowercase(), resource);
                    }
                }
            }
            if root.plan.mode == "Complete" && root.timeline.state(now) == State::Succeeded {
                let (group, named) = (root.plan.scope.id().to_ascii_lowercase(), named(&root.plan));
                let stays =
                    |id: &String| !id.starts_with(&format!("{group}/")) || named.contains(id);
                existing.retain(|id, _| stays(id));
            }
        }
        existing
    }

    fn latest(&self, now: Duration, test: impl Fn(&DeploymentPlan) -> bool) -> Option<Found<'_>> {
        self.begun(now).into_iter().find(|found| test(found.plan))
    }

    /// All deployments that have begun, the latest submissions first.
    fn begun(&self, now: Duration) -> Vec<Found<'_>> {
        let roots = self.roots.iter().rev();
        roots.flat_map(|root| collected(root, now)).collect()
    }
}

/// The deployments of a submission that have begun.
fn collected(root: &Root, now: Duration) -> Vec<Found<'_>> {
    let (plan, timeline) = (&root.plan, &root.timeline);
    let mut all = Vec::new();
    collect(
        Found {
            root,
            plan,
            timeline,
        },
        now,
        &mut all,
    );
    all
}

/// The lower-case ids of everything that a plan deploys.
fn named(plan: &DeploymentPlan) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    plan.walk(&mut |deployment| {
        let resources = deployment.resources.iter();
        ids.extend(resources.map(|resource| resource.id.to_ascii_lowercase()));
    });
    ids
}

fn collect<'a>(found: Found<'a>, now: Duration, all: &mut Vec<Found<'a>>) {
    if found.timeline.start > now {
        return;
    }
    all.push(found);
    for (resource, span) in found.plan.resources.iter().zip(&found.timeline.spans) {
        let nested = span.as_ref().and_then(|span| span.nested.as_ref());
        if let (Some(plan), Some(timeline)) = (resource.nested.as_deref(), nested) {
            collect(
                Found {
                    plan,
                    timeline,
                    ..found
                },
                now,
                all,
            );
        }
    }
}
