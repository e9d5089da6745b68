//! Looks at a database without touching it: what schema it has, before this program may open it.
//!
//! A file written by a newer program must be left byte for byte, yet redb repairs a file that was not closed
//! cleanly as it opens it. So the look goes through a backend that keeps such writes in memory.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::ReadableDatabase as _;

use super::error::{OpenError, StoreError};
use super::read::{Read, Rows as _};
use super::schema::{SCHEMA_MARK, SchemaMark};

const PAGE: usize = 4096;
/// Little is read: the header and the way to one row.
const CACHE: usize = 1 << 20;

/// The schema mark of the file at `path`; `None` if there is no file yet, or nothing in it.
pub(super) fn schema_mark(path: &Path) -> std::result::Result<Option<SchemaMark>, OpenError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(OpenError::Io {
                path: path.to_owned(),
                error,
            });
        }
    };
    let damaged = |reason: &dyn std::fmt::Display| OpenError::Damaged {
        path: path.to_owned(),
        reason: reason.to_string(),
    };
    let length = file
        .metadata()
        .map_err(|error| OpenError::Io {
            path: path.to_owned(),
            error,
        })?
        .len();
    if length == 0 {
        return Ok(None);
    }
    let overlay = Overlay {
        file,
        state: Mutex::new(State {
            length,
            changed: HashMap::new(),
        }),
    };
    let mut builder = redb::Builder::new();
    let database = builder
        .set_cache_size(CACHE)
        .create_with_backend(overlay)
        .map_err(|e| damaged(&e))?;
    let read = database.begin_read().map_err(|e| damaged(&e))?;
    Read::new(read)
        .get(SCHEMA_MARK, &())
        .map_err(|e: StoreError| damaged(&e))
}

/// A file that is only read; what is written over it stays in memory.
#[derive(Debug)]
struct Overlay {
    file: File,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    length: u64,
    /// Changed pages, by their place in the file.
    changed: HashMap<u64, Box<[u8; PAGE]>>,
}

impl Overlay {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page as the file has it; zeros beyond its end.
    fn page(&self, number: u64) -> Result<Box<[u8; PAGE]>> {
        let mut page = Box::new([0; PAGE]);
        let mut filled = 0;
        while filled < PAGE {
            match read_at(
                &self.file,
                &mut page[filled..],
                number * PAGE as u64 + filled as u64,
            ) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(page)
    }
}

/// Reads at a place of the file, whatever was read before.
fn read_at(file: &File, into: &mut [u8], offset: u64) -> Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, into, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, into, offset);
}

/// Splits a range of the file into pieces within one page: page, place in the page, place in the range.
fn pieces(
    offset: u64,
    length: usize,
) -> impl Iterator<Item = (u64, std::ops::Range<usize>, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == length {
            return None;
        }
        let at = offset + done as u64;
        let within = usize::try_from(at % PAGE as u64).expect("a page is smaller than memory");
        let take = (PAGE - within).min(length - done);
        let piece = (at / PAGE as u64, within..within + take, done..done + take);
        done += take;
        Some(piece)
    })
}

impl redb::StorageBackend for Overlay {
    fn len(&self) -> Result<u64> {
        Ok(self.state().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let state = self.state();
        if offset + out.len() as u64 > state.length {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        for (number, within, place) in pieces(offset, out.len()) {
            match state.changed.get(&number) {
                Some(page) => out[place].copy_from_slice(&page[within]),
                None => out[place].copy_from_slice(&self.page(number)?[within]),
            }
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> Result<()> {
        self.state().length = length;
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let mut state = self.state();
        for (number, within, place) in pieces(offset, data.len()) {
            let page = match state.changed.entry(number) {
                Entry::Occupied(page) => page.into_mut(),
                Entry::Vacant(place) => place.insert(self.page(number)?),
            };
            page[within].copy_from_slice(&data[place]);
        }
        state.length = state.length.max(offset + data.len() as u64);
        Ok(())
    }
}
