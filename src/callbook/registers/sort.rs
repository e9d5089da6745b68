//! Sorting more byte strings than memory should hold: sorted runs on disk, merged while they are read.
//!
//! The order is that of the bytes; equal strings are kept, each. A sort holds at most its budget while it is filled
//! and 64 KiB for every run while it is read. The files of the runs are removed when the sort ends, however it ends;
//! only the death of the process leaves them, in a folder whose owner clears it.

use std::cmp::Ordering;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Buffer of each file, in bytes.
const BUFFER: usize = 64 * 1024;
/// So many runs are merged to one, so that neither files nor buffers grow with what is sorted.
const MOST_RUNS: usize = 64;

/// Byte strings to be sorted.
pub(crate) struct Sort {
    dir: PathBuf,
    label: &'static str,
    /// Bytes held at most before a run is written.
    budget: usize,
    held: Vec<u8>,
    index: Vec<Held>,
    runs: Vec<RunFile>,
    /// Runs ever begun: each has a name of its own.
    begun: u32,
}

/// Where a string is held. Its first eight bytes decide nearly every comparison without a look at it.
#[derive(Clone, Copy)]
struct Held {
    head: u64,
    at: u32,
    len: u32,
}

impl Held {
    fn of<'h>(&self, held: &'h [u8]) -> &'h [u8] {
        &held[self.at as usize..][..self.len as usize]
    }
}

/// A sorted run on disk, removed when this is dropped.
struct RunFile(PathBuf);

impl Drop for RunFile {
    fn drop(&mut self) {
        // A file that cannot be removed is the matter of whoever clears the folder.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Sort {
    /// A sort that keeps its runs in `dir` under names beginning with `label`, and holds about `budget` bytes.
    pub(crate) fn new(dir: &Path, label: &'static str, budget: usize) -> Self {
        Self {
            dir: dir.to_owned(),
            label,
            budget: budget.min(u32::MAX as usize / 2),
            held: Vec::new(),
            index: Vec::new(),
            runs: Vec::new(),
            begun: 0,
        }
    }

    /// Takes one string. Fails when the disk does.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let index_bytes = self.index.len() * size_of::<Held>();
        if !self.index.is_empty() && self.held.len() + index_bytes + bytes.len() > self.budget {
            self.spill()?;
        }
        let too_long = |_| io::Error::new(io::ErrorKind::InvalidInput, "a string too long to be sorted");
        let at = u32::try_from(self.held.len()).map_err(too_long)?;
        let len = u32::try_from(bytes.len()).map_err(too_long)?;
        self.held.extend_from_slice(bytes);
        self.index.push(Held {
            head: head(bytes),
            at,
            len,
        });
        Ok(())
    }

    /// Ends the filling; what was taken can now be read in order.
    pub(crate) fn finish(mut self) -> io::Result<Sorted> {
        if self.runs.is_empty() {
            self.sort_held();
            return Ok(Sorted(Source::Held {
                held: self.held,
                index: self.index.into_iter(),
            }));
        }
        self.spill()?;
        // The room goes back before the runs take theirs.
        drop((std::mem::take(&mut self.held), std::mem::take(&mut self.index)));
        Merge::new(self.runs).map(|merge| Sorted(Source::Runs(merge)))
    }

    fn sort_held(&mut self) {
        let held = &self.held;
        self.index.sort_unstable_by(|a, b| {
            let heads = a.head.cmp(&b.head);
            heads.then_with(|| a.of(held).cmp(b.of(held)))
        });
    }

    fn spill(&mut self) -> io::Result<()> {
        if self.runs.len() == MOST_RUNS {
            let mut merge = Merge::new(std::mem::take(&mut self.runs))?;
            let (run, mut out) = self.begin()?;
            self.runs.push(run);
            while let Some(string) = merge.next()? {
                put(string, &mut out)?;
            }
            out.flush()?;
        }
        self.sort_held();
        let (run, mut out) = self.begin()?;
        self.runs.push(run);
        for place in &self.index {
            put(place.of(&self.held), &mut out)?;
        }
        out.flush()?;
        self.held.clear();
        self.index.clear();
        Ok(())
    }

    fn begin(&mut self) -> io::Result<(RunFile, BufWriter<File>)> {
        let path = self.dir.join(format!("{}-{}.run", self.label, self.begun));
        self.begun += 1;
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok((RunFile(path), BufWriter::with_capacity(BUFFER, file)))
    }
}

fn put(string: &[u8], out: &mut impl Write) -> io::Result<()> {
    // What was taken has a length of 32 bits.
    let length = u32::try_from(string.len()).unwrap_or(u32::MAX);
    out.write_all(&length.to_le_bytes())?;
    out.write_all(string)
}

/// Sorted strings, read one after the other.
pub(crate) struct Sorted(Source);

