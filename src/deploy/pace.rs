//! Every wait, limit and back-off of a run, with its reason. All are durations on the run's clock.

use std::time::Duration;

use crate::arm::ArmError;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// First wait after a failed request; doubled at each further one.
pub(super) const FIRST_PAUSE: Duration = SECOND.saturating_mul(2);
/// Longest wait between two attempts of one request, unless Azure asks for more. A shorter `poll-interval` is the
/// limit instead: after an outage the end must not be seen later than without one.
pub(super) const LONGEST_PAUSE: Duration = MINUTE;
/// How long Azure must accept every request before throttling is over: it comes in bursts.
pub(super) const CALM: Duration = SECOND.saturating_mul(90);
/// A 404 is told after this long: right after a submission it is usual.
pub(super) const NOT_FOUND_IS_NEWS: Duration = MINUTE;

/// Shortest time between two polls, whatever a header says.
pub(super) const SHORTEST_WAIT: Duration = SECOND;
/// Time between two polls of a rollback that has not begun, of a name that shows another submission, and of the last
/// operations.
pub(super) const NEAR_THE_END: Duration = SECOND.saturating_mul(5);
/// Time between two reads of a deployment in which something just ended, so that the next thing begins.
pub(super) const SOON: Duration = SECOND.saturating_mul(4);
/// Time between two reads of a deployment in which a resource may end at any moment: a quarter of the requests of a
/// tool that asks for the state every two seconds.
pub(super) const WATCH_CLOSELY: Duration = SECOND.saturating_mul(8);
/// Longest time between two reads of a deployment in which only deployments run, each of which is read itself.
pub(super) const WITHOUT_RESOURCES: Duration = MINUTE.saturating_mul(3);
/// How long the state is not asked for while the operations show that something runs.
pub(super) const STATE_AT_LEAST: Duration = MINUTE.saturating_mul(2);
/// So many deployments of one scope that something runs in are worth a list, which shows what changed in all of them.
pub(super) const LIST_FROM: usize = 4;
/// How long such a list is waited for, as the reads that it saves wait as well.
pub(super) const LIST_WITHIN: Duration = SECOND.saturating_mul(20);
/// Longest time between two reads of a deployment whose changes a list shows.
pub(super) const LISTED: Duration = MINUTE.saturating_mul(4);
/// The same, for each deployment that the list has.
pub(super) const PER_LISTED: Duration = SECOND.saturating_mul(4);
/// So many deployments that begin at once are not read before a list shows what happens in them.
pub(super) const CROWD: usize = 50;
/// How much longer a change that a list showed may wait for each other one: changes come in crowds, and one read shows
/// several.
pub(super) const HOLD_PER_HINT: Duration = Duration::from_millis(100);
/// How long the state is waited for, which is worth it only as a short answer to a short question.
pub(super) const STATE_WITHIN: Duration = SECOND.saturating_mul(10);
/// Time between two questions for the state where the operations are read more rarely than that, so that they show the
/// end too late.
pub(super) const STATE_BESIDE_SLOW_READS: Duration = SECOND.saturating_mul(10);
/// For each request that a read of everything costs, the reads are so long apart, up to `poll-interval`.
pub(super) const SPREAD_PER_REQUEST: Duration = SECOND.saturating_mul(2);
/// For each request that a read costs, it is at least so long until the next: fifty requests a minute. Azure grants an
/// identity 25 a second for all that it does in a subscription.
pub(super) const PER_REQUEST: Duration = Duration::from_millis(1_200);
/// Bytes of operations that are read in a second on average, before compression, which makes them eight times smaller.
pub(super) const BYTES_PER_SECOND: u64 = 32_000;
/// Reads that are left to others: if Azure grants fewer, ours become rarer.
pub(super) const RESERVED_READS: u32 = 200;
/// So many times rarer at most.
pub(super) const MOST_SCARCE: u32 = 8;
/// Time between two polls of an answer that Azure is preparing, if it suggests none.
pub(super) const ANSWER_INTERVAL: Duration = SECOND.saturating_mul(5);
/// Time between two polls of what we have cancelled.
pub(super) const CANCEL_INTERVAL: Duration = SECOND.saturating_mul(5);
/// Time between two polls of somebody else's deployment of our name.
pub(super) const CONFLICT_INTERVAL: Duration = SECOND.saturating_mul(30);
/// Wait between the end of somebody else's deployment and our submission, so that its followers see its end
/// before its name is taken: the longest poll interval by default, and a little more.
pub(super) const HANDOVER: Duration = SECOND.saturating_mul(35);
/// Wait before submitting again when Azure says that the name is active and does not show by whom.
pub(super) const UNSEEN_CONFLICT: Duration = SECOND.saturating_mul(15);

