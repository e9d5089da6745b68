//! The files of a register: members of a ZIP archive, files of a folder, or files named one by one.
//!
//! An archive comes from outside: only members of known names are read, never written anywhere; a known name below a
//! folder is refused, and so is what unpacks to more than any register has or is packed harder than any text is.
//! Sizes an archive tells of itself are not believed but counted. Not here: what is in the files.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use smol_str::SmolStr;
use zip::ZipArchive;
use zip::result::ZipError;

/// How much is unpacked at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Bytes of one member.
    pub(crate) unpacked: u64,
    /// Bytes unpacked for each packed one.
    pub(crate) ratio: u64,
}

impl Limits {
    /// Ten times the greatest register known; text packs ten to one.
    pub(crate) const REGISTER: Self = Self {
        unpacked: 4 << 30,
        ratio: 200,
    };
}

/// Unpacked bytes that no ratio is asked of: short files of blanks pack well.
const ALWAYS: u64 = 1 << 20;

/// Why the files of a register cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// The disk, or a file that is not there.
    #[error("{path}: {source}")]
    Io { path: String, source: io::Error },
    /// No directory at its end, a broken header: mostly a download that was cut short.
    #[error("the archive is cut short or damaged: {0}")]
    Damaged(String),
    /// A known name below a folder or with a drive: no register is packed so.
    #[error("the archive has {0:?}; its files have to lie at its top")]
    Nested(String),
    /// Encrypted, or packed in a way that is not known here.
    #[error("{0} in the archive is encrypted or packed in an unknown way")]
    Sealed(SmolStr),
    /// A member that is packed to fill a disk.
    #[error("{0} in the archive unpacks to more than a register has")]
    TooLarge(SmolStr),
    /// Nothing of what is looked for is there.
    #[error("there is none of {0}")]
    Nothing(String),
}

/// The files of a register, opened one after the other.
pub(crate) struct Archive {
    from: From,
    limits: Limits,
}

trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

