//! What a child process uses, as Linux tells below `/proc`.
//!
//! The system call that waits for a child also tells its largest memory, but that includes its parent's from before
//! the program was loaded.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::Duration,
};

/// Time between two readings.
const PAUSE: Duration = Duration::from_millis(5);
/// What Linux counts processor time in, towards programs: a hundredth of a second.
const TICK: Duration = Duration::from_millis(10);

/// A process at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// The most memory that it has had, in bytes.
    pub(super) peak: u64,
    /// Its memory, in bytes.
    pub(super) resident: u64,
    pub(super) threads: u64,
}

/// Reads it, or that of its children and theirs that has had the most memory: some programs are started by a script.
/// `None` when it has ended.
pub(super) fn read(process: u32) -> Option<Reading> {
    let own = parse(&fs::read_to_string(format!("/proc/{process}/status")).ok()?);
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let children = children.unwrap_or_default();
    let children = children
        .split_whitespace()
        .filter_map(|child| child.parse().ok());
    own.into_iter()
        .chain(children.filter_map(read))
        .max_by_key(|reading| reading.peak)
}

fn parse(status: &str) -> Option<Reading> {
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some(Reading {
        peak: number("VmHWM:")? * 1024,
        resident: number("VmRSS:")? * 1024,
        threads: number("Threads:")?,
    })
}

/// Reads it again and again until told to stop; each reading comes with its moment.
pub(super) fn watch(
    process: u32,
    stop: &AtomicBool,
    now: impl Fn() -> Duration,
) -> Vec<(Duration, Reading)> {
    let mut readings = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        readings.extend(read(process).map(|reading| (now(), reading)));
        sleep(PAUSE);
    }
    readings
}

/// Processor time of all threads that it has at this moment, to the nanosecond.
pub(super) fn precise_cpu(process: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{process}/task"));
    let tasks = tasks.into_iter().flatten().flatten();
    let nanoseconds = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanoseconds.sum())
}

/// Waits until it has ended, and tells its whole processor time and that of its children. It must not have been waited for.
pub(super) fn final_cpu(process: u32) -> Duration {
    loop {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        match Stat::parse(&stat) {
            Some(stat) if !stat.has_ended => sleep(Duration::from_millis(1)),
            found => return found.map_or(Duration::ZERO, |stat| stat.cpu),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    has_ended: bool,
    cpu: Duration,
}

impl Stat {
    /// The third field is the state, the 14th to 17th are the time in the program and in the kernel, and the same of
    /// the children that have ended. The second is the program's name, which may have any character.
    fn parse(text: &str) -> Option<Self> {
        let (_, fields) = text.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let ticks = |at: usize| fields.get(at)?.parse::<u32>().ok();
        Some(Self {
            has_ended: matches!(*fields.first()?, "Z" | "X"),
            cpu: TICK * (11..15).map(ticks).sum::<Option<u32>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_as_linux_writes_it() {
        let status = "Name:\tlong-deploy\nVmPeak:\t   90000 kB\nVmHWM:\t    7324 kB\nVmRSS:\t    7000 kB\nThreads:\t3\n";
        let reading = Reading {
            peak: 7324 * 1024,
            resident: 7000 * 1024,
            threads: 3,
        };
        assert_eq!(parse(status), Some(reading));
        assert_eq!(
            parse("Name:\tlong-deploy\nState:\tZ (zombie)\nThreads:\t1\n"),
            None
        );
    }

    #[test]
    fn processor_time_is_that_of_program_and_kernel() {
        let stat = "8 (a (b) c) Z 7 8 8 0 -1 4 1 0 0 0 43 10 1 1 20 0 1 0 100";
        let found = Stat {
            has_ended: true,
            cpu: Duration::from_millis(550),
        };
        assert_eq!(Stat::parse(stat), Some(found));
        assert_eq!(Stat::parse(""), None);
    }

    #[test]
    fn this_process_can_be_read() {
        let own = std::process::id();
        assert!(read(own).is_some_and(|reading| reading.peak >= reading.resident));
        assert!(precise_cpu(own) > Duration::ZERO);
    }
}