enum Source {
    Held {
        held: Vec<u8>,
        index: std::vec::IntoIter<Held>,
    },
    Runs(Merge),
}

impl Sorted {
    /// The next string; `None` after the last.
    pub(crate) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        match &mut self.0 {
            Source::Held { held, index } => Ok(index.next().map(|place| place.of(held))),
            Source::Runs(merge) => merge.next(),
        }
    }
}

/// Runs read side by side. `first` is a binary heap of those that have a string left, the least on top.
struct Merge {
    runs: Vec<Run>,
    first: Vec<usize>,
    /// The top was handed out and is to be moved on.
    taken: bool,
}

struct Run {
    from: BufReader<File>,
    head: u64,
    string: Vec<u8>,
    // Declared after the open file: it is removed when that is closed.
    _file: RunFile,
}

impl Run {
    fn open(file: RunFile) -> io::Result<Self> {
        Ok(Self {
            from: BufReader::with_capacity(BUFFER, File::open(&file.0)?),
            head: 0,
            string: Vec::new(),
            _file: file,
        })
    }

    /// Reads the next string; false at the end.
    fn advance(&mut self) -> io::Result<bool> {
        let mut length = [0; 4];
        match self.from.read_exact(&mut length) {
            Ok(()) => {}
            Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
        self.string.resize(u32::from_le_bytes(length) as usize, 0);
        self.from.read_exact(&mut self.string)?;
        self.head = head(&self.string);
        Ok(true)
    }
}

impl Merge {
    fn new(files: Vec<RunFile>) -> io::Result<Self> {
        let mut merge = Self {
            runs: files.into_iter().map(Run::open).collect::<io::Result<_>>()?,
            first: Vec::new(),
            taken: false,
        };
        for (at, run) in merge.runs.iter_mut().enumerate() {
            if run.advance()? {
                merge.first.push(at);
            }
        }
        for at in (0..merge.first.len() / 2).rev() {
            merge.sift_down(at);
        }
        Ok(merge)
    }

    fn next(&mut self) -> io::Result<Option<&[u8]>> {
        if self.taken
            && let Some(&top) = self.first.first()
        {
            if !self.runs[top].advance()? {
                self.first.swap_remove(0);
            }
            self.sift_down(0);
        }
        self.taken = true;
        Ok(self.first.first().map(|top| &*self.runs[*top].string))
    }

    fn order(&self, a: usize, b: usize) -> Ordering {
        let (a, b) = (&self.runs[self.first[a]], &self.runs[self.first[b]]);
        a.head.cmp(&b.head).then_with(|| a.string.cmp(&b.string))
    }

    fn sift_down(&mut self, mut at: usize) {
        loop {
            let left = 2 * at + 1;
            if left >= self.first.len() {
                return;
            }
            let right = left + 1;
            let least = if right < self.first.len() && self.order(right, left).is_lt() {
                right
            } else {
                left
            };
            if self.order(least, at).is_ge() {
                return;
            }
            self.first.swap(least, at);
            at = least;
        }
    }
}

/// The first eight bytes as a number, short strings filled up with zeros: unequal heads order as the strings do.
fn head(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    let len = bytes.len().min(8);
    first[..len].copy_from_slice(&bytes[..len]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(strings: &[Vec<u8>], dir: &Path, budget: usize) -> Vec<Vec<u8>> {
        let mut sort = Sort::new(dir, "test", budget);
        for string in strings {
            sort.push(string).unwrap();
        }
        let mut sorted = sort.finish().unwrap();
        let mut all = Vec::new();
        while let Some(string) = sorted.next().unwrap() {
            all.push(string.to_vec());
        }
        assert!(sorted.next().unwrap().is_none(), "the end stays the end");
        all
    }

    fn files(dir: &Path) -> usize {
        std::fs::read_dir(dir).unwrap().count()
    }

    proptest! {
        #[test]
        fn runs_on_disk_give_what_sorting_in_memory_gives(
            strings in prop::collection::vec(prop::collection::vec(0_u8..4, 0..12), 0..200),
            budget in 1_usize..4000,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let mut expected = strings.clone();
            expected.sort();
            prop_assert_eq!(sorted(&strings, dir.path(), budget), expected);
            prop_assert_eq!(files(dir.path()), 0);
        }
    }

    #[test]
    fn a_sort_given_up_half_way_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut sort = Sort::new(dir.path(), "test", 100);
        for number in 0..100_u32 {
            sort.push(&number.to_be_bytes()).unwrap();
        }
        assert!(files(dir.path()) > 10);
        drop(sort);
        assert_eq!(files(dir.path()), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let mut sort = Sort::new(Path::new("no-such-folder"), "test", 8);
        sort.push(b"first").unwrap();
        assert!(sort.push(b"second").is_err());
    }
}