/// How long Azure may be out of reach before a request that starts something is given up.
pub(super) const SUBMIT_WITHIN: Duration = MINUTE.saturating_mul(15);
/// How long what may have been accepted stays invisible to `GET` before it counts as not accepted.
pub(super) const SETTLED_WITHIN: Duration = MINUTE.saturating_mul(2);
/// Time between two looks for it.
pub(super) const SETTLE_INTERVAL: Duration = SECOND.saturating_mul(5);
/// How often something other than Azure may answer a submission before it is given up: a firewall that blocks
/// it once blocks it always, and must not get it over and over.
pub(super) const FOREIGN_REFUSALS: u32 = 3;
/// How long an accepted submission may stay behind an earlier one's view.
pub(super) const VISIBLE_WITHIN: Duration = MINUTE.saturating_mul(5);
/// How long another submission must be shown in place of ours, which was seen before, until that is no stale
/// replica.
pub(super) const REPLACED_AFTER: Duration = MINUTE;
/// How long the place of an answer may stay invisible.
pub(super) const ANSWER_VISIBLE_WITHIN: Duration = MINUTE;
/// How long a stack must stay invisible until it counts as deleted.
pub(super) const GONE_AFTER: Duration = SECOND.saturating_mul(30);

/// How long one poll reads operations, so that hung requests do not delay the sight of the end.
pub(super) const PROGRESS_WITHIN: Duration = MINUTE;
/// How long operations are read after the end of the deployment, for the last changes and causes.
pub(super) const LAST_READS_WITHIN: Duration = MINUTE.saturating_mul(2);
/// Attempts to read operations until that they cannot be read is told.
pub(super) const HIDDEN_AFTER: u32 = 3;
/// Longest time between two attempts to read operations that Azure refuses to show.
pub(super) const HIDDEN_INTERVAL: Duration = MINUTE.saturating_mul(10);
/// Deployments within the one that is followed that are asked for their dependencies, once each: only the times of
/// their resources depend on them.
pub(super) const MOST_DEPENDENCIES: usize = 60;
/// Deployments that are read or cancelled at the same time.
pub(super) const AT_ONCE: usize = 8;

/// How long a cancelled workflow is given for its last requests: the process must end within seven seconds.
pub(super) const INTERRUPTED_WITHIN: Duration = SECOND.saturating_mul(4);
/// How long a deployment that we cancelled after the time-out is followed to its end.
pub(super) const FOLLOW_CANCEL: Duration = MINUTE.saturating_mul(10);
/// How long it is asked at the time-out whether an unanswered submission was accepted.
pub(super) const LAST_LOOK: Duration = SECOND.saturating_mul(10);
/// An outage of this length at the time-out is why nothing is known; a shorter one is a coincidence.
pub(super) const OUTAGE_IS_THE_CAUSE: Duration = MINUTE.saturating_mul(5);
/// How long after the end of a deployment that failed Azure may take until it shows that it repeats an earlier one.
pub(super) const ROLLBACK_BEGINS_WITHIN: Duration = MINUTE.saturating_mul(2);
/// How long it may take until Azure tells the properties that a what-if of a stack changes: it is worth no more, as what
/// happens to each resource is known by then.
pub(super) const PROPERTIES_WITHIN: Duration = MINUTE.saturating_mul(5);
/// How long what a deployment will deploy is waited for while it is followed: the resource providers check each
/// resource, and later than that most of it is known from operations.
pub(super) const FORESEEN_WITHIN: Duration = MINUTE.saturating_mul(10);
/// How long something is followed until its history is read: what ends sooner needs no forecast and costs no request.
pub(super) const HISTORY_AFTER: Duration = SECOND.saturating_mul(20);
/// Time before each request for the history: fewer a minute than the following itself may take.
pub(super) const HISTORY_PAUSE: Duration = SECOND.saturating_mul(2);
/// Requests for the history in one run: a quarter of what Azure documents that an identity may read at once.
pub(super) const HISTORY_REQUESTS: u32 = 60;
/// Requests for the history that may fail until there are no more of them.
pub(super) const HISTORY_FAILURES: u32 = 2;
/// Earlier deployments that are read: enough for a median that one slow day does not move.
pub(super) const HISTORY_RUNS: usize = 5;
/// Deployments in a page of the list, nested ones of the same scope among them: the 5 newest of a template with 20 of
/// those.
pub(super) const HISTORY_TOP: usize = 100;
/// Pages of the list that have deployments in them.
pub(super) const HISTORY_PAGES: usize = 2;
/// Requests for pages of the list: Azure's pages may be empty, and lead on to others.
pub(super) const HISTORY_LISTS: usize = 6;
/// Looks at a stack until it names the deployment of its present change.
pub(super) const STACK_LOOKS: u32 = 5;
/// Time between two looks whether there are reads to spare again.
pub(super) const SPARE_READS_AGAIN: Duration = SECOND.saturating_mul(30);
/// How long the clean-up of a what-if may take.
pub(super) const CLEAN_UP_WITHIN: Duration = SECOND.saturating_mul(10);

