//! A file for the user in the workspace, which others may have prepared: a pull request can hold symbolic links.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    os::{
        fd::OwnedFd,
        unix::fs::{MetadataExt, fchown},
    },
    path::{Component, Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, mkdirat, open, openat, statat},
    io::Errno,
};

/// For folders: a link in their place is an error.
const FOLDER: OFlags = OFlags::DIRECTORY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
/// For the file. A pipe without a reader is an error instead of a wait.
const FILE: OFlags = OFlags::WRONLY
    .union(OFlags::CREATE)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC);

/// Where the report file is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportPath {
    /// Trusted: the workspace, or the folder that an absolute path outside of it names.
    folder: PathBuf,
    /// Folders and the file below it, none of which may be a link.
    below: Vec<OsString>,
    /// Whose files the workspace's are.
    workspace: PathBuf,
}

/// Why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReportPathError {
    #[error("leads out of the workspace: give a path in it, or an absolute one")]
    Outside,
    #[error("names a folder: give the path of a file")]
    Folder,
    #[error("leads through a symbolic link or a file: give a path of folders only")]
    Through,
    #[error("is a symbolic link, pipe or device: remove it, or give another path")]
    Special,
}

impl ReportPath {
    /// The place that `path` names, relative to the workspace. Nothing is written yet.
    ///
    /// # Errors
    /// When the path leaves the workspace without being absolute, or something is there that is not a regular file.
    pub(crate) fn new(workspace: &Path, path: &Path) -> Result<Self, ReportPathError> {
        let place = Self::place(workspace, path)?;
        place.check()?;
        Ok(place)
    }

    fn place(workspace: &Path, path: &Path) -> Result<Self, ReportPathError> {
        let is_inside = path.strip_prefix(workspace).ok().map(components);
        let (folder, below) = match is_inside {
            Some(Some(below)) => (workspace.to_owned(), below),
            _ if path.is_absolute() => {
                let folder = path.parent().ok_or(ReportPathError::Folder)?;
                let name = path.file_name().ok_or(ReportPathError::Folder)?;
                (folder.to_owned(), vec![name.to_owned()])
            }
            _ => {
                let below = components(path).ok_or(ReportPathError::Outside)?;
                (workspace.to_owned(), below)
            }
        };
        if below.is_empty() {
            return Err(ReportPathError::Folder);
        }
        Ok(Self {
            folder,
            below,
            workspace: workspace.to_owned(),
        })
    }

    /// The whole path.
    pub(crate) fn path(&self) -> PathBuf {
        self.below
            .iter()
            .fold(self.folder.clone(), |path, name| path.join(name))
    }

    /// What is there already. Errors of the system are left to the writing.
    fn check(&self) -> Result<(), ReportPathError> {
        let (name, folders) = self.name_and_folders();
        let Ok(mut folder) = self.open_folder() else {
            return Ok(());
        };
        for below in folders {
            folder = match openat(&folder, below, OFlags::RDONLY | FOLDER, Mode::empty()) {
                Ok(folder) => folder,
                Err(Errno::LOOP | Errno::NOTDIR) => return Err(ReportPathError::Through),
                Err(_) => return Ok(()),
            };
        }
        match statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => match FileType::from_raw_mode(found.st_mode) {
                FileType::RegularFile => Ok(()),
                FileType::Directory => Err(ReportPathError::Folder),
                _ => Err(ReportPathError::Special),
            },
            Err(_) => Ok(()),
        }
    }

    /// Writes the file and the folders that are missing, and gives them to the owner of the workspace, where that is
    /// possible: a container's root would leave files that the runner cannot remove.
    ///
    /// # Errors
    /// As the system says, or when there is a link, pipe or device by now.
    pub(crate) fn write(&self, content: &[u8]) -> io::Result<()> {
        let owner = Owner::of(&self.workspace);
        let (name, folders) = self.name_and_folders();
        fs::create_dir_all(&self.folder)?;
        let mut folder = self.open_folder()?;
        for below in folders {
            folder = match mkdirat(&folder, below, Mode::from_raw_mode(0o777)) {
                Ok(()) => {
                    let made = openat(&folder, below, OFlags::RDONLY | FOLDER, Mode::empty())?;
                    owner.take(&made);
                    made
                }
                Err(Errno::EXIST) => {
                    openat(&folder, below, OFlags::RDONLY | FOLDER, Mode::empty())?
                }
                Err(error) => return Err(error.into()),
            };
        }
        let file = openat(&folder, name, FILE, Mode::from_raw_mode(0o666))?;
        let mut file = File::from(file);
        if !file.metadata()?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        file.set_len(0)?;
        file.write_all(content)?;
        owner.take(&file.into());
        Ok(())
    }

    fn name_and_folders(&self) -> (&OsString, &[OsString]) {
        self.below.split_last().expect("a path has a file name")
    }

    fn open_folder(&self) -> io::Result<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(open(&self.folder, flags, Mode::empty())?)
    }
}

/// Who gets what is written.
struct Owner(Option<(u32, u32)>);

impl Owner {
    fn of(folder: &Path) -> Self {
        let folder = folder.metadata().ok();
        Self(folder.map(|folder| (folder.uid(), folder.gid())))
    }