enum From {
    /// Known names, and the places of their members.
    Zip(ZipArchive<Box<dyn Source>>, Vec<(&'static str, usize)>),
    Files(Vec<(&'static str, PathBuf)>),
    #[cfg(any(test, feature = "testkit"))]
    Held(Vec<(&'static str, Vec<u8>)>),
}

/// One file of a register.
pub(crate) struct Member<'a> {
    pub(crate) reader: Box<dyn Read + 'a>,
}

impl Archive {
    /// Opens a ZIP archive, a folder, or one file, and looks for the known names, upper and lower case alike.
    ///
    /// One file that is no archive may have any name if only one is known.
    pub(crate) fn open(path: &Path, known: &[&'static str]) -> Result<Self, ArchiveError> {
        let failed = |source| failed(path, source);
        if std::fs::metadata(path).map_err(failed)?.is_dir() {
            let files = std::fs::read_dir(path).map_err(failed)?;
            let files = files
                .filter_map(|file| Some(file.ok()?.path()))
                .collect::<Vec<_>>();
            return Self::files(&files, known);
        }
        let mut file = File::open(path).map_err(failed)?;
        if is_zip(&mut file).map_err(failed)? {
            return Self::zip(BufReader::with_capacity(64 * 1024, file), known, Limits::REGISTER);
        }
        match known {
            [only] => Ok(Self {
                from: From::Files(vec![(only, path.to_owned())]),
                limits: Limits::REGISTER,
            }),
            _ => Self::files(&[path.to_owned()], known),
        }
    }

    /// Takes the files of known names among these.
    pub(crate) fn files(paths: &[PathBuf], known: &[&'static str]) -> Result<Self, ArchiveError> {
        let file_of = |name: &'static str| {
            let is_it = |path: &&PathBuf| {
                let file = path.file_name().and_then(|file| file.to_str());
                file.is_some_and(|file| file.eq_ignore_ascii_case(name))
            };
            Some((name, paths.iter().find(is_it)?.clone()))
        };
        let files: Vec<_> = known.iter().filter_map(|name| file_of(name)).collect();
        if files.is_empty() {
            return Err(nothing(known));
        }
        Ok(Self {
            from: From::Files(files),
            limits: Limits::REGISTER,
        })
    }

    /// Opens an archive from any source.
    pub(crate) fn zip(
        source: impl Read + Seek + Send + 'static,
        known: &[&'static str],
        limits: Limits,
    ) -> Result<Self, ArchiveError> {
        let mut zip = ZipArchive::new(Box::new(source) as Box<dyn Source>).map_err(damaged)?;
        let mut members = Vec::new();
        for at in 0..zip.len() {
            let member = zip.by_index_raw(at).map_err(damaged)?;
            let name = String::from_utf8_lossy(member.name_raw()).into_owned();
            let base = name.rsplit(['/', '\\', ':']).next().unwrap_or_default();
            let Some(known) = known.iter().find(|known| base.eq_ignore_ascii_case(known)) else {
                continue;
            };
            if base.len() != name.len() {
                return Err(ArchiveError::Nested(name));
            }
            members.push((*known, at));
        }
        if members.is_empty() {
            return Err(nothing(known));
        }
        Ok(Self {
            from: From::Zip(zip, members),
            limits,
        })
    }

    /// Takes files that are held, for tests.
    #[cfg(any(test, feature = "testkit"))]
    pub(crate) fn held(files: Vec<(&'static str, Vec<u8>)>) -> Self {
        Self {
            from: From::Held(files),
            limits: Limits::REGISTER,
        }
    }

    /// The size a file is said to have, in bytes; `None` if it is not there.
    pub(crate) fn size(&mut self, name: &str) -> Option<u64> {
        match &mut self.from {
            From::Zip(zip, members) => {
                let (_, at) = members.iter().find(|(known, _)| *known == name)?;
                Some(zip.by_index_raw(*at).ok()?.size())
            }
            From::Files(files) => {
                let (_, path) = files.iter().find(|(known, _)| *known == name)?;
                Some(std::fs::metadata(path).ok()?.len())
            }
            #[cfg(any(test, feature = "testkit"))]
            From::Held(files) => {
                let (_, bytes) = files.iter().find(|(known, _)| *known == name)?;
                Some(bytes.len() as u64)
            }
        }
    }

    /// Opens a file by its known name; `None` if it is not there.
    pub(crate) fn member(&mut self, name: &str) -> Result<Option<Member<'_>>, ArchiveError> {
        let limits = self.limits;
        match &mut self.from {
            From::Zip(zip, members) => {
                let Some((name, at)) = members.iter().find(|(known, _)| *known == name) else {
                    return Ok(None);
                };
                let member = zip.by_index(*at).map_err(|error| match error {
                    ZipError::UnsupportedArchive(_) => ArchiveError::Sealed(SmolStr::new_static(name)),
                    other => damaged(other),
                })?;
                let name = SmolStr::new_static(name);
                if member.size() > limits.unpacked {
                    return Err(ArchiveError::TooLarge(name));
                }
                let by_ratio = member.compressed_size().saturating_mul(limits.ratio).max(ALWAYS);
                Ok(Some(Member {
                    reader: Box::new(Bounded {
                        left: limits.unpacked.min(by_ratio),
                        from: member,
                        name,
                    }),
                }))
            }
            From::Files(files) => {
                let Some((_, path)) = files.iter().find(|(known, _)| *known == name) else {
                    return Ok(None);
                };
                let file = File::open(path).map_err(|source| failed(path, source))?;
                Ok(Some(Member {
                    reader: Box::new(file),
                }))
            }
            #[cfg(any(test, feature = "testkit"))]
            From::Held(files) => {
                let held = files.iter().find(|(known, _)| *known == name);
                Ok(held.map(|(_, bytes)| Member {
                    reader: Box::new(&bytes[..]),
                }))
            }
        }
    }
}

/// Gives no more than is left, and an error for what is beyond.
struct Bounded<R> {
    from: R,
    left: u64,
    name: SmolStr,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(bytes)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(ArchiveError::TooLarge(self.name.clone()))),
        }
        Ok(read)
    }
}

fn is_zip(file: &mut File) -> io::Result<bool> {
    let mut magic = [0; 4];
    let mut filled = 0;
    while filled < magic.len() {
        match file.read(&mut magic[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    file.rewind()?;
    Ok(matches!(&magic, b"PK\x03\x04" | b"PK\x05\x06"))
}

fn failed(path: &Path, source: io::Error) -> ArchiveError {
    ArchiveError::Io {
        path: path.display().to_string(),
        source,
    }
}

fn damaged(error: ZipError) -> ArchiveError {
    ArchiveError::Damaged(error.to_string())
}

fn nothing(known: &[&str]) -> ArchiveError {
    ArchiveError::Nothing(known.join(", "))
}

#[cfg(test)]
mod tests;
