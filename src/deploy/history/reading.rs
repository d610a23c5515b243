//! The requests for the history: few, one at a time, and none where they would be in somebody's way.

use tracing::debug;

use super::choice::{Listed, Present};
use crate::{
    arm::{ArmError, Dependencies, DeploymentId, Operation, Target},
    deploy::{
        Context,
        pace::{
            CALM, FIRST_PAUSE, HISTORY_AFTER, HISTORY_FAILURES, HISTORY_LISTS, HISTORY_PAGES,
            HISTORY_PAUSE, HISTORY_REQUESTS, HISTORY_TOP, RESERVED_READS, SPARE_READS_AGAIN,
            STACK_LOOKS,
        },
        stage::Ours,
    },
};

/// What may still be asked.
pub(super) struct Reading<'a> {
    context: Context<'a>,
    /// Requests that are left.
    left: u32,
    failures: u32,
}

impl<'a> Reading<'a> {
    pub(super) fn new(context: Context<'a>) -> Self {
        Self {
            context,
            left: HISTORY_REQUESTS,
            failures: 0,
        }
    }

    /// The deployment that is followed, or that of the stack; `None` if it is not known or runs no more.
    pub(super) async fn present(&mut self, target: &Target, ours: &Ours) -> Option<Present> {
        let correlation = ours.correlation.clone();
        match target {
            Target::Deployment(id) if ours.template_hash.is_some() => Some(Present {
                id: id.clone(),
                correlation,
                template_hash: ours.template_hash.clone(),
            }),
            Target::Deployment(id) => {
                let present = self.running(id).await?;
                (present.correlation == correlation).then_some(present)
            }
            Target::Stack(_) => self.present_of_stack(target, ours).await,
        }
    }

    /// The deployment of a stack's present change. Until there is one, the stack names that of an earlier change.
    async fn present_of_stack(&mut self, stack: &Target, ours: &Ours) -> Option<Present> {
        let Context { arm, clock, .. } = self.context;
        for _ in 0..STACK_LOOKS {
            let shown = self.ask(async || arm.get(stack).await).await?.value;
            if shown.correlation != ours.correlation {
                return None;
            }
            if let Some(id) = shown.progress
                && let Some(present) = self.running(&id).await
            {
                return Some(present);
            }
            clock.sleep(HISTORY_AFTER).await;
        }
        None
    }

    async fn running(&mut self, id: &DeploymentId) -> Option<Present> {
        let (arm, target) = (self.context.arm, Target::Deployment(id.clone()));
        let shown = self.ask(async || arm.get(&target).await).await?.value;
        (!shown.state.is_terminal()).then(|| Present {
            id: id.clone(),
            correlation: shown.correlation,
            template_hash: shown.template_hash,
        })
    }

    /// The newest deployments beside this one that have succeeded.
    pub(super) async fn succeeded_beside(&mut self, id: &DeploymentId) -> Option<Listed> {
        let arm = self.context.arm;
        let first = async || arm.succeeded_beside(id, HISTORY_TOP).await;
        let mut page = self.ask(first).await?;
        let (mut listed, mut full) = (Listed::default(), 0);
        for _ in 1..HISTORY_LISTS {
            full += usize::from(!page.items.is_empty());
            listed.deployments.append(&mut page.items);
            listed.is_complete = page.next.is_none();
            let Some(next) = page.next.take().filter(|_| full < HISTORY_PAGES) else {
                break;
            };
            match self.ask(async || arm.next_page(&next).await).await {
                Some(next) => page = next,
                None => break,
            }
        }
        Some(listed)
    }

    /// All operations of a deployment.
    pub(super) async fn operations(&mut self, id: &DeploymentId) -> Option<Vec<Operation>> {
        let arm = self.context.arm;
        let first = async || arm.first_operations(id).await;
        let mut page = self.ask(first).await?;
        let mut operations = page.items;
        while let Some(next) = page.next {
            page = self.ask(async || arm.next_page(&next).await).await?;
            operations.append(&mut page.items);
        }
        Some(operations)
    }

    /// What the resources of a deployment waited for.
    pub(super) async fn dependencies(&mut self, id: &DeploymentId) -> Option<Dependencies> {
        let arm = self.context.arm;
        self.ask(async || arm.dependencies(id).await).await
    }

    /// Makes a request as soon as Azure has reads to spare, and once more after what may pass by itself. `None` if it
    /// failed, or if no more requests are to be made.
    async fn ask<T>(&mut self, request: impl AsyncFn() -> Result<T, ArmError>) -> Option<T> {
        while self.left > 0 && self.failures < HISTORY_FAILURES {
            self.wait_for_spare_reads().await;
            self.left -= 1;
            let error = match request().await {
                Ok(answer) => return Some(answer),
                Err(error) => error,
            };
            debug!(status = error.status(), "history is not read");
            // Azure forgets deployments, which is no fault.
            if error.is_not_found() {
                return None;
            }
            self.failures += 1;
            if !error.is_transient() {
                return None;
            }
            let pause = error.retry_after().unwrap_or(FIRST_PAUSE);
            self.context.clock.sleep(pause).await;
        }
        None
    }

    async fn wait_for_spare_reads(&self) {
        let clock = self.context.clock;
        clock.sleep(HISTORY_PAUSE).await;
        while self.is_tight() {
            clock.sleep(SPARE_READS_AGAIN).await;
        }
    }

    /// Whether Azure grants few reads, or asked somebody of this run to slow down lately.
    fn is_tight(&self) -> bool {
        let Context { arm, clock, .. } = self.context;
        let is_scarce = arm
            .remaining_reads()
            .is_some_and(|left| left < RESERVED_READS);
        let now = clock.elapsed();
        is_scarce
            || arm
                .throttled_at()
                .is_some_and(|at| now.saturating_sub(at) < CALM)
    }
}
