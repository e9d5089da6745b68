//! Where keys and certificates of our own are kept: a private folder of the data directory, every file mode 0600 and
//! written whole or not at all.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A private folder.
#[derive(Debug, Clone)]
pub(super) struct Keep(PathBuf);

impl Keep {
    /// The folder at this path; it is made when something is first put into it.
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// A folder in this folder.
    pub(super) fn inner(&self, name: &str) -> Self {
        Self(self.0.join(name))
    }

    /// Where a file of this name is.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What a file holds; `None` when there is no such file.
    pub(super) fn get(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.path(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a file in its place, so that after a power cut there is the old one or the new one.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        make_private(&self.0)?;
        let path = self.path(name);
        let part = self.path(&format!("{name}.part"));
        // One that a crash left behind may have another mode.
        drop(std::fs::remove_file(&part));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&part, &path)?;
        #[cfg(unix)]
        std::fs::File::open(&self.0)?.sync_all()?;
        Ok(())
    }
}

fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_private_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let keep = Keep::at(dir.path().join("tls")).inner("acme");
        assert_eq!(keep.get("account.json").unwrap(), None);
        std::fs::create_dir_all(dir.path().join("tls/acme")).unwrap();
        std::fs::write(keep.path("account.json.part"), b"left behind").unwrap();
        for content in [&b"one"[..], b"two"] {
            keep.put("account.json", content).unwrap();
            assert_eq!(keep.get("account.json").unwrap().as_deref(), Some(content));
        }
        assert!(!keep.path("account.json.part").exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(keep.path("account.json"))
                .unwrap()
                .permissions();
            assert_eq!(mode.mode() & 0o777, 0o600);
        }
    }
}
