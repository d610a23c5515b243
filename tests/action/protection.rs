//! What a hostile compiler finds out about the program that starts it.

#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output},
};

use azure_simulator::{SECRET, Simulator};

use super::{
    step::{Step, azure},
    templates::network,
};

/// Starts a program with the capabilities that Docker gives to a container.
const AS_IN_DOCKER: [&str; 3] = [
    "setpriv",
    "--bounding-set=-all,+chown,+dac_override,+fsetid,+fowner,+mknod,+net_raw,+setgid,+setuid,+setfcap,+setpcap,\
     +net_bind_service,+sys_chroot,+kill,+audit_write",
    "--inh-caps=-all",
];
/// A compiler that keeps what it can read of its parent.
const SPY: &str = "#!/bin/sh\n\
    cat /proc/$PPID/environ > environ 2> refusal\n\
    env > own\n\
    ulimit -H -c > core\n\
    exit 1\n";

/// A step whose compiler is the spy.
fn spied(azure: &Simulator) -> Step {
    let step = Step::new(azure, &network())
        .input("client-secret", SECRET)
        .file("main.bicep", "")
        .file("spy", SPY)
        .input("template-file", "main.bicep")
        .input("bicep-path", "spy")
        .environment("PATH", "/usr/bin:/bin");
    fs::set_permissions(step.path("spy"), fs::Permissions::from_mode(0o755)).unwrap();
    step
}

/// A command that starts `program` as in Docker, in the environment of `step`.
fn as_in_docker(step: &Step, program: &OsStr) -> Command {
    let [setpriv, options @ ..] = AS_IN_DOCKER;
    let mut command = Command::new(setpriv);
    let own = step.command();
    let variables = own
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    command
        .args(options)
        .arg(program)
        .env_clear()
        .envs(variables);
    command.current_dir(step.path(""));
    command
}

#[test]
fn the_compiler_cannot_read_our_environment() {
    let azure = azure();
    let step = spied(&azure);
    let unprotected = as_in_docker(&step, "sh".as_ref())
        .args(["-c", "sh -c 'cat /proc/$PPID/environ'; true"])
        .output();
    let shows = |output: &Output| String::from_utf8_lossy(&output.stdout).contains(SECRET);
    if !unprotected.is_ok_and(|output| shows(&output)) {
        eprintln!("skipped: capabilities cannot be dropped here, or /proc shows nothing anyway");
        return;
    }
    let outcome = as_in_docker(&step, step.command().get_program()).output();
    assert_eq!(
        outcome.unwrap().status.code(),
        Some(2),
        "the spy compiles nothing"
    );
    let read = |name| fs::read_to_string(step.path(name)).unwrap();
    assert_eq!(read("environ"), "");
    assert!(read("refusal").contains("Permission denied"));
    assert!(read("own").contains("PATH=") && !read("own").contains(SECRET));
}

#[test]
fn the_compiler_dumps_no_core() {
    let azure = azure();
    // Who may trace every process, as here, reads its environment all the same.
    let step = spied(&azure).reveals("environ");
    let core = step.path("core");
    step.run_and(|| assert_eq!(fs::read_to_string(core).unwrap(), "0\n"))
        .expect(2);
}
