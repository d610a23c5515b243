//! Fetches a release of Bicep: verified, kept for the job, and never half there.

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
use crate::{clock::Clock, http::root_cause};

/// Microsoft's own network; unlike GitHub's API it does not count requests.
const PROGRAMS: &str = "https://downloads.bicep.azure.com";
/// Where GitHub states the digests of releases.
const RELEASES: &str = "https://api.github.com/repos/Azure/bicep/releases/tags";
/// How long everything may take; the program has 120 MB.
const LIMIT: Duration = Duration::from_secs(5 * 60);
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);
const CHUNK: usize = 1 << 20;

/// Fetches programs into `folder`.
#[derive(Clone, Debug)]
pub(super) struct Downloads {
    http: Arc<dyn HttpClient>,
    folder: PathBuf,
    /// Holds `v<version>/<asset>`.
    programs: String,
    /// Holds a description of each release at `v<version>`.
    releases: String,
    /// Between two tries.
    pause: Duration,
}

/// Why there is no program.
#[derive(Debug, thiserror::Error)]
pub(in crate::template) enum DownloadError {
    #[error("{what} cannot be fetched: {reason}")]
    Unreachable { what: String, reason: String },
    #[error("{what} is not there: check bicep-version")]
    NoSuchVersion { what: String },
    #[error("{what} cannot be fetched: HTTP {status}")]
    Refused { what: String, status: u16 },
    #[error("no checksum is known for {what}: give bicep-sha256")]
    NoChecksum { what: String },
    #[error("{what} has the SHA-256 {found}, but {expected} was expected; it was not used")]
    WrongChecksum {
        what: String,
        found: String,
        expected: String,
    },
    #[error("{what} cannot be stored ({reason})")]
    Storage { what: String, reason: io::ErrorKind },
    #[error("{what} was not there within 5 minutes")]
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
            None => self.stated_sha256(release).await?,
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
        let stored = self.store(release, &expected, &part).await;
        let stored = match stored {
            Ok(()) => fs::rename(&part, &path).await.map_err(storage),
            Err(error) => Err(error),
        };
        if stored.is_err() {
            // What is left of it lies in a folder that the runner clears.
            let _ = fs::remove_file(&part).await;
        }
        stored.map(|()| path)
    }

    /// Fetches the program into the file `part` and makes it executable.
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
        let mut file = fs::File::create_new(part).await.map_err(storage)?;
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
        let body = response.into_body().collect().await;
        let body = body.map_err(|error| DownloadError::Unreachable {
            what,
            reason: root_cause(&error),
        })?;
        let description = serde_json::from_slice::<Description>(&body).ok();
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

    /// The answer to a GET, tried again while its faults pass.
    async fn get(&self, url: &str, what: String) -> Result<AsyncRawResponse, DownloadError> {
        let url: Url = url
            .parse()
            .map_err(|_| DownloadError::NoSuchVersion { what: what.clone() })?;
        let mut tries = 1;
        loop {
            let mut request = Request::new(url.clone(), Method::Get);
            request.insert_header("accept", "*/*");
            let answer = self.http.execute_request(&request).await;
            let error = match answer {
                Ok(response) if response.status().is_success() => return Ok(response),
                Ok(response) if response.status() == StatusCode::NotFound => {
                    return Err(DownloadError::NoSuchVersion { what });
                }
                Ok(response) => DownloadError::Refused {
                    what: what.clone(),
                    status: response.status().into(),
                },
                Err(error) => DownloadError::Unreachable {
                    what: what.clone(),
                    reason: root_cause(&error),
                },
            };
            if tries == TRIES || !error.is_transient() {
                return Err(error);
            }
            tries += 1;
            tokio::time::sleep(self.pause).await;
        }
    }
}

impl DownloadError {
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
