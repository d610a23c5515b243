//! Offers our token to the Bicep child process, which cannot sign in by itself.
//!
//! To pull modules from private registries, Bicep gets its token from the Azure CLI: it starts a program named `az`.
//! The child's `PATH` therefore begins with a folder in which this program has that name. It requests the token over a
//! socket that only our own user can open. The token is neither on disk nor in the environment.

mod token_server;
mod wire;

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt,
    fs::{self, Permissions},
    io,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;
use tokio::{net::UnixListener, task::JoinHandle};

use self::token_server::TokenServer;
pub(crate) use self::wire::{SOCKET, TokenRequest, TokenResponse};
use super::{Session, SignIn};
use crate::clock::Clock;

/// Name of the program that Bicep asks for tokens.
const AZ: &str = "az";

/// Offers tokens until it is dropped; its files are removed then.
pub(crate) struct Broker {
    folder: TempDir,
    serving: JoinHandle<()>,
    server: Arc<TokenServer>,
}

impl Broker {
    /// Offers the tokens of `session`, which signs in as `sign_in` at the first request. `program`, our own
    /// executable, is offered as `az` in a new folder below `parent`. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no folder with a socket can be created there.
    pub(crate) fn start(
        program: &Path,
        parent: &Path,
        session: Arc<Session>,
        sign_in: &SignIn,
        clock: Clock,
    ) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("long-deploy-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)?;
        symlink(program, folder.path().join(AZ))?;
        let socket = socket(folder.path());
        let listener = UnixListener::bind(&socket)?;
        fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
        let server = Arc::new(TokenServer::new(session, sign_in, clock));
        let serving = tokio::spawn(Arc::clone(&server).serve(listener));
        Ok(Self {
            folder,
            serving,
            server,
        })
    }

    /// The environment variables for a child process, whose own `PATH` would be `path`.
    #[must_use]
    pub(crate) fn environment(&self, path: Option<&OsStr>) -> Vec<(OsString, OsString)> {
        let folder = self.folder.path();
        let mut search = folder.as_os_str().to_owned();
        if let Some(path) = path.filter(|path| !path.is_empty()) {
            search.push(":");
            search.push(path);
        }
        vec![
            ("PATH".into(), search),
            (SOCKET.into(), socket(folder).into()),
        ]
    }

    /// Whether a request was not answered. Bicep waits 13 seconds for a token, and the first sign-in may take longer.
    #[must_use]
    pub(crate) fn has_unanswered(&self) -> bool {
        self.server.has_unanswered()
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broker")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("socket")
}

/// Whether the program was started as `az`.
pub(crate) fn is_az(program: &Path) -> bool {
    program.file_name() == Some(OsStr::new(AZ))
}

/// The socket that the environment names, in the process that runs as `az`.
pub(crate) fn socket_from_environment() -> Option<PathBuf> {
    env::var_os(SOCKET).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::UnixStream,
    };

    use super::*;
    use crate::{
        host::Kept,
        identity::news::tests::kept,
        testing::entra::{Answer as Fault, FakeAzure},
    };

    const ARM: &str = "https://management.azure.com";
    const TENANT: &str = "5ca082f3-38f2-4bb0-b0a4-c401184ae3a8";

    struct Offer {
        broker: Broker,
        log: Kept,
    }

    impl Offer {
        fn start(azure: &FakeAzure) -> Self {
            let credential = azure.credential(FakeAzure::oidc());
            let limit = std::time::Duration::from_mins(45);
            let clock = azure.clock();
            let session = Session::new(Ok(credential), limit, clock.clone(), kept().0);
            let sign_in = FakeAzure::sign_in(FakeAzure::oidc());
            let program = Path::new("/bin/true");
            let broker = Broker::start(
                program,
                &std::env::temp_dir(),
                session.into(),
                &sign_in,
                clock,
            )
            .unwrap();
            Self {
                broker,
                log: azure.log(),
            }
        }

