//! Files that the input `parameters` names. Parts of that text may come from people whom the workflow's author does not
//! trust, so unlike files of other inputs they must be in the workspace.

use std::path::{Path, PathBuf};

use super::file::{FileError, unreadable};

/// Where a checkout keeps its credentials.
const GIT: &str = ".git";

/// The file that `path` names, relative to `workspace`, behind all links.
///
/// # Errors
/// When it does not exist, or is not in the workspace.
pub(super) fn locate(workspace: &Path, path: &str) -> Result<PathBuf, FileError> {
    let canonical = |path: &Path| path.canonicalize().map_err(|error| unreadable(&error));
    let workspace = canonical(workspace)?;
    let found = canonical(&workspace.join(path))?;
    let below = found.strip_prefix(&workspace);
    match below {
        Ok(below) if !below.iter().any(|name| name == GIT) => Ok(found),
        _ => Err(FileError::Outside),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn only_files_of_the_workspace_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().join("workspace");
        for name in ["infra", ".git"] {
            fs::create_dir_all(workspace.join(name)).unwrap();
        }
        for file in ["workspace/infra/a.pem", "workspace/.git/config", "outside"] {
            fs::write(folder.path().join(file), "x").unwrap();
        }
        symlink("../outside", workspace.join("link")).unwrap();
        symlink("infra/a.pem", workspace.join("inside")).unwrap();
        symlink("..", workspace.join("up")).unwrap();
        let absolute = workspace.join("infra/a.pem");
        for path in [
            "infra/a.pem",
            "./infra/../infra/a.pem",
            "inside",
            "infra",
            absolute.to_str().unwrap(),
        ] {
            assert!(locate(&workspace, path).is_ok(), "{path}");
        }
        for path in [
            "../outside",
            "link",
            "up/outside",
            "/etc/passwd",
            "/proc/self/environ",
            ".git/config",
        ] {
            let refused = locate(&workspace, path);
            assert!(matches!(refused, Err(FileError::Outside)), "{path}");
        }
        let missing = locate(&workspace, "infra/b.pem");
        assert!(matches!(missing, Err(FileError::Missing)));
    }
}
