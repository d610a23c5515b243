//! Offers our token to a child process that knows no way to sign in as we do.
//!
//! Bicep pulls modules from private registries as whoever is signed in to the Azure CLI: it starts a program named
//! `az`. So the child finds one first on its `PATH`, which is this program under another name; it asks for the token
//! over a socket that only we and our children can open. The token is neither on disk nor in the environment.

mod clerk;
mod wire;

use std::{
    env,
    ffi::{OsStr, OsString},
    fs::{self, Permissions},
    io,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    task::{JoinHandle, JoinSet},
};

use self::clerk::Clerk;
pub(crate) use self::wire::{Answer, Question, SOCKET};
use super::{Session, SignIn};
use crate::{clock::Clock, host::Console};

/// The name under which the child looks for a program that has tokens.
const AZ: &str = "az";
/// More than any honest question has, in bytes.
const LONGEST_QUESTION: u64 = 8 * 1024;

/// Offers tokens until it is dropped, and leaves nothing behind.
#[derive(Debug)]
pub struct Broker {
    folder: TempDir,
    serving: JoinHandle<()>,
}

impl Broker {
    /// Offers the tokens of `session`, which signs in as `sign_in` at the first question. `program` is reached as
    /// `az`: this one. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the system's folder for temporary files cannot hold a folder with a socket of ours.
    pub fn start(
        program: &Path,
        session: Arc<Session>,
        sign_in: &SignIn,
        clock: Clock,
        console: Console,
    ) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("long-deploy-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()?;
        symlink(program, folder.path().join(AZ))?;
        let socket = socket(folder.path());
        let listener = UnixListener::bind(&socket)?;
        fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
        let clerk = Arc::new(Clerk::new(session, sign_in, clock, console));
        let serving = tokio::spawn(serve(listener, clerk));
        Ok(Self { folder, serving })
    }

    /// The variables by which a child whose `PATH` would be `path` finds us.
    #[must_use]
    pub fn environment(&self, path: Option<&OsStr>) -> Vec<(OsString, OsString)> {
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
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("socket")
}

/// Whether the program was started under the name `program` to give a token.
pub(crate) fn is_az(program: &str) -> bool {
    Path::new(program).file_name() == Some(OsStr::new(AZ))
}

/// The socket that our environment names.
pub(crate) fn offered() -> Option<PathBuf> {
    env::var_os(SOCKET).map(PathBuf::from)
}

/// Serves all who come, at the same time.
async fn serve(listener: UnixListener, clerk: Arc<Clerk>) {
    let mut visits = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        visits.spawn(attend(stream, clerk.clone()));
        while visits.try_join_next().is_some() {}
    }
}

/// Answers one question. A child that went away is no concern of ours.
async fn attend(mut stream: UnixStream, clerk: Arc<Clerk>) -> io::Result<()> {
    let mut line = String::new();
    let (reader, mut writer) = stream.split();
    BufReader::new(reader.take(LONGEST_QUESTION))
        .read_line(&mut line)
        .await?;
    let answer: Answer = match serde_json::from_str::<Question>(&line) {
        Ok(question) => clerk.answer(&question).await,
        Err(_) => Err("this is no question for a token".to_owned()),
    };
    let answer = serde_json::to_string(&answer)?;
    writer.write_all(answer.as_bytes()).await
}
