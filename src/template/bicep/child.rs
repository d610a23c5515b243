//! Runs the compiler as a child process: without a shell, without input, and without our secrets in its environment.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
};

use crate::{
    clock::Clock,
    host,
    http::ExtraRoots,
    inputs::{Environment, is_writable},
};

/// How long a compilation may take; large landing zones take a minute.
pub(super) const LIMIT: Duration = Duration::from_secs(5 * 60);

/// Name prefixes of variables that the compiler must not get. Those of telemetry may hold keys.
const OUR_PREFIXES: [&str; 4] = ["INPUT_", "ACTIONS_", "STATE_", "OTEL_"];
/// Variables that hold our secrets or give access to them.
const OUR_VARIABLES: [&str; 8] = [
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_PASSWORD",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "MSI_SECRET",
];
/// Lets .NET run without the ICU libraries, which small images lack.
const INVARIANT: &str = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";
/// Where .NET unpacks libraries; by default a folder in `HOME`.
const EXTRACT: &str = "DOTNET_BUNDLE_EXTRACT_BASE_DIR";

/// Where .NET keeps temporary files.
const TEMPORARY: &str = "TMPDIR";
/// Names the file of certificates that .NET reads instead of the system's, so it must hold the root certificates too.
pub(super) const CERTIFICATES: &str = "SSL_CERT_FILE";
/// The most that is read of the compiler's result, in bytes; `build-params` quotes the template in another document.
const LARGEST_RESULT: u64 = 64 * 1024 * 1024;
/// The most that is read of its diagnostics, in bytes; a finding takes about 600. The rest is dropped.
const LARGEST_DIAGNOSTICS: u64 = 16 * 1024 * 1024;

/// Runs `program` in `folder` to its end; dropping the future kills it.
///
/// # Errors
/// When it cannot be started, does not end in time, or writes a result of more than 64 MB ([`ErrorKind::FileTooLarge`]).
pub(super) async fn run(
    program: &Path,
    arguments: &[&OsStr],
    environment: &BTreeMap<OsString, OsString>,
    folder: &Path,
) -> io::Result<Output> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .envs(environment)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl+C in a terminal goes to all of a group, and only we are to decide what it stops.
        .process_group(0)
        .kill_on_drop(true);
    let ended = Clock::timeout_local(LIMIT, async { output(command.spawn()?).await });
    ended
        .await
        .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}

/// What `child` writes until it ends.
async fn output(mut child: Child) -> io::Result<Output> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr, status) = tokio::try_join!(
        whole(stdout, LARGEST_RESULT),
        beginning(stderr, LARGEST_DIAGNOSTICS),
        child.wait()
    )?;
    Ok(Output {
        status,
        stdout,
        stderr,
    })
}

/// All that `pipe` gives, up to `limit` bytes.
async fn whole(pipe: Option<impl AsyncRead + Unpin>, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(limit + 1).read_to_end(&mut bytes).await?;
    }
    if bytes.len() as u64 > limit {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// The first `limit` bytes that `pipe` gives. The rest is read too, or its writer would wait.
async fn beginning(pipe: Option<impl AsyncRead + Unpin>, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(limit).read_to_end(&mut bytes).await?;
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}

/// The compiler's environment: ours without secrets, with what .NET requires.
pub(super) fn environment(ours: &Environment) -> BTreeMap<OsString, OsString> {
    let theirs = ours.iter().filter(|(name, _)| !is_ours(name));
    let mut theirs: BTreeMap<_, _> = theirs
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    theirs.entry(INVARIANT.into()).or_insert_with(|| "1".into());
    let home = ours.get("HOME").map(PathBuf::from);
    if !home.is_some_and(|home| is_writable(&home)) {
        let folder = scratch(ours).join("bicep-libraries");
        theirs.entry(EXTRACT.into()).or_insert(folder.into());
    }
    theirs.insert(TEMPORARY.into(), ours.temp_dir().into());
    theirs
}

/// A temporary file in `folder` of the root certificates and the extra ones.
///
/// # Errors
/// When it cannot be written.
pub(super) fn certificates(extra_roots: &ExtraRoots, folder: &Path) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("long-deploy-")
        .suffix(".pem")
        .tempfile_in(folder)?;
    file.write_all(extra_roots.bundle().as_bytes())?;
    Ok(file)
}

/// A folder for temporary files of this job.
pub(super) fn scratch(environment: &Environment) -> PathBuf {
    let folder = environment.host().temporary();
    folder
        .unwrap_or_else(std::env::temp_dir)
        .join("long-deploy")
}