/// How long an answer that leads to another server is asked for again: no proxy should write such a thing, but one may.
const MISLED_FOR: Duration = MINUTE;
/// How long a certificate that is not valid, or a proxy's refusal, is taken for a fault that passes, if requests came
/// through before: proxies are restarted and get new certificates.
const BLOCKED_FOR: Duration = MINUTE.saturating_mul(10);

/// How long a failure in Azure that may last is asked for again.
const FAILED_FOR: Duration = MINUTE;

/// How long refusals by Azure are not believed, by their kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tolerance {
    /// 404: reads are answered by replicas, which may lag behind by minutes.
    not_found: Duration,
    /// 401 and 403: the deployment may be changing our rights, which takes up to ten minutes to arrive.
    denied: Duration,
    /// Other refusals, such as 409: an answer that makes no sense for a read.
    other: Duration,
    /// Whether the request starts something, so that a firewall may block it for good while reads pass.
    is_start: bool,
}

impl Tolerance {
    /// For requests whose refusal is the answer.
    pub(super) const NONE: Self = Self {
        not_found: Duration::ZERO,
        denied: Duration::ZERO,
        other: Duration::ZERO,
        is_start: false,
    };
    /// For requests that start something; their refusal is the answer.
    pub(super) const START: Self = Self {
        is_start: true,
        ..Self::NONE
    };
    /// For reads of a deployment that exists.
    pub(super) const READ: Self = Self {
        not_found: VISIBLE_WITHIN,
        denied: MINUTE.saturating_mul(10),
        other: VISIBLE_WITHIN,
        is_start: false,
    };
    /// For reads where 404 is an answer.
    pub(super) const READ_IF_ANY: Self = Self {
        not_found: Duration::ZERO,
        ..Self::READ
    };
    /// For reads of an answer that Azure is preparing.
    pub(super) const ANSWER: Self = Self {
        not_found: ANSWER_VISIBLE_WITHIN,
        ..Self::NONE
    };

    /// Whether the request starts something.
    pub(super) fn is_for_a_start(&self) -> bool {
        self.is_start
    }

    /// How long a request that failed like this is made again.
    pub(super) fn of(&self, error: &ArmError) -> Duration {
        match error.status() {
            Some(404) => self.not_found,
            Some(401 | 403) => self.denied,
            Some(500..) => FAILED_FOR,
            Some(_) => self.other,
            None if error.is_blocked() => BLOCKED_FOR,
            None if matches!(error, ArmError::Misleading { .. }) => MISLED_FOR,
            // Other sign-in errors; the keeper has retried for as long as the token was valid.
            None => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{host::id_token::IdTokenError, http::LastingFault};

    #[test]
    fn what_never_reached_azure_has_patience_by_its_kind() {
        let no_token = IdTokenError::NotOffered { advice: "" };
        for (error, expected) in [
            (ArmError::SignIn(no_token.into()), Duration::ZERO),
            (ArmError::Blocked(LastingFault::UnknownIssuer), BLOCKED_FOR),
            (
                ArmError::Misleading {
                    reason: String::new(),
                },
                MISLED_FOR,
            ),
        ] {
            assert_eq!(Tolerance::READ.of(&error), expected, "{error}");
        }
    }
}
