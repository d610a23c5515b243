//! Several runs at the same time: they mostly wait.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    thread,
};

use super::Failure;

/// Runs all of them, so many at once, and returns what came of them in their order.
///
/// # Errors
/// The first failure in their order.
pub(super) fn each<T: Send, R: Send>(
    all: Vec<T>,
    at_once: usize,
    run: impl Fn(T) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure> {
    let queue: Mutex<VecDeque<_>> = Mutex::new(all.into_iter().enumerate().collect());
    let next = || {
        queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    let ended = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some((at, one)) = next() {
                    let result = run(one);
                    let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
                    ended.push((at, result));
                }
            });
        }
    });
    let mut ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
    ended.sort_by_key(|(at, _)| *at);
    ended.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_their_cases() {
        let doubled = each((1..=20).collect(), 3, |number| Ok(number * 2)).unwrap();
        assert_eq!(
            doubled,
            (1..=20).map(|number| number * 2).collect::<Vec<_>>()
        );
        let failing = |number| Err::<(), _>(Failure(format!("case {number}")));
        let error = each(vec![1, 2, 3], 2, failing).unwrap_err();
        assert_eq!(error.to_string(), "case 1");
    }
}
