//! The developer's own sign-in: asks the Azure CLI for a token.
//!
//! azure_identity builds the command and reads the answer; it would start a shell that looks `az` up. Here it is looked up
//! and started without one, so that it is never this program, which has that name for Bicep, and nothing of it is left
//! when it hangs.

mod error;

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::{
    Error,
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    error::ErrorKind,
};
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions, Executor};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;

pub(super) use self::error::AzureCliError;
use super::{Guid, SignInError, broker::SOCKET};
use crate::clock::Clock;

/// How long `az` may take, in real time: it is slow to start, and may have to ask Entra ID.
const LIMIT: Duration = Duration::from_secs(25);
/// The program's name.
const AZ: &str = "az";
/// What azure_identity puts before the arguments.
const PREFIX: &str = "cd /bin && az ";

/// The Azure CLI on a search path.
#[derive(Clone)]
pub(super) struct AzureCli {
    path: OsString,
    tenant: Option<Guid>,
}

impl AzureCli {
    /// The one that is found in the folders of `path`; tokens are for `tenant`, or else for the one it is signed in to.
    pub(super) fn new(path: &str, tenant: Option<Guid>) -> Self {
        Self {
            path: path.into(),
            tenant,
        }
    }

    /// The first `az` that may be run and is not this program.
    fn program(&self) -> Option<PathBuf> {
        let ours = env::current_exe().and_then(|path| path.canonicalize()).ok();
        let folders = env::split_paths(&self.path).filter(|folder| folder.is_absolute());
        let mut all = folders.map(|folder| folder.join(AZ));
        all.find(|path| is_executable(path) && path.canonicalize().ok() != ours)
    }

    async fn run(&self, arguments: &str) -> Result<Output, AzureCliError> {
        let program = self.program().ok_or(AzureCliError::Missing)?;
        let running = Clock::timeout_local(LIMIT, output(&program, arguments));
        let timed_out = AzureCliError::TimedOut { after: LIMIT };
        let output = running.await.map_err(|_| timed_out)?;
        let output = output.map_err(|error| AzureCliError::Broken {
            reason: error.kind(),
        })?;
        if !output.status.success() {
            return Err(AzureCliError::of(&output.stderr, self.tenant.as_ref()));
        }
        Ok(output)
    }
}

impl fmt::Debug for AzureCli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureCli")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenCredential for AzureCli {
    /// Asks for a token. Why there is none is a [`SignInError`] behind the error, unless the answer cannot be read.
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let failure = Failure::default();
        let credential = AzureCliCredential::new(Some(AzureCliCredentialOptions {
            subscription: None,
            tenant_id: self.tenant.as_ref().map(ToString::to_string),
            executor: Some(Arc::new(Runner {
                cli: self.clone(),
                failure: failure.clone(),
            })),
        }))?;
        let token = credential.get_token(scopes, options).await;
        let failure = failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match failure {
            Some(error) => Err(Error::new(ErrorKind::Credential, SignInError::from(error))),
            None => token,
        }
    }
}

/// Why the last run failed, which azure_identity would only tell as a text.
type Failure = Arc<Mutex<Option<AzureCliError>>>;

/// Runs what azure_identity wants to be run.
#[derive(Debug)]
struct Runner {
    cli: AzureCli,
    failure: Failure,
}

#[async_trait]
impl Executor for Runner {
    async fn run(&self, _shell: &OsStr, arguments: &[&OsStr]) -> io::Result<Output> {
        let command = arguments.last().and_then(|command| command.to_str());
        let Some(arguments) = command.and_then(|command| command.strip_prefix(PREFIX)) else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        self.cli.run(arguments).await.map_err(|error| {
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            io::ErrorKind::Other.into()
        })
    }
}

fn is_executable(path: &Path) -> bool {
    let metadata = path.metadata();
    metadata.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// What `program` prints. It gets none of our inputs, and has a group of its own: Ctrl+C is not for it, and all of it
/// ends with us.
async fn output(program: &Path, arguments: &str) -> io::Result<Output> {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("INPUT_") || name == SOCKET {
            command.env_remove(name);
        }
    }
    command
        .args(arguments.split_whitespace())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    let child = command.spawn()?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)));
    let output = child.wait_with_output().await;
    drop(group);
    output
}

