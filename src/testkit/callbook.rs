//! A callbook without a server around it, for benches: a made-up register of the FCC, imported and opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::uls::{TODAY, Uls};
use crate::callbook::find::{Asker, Fields, Query, Request};
use crate::callbook::generation::{Builder, Generation, Registers, Setup};
use crate::callbook::model::Authority;
use crate::callbook::place;
use crate::callbook::registers::archive::Archive;
use crate::callbook::registers::fcc::{MEMBERS, Plan, read_delta, read_full};
use crate::ham::callsign::Callsign;

/// A register that can be asked.
pub struct ScratchBook {
    registers: Registers,
    live: Arc<Generation>,
    dir: PathBuf,
}

/// What came of an import.
#[derive(Debug, Clone, Copy)]
pub struct ImportedBook {
    pub entries: u64,
    pub active: u64,
    pub rejects: u64,
}

fn setup() -> Setup {
    Setup {
        authority: Authority::FCC,
        locate: place::locate,
        entity: place::entity,
    }
}

fn members(folder: &Path) -> Vec<PathBuf> {
    MEMBERS.iter().map(|name| folder.join(name)).collect()
}

/// Imports files that `uls` wrote to `folder` into a generation in `dir`.
pub fn import(folder: &Path, dir: &Path) -> ImportedBook {
    let mut archive = Archive::files(&members(folder), &MEMBERS).expect("the files were written");
    let mut builder = Builder::create(dir, setup(), TODAY, Box::new(|_| true)).expect("an empty directory");
    let plan = Plan {
        work_dir: folder,
        today: TODAY,
        even_short: false,
    };
    read_full(&mut archive, &plan, &mut builder).expect("a whole register");
    let built = builder.finish().expect("room on the disk");
    ImportedBook {
        entries: built.entries,
        active: built.active,
        rejects: built.rejects.values().sum(),
    }
}

impl ScratchBook {
    /// Opens what was imported into `dir`.
    pub fn open(dir: &Path) -> Self {
        let live = Arc::new(Generation::open(dir, setup()).expect("an imported register"));
        let registers = Registers::default();
        registers.put(Arc::clone(&live));
        Self {
            registers,
            live,
            dir: dir.to_owned(),
        }
    }

    /// Makes a register of so many licences in `dir` and opens it.
    pub fn of(licences: u32, dir: &Path) -> Self {
        let folder = dir.join("uls");
        std::fs::create_dir_all(&folder).expect("a directory");
        Uls::new(licences, 1).write(&folder).expect("room on the disk");
        import(&folder, &dir.join("fcc-1"));
        Self::open(&dir.join("fcc-1"))
    }

    /// Whether a call is known.
    pub fn lookup(&self, call: &str) -> bool {
        let call = Callsign::parse(call).expect("a call");
        self.registers.lookup(&call).expect("a sound file").is_some()
    }

    /// Calls and last names of the first twenty hits, as a member finds them.
    pub fn search(&self, text: &str) -> Vec<(String, String)> {
        let query = Query::parse(text).expect("a query");
        let request = Request {
            query: &query,
            asker: &Asker::default(),
            allowed: Fields::MEMBER,
            today: TODAY,
            after: None,
            limit: 20,
        };
        let page = self.registers.search(&request).expect("a sound index");
        let hits = page.hits.into_iter().map(|hit| hit.found.entry.licence);
        hits.map(|licence| (licence.call.to_string(), licence.holder.last.to_string()))
            .collect()
    }

    /// How many rows typing ahead brings.
    pub fn typeahead(&self, text: &str) -> usize {
        let asker = Asker::default();
        let hits = self.registers.typeahead(text, &asker, Fields::MEMBER, TODAY, 10);
        hits.expect("a sound index").len()
    }

    /// Applies a daily file that `uls` wrote; returns how many calls changed.
    pub fn apply(&self, folder: &Path) -> usize {
        let mut archive = Archive::files(&members(folder), &MEMBERS).expect("the files were written");
        let plan = Plan {
            work_dir: &self.dir,
            today: TODAY,
            even_short: false,
        };
        let delta = read_delta(&mut archive, &plan, |usi| self.live.unit(usi)).expect("a whole file");
        self.live
            .apply(delta.units, TODAY, &mut |_, _| Ok(()))
            .expect("room on the disk")
            .len()
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.live.bytes()
    }
}
