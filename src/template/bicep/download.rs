//! Downloads a release of Bicep: verified, kept for the rest of the job, never stored in part.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use azure_core::http::{AsyncRawResponse, HttpClient, Method, Request, StatusCode, Url};
use futures::TryStreamExt;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::{
    fs,
    io::{AsyncReadExt, AsyncWriteExt},
};

use super::release::Release;
use crate::{
    clock::Clock,
    http::{LastingFault, lasting_fault, read_limited, root_cause},
};

/// Microsoft's own network, which has no rate limit, unlike GitHub's API.
const PROGRAMS: &str = "https://downloads.bicep.azure.com";
/// Where GitHub publishes the digests of releases.
const RELEASES: &str = "https://api.github.com/repos/Azure/bicep/releases/tags";
/// Time limit of a download with its retries; the program has 120 MB.
const LIMIT: Duration = Duration::from_secs(5 * 60);
/// How often a request is tried, with its body.
const TRIES: u32 = 3;
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(2);
/// Bytes of a file that are hashed at a time.
const CHUNK: usize = 1 << 20;
/// Most bytes that are read of a release's description.
const DESCRIPTION_LIMIT: usize = 4 << 20;

/// Fetches programs into `folder`.
#[derive(Clone, Debug)]
pub(super) struct Downloads {
    http: Arc<dyn HttpClient>,
    folder: PathBuf,
    /// Holds `v<version>/<asset>`.
    programs: String,
    /// Holds a description of each release at `v<version>`.
    releases: String,
    /// [`PAUSE`], except in tests.
    pause: Duration,
}

/// Why there is no program.
#[derive(Debug, thiserror::Error)]
pub(in crate::template) enum DownloadError {
    #[error("{what} cannot be downloaded: {reason}")]
    Unreachable { what: String, reason: String },
    #[error("{what} cannot be downloaded: {fault}")]
    Blocked { what: String, fault: LastingFault },
    #[error("{what} does not exist: check bicep-version")]
    NoSuchVersion { what: String },
    #[error("{what} cannot be downloaded: HTTP {status}")]
    Refused { what: String, status: u16 },
    #[error("no checksum is known for {what}: give bicep-sha256")]
    NoChecksum { what: String },
    #[error("{what} has the SHA-256 {found}, but {expected} was expected; it is not used")]
    WrongChecksum {
        what: String,
        found: String,
        expected: String,
    },
    #[error("{what} cannot be stored ({reason})")]
    Storage { what: String, reason: io::ErrorKind },
    #[error("{what} was not downloaded within 5 minutes")]
    TimedOut { what: String },
}

/// What GitHub says of a release, as far as it matters.
#[derive(Deserialize)]
struct Description {
    assets: Vec<Asset>,
}

#[derive(Deserialize)]
struct Asset {
    name: String,
    /// `sha256:…`; releases before June 2025 have none.
    digest: Option<String>,
}

impl Downloads {
    /// Downloads from Microsoft.
    pub(super) fn new(http: Arc<dyn HttpClient>, folder: PathBuf) -> Self {
        Self {
            http,
            folder,
            programs: PROGRAMS.to_owned(),
            releases: RELEASES.to_owned(),
            pause: PAUSE,
        }
    }

    /// The program of `release`, fetched unless it is there already. Its SHA-256 must be `sha256` if that is given.
    ///
    /// # Errors
    /// Why it is not there.
    pub(super) async fn program(
        &self,
        release: &Release,
        sha256: Option<&str>,
    ) -> Result<PathBuf, DownloadError> {
        let fetched = Clock::timeout_local(LIMIT, self.verified(release, sha256));
        fetched.await.unwrap_or_else(|_| {
            let what = name(release);
            Err(DownloadError::TimedOut { what })
        })
    }

    async fn verified(
        &self,
        release: &Release,
        sha256: Option<&str>,
    ) -> Result<PathBuf, DownloadError> {
        let expected = match sha256.or_else(|| release.known_sha256()) {
            Some(sha256) => sha256.to_ascii_lowercase(),
            None => self.retry(|| self.stated_sha256(release)).await?,
        };
        let path = self.folder.join(format!("bicep-{}", release.version));
        if digest(&path).await.is_ok_and(|found| found == expected) {
            return Ok(path);
        }
        let storage = |error: io::Error| DownloadError::Storage {
            what: name(release),
            reason: error.kind(),
        };
        fs::create_dir_all(&self.folder).await.map_err(storage)?;
        let part = self.folder.join(format!("{}.part", uuid::Uuid::new_v4()));
        let stored = self.retry(|| self.store(release, &expected, &part)).await;
        let stored = match stored {
            Ok(()) => fs::rename(&part, &path).await.map_err(storage),
            Err(error) => Err(error),
        };
        if stored.is_err() {
            // Not reported: the runner clears this folder after the job.
            let _ = fs::remove_file(&part).await;
        }
        stored.map(|()| path)
    }

