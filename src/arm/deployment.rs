//! The requests about a deployment or a stack, and about the operations of a deployment.

use std::collections::HashSet;

use azure_core::{
    Bytes,
    http::{Method, Request},
};

use serde::de::DeserializeOwned;

use super::{
    Answer, Arm, ArmError, AsyncStatus, Correlation, Dependencies, DeploymentId, Location,
    Operation, RunningDeployment, Snapshot, Target,
    client::{ASYNC_OPERATION, read, retry_after, unreadable, with_correlation, with_json},
    model::Page,
};

/// More pages than any list of operations has: a page holds at least one operation or leads on to one that does, and
/// a deployment has at most 800 resources with a handful of operations each.
const MOST_PAGES: usize = 1_000;

/// What Azure answered to a submission that it accepted.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    /// What was submitted, as it stands now.
    pub(crate) snapshot: Snapshot,
    /// Where to ask for the state of this very submission, whatever its name carries later.
    pub(crate) status: Option<Location>,
}

/// What several pages list.
#[derive(Clone, Debug)]
pub(crate) struct List<T> {
    /// In Azure's order.
    pub(crate) items: Vec<T>,
    /// What it cost to read them.
    pub(crate) cost: Cost,
}

/// What a read costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// How many requests.
    pub(crate) requests: u32,
    /// Bytes of the answers, before compression.
    pub(crate) bytes: u64,
}

impl Arm {
    /// Submits a deployment or stack; `correlation` becomes its `properties.correlationId`.
    ///
    /// # Errors
    /// [`ArmError`]; unless [`ArmError::was_not_carried_out`], it may have been accepted.
    pub(crate) async fn put(
        &self,
        target: &Target,
        body: Bytes,
        correlation: &Correlation,
    ) -> Result<Accepted, ArmError> {
        let request = with_json(self.about(target, "", Method::Put), body);
        let answer = self.send(with_correlation(request, correlation)).await?;
        let snapshot = Snapshot::read(target, &answer)?;
        if snapshot.correlation != *correlation {
            return Err(unreadable(&answer, "it is about another submission"));
        }
        let link = answer.headers().get_optional_str(&ASYNC_OPERATION);
        // Without it the deployment is followed all the same.
        let status = link
            .and_then(|link| self.same_origin(link).ok())
            .map(Location);
        Ok(Accepted { snapshot, status })
    }

    /// Reads a deployment or stack.
    ///
    /// # Errors
    /// [`ArmError`]; 404 also for some minutes after it was accepted, as reads are answered by replicas.
    pub(crate) async fn get(&self, target: &Target) -> Result<Answer<Snapshot>, ArmError> {
        let answer = self.send(self.about(target, "", Method::Get)).await?;
        Ok(Answer {
            value: Snapshot::read(target, &answer)?,
            retry_after: retry_after(&answer),
        })
    }

    /// Asks how one submission is getting on.
    ///
    /// # Errors
    /// [`ArmError`]; 404 when Azure has forgotten it.
    pub(crate) async fn status(&self, at: &Location) -> Result<Answer<AsyncStatus>, ArmError> {
        let answer = self.send(Request::new(at.0.clone(), Method::Get)).await?;
        let status: AsyncStatus = read(&answer)?;
        if status.status.as_str().is_empty() {
            return Err(unreadable(&answer, "it holds no status"));
        }
        Ok(Answer {
            value: status,
            retry_after: retry_after(&answer),
        })
    }

    /// Reads all operations of a deployment, page by page.
    ///
    /// # Errors
    /// [`ArmError`]; [`ArmError::Misleading`] if a page leads to another server, or back to an earlier one.
    pub(crate) async fn operations(&self, id: &DeploymentId) -> Result<List<Operation>, ArmError> {
        let request = self.about_deployment(&format!("{id}/operations"), Method::Get);
        self.list(request).await
    }

    /// Reads which of the deployments beside this one are running, and itself.
    ///
    /// # Errors
    /// As [`Arm::operations`].
    pub(crate) async fn running_beside(
        &self,
        id: &DeploymentId,
    ) -> Result<List<RunningDeployment>, ArmError> {
        let mut request = self.about_deployment(id.siblings(), Method::Get);
        let filter = "provisioningState eq 'Running'";
        (request.url_mut().query_pairs_mut()).append_pair("$filter", filter);
        self.list(request).await
    }

    async fn list<T: DeserializeOwned>(&self, mut request: Request) -> Result<List<T>, ArmError> {
        let mut list = List {
            items: Vec::new(),
            cost: Cost::default(),
        };
        let mut seen = HashSet::new();
        loop {
            if seen.len() == MOST_PAGES || !seen.insert(request.url().clone()) {
                return Err(ArmError::Misleading {
                    reason: "Azure's list has no end".to_owned(),
                });
            }
            let answer = self.send(request).await?;
            let page: Page<T> = read(&answer)?;
            list.cost.requests += 1;
            list.cost.bytes += answer.body().len() as u64;
            list.items.extend(page.value);
            match page.next_link {
                Some(link) => request = Request::new(self.same_origin(&link)?, Method::Get),
                None => return Ok(list),
            }
        }
    }

    /// Reads which resources of a deployment wait for which.
    ///
    /// # Errors
    /// [`ArmError`].
    pub(crate) async fn dependencies(&self, id: &DeploymentId) -> Result<Dependencies, ArmError> {
        let target = Target::Deployment(id.clone());
        let found = self.get(&target).await?.value;
        Ok(found.dependencies.unwrap_or_default())
    }

    /// Asks Azure to cancel a deployment. It is still running when this returns.
    ///
    /// # Errors
    /// [`ArmError`]; 409 when it has ended already.
    pub(crate) async fn cancel(&self, id: &DeploymentId) -> Result<(), ArmError> {
        let request = self.about_deployment(&format!("{id}/cancel"), Method::Post);
        let answer = self.send(request).await?;
        match u16::from(answer.status()) {
            202 | 204 => Ok(()),
            _ => Err(unreadable(&answer, "Azure answers a cancellation with 204")),
        }
    }
}
