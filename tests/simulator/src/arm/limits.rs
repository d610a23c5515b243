//! How many reads an identity may make: the limits of the options.

use std::{collections::HashMap, time::Duration};

use super::{call::Call, error::ArmError};
use crate::{
    jwt,
    options::{Bucket, Options},
    plan::fraction,
    world::{World, lock},
};

/// All principals together may make so many times the reads of one, as documented.
const GLOBAL: f64 = 15.0;

/// What each principal has left, by its object id.
pub(crate) type Levels = HashMap<String, Level>;

/// What is in a principal's bucket at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    left: f64,
    at: Duration,
    /// Reads that were asked for while there was none left.
    contested: u64,
}

/// Counts a read, and refuses it when there were too many.
pub(crate) fn throttle(world: &World, call: &Call) -> Result<(), ArmError> {
    if !call.is_read() {
        return Ok(());
    }
    check_window(world, call)?;
    check_bucket(world, call)
}

/// What the principal may still read, and all principals together: the numbers in the headers.
pub(crate) fn remaining(world: &World, call: &Call) -> (u64, u64) {
    let bucket = world.options.bucket.unwrap_or(Bucket::RECORDED);
    let level = lock(&world.levels).get(&principal(call)).copied();
    let left = match (level, world.options.bucket) {
        (Some(level), Some(_)) => level.refilled(bucket, &world.options, call.now).left,
        _ => bucket.reads - 1.0,
    };
    let used = bucket.reads - left;
    (left as u64, (GLOBAL * bucket.reads - used) as u64)
}

fn check_window(world: &World, call: &Call) -> Result<(), ArmError> {
    let Some(limit) = &world.options.throttle else {
        return Ok(());
    };
    let mut reads = lock(&world.reads);
    reads.retain(|at| *at + limit.window > call.now);
    if reads.len() >= limit.reads {
        return Err(throttled(call, limit.retry_after));
    }
    reads.push(call.now);
    Ok(())
}

fn check_bucket(world: &World, call: &Call) -> Result<(), ArmError> {
    let options = &world.options;
    let Some(bucket) = options.bucket else {
        return Ok(());
    };
    let mut levels = lock(&world.levels);
    let full = Level {
        left: bucket.reads,
        at: call.now,
        contested: 0,
    };
    let level = levels.entry(principal(call)).or_insert(full);
    *level = level.refilled(bucket, options, call.now);
    level
        .take(bucket, options)
        .map_err(|wait| throttled(call, wait))
}

impl Level {
    /// The level at a later moment: others take their reads, and it never holds more than the bucket does.
    fn refilled(self, bucket: Bucket, options: &Options, now: Duration) -> Self {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        let left = self.left + passed * (bucket.per_second - options.other_reads);
        Self {
            left: left.clamp(0.0, bucket.reads),
            at: now.max(self.at),
            ..self
        }
    }

    /// Takes a read, or tells how long to wait. What others want more than there is, is shared: each read that is
    /// asked for has the same chance.
    fn take(&mut self, bucket: Bucket, options: &Options) -> Result<(), Duration> {
        if self.left >= 1.0 {
            self.left -= 1.0;
            return Ok(());
        }
        let (gain, others) = (bucket.per_second - options.other_reads, options.other_reads);
        if gain > 0.0 {
            return Err(Duration::from_secs_f64((1.0 - self.left) / gain));
        }
        self.contested += 1;
        let draw = fraction(options.seed, &format!("reads/{}", self.contested));
        if draw < bucket.per_second / (others + 1.0) {
            return Ok(());
        }
        Err(Duration::ZERO)
    }
}

/// The object id in the token.
fn principal(call: &Call) -> String {
    let token = call.headers.get("authorization");
    let token = token.and_then(|header| header.strip_prefix("Bearer "));
    let claims = token.and_then(jwt::claims).unwrap_or_default();
    claims["oid"].as_str().unwrap_or_default().to_owned()
}

/// `Retry-After` has whole seconds, and at least one.
fn throttled(call: &Call, wait: Duration) -> ArmError {
    let parts: Vec<&str> = call.path.trim_matches('/').split('/').collect();
    let subscription = parts.get(1).copied().unwrap_or_default();
    let operation = format!("{}{}", call.method, call.path).to_uppercase();
    let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
    ArmError::throttled(subscription, &operation, seconds)
}
