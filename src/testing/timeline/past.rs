//! Deployments that have ended before the present one, and what Azure says of what will be deployed.

use std::time::Duration;

use azure_core::http::Request;
use serde_json::{Value, json};

use super::{EPOCH, Row, Scheduled, Timeline, paged};

/// The template of the root.
const HASH: &str = "1234567890123456789";
/// Two resources of which one begins so soon after the other's end wait for each other.
const GAP: Duration = Duration::from_secs(2);

/// A deployment that has ended before.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    pub(crate) correlation: String,
    /// When it began.
    pub(crate) began: &'static str,
    /// Another template than the present one.
    pub(crate) is_other: bool,
    /// The root first.
    pub(crate) deployments: Vec<Scheduled>,
    /// Ids of nested deployments that Azure has forgotten.
    pub(crate) forgotten: Vec<String>,
}

impl Past {
    /// An earlier run of the present template.
    pub(crate) fn new(number: u32, began: &'static str, deployments: Vec<Scheduled>) -> Self {
        Self {
            correlation: format!("{number:08}-0000-0000-0000-000000000000"),
            began,
            is_other: false,
            deployments,
            forgotten: Vec::new(),
        }
    }

    fn show(&self, deployment: &Scheduled) -> Value {
        let end = deployment.end;
        let mut shown = deployment.show(&self.correlation, end, end, self.began);
        if self.is_other {
            shown["properties"]["templateHash"] = "2".into();
        }
        shown
    }
}

impl Timeline {
    /// Whether something is asked for that has nothing to do with the following.
    pub(super) fn is_history(&self, request: &Request) -> bool {
        let mut pairs = request.url().query_pairs();
        let filter = pairs.find(|(name, _)| name == "$filter");
        let path = request.url().path();
        filter.is_some_and(|(_, filter)| filter.contains("Succeeded")) || self.past(path).is_some()
    }

    /// The earlier deployment that this is about.
    fn past(&self, path: &str) -> Option<(&Past, &Scheduled)> {
        let id = path.strip_suffix("/operations").unwrap_or(path);
        self.past.iter().find_map(|past| {
            let mut all = past.deployments.iter();
            Some((past, all.find(|each| each.id.eq_ignore_ascii_case(id))?))
        })
    }

    /// What is known of earlier deployments, or the status of the refusal.
    pub(super) fn history(&self, request: &Request, now: Duration) -> Result<Value, u16> {
        let path = request.url().path();
        let Some((past, found)) = self.past(path) else {
            self.manners.history.at(now).ok_or(403_u16)?;
            return Ok(self.succeeded(request, now));
        };
        self.manners.earlier.at(now).ok_or(403_u16)?;
        if past
            .forgotten
            .iter()
            .any(|id| id.eq_ignore_ascii_case(&found.id))
        {
            return Err(404);
        }
        if !path.ends_with("/operations") {
            return Ok(past.show(found));
        }
        let common_start = self.manners.common_start;
        Ok(paged(request, &found.rows, |row| {
            row.show(found, found.end, past.began, common_start)
        }))
    }

    /// All that has succeeded at the root's scope, parts of the present deployment and of earlier ones among it.
    fn succeeded(&self, request: &Request, now: Duration) -> Value {
        let (_, correlation) = self.begun.get().expect("submitted");
        let present = self.deployments.iter().filter(|each| each.end <= now);
        let present = present.map(|each| each.show(correlation, now, now, EPOCH));
        let past = self.past.iter();
        let past = past.flat_map(|past| past.deployments.iter().map(|each| past.show(each)));
        let all: Vec<_> = present.chain(past).collect();
        paged(request, &all, Value::clone)
    }

    /// The answer to a validation of the root.
    pub(super) fn validated(&self) -> Value {
        let rows = self.deployments.iter().flat_map(|each| &each.rows);
        let resources: Vec<_> = rows.map(|row| json!({"id": row.id})).collect();
        let all = self.deployments.iter().flat_map(Scheduled::dependent);
        let dependencies: Vec<_> = all.collect();
        json!({"properties": {"validatedResources": resources, "dependencies": dependencies}})
    }
}

impl Scheduled {
    /// Each deployment has a template of its own.
    pub(super) fn hash(&self) -> String {
        let name = self.id.rsplit('/').next().unwrap_or_default();
        match name
            .split_once('-')
            .and_then(|(_, part)| part.parse::<u32>().ok())
        {
            Some(part) => part.to_string(),
            None => HASH.to_owned(),
        }
    }

    pub(super) fn dependencies(&self) -> Value {
        self.dependent().collect()
    }

    fn dependent(&self) -> impl Iterator<Item = Value> {
        let mut ended: Vec<_> = self.rows.iter().collect();
        ended.sort_by_key(|row| row.end);
        self.rows.iter().filter_map(move |row| {
            let before = ended.partition_point(|other| other.end <= row.start);
            let latest = ended[..before].last()?;
            let waits = row.start - latest.end <= GAP;
            waits.then(|| json!({"id": row.id, "dependsOn": [target(latest)]}))
        })
    }
}

fn target(row: &Row) -> Value {
    json!({"id": row.id, "resourceType": row.kind, "resourceName": row.name})
}
