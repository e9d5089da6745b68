//! The installation's secret key: signs cursors and tokens, and stands outside the database so that a copy of the
//! records alone opens nothing.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::env::Entropy;

/// Its name in the data directory.
pub(crate) const KEY_FILE: &str = "secret.key";

/// Reads the key, or makes one (mode 0600) where there is none.
pub(crate) fn load_or_make(dir: &Path, entropy: &Entropy) -> io::Result<[u8; 32]> {
    let path = dir.join(KEY_FILE);
    match std::fs::File::open(&path) {
        Ok(mut file) => {
            let mut key = [0; 32];
            file.read_exact(&mut key)
                .map_err(|_| io::Error::other("the key is shorter than 32 bytes"))?;
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&path, entropy.bytes()),
        Err(error) => Err(error),
    }
}

fn make(path: &Path, key: [u8; 32]) -> io::Result<[u8; 32]> {
    let part = path.with_extension("part");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(&key)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let first = load_or_make(dir.path(), &Entropy::seeded(1)).unwrap();
        let again = load_or_make(dir.path(), &Entropy::seeded(2)).unwrap();
        assert_eq!(first, again);
        assert_ne!(first, [0; 32]);
    }

    #[test]
    fn a_damaged_key_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(KEY_FILE), b"short").unwrap();
        assert!(load_or_make(dir.path(), &Entropy::seeded(1)).is_err());
    }
}
