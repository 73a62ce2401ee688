//! Reading one file, which may change, vanish or turn into something else meanwhile.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::path::Path;

use beneath::Opened;

use crate::walk::Found;

/// A folder from which many files are read.
pub(crate) struct Folder<'r> {
    root: &'r Path,
    opened: Opened,
}

/// Reads one file of a folder: see [`Folder::read`].
///
/// # Errors
/// A text for people.
pub(crate) fn read(root: &Path, path: &str, largest: u64) -> Result<(Vec<u8>, Found), String> {
    Folder::new(root).read(path, largest)
}

impl<'r> Folder<'r> {
    /// Kept for the length of one walk and no longer: by then, another folder may have this name.
    pub(crate) fn new(root: &'r Path) -> Self {
        let opened = beneath::open(root);
        Self { root, opened }
    }

    /// Reads the bytes of a note that a walk found, and how it looked afterwards.
    ///
    /// A file that changes while it is read is read again, a few times.
    ///
    /// # Errors
    /// A text for people.
    pub(crate) fn read(&self, path: &str, largest: u64) -> Result<(Vec<u8>, Found), String> {
        for _ in 0..3 {
            if let Some(done) = self.read_once(path, largest)? {
                return Ok(done);
            }
        }
        Err("the file keeps changing while it is read".to_owned())
    }

    fn open(&self, path: &str) -> Result<File, String> {
        let cannot = |error: std::io::Error| format!("the file cannot be read: {error}");
        if let Some(open) = beneath::file(&self.opened, path) {
            return Ok(open);
        }
        // Between the walk and now, somebody may have put a link in place of the file or of a folder above it.
        let real = crate::walk::file(self.root, path);
        let real = real.canonicalize().map_err(cannot)?;
        if !real.starts_with(self.root) {
            return Err("the path leads out of the folder".to_owned());
        }
        open(&real).map_err(cannot)
    }

    fn read_once(&self, path: &str, largest: u64) -> Result<Option<(Vec<u8>, Found)>, String> {
        let cannot = |error: std::io::Error| format!("the file cannot be read: {error}");
        let open = self.open(path)?;
        let before = open.metadata().map_err(cannot)?;
        if !before.is_file() {
            return Err("it is no ordinary file".to_owned());
        }
        if before.len() > largest {
            return Err(format!(
                "the file has {} bytes, more than the {largest} that are read",
                before.len()
            ));
        }
        let mut bytes = Vec::new();
        let size = usize::try_from(before.len()).unwrap_or(0);
        bytes
            .try_reserve_exact(size)
            .map_err(|_| "the file does not fit into memory".to_owned())?;
        // What somebody adds meanwhile is not read: the file looks different afterwards, and is read again.
        (&open)
            .take(before.len())
            .read_to_end(&mut bytes)
            .map_err(cannot)?;
        let after = open.metadata().map_err(cannot)?;
        let [before, mut after] = [before, after].map(|meta| Found::of(String::new(), &meta));
        let whole = u64::try_from(bytes.len()).is_ok_and(|read| read == after.size);
        if before != after || !whole {
            return Ok(None);
        }
        path.clone_into(&mut after.path);
        Ok(Some((bytes, after)))
    }
}

/// Opening a file with no link on the way, in one question to the system where following the path asks one for each folder.
#[cfg(target_os = "linux")]
mod beneath {
    use std::fs::File;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};

    pub(super) type Opened = Option<OwnedFd>;

    /// The folder has no link in its path either: somebody may have put one there since the wiki was opened.
    pub(super) fn open(root: &Path) -> Opened {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let rules = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        openat2(CWD, root, flags, Mode::empty(), rules).ok()
    }

    /// `None` says nothing; then somebody has to look closely.
    pub(super) fn file(opened: &Opened, path: &str) -> Option<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let rules = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let file = openat2(opened.as_ref()?, path, flags, Mode::empty(), rules).ok()?;
        Some(File::from(file))
    }
}

#[cfg(not(target_os = "linux"))]
mod beneath {
    use std::fs::File;
    use std::path::Path;

    pub(super) type Opened = ();

    pub(super) fn open(_: &Path) -> Opened {}

    pub(super) fn file(_: &Opened, _: &str) -> Option<File> {
        None
    }
}

/// Never waits: a pipe in place of a note would have nobody at its other end.
fn open(file: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    options.open(file)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{create_dir, rename, write};
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_in_place_of_a_file_a_folder_or_the_wiki_itself_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let (root, outside) = (top.join("wiki"), top.join("outside"));
        for folder in [&root, &outside, &root.join("in"), &outside.join("in")] {
            create_dir(folder).unwrap();
            write(folder.join("a.md"), folder.to_string_lossy().as_bytes()).unwrap();
        }
        let read = |path: &str| super::read(&root, path, 1 << 20);
        for path in ["a.md", "in/a.md"] {
            assert!(read(path).is_ok(), "{path}");
        }
        symlink(outside.join("a.md"), root.join("b.md")).unwrap();
        symlink("in/a.md", root.join("c.md")).unwrap();
        rename(root.join("in"), root.join("away")).unwrap();
        symlink(outside.join("in"), root.join("in")).unwrap();
        for path in ["b.md", "in/a.md"] {
            let why = read(path).unwrap_err();
            assert!(why.contains("leads out of the folder"), "{path}: {why}");
        }
        // A link that stays inside is a note like any other.
        assert!(read("away/a.md").is_ok());
        std::fs::remove_file(root.join("in")).unwrap();
        rename(root.join("away"), root.join("in")).unwrap();
        assert!(read("c.md").is_ok());
        rename(&root, top.join("moved")).unwrap();
        symlink(&outside, &root).unwrap();
        for path in ["a.md", "in/a.md"] {
            let why = read(path).unwrap_err();
            assert!(why.contains("leads out of the folder"), "{path}: {why}");
        }
    }
}