/// A group of processes that ends with this.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Mostly it is gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{
        fs::{self, File, Permissions},
        io::{BufRead, BufReader},
        os::unix::fs::symlink,
    };

    use azure_core::time::OffsetDateTime;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use tempfile::TempDir;

    use super::*;

    const SCOPE: &str = "https://management.azure.com/.default";
    const TENANT: &str = "0f8fad5b-d9cb-469f-a165-70867728a001";

    /// A folder with an `az` that is this script.
    fn az(script: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("az");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        folder
    }

    fn cli(folders: &[&Path], tenant: Option<&str>) -> AzureCli {
        let path = env::join_paths(folders).unwrap();
        let tenant = tenant.map(|tenant| tenant.parse().unwrap());
        AzureCli::new(path.to_str().unwrap(), tenant)
    }

    async fn ask(cli: &AzureCli) -> Result<AccessToken, Option<AzureCliError>> {
        let token = cli.get_token(&[SCOPE], None).await;
        token.map_err(|error| match SignInError::find(&error) {
            Some(SignInError::AzureCli(error)) => Some(error),
            _ => None,
        })
    }

    async fn token(
        script: &str,
        tenant: Option<&str>,
    ) -> Result<AccessToken, Option<AzureCliError>> {
        let folder = az(script);
        ask(&cli(&[folder.path()], tenant)).await
    }

    async fn error(script: &str, tenant: Option<&str>) -> AzureCliError {
        token(script, tenant).await.unwrap_err().unwrap()
    }

    #[tokio::test]
    async fn the_token_is_what_az_says() {
        let until = OffsetDateTime::now_utc().unix_timestamp() + 3600;
        let answer = format!(r#"{{"accessToken":"%s","expires_on":{until},"tokenType":"Bearer"}}"#);
        let script = format!("printf '{answer}' \"$(echo \"$*\" | tr ' ' '+')\"");
        let token = token(&script, Some(TENANT)).await.unwrap();
        let asked = format!("account+get-access-token+-o+json+--scope+{SCOPE}+--tenant+{TENANT}");
        assert_eq!(token.token.secret(), asked);
        assert_eq!(token.expires_on.unix_timestamp(), until);
    }

    #[tokio::test]
    async fn without_az_it_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let error = ask(&cli(&[folder.path()], None)).await.unwrap_err();
        assert_eq!(error, Some(AzureCliError::Missing));
        assert_eq!(AzureCli::new("", None).program(), None);
        assert_eq!(AzureCli::new("bin:.", None).program(), None);
    }

    #[tokio::test]
    async fn what_az_says_becomes_advice() {
        for (said, tenant, advice) in [
            (
                "ERROR: Please run 'az login' to setup account.",
                None,
                "not signed in: run `az login`;",
            ),
            (
                "ERROR: AADSTS70043: The refresh token has expired.\nRun: az login --scope x",
                Some(TENANT),
                "run `az login --tenant 0f8fad5b",
            ),
            (
                "ERROR: AADSTS90002: Tenant '0f' not found.\nPlease run: az login",
                Some(TENANT),
                "not signed in to the tenant 0f8fad5b",
            ),
            ("Traceback", None, "gave no token: Traceback"),
        ] {
            let error = error(&format!("cat >&2 <<'E'\n{said}\nE\nexit 1"), tenant).await;
            assert!(error.to_string().contains(advice), "{error}");
            assert!(!error.is_transient(), "{error}");
        }
        let lost = error(
            "echo 'ConnectionError: Max retries exceeded' >&2; exit 1",
            None,
        )
        .await;
        assert!(lost.is_transient(), "{lost}");
    }

    #[tokio::test]
    async fn an_answer_that_is_none_is_no_token() {
        for script in [
            "echo hello",
            "true",
            r#"echo '{"accessToken":"x","tokenType":"Bearer"}'"#,
        ] {
            assert_eq!(token(script, None).await.unwrap_err(), None, "{script}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn az_that_hangs_is_not_waited_for() {
        let error = error("sleep 1000", None).await;
        assert_eq!(error, AzureCliError::TimedOut { after: LIMIT });
        assert!(error.is_transient());
    }

    #[tokio::test]
    async fn nothing_of_az_is_left_when_it_is_given_up() {
        let folder = az("exec 9>\"${0%/az}/pipe\"; (echo up; sleep 20; echo survived) >&9 & wait");
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let program = folder.path().join("az");
        let asking = tokio::spawn(async move { output(&program, "").await });
        let reading = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(File::open(pipe).unwrap()).lines();
            assert_eq!(lines.next().unwrap().unwrap(), "up");
            asking.abort();
            lines.count()
        });
        assert_eq!(reading.await.unwrap(), 0, "it goes on");
    }

    #[tokio::test]
    async fn it_never_runs_this_program() {
        let ours = tempfile::tempdir().unwrap();
        symlink(env::current_exe().unwrap(), ours.path().join("az")).unwrap();
        let theirs = az("echo theirs >&2; exit 1");
        let cli = cli(&[ours.path(), theirs.path()], None);
        assert_eq!(cli.program(), Some(theirs.path().join("az")));
        let error = ask(&cli).await.unwrap_err().unwrap();
        assert_eq!(
            error,
            AzureCliError::Failed {
                said: "theirs".to_owned()
            }
        );
    }
}