    /// Failing is no loss: only root may give files away.
    fn take(&self, file: &OwnedFd) {
        if let Some((user, group)) = self.0 {
            let _ = fchown(file, Some(user), Some(group));
        }
    }
}

/// The names in a relative path, with `..` resolved; `None` if it leads above its beginning.
fn components(path: &Path) -> Option<Vec<OsString>> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name.to_owned()),
            Component::ParentDir => {
                names.pop()?;
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::{
        os::unix::fs::{chown, symlink},
        process::Command,
    };

    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn refused(workspace: &Path, path: impl AsRef<Path>) -> ReportPathError {
        ReportPath::new(workspace, path.as_ref()).unwrap_err()
    }

    /// Writes to `path` and reads what is then at `expected`.
    fn written(workspace: &Path, path: impl AsRef<Path>, expected: impl AsRef<Path>) {
        let place = ReportPath::new(workspace, path.as_ref()).unwrap();
        for content in ["a longer text", "short"] {
            place.write(content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(expected.as_ref()).unwrap(), content);
        }
        assert_eq!(place.path(), expected.as_ref());
    }

    #[test]
    fn files_are_written_in_the_workspace_and_where_an_absolute_path_says() {
        let (workspace, elsewhere) = (folder(), folder());
        let (workspace, elsewhere) = (workspace.path(), elsewhere.path());
        written(workspace, "run.json", workspace.join("run.json"));
        written(
            workspace,
            "new/folder/run.json",
            workspace.join("new/folder/run.json"),
        );
        written(
            workspace,
            "./a/../b//run.json",
            workspace.join("b/run.json"),
        );
        written(
            workspace,
            workspace.join("c/run.json"),
            workspace.join("c/run.json"),
        );
        let outside = elsewhere.join("new/run.json");
        written(workspace, &outside, &outside);
    }

    #[test]
    fn relative_paths_stay_in_the_workspace() {
        let workspace = folder();
        for path in ["../run.json", "../../run.json", "a/../../run.json", ".."] {
            assert_eq!(
                refused(workspace.path(), path),
                ReportPathError::Outside,
                "{path}"
            );
        }
        for path in [".", "a/..", "/"] {
            assert_eq!(
                refused(workspace.path(), path),
                ReportPathError::Folder,
                "{path}"
            );
        }
    }

    #[test]
    fn links_are_not_followed() {
        let (workspace, victims) = (folder(), folder());
        let victim = victims.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        let path = |name: &str| workspace.path().join(name);
        symlink(&victim, path("link")).unwrap();
        symlink(victims.path().join("missing"), path("dangling")).unwrap();
        symlink(victims.path(), path("folder")).unwrap();
        fs::create_dir(path("real")).unwrap();
        symlink("real", path("within")).unwrap();
        for (name, expected) in [
            ("link", ReportPathError::Special),
            ("dangling", ReportPathError::Special),
            ("folder/victim", ReportPathError::Through),
            ("folder/new/run.json", ReportPathError::Through),
            ("within/run.json", ReportPathError::Through),
            ("real", ReportPathError::Folder),
        ] {
            assert_eq!(refused(workspace.path(), name), expected, "{name}");
            assert_eq!(refused(workspace.path(), path(name)), expected, "{name}");
            // As if it had been put there after the check.
            let place = ReportPath::place(workspace.path(), name.as_ref()).unwrap();
            assert!(place.write(b"x").is_err(), "{name}");
        }
        assert_eq!(fs::read_to_string(victim).unwrap(), "precious");
        assert_eq!(fs::read_dir(victims.path()).unwrap().count(), 1);
        let outside = folder();
        symlink(path("real/run.json"), outside.path().join("link")).unwrap();
        let link = outside.path().join("link");
        assert_eq!(refused(workspace.path(), link), ReportPathError::Special);
    }

    #[test]
    fn pipes_and_devices_are_refused() {
        let workspace = folder();
        let pipe = workspace.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(refused(workspace.path(), "pipe"), ReportPathError::Special);
        assert_eq!(
            refused(workspace.path(), "/dev/null"),
            ReportPathError::Special
        );
        assert_eq!(
            refused(workspace.path(), "pipe/run.json"),
            ReportPathError::Through
        );
        let place = ReportPath::place(workspace.path(), "pipe".as_ref()).unwrap();
        assert!(place.write(b"x").is_err());
        // With a reader it can be opened, and is refused all the same.
        let _reader = open(&pipe, OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty()).unwrap();
        assert!(place.write(b"x").is_err());
    }

    #[test]
    fn files_belong_to_the_owner_of_the_workspace() {
        let workspace = folder();
        // Only root can give a folder away; for others, all belongs to them anyway.
        let _ = chown(workspace.path(), Some(1001), Some(127));
        let owner = workspace.path().metadata().unwrap();
        let place = ReportPath::new(workspace.path(), Path::new("new/run.json")).unwrap();
        place.write(b"x").unwrap();
        for name in ["new", "new/run.json"] {
            let made = workspace.path().join(name).metadata().unwrap();
            assert_eq!(
                (made.uid(), made.gid()),
                (owner.uid(), owner.gid()),
                "{name}"
            );
        }
    }
}
