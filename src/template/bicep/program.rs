//! Which Bicep program compiles.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    child::scratch,
    download::{DownloadError, Downloads},
    release::Release,
};
use crate::{
    http::{self, ClientError, ExtraRoots},
    inputs::{BicepInputs, Environment},
};

/// Path of the program in our image.
const IN_IMAGE: &str = "/opt/bicep/bicep";

/// Why there is no compiler.
#[derive(Debug, thiserror::Error)]
pub(in crate::template) enum ProgramError {
    #[error("`{path}` cannot be run ({reason}): give the path of a Bicep program")]
    Path { path: String, reason: io::ErrorKind },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Download(#[from] DownloadError),
    #[error("there is no release of Bicep for this machine: give bicep-path")]
    NoRelease,
    #[error(
        "Bicep was not found: give bicep-version to download it, give bicep-path, or put `bicep` on the PATH"
    )]
    Missing,
}

impl ProgramError {
    /// Whether the program could not be downloaded, with which the inputs have nothing to do.
    pub(super) fn is_out_of_reach(&self) -> bool {
        matches!(self, Self::Download(error) if error.is_out_of_reach())
    }

    /// The input to change, where it is not that of the file to compile.
    pub(super) fn input(&self) -> Option<&'static str> {
        match self {
            Self::Path { .. } => Some("bicep-path"),
            Self::Client(_) | Self::Download(_) | Self::NoRelease => Some("bicep-version"),
            Self::Missing => None,
        }
    }
}

/// The program that `inputs` name, else the one in our image, else the one on the `PATH`.
///
/// # Errors
/// Why there is none.
pub(super) async fn find(
    inputs: &BicepInputs,
    environment: &Environment,
    folder: &Path,
    extra_roots: &ExtraRoots,
) -> Result<PathBuf, ProgramError> {
    if let Some(path) = &inputs.path {
        return runnable(&folder.join(path)).map_err(|error| ProgramError::Path {
            path: path.display().to_string(),
            reason: error.kind(),
        });
    }
    if let Some(version) = &inputs.version {
        let release = Release::here(version).ok_or(ProgramError::NoRelease)?;
        let downloads = Downloads::new(http::client(extra_roots)?, scratch(environment));
        let program = downloads.program(&release, inputs.sha256.as_deref());
        return Ok(program.await?);
    }
    let on_path = environment.get("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(on_path).map(|folder| folder.join("bicep"));
    let mut all = std::iter::once(PathBuf::from(IN_IMAGE)).chain(on_path);
    all.find_map(|path| runnable(&path).ok())
        .ok_or(ProgramError::Missing)
}

/// `path` if it is a file that may be run.
fn runnable(path: &Path) -> io::Result<PathBuf> {
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 == 0 {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    path.canonicalize()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    fn program(folder: &Path, name: &str, mode: u32) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[tokio::test]
    async fn the_first_on_the_path_that_may_be_run() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        program(&folder, "a/bicep", 0o644);
        program(&folder, "b/bicep", 0o755);
        fs::create_dir_all(folder.join("c/bicep")).unwrap();
        let path = std::env::join_paths(["c", "a", "b"].map(|name| folder.join(name))).unwrap();
        let environment = [("PATH", path)].into_iter().collect();
        let none = ExtraRoots::default();
        let found = find(&BicepInputs::default(), &environment, &folder, &none).await;
        assert_eq!(found.unwrap(), folder.join("b/bicep"));
    }

    #[tokio::test]
    async fn a_path_of_the_users_wins_or_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        program(&folder, "tools/bicep", 0o755);
        program(&folder, "tools/data", 0o644);
        let with = |path: &str| BicepInputs {
            path: Some(path.into()),
            ..BicepInputs::default()
        };
        let environment = Environment::default();
        let none = ExtraRoots::default();
        let found = find(&with("tools/bicep"), &environment, &folder, &none).await;
        assert_eq!(found.unwrap(), folder.join("tools/bicep"));
        for (path, expected) in [
            ("tools", "`tools` cannot be run (is a directory)"),
            (
                "tools/data",
                "`tools/data` cannot be run (permission denied)",
            ),
            ("nowhere", "`nowhere` cannot be run (entity not found)"),
        ] {
            let error = find(&with(path), &environment, &folder, &none)
                .await
                .unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
            assert_eq!(error.input(), Some("bicep-path"));
        }
    }
}
