//! The history as a file, written at a clean stop and read at the next start.
//!
//! A mark, the spots in the order of their numbers (numbers little-endian, words with a length byte before them), and
//! a digest of all that. Places are not in it: they are worked out anew. A file that is damaged or of another version
//! is passed over: what is lost fills again.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use jiff::Timestamp;
use smol_str::SmolStr;

use super::query::Query;
use super::ring::Ring;
use super::segment::{Extra, Record, SKIMMER};
use super::{History, Inner, seconds};
use crate::dx::event::Place;

const MAGIC: &[u8] = b"shackbox spots 2";
const DIGEST: usize = 32;
/// Fixed part of a spot: number, frequency, two times, six small numbers, the report and who else heard it.
const FIXED: usize = 8 + 8 + 4 + 4 + 8;

/// Why a snapshot was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it is damaged, or of another version")]
    Damaged,
}

impl History {
    /// Writes all spots to a file, which is there whole or not at all. How many they are.
    pub(crate) fn save(&self, path: &Path) -> io::Result<usize> {
        let half = path.with_extension("part");
        let mut out = Hashed {
            file: BufWriter::with_capacity(1 << 20, File::create(&half)?),
            hash: blake3::Hasher::new(),
        };
        out.write(MAGIC)?;
        let mut query = Query {
            rising: true,
            limit: usize::MAX,
            ..Query::default()
        };
        let mut count = 0;
        loop {
            let mut buffer = Vec::new();
            let reached = {
                let inner = self.read();
                let (numbers, reached) = inner.rising(&query);
                for (ring, number) in numbers {
                    count += usize::from(inner.put(&inner.rings[ring], number, &mut buffer));
                }
                reached
            };
            out.write(&buffer)?;
            match reached {
                Some(seq) => query.after = Some(seq),
                None => break,
            }
        }
        let digest = out.hash.finalize();
        out.file.write_all(digest.as_bytes())?;
        let file = out.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&half, path)?;
        Ok(count)
    }

    /// Takes in the spots of a file that are not too old at `now`, before any other. How many they are.
    pub(crate) fn load(
        &self,
        path: &Path,
        now: Timestamp,
        place: impl Fn(&str) -> Place,
    ) -> Result<usize, SnapshotError> {
        let bytes = fs::read(path)?;
        let (body, digest) = bytes
            .len()
            .checked_sub(DIGEST)
            .map(|at| bytes.split_at(at))
            .ok_or(SnapshotError::Damaged)?;
        if blake3::hash(body).as_bytes() != digest {
            return Err(SnapshotError::Damaged);
        }
        let mut rest = Reader(body.strip_prefix(MAGIC).ok_or(SnapshotError::Damaged)?);
        let oldest = seconds(now).saturating_sub(self.age);
        let mut inner = self.write();
        let mut count = 0;
        while !rest.0.is_empty() {
            let kept = rest.kept().ok_or(SnapshotError::Damaged)?;
            if kept.record.heard >= oldest {
                inner.take_back(kept, &place);
                count += 1;
            }
        }
        Ok(count)
    }
}

struct Hashed {
    file: BufWriter<File>,
    hash: blake3::Hasher,
}

impl Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.file.write_all(bytes)
    }
}

/// A spot of the file.
struct Kept<'b> {
    record: Record,
    call: &'b str,
    spotter: &'b str,
    origin: &'b str,
    comment: &'b str,
    extra: Extra,
}

impl Inner {
    /// Appends a spot to the buffer; whether there is one.
    fn put(&self, ring: &Ring, number: u32, out: &mut Vec<u8>) -> bool {
        let Some(record) = ring.get(number) else {
            return false;
        };
        let (comment, extra) = ring.words(number, record);
        let mut words = Vec::new();
        extra.write(&mut words);
        out.extend_from_slice(&record.seq.to_le_bytes());
        out.extend_from_slice(&record.freq.to_le_bytes());
        out.extend_from_slice(&record.time.to_le_bytes());
        out.extend_from_slice(&record.heard.to_le_bytes());
        out.extend_from_slice(&[
            record.band,
            record.mode,
            record.mode_by,
            record.source,
            record.flags,
            record.snr.to_le_bytes()[0],
            record.wpm,
            record.heard_by,
        ]);
        let origin = usize::from(record.origin)
            .checked_sub(1)
            .and_then(|at| self.origins.get(at));
        let texts = [
            self.names.get(record.call).text.as_bytes(),
            self.names.get(record.spotter).text.as_bytes(),
            origin.map_or(&b""[..], |origin| origin.as_bytes()),
            comment.as_bytes(),
            &words,
        ];
        for text in texts {
            let text = &text[..text.len().min(usize::from(u8::MAX))];
            out.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(text);
        }
        true
    }

    fn take_back(&mut self, kept: Kept<'_>, place: &impl Fn(&str) -> Place) {
        let Kept { mut record, .. } = kept;
        let mut number = |text: &str| {
            let text = SmolStr::new(text);
            let place = place(&text);
            self.names.take(&text, &place)
        };
        record.call = number(kept.call);
        record.spotter = number(kept.spotter);
        record.origin = self.origin(&SmolStr::new(kept.origin));
        let ring = usize::from(record.flags & SKIMMER != 0);
        self.rings[ring].push(record, kept.comment, &kept.extra, &mut self.names);
    }
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn text(&mut self) -> Option<&'b str> {
        let [length] = self.bytes()?;
        let (text, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn kept(&mut self) -> Option<Kept<'b>> {
        if self.0.len() < FIXED {
            return None;
        }
        let (seq, freq) = (
            u64::from_le_bytes(self.bytes()?),
            u64::from_le_bytes(self.bytes()?),
        );
        let (time, heard) = (
            u32::from_le_bytes(self.bytes()?),
            u32::from_le_bytes(self.bytes()?),
        );
        let [band, mode, mode_by, source, flags, snr, wpm, heard_by] = self.bytes()?;
        let record = Record {
            seq,
            freq,
            time,
            heard,
            band,
            mode,
            mode_by,
            source,
            flags,
            snr: i8::from_le_bytes([snr]),
            wpm,
            heard_by,
            ..Record::EMPTY
        };
        Some(Kept {
            record,
            call: self.text()?,
            spotter: self.text()?,
            origin: self.text()?,
            comment: self.text()?,
            extra: Extra::read(self.text()?),
        })
    }
}
