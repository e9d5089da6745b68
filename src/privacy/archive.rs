//! A ZIP archive written as it is made: nothing of it is kept but the list of its files.
//!
//! Each file is deflated, with its sizes after it (APPNOTE 6.3.10, 4.3.9: data descriptors), so that any stream will
//! do. What needs the extensions for more than four gigabytes is refused rather than cut short.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

/// Names are UTF-8, sizes follow the data.
const FLAGS: u16 = (1 << 11) | (1 << 3);
/// Deflate, and what unpacks it.
const DEFLATE: u16 = 8;
const VERSION: u16 = 20;

/// An archive that is being written.
pub(crate) struct Archive<'w> {
    out: Counted<'w>,
    files: Vec<File>,
    /// Time and date as MS-DOS had them.
    stamp: [u8; 4],
}

struct File {
    name: String,
    at: u32,
    crc: u32,
    packed: u32,
    size: u32,
}

struct Counted<'w> {
    to: Box<dyn Write + 'w>,
    at: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A file of the archive while it is written.
struct Body<W: Write> {
    deflate: DeflateEncoder<W>,
    crc: Crc,
    size: u64,
}

impl<W: Write> Write for Body<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.deflate.write(bytes)?;
        self.crc.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.deflate.flush()
    }
}

impl<'w> Archive<'w> {
    /// An archive without files, dated `now`.
    pub(crate) fn new(to: impl Write + 'w, now: Timestamp) -> Self {
        Self {
            out: Counted {
                to: Box::new(to),
                at: 0,
            },
            files: Vec::new(),
            stamp: stamp(now),
        }
    }

    /// Adds a file that `write` writes.
    pub(crate) fn file<E: From<io::Error>>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        let at = small(self.out.at)?;
        let head = self.head(name, (0, 0, 0));
        self.out.write_all(b"PK\x03\x04")?;
        self.out.write_all(&head)?;
        self.out.write_all(name.as_bytes())?;
        let begun = self.out.at;
        let (crc, size) = {
            let mut body = Body {
                deflate: DeflateEncoder::new(&mut self.out, Compression::default()),
                crc: Crc::new(),
                size: 0,
            };
            write(&mut body)?;
            let told = (body.crc.sum(), small(body.size)?);
            body.deflate.finish()?;
            told
        };
        let packed = small(self.out.at - begun)?;
        self.out.write_all(b"PK\x07\x08")?;
        for number in [crc, packed, size] {
            self.out.write_all(&number.to_le_bytes())?;
        }
        self.files.push(File {
            name: name.to_owned(),
            at,
            crc,
            packed,
            size,
        });
        Ok(())
    }

    /// Adds a file with a value as JSON, for people to read too.
    pub(crate) fn json(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.file(name, |out| {
            serde_json::to_writer_pretty(&mut *out, value)?;
            out.write_all(b"\n")
        })
    }

    /// Writes the list of files; an archive without it is seen to be cut off.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let begun = self.out.at;
        let files = std::mem::take(&mut self.files);
        let count = u16::try_from(files.len());
        let count = count.map_err(|_| io::Error::other("more than 65535 files do not fit the archive"))?;
        for file in files {
            self.out.write_all(b"PK\x01\x02")?;
            self.out.write_all(&VERSION.to_le_bytes())?;
            let head = self.head(&file.name, (file.crc, file.packed, file.size));
            self.out.write_all(&head)?;
            // No comment, disk 0, no attributes.
            self.out.write_all(&[0; 10])?;
            self.out.write_all(&file.at.to_le_bytes())?;
            self.out.write_all(file.name.as_bytes())?;
        }
        let size = small(self.out.at - begun)?;
        self.out.write_all(b"PK\x05\x06\0\0\0\0")?;
        for number in [count, count] {
            self.out.write_all(&number.to_le_bytes())?;
        }
        for number in [size, small(begun)?] {
            self.out.write_all(&number.to_le_bytes())?;
        }
        self.out.write_all(&[0; 2])?;
        self.out.flush()
    }

    /// What a file's local header and its line in the list have in common.
    fn head(&self, name: &str, (crc, packed, size): (u32, u32, u32)) -> Vec<u8> {
        let mut head = Vec::with_capacity(26);
        for number in [VERSION, FLAGS, DEFLATE] {
            head.extend(number.to_le_bytes());
        }
        head.extend(self.stamp);
        for number in [crc, packed, size] {
            head.extend(number.to_le_bytes());
        }
        let length = u16::try_from(name.len()).expect("names of files are short");
        head.extend(length.to_le_bytes());
        head.extend(0_u16.to_le_bytes());
        head
    }
}

fn small(size: u64) -> io::Result<u32> {
    u32::try_from(size).map_err(|_| io::Error::other("more than four gigabytes do not fit the archive"))
}

fn stamp(now: Timestamp) -> [u8; 4] {
    let at = now.to_zoned(TimeZone::UTC);
    let part = |value: i8| u16::from(value.unsigned_abs());
    let time = (part(at.hour()) << 11) | (part(at.minute()) << 5) | (part(at.second()) / 2);
    let year = u16::try_from(at.year() - 1980).unwrap_or(0);
    let date = (year << 9) | (part(at.month()) << 5) | part(at.day());
    let ([a, b], [c, d]) = (time.to_le_bytes(), date.to_le_bytes());
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn other_peoples_programs_unpack_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("all.zip");
        let now = "2026-11-21T12:34:56Z".parse().unwrap();
        let mut archive = Archive::new(std::fs::File::create(&path).unwrap(), now);
        archive.json("a/grün.json", &["73", "\u{1f4fb}"]).unwrap();
        let long = "CQ DX ".repeat(100_000);
        let write = |out: &mut dyn Write| out.write_all(long.as_bytes());
        archive.file::<io::Error>("log.adi", write).unwrap();
        archive.finish().unwrap();
        let script = "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
                      print([(i.filename,i.file_size,i.date_time) for i in z.infolist()]); print(z.read('a/grün.json').decode())";
        let Ok(told) = Command::new("python3").args(["-c", script]).arg(&path).output() else {
            return;
        };
        let text = String::from_utf8(told.stdout).unwrap();
        assert!(
            text.contains("('log.adi', 600000, (2026, 11, 21, 12, 34, 56))"),
            "{text}"
        );
        assert!(text.contains("\u{1f4fb}"), "{text}");
        assert!(std::fs::metadata(&path).unwrap().len() < 10_000, "it is packed");
    }
}