    /// What `attempt` gives, repeated as a whole while it fails for transient reasons, also in the middle of a body.
    async fn retry<T, F: Future<Output = Result<T, DownloadError>>>(
        &self,
        attempt: impl Fn() -> F,
    ) -> Result<T, DownloadError> {
        for _ in 1..TRIES {
            match attempt().await {
                Err(error) if error.is_transient() => tokio::time::sleep(self.pause).await,
                outcome => return outcome,
            }
        }
        attempt().await
    }

    /// Fetches the program into the file `part`, whatever is there, verifies it and makes it executable.
    async fn store(
        &self,
        release: &Release,
        expected: &str,
        part: &Path,
    ) -> Result<(), DownloadError> {
        let what = || name(release);
        let url = format!("{}/v{}/{}", self.programs, release.version, release.asset);
        let response = self.get(&url, what()).await?;
        let storage = |error: io::Error| DownloadError::Storage {
            what: what(),
            reason: error.kind(),
        };
        let mut file = fs::File::create(part).await.map_err(storage)?;
        let (mut hasher, mut body) = (Sha256::new(), response.into_body());
        while let Some(bytes) = body.try_next().await.map_err(|error| {
            let reason = root_cause(&error);
            DownloadError::Unreachable {
                what: what(),
                reason,
            }
        })? {
            hasher.update(&bytes);
            file.write_all(&bytes).await.map_err(storage)?;
        }
        let found = hex(hasher);
        if found != expected {
            return Err(DownloadError::WrongChecksum {
                what: what(),
                found,
                expected: expected.to_owned(),
            });
        }
        file.sync_all().await.map_err(storage)?;
        make_executable(part).await.map_err(storage)
    }

    /// The SHA-256 that GitHub states for the program.
    async fn stated_sha256(&self, release: &Release) -> Result<String, DownloadError> {
        let what = format!("the checksum of {}", name(release));
        let url = format!("{}/v{}", self.releases, release.version);
        let response = self.get(&url, what.clone()).await?;
        let response = read_limited(response, DESCRIPTION_LIMIT).await;
        let response = response.map_err(|error| DownloadError::Unreachable {
            what,
            reason: root_cause(&error),
        })?;
        let description = serde_json::from_slice::<Description>(response.body()).ok();
        let assets = description.map(|description| description.assets);
        let mut assets = assets.into_iter().flatten();
        let asset = assets.find(|asset| asset.name == release.asset);
        let digest = asset.and_then(|asset| asset.digest);
        let sha256 = digest
            .as_deref()
            .and_then(|digest| digest.strip_prefix("sha256:"));
        sha256
            .map(str::to_ascii_lowercase)
            .ok_or_else(|| DownloadError::NoChecksum {
                what: name(release),
            })
    }

    /// The answer to a GET, its body unread.
    async fn get(&self, url: &str, what: String) -> Result<AsyncRawResponse, DownloadError> {
        let Ok(url) = url.parse::<Url>() else {
            return Err(DownloadError::NoSuchVersion { what });
        };
        let mut request = Request::new(url, Method::Get);
        request.insert_header("accept", "*/*");
        // A program hardly gets smaller, and its checksum is that of the file as it is.
        request.insert_header("accept-encoding", "identity");
        match self.http.execute_request(&request).await {
            Ok(response) if response.status().is_success() => Ok(response),
            Ok(response) if response.status() == StatusCode::NotFound => {
                Err(DownloadError::NoSuchVersion { what })
            }
            Ok(response) => Err(DownloadError::Refused {
                what,
                status: response.status().into(),
            }),
            Err(error) => Err(match lasting_fault(&error) {
                Some(fault) => DownloadError::Blocked { what, fault },
                None => DownloadError::Unreachable {
                    what,
                    reason: root_cause(&error),
                },
            }),
        }
    }
}

impl DownloadError {
    /// Whether network, proxy or server were in the way, rather than what was asked for.
    pub(super) fn is_out_of_reach(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Blocked { .. }
            | Self::Refused { .. }
            | Self::TimedOut { .. } => true,
            Self::NoSuchVersion { .. }
            | Self::NoChecksum { .. }
            | Self::WrongChecksum { .. }
            | Self::Storage { .. } => false,
        }
    }

    /// Whether another try may succeed.
    fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => matches!(status, 408 | 429 | 500..),
            _ => false,
        }
    }
}

fn name(release: &Release) -> String {
    format!("Bicep {} ({})", release.version, release.asset)
}

async fn digest(path: &Path) -> io::Result<String> {
    let (mut file, mut hasher) = (fs::File::open(path).await?, Sha256::new());
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).await? {
            0 => return Ok(hex(hasher)),
            read => hasher.update(&chunk[..read]),
        }
    }
}

fn hex(hasher: Sha256) -> String {
    let digest = hasher.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(unix)]
async fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).await
}

#[cfg(not(unix))]
async fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