        async fn ask(&self, line: &str) -> Value {
            let socket = socket(self.broker.folder.path());
            let mut stream = UnixStream::connect(socket).await.unwrap();
            stream.write_all(line.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            serde_json::from_str(&answer).unwrap()
        }

        async fn ask_for(&self, resource: &str, tenant: Option<&str>) -> Value {
            let request = json!({"resource": resource, "tenant": tenant});
            self.ask(&format!("{request}\n")).await
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn only_we_can_open_it_and_nothing_is_left() {
        let offer = Offer::start(&FakeAzure::start());
        let folder = offer.broker.folder.path().to_owned();
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&socket(&folder)), 0o600);
        assert_eq!(
            fs::read_link(folder.join("az")).unwrap(),
            Path::new("/bin/true")
        );
        drop(offer);
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn comes_first_on_the_path_of_the_child() {
        let offer = Offer::start(&FakeAzure::start());
        let folder = offer.broker.folder.path().display().to_string();
        for (path, expected) in [
            (Some("/usr/bin:/bin"), format!("{folder}:/usr/bin:/bin")),
            (Some(""), folder.clone()),
            (None, folder.clone()),
        ] {
            let environment = offer.broker.environment(path.map(OsStr::new));
            let socket = OsString::from(format!("{folder}/socket"));
            let expected = [("PATH".into(), expected.into()), (SOCKET.into(), socket)];
            assert_eq!(environment, expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn gives_a_token_for_resource_manager_and_masks_it_first() {
        let azure = FakeAzure::start();
        let offer = Offer::start(&azure);
        assert!(azure.asked().is_empty(), "nobody wanted a token yet");
        for (resource, tenant) in [
            (ARM, None),
            ("https://management.azure.com/", None),
            ("https://Management.Azure.com/", Some(TENANT)),
            (ARM, Some(TENANT.to_uppercase().as_str())),
        ] {
            let answer = offer.ask_for(resource, tenant).await;
            let token = &answer["Ok"];
            assert_eq!(token["accessToken"], "token-1", "{answer}");
            assert_eq!(token["expiresOn"], "2026-01-05 03:15:00.000000");
            assert_eq!(token["expires_on"], 1_767_582_900);
            assert_eq!(token["tenant"], TENANT);
            assert_eq!(token["tokenType"], "Bearer");
        }
        assert!(offer.log.text().contains("::add-mask::token-1\n"));
        assert_eq!(azure.asked().len(), 1);
    }

    #[tokio::test]
    async fn refuses_everything_else_without_signing_in() {
        let azure = FakeAzure::start();
        let offer = Offer::start(&azure);
        for (resource, tenant) in [
            ("https://graph.microsoft.com", None),
            ("https://vault.azure.net", None),
            ("https://management.usgovcloudapi.net", None),
            ("https://management.azure.com.evil.test", None),
            ("https://management.azure.com/x", None),
            ("", None),
            (ARM, Some("00000000-0000-0000-0000-000000000000")),
        ] {
            let answer = offer.ask_for(resource, tenant).await;
            let refusal = answer["Err"].as_str().unwrap();
            assert!(refusal.starts_with("only tokens "), "{refusal}");
        }
        for line in [
            "\n",
            "{}\n",
            "account get-access-token\n",
            &"x".repeat(8 * 1024),
        ] {
            let answer = offer.ask(line).await;
            assert_eq!(answer, json!({"Err": "not a token request"}));
        }
        assert!(azure.asked().is_empty());
        assert_eq!(offer.log.text(), "");
    }

    #[tokio::test]
    async fn says_why_signing_in_failed() {
        let azure = FakeAzure::start();
        azure.entra_answers([Fault::aadsts(700016)]);
        let offer = Offer::start(&azure);
        let answer = offer.ask_for(ARM, None).await;
        let refusal = answer["Err"].as_str().unwrap();
        assert!(
            refusal.starts_with("signing in to Azure failed: "),
            "{refusal}"
        );
        assert!(refusal.contains("AADSTS700016"), "{refusal}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_gave_up_stays_unanswered() {
        let azure = FakeAzure::start();
        azure.entra_answers([Fault::Hang]);
        let offer = Offer::start(&azure);
        let request = offer.ask_for(ARM, None);
        let limit = std::time::Duration::from_secs(13);
        assert!(tokio::time::timeout(limit, request).await.is_err());
        assert!(offer.broker.has_unanswered());
        let answer = offer.ask_for(ARM, None).await;
        assert_eq!(answer["Ok"]["accessToken"], "token-2");
        assert!(
            offer.broker.has_unanswered(),
            "the first one is still without an answer"
        );
    }

    #[tokio::test]
    async fn answered_requests_are_not_counted() {
        let offer = Offer::start(&FakeAzure::start());
        assert!(!offer.broker.has_unanswered());
        offer.ask_for(ARM, None).await;
        offer.ask_for("https://vault.azure.net", None).await;
        assert!(!offer.broker.has_unanswered());
    }
}
