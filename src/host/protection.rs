//! Keeps other processes of the same user out of our memory and environment.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Hides this process from its children, such as the Bicep compiler, which reads any file that a template names.
///
/// Without it, `/proc/<our id>/environ` would give them the client secret and GitHub's request token. The variables
/// themselves stay: removing one is `unsafe` in Rust, as other threads may read the environment at the same time, and
/// would not clear the memory that `/proc` shows. A holder of `CAP_SYS_PTRACE`, which Docker does not give by default,
/// can read them all the same. Core dumps are off for this process and its children.
///
/// # Errors
/// When the system refuses.
pub(crate) fn protect() -> io::Result<()> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior, getrlimit};

    use super::*;

    #[test]
    fn nothing_is_dumped() {
        protect().expect("it is allowed");
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
