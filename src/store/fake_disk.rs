//! A disk for tests: keeps only what was synced when the power goes, fails or is full when told to.

use std::io::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex};

/// A disk in memory; clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(super) struct FakeDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    now: Vec<u8>,
    synced: Vec<u8>,
    syncs: u64,
    /// The sync after which the power is gone.
    power_until: Option<u64>,
    failing: bool,
    /// How often it has refused since.
    refused: u64,
}

impl FakeDisk {
    /// Bytes the file takes.
    pub(super) fn size(&self) -> u64 {
        self.state.lock().unwrap().now.len() as u64
    }

    /// Makes every write and sync fail, or work again.
    pub(super) fn set_failing(&self, failing: bool) {
        self.state.lock().unwrap().failing = failing;
    }

    /// How often it has refused to write.
    pub(super) fn refused(&self) -> u64 {
        self.state.lock().unwrap().refused
    }

    /// How many syncs have been asked for.
    pub(super) fn syncs(&self) -> u64 {
        self.state.lock().unwrap().syncs
    }

    /// Cuts the power right after the `n`th sync: what is written later is lost.
    pub(super) fn cut_power_after(&self, n: u64) {
        self.state.lock().unwrap().power_until = Some(n);
    }

    /// The disk as it is found after the power came back.
    pub(super) fn after_power_loss(&self) -> Self {
        let synced = self.state.lock().unwrap().synced.clone();
        let state = State {
            now: synced.clone(),
            synced,
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap()
}

impl State {
    fn check(&mut self) -> Result<()> {
        if self.failing {
            self.refused += 1;
            Err(Error::from(ErrorKind::StorageFull))
        } else {
            Ok(())
        }
    }
}

impl redb::StorageBackend for FakeDisk {
    fn len(&self) -> Result<u64> {
        Ok(self.size())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let state = self.state.lock().unwrap();
        let start = index(offset);
        let found = state
            .now
            .get(start..start + out.len())
            .ok_or(ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let mut state = self.state.lock().unwrap();
        state.check()?;
        state.now.resize(index(len), 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        let mut state = self.state.lock().unwrap();
        state.check()?;
        state.syncs += 1;
        if state.power_until.is_none_or(|last| state.syncs <= last) {
            state.synced = state.now.clone();
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let mut state = self.state.lock().unwrap();
        state.check()?;
        let start = index(offset);
        if state.now.len() < start + data.len() {
            state.now.resize(start + data.len(), 0);
        }
        state.now[start..start + data.len()].copy_from_slice(data);
        Ok(())
    }
}