fn is_ours(name: &str) -> bool {
    OUR_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || OUR_VARIABLES.contains(&name)
        || host::SECRETS.contains(&name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs;

    use super::*;

    #[tokio::test]
    async fn ctrl_c_is_not_for_the_compiler() {
        let script = [
            "-c".as_ref(),
            "cut -d ' ' -f 5 /proc/self/stat; echo $$".as_ref(),
        ];
        let folder = tempfile::tempdir().unwrap();
        let none = BTreeMap::new();
        let output = run(Path::new("/bin/sh"), &script, &none, folder.path()).await;
        let output = String::from_utf8(output.unwrap().stdout).unwrap();
        let (group, program) = output.trim().split_once('\n').unwrap();
        assert_eq!(group, program, "it has a group of its own");
    }

    #[test]
    fn the_compiler_gets_everything_but_what_is_ours() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().display().to_string();
        let ours: Environment = [
            ("INPUT_CLIENT-SECRET", "hush"),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hush"),
            ("STATE_deployment-id", "x"),
            ("AZURE_CLIENT_SECRET", "hush"),
            ("AZURE_FEDERATED_TOKEN_FILE", "/x"),
            ("SYSTEM_ACCESSTOKEN", "hush"),
            ("servicePrincipalKey", "hush"),
            ("GITLAB_OIDC_TOKEN", "hush"),
            ("CI_JOB_TOKEN", "hush"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "key=hush"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://me:hush@x"),
            ("MY_VALUE", "mine"),
            ("AZURE_TENANT_ID", "t"),
            ("HOME", &home),
        ]
        .into_iter()
        .collect();
        let theirs = environment(&ours);
        let names: Vec<_> = theirs.keys().filter_map(|name| name.to_str()).collect();
        assert_eq!(
            names,
            ["AZURE_TENANT_ID", INVARIANT, "HOME", "MY_VALUE", TEMPORARY]
        );
        assert!(fs::read_dir(&home).unwrap().next().is_none());
    }

    #[test]
    fn without_a_home_libraries_go_to_the_runners_folder() {
        for home in ["", "/nowhere/at/all"] {
            let variables = [
                ("HOME", home),
                ("GITHUB_ACTIONS", "true"),
                ("RUNNER_TEMP", "/temp"),
            ];
            let theirs = environment(&variables.into_iter().collect());
            assert_eq!(
                theirs[OsStr::new(EXTRACT)],
                "/temp/long-deploy/bicep-libraries"
            );
        }
    }

    /// The result of a shell script.
    async fn sh(script: &str) -> io::Result<Output> {
        let arguments = ["-c".as_ref(), script.as_ref()];
        let environment = BTreeMap::from([("PATH".into(), "/usr/bin:/bin".into())]);
        run(
            Path::new("/bin/sh"),
            &arguments,
            &environment,
            Path::new("/"),
        )
        .await
    }

    #[tokio::test]
    async fn a_result_without_end_is_an_error() {
        let endless = sh("exec cat /dev/zero").await.unwrap_err();
        assert_eq!(endless.kind(), ErrorKind::FileTooLarge);
        assert_eq!(sh("printf hello").await.unwrap().stdout, b"hello");
    }

    #[tokio::test]
    async fn diagnostics_are_cut() {
        let output = sh("head -c 20000000 /dev/zero >&2; echo done; exit 1")
            .await
            .unwrap();
        assert_eq!(output.stderr.len() as u64, LARGEST_DIAGNOSTICS);
        assert_eq!(output.stdout, b"done\n", "it could write everything");
        assert_eq!(output.status.code(), Some(1));
    }

    #[tokio::test]
    async fn a_dropped_child_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let script = format!("echo $$ > {}; exec sleep 600", pid.display());
        let arguments = ["-c".as_ref(), script.as_ref()];
        let environment = BTreeMap::from([("PATH".into(), "/usr/bin:/bin".into())]);
        let child = run(
            Path::new("/bin/sh"),
            &arguments,
            &environment,
            folder.path(),
        );
        let begun = async {
            while fs::read_to_string(&pid).unwrap_or_default().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            _ = child => panic!("it sleeps"),
            () = begun => {}
        }
        let pid = fs::read_to_string(&pid).unwrap();
        let status = PathBuf::from(format!("/proc/{}/stat", pid.trim()));
        // Gone, or a zombie.
        while fs::read_to_string(&status).is_ok_and(|stat| !stat.contains(") Z ")) {
            tokio::task::yield_now().await;
        }
    }
}
