//! A database file seen without being written: what the engine writes to it stays in memory.
//!
//! The engine repairs a file when it opens it, which a disk that takes no writes does not allow. Over this it repairs
//! what it sees, and reads go on. Nothing of it is ever stored; whoever opens the file anew finds it as it was.

use std::collections::HashMap;
use std::io::{ErrorKind, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

/// Bytes that are kept together.
const BLOCK: u64 = 4_096;
const BLOCK_BYTES: usize = 4_096;

/// A file with what was written over it.
#[derive(Debug)]
pub(super) struct Overlay<B> {
    below: B,
    above: Mutex<Above>,
}

#[derive(Debug)]
struct Above {
    length: u64,
    /// Bytes of the file that still show; cut off ones do not come back when it grows again.
    shown: u64,
    blocks: HashMap<u64, Vec<u8>>,
}

impl<B: StorageBackend> Overlay<B> {
    /// Over a file as it stands.
    pub(super) fn new(below: B) -> Result<Self> {
        let length = below.len()?;
        Ok(Self {
            below,
            above: Mutex::new(Above {
                length,
                shown: length,
                blocks: HashMap::new(),
            }),
        })
    }

    /// Whether there is nothing to see.
    pub(super) fn is_empty(&self) -> bool {
        self.above().length == 0
    }

    fn above(&self) -> MutexGuard<'_, Above> {
        self.above.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block as it stands.
    fn block(&self, above: &Above, number: u64) -> Result<Vec<u8>> {
        if let Some(block) = above.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = vec![0; BLOCK_BYTES];
        let start = number * BLOCK;
        let there = above.shown.saturating_sub(start).min(BLOCK);
        let there = usize::try_from(there).unwrap_or(BLOCK_BYTES);
        if there > 0 {
            self.below.read(start, &mut block[..there])?;
        }
        Ok(block)
    }
}

/// The blocks a stretch lies in: number, where in the block it begins, where it begins in the stretch, how long.
fn parts(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let within = usize::try_from(at % BLOCK).unwrap_or(0);
        let count = (BLOCK_BYTES - within).min(length - done);
        let part = (at / BLOCK, within, done, count);
        done += count;
        (count > 0).then_some(part)
    })
}

impl<B: StorageBackend> StorageBackend for Overlay<B> {
    fn len(&self) -> Result<u64> {
        Ok(self.above().length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let above = self.above();
        if offset + out.len() as u64 > above.length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        for (number, within, from, count) in parts(offset, out.len()) {
            let block = self.block(&above, number)?;
            out[from..from + count].copy_from_slice(&block[within..within + count]);
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> Result<()> {
        let mut above = self.above();
        above.length = length;
        above.shown = above.shown.min(length);
        above.blocks.retain(|number, _| number * BLOCK < length);
        let within = usize::try_from(length % BLOCK).unwrap_or(0);
        if let Some(last) = above.blocks.get_mut(&(length / BLOCK)) {
            last[within..].fill(0);
        }
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let mut above = self.above();
        for (number, within, from, count) in parts(offset, data.len()) {
            let mut block = self.block(&above, number)?;
            block[within..within + count].copy_from_slice(&data[from..from + count]);
            above.blocks.insert(number, block);
        }
        above.length = above.length.max(offset + data.len() as u64);
        Ok(())
    }
}
