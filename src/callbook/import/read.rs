//! Files of a register to entries, by the reader that knows its layout.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::fetch::check;
use super::super::generation::Builder;
use super::super::model::Authority;
use super::super::registers::archive::{Archive, ArchiveError, Member};
use super::super::registers::columns::{self, ColumnMap};
use super::super::registers::{acma, fcc, ised, japan, traficom};
use super::error::ImportError;

/// Bytes read at once.
const BUFFER: usize = 64 << 10;

/// What is to be read.
pub(super) struct Files<'f> {
    pub(super) authority: &'f Authority,
    pub(super) paths: &'f [PathBuf],
    /// Where sorted runs are kept meanwhile.
    pub(super) work: &'f Path,
    pub(super) today: Date,
    pub(super) force: bool,
    pub(super) map: Option<&'f ColumnMap>,
}

impl Files<'_> {
    /// Hands everything to the builder; when the register was made, by its own word. `applied`: when the one in use was.
    pub(super) fn read(
        &self,
        builder: &mut Builder,
        applied: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, ImportError> {
        match self.authority.as_str() {
            "fcc" => self.fcc(builder, applied),
            "acma" => self.acma(builder),
            "ised" => {
                let mut archive = self.open(&[ised::MEMBER])?;
                ised::read(only(&mut archive, ised::MEMBER)?, builder)?;
                Ok(None)
            }
            "traficom" => {
                let mut archive = self.open(&["callsigns.tsv"])?;
                traficom::read(only(&mut archive, "callsigns.tsv")?, builder)?;
                Ok(None)
            }
            "japan" => {
                let mut archive = self.open(&["callbook.csv"])?;
                japan::read(only(&mut archive, "callbook.csv")?, builder)?;
                Ok(None)
            }
            _ => {
                let map = self.map.ok_or(ImportError::NoMap)?;
                let mut archive = self.open(&["list.csv"])?;
                columns::read(map, only(&mut archive, "list.csv")?, builder)?;
                Ok(None)
            }
        }
    }

    fn open(&self, known: &[&'static str]) -> Result<Archive, ArchiveError> {
        open(self.paths, known)
    }

    fn fcc(
        &self,
        builder: &mut Builder,
        applied: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, ImportError> {
        let mut archive = self.open(&fcc::MEMBERS)?;
        // Before half a minute of reading: an older archive is refused at once.
        if let Some(made) = stamp(&mut archive)? {
            check::is_newer(Some(made), applied)?;
        }
        let plan = fcc::Plan {
            work_dir: self.work,
            today: self.today,
            even_short: self.force,
        };
        let summary = fcc::read_full(&mut archive, &plan, builder)?;
        Ok(summary.stamp.and_then(|stamp| stamp.created))
    }

    fn acma(&self, builder: &mut Builder) -> Result<Option<Timestamp>, ImportError> {
        // One archive is read from four places at once.
        let open = || self.open(&acma::MEMBERS);
        let (mut licences, mut devices) = (open()?, open()?);
        let (mut clients, mut sites) = (open()?, open()?);
        let [licence, device, client, site] = acma::MEMBERS;
        let members = acma::Members {
            licences: only(&mut licences, licence)?,
            devices: only(&mut devices, device)?,
            clients: clients.member(client)?.map(buffered),
            sites: sites.member(site)?.map(buffered),
        };
        acma::read(members, builder)?;
        Ok(None)
    }
}

/// Opens an archive, a folder or a file; or the files of one, each by its name.
pub(super) fn open(paths: &[PathBuf], known: &[&'static str]) -> Result<Archive, ArchiveError> {
    match paths {
        [one] => Archive::open(one, known),
        several => Archive::files(several, known),
    }
}

/// When an archive of the FCC was made, by its own word.
pub(super) fn stamp(archive: &mut Archive) -> Result<Option<Timestamp>, ImportError> {
    /// Bytes of the file that are read.
    const MOST: u64 = 64 << 10;
    let Some(member) = archive.member("counts")? else {
        return Ok(None);
    };
    let mut text = Vec::new();
    member.reader.take(MOST).read_to_end(&mut text)?;
    Ok(fcc::Stamp::parse(&String::from_utf8_lossy(&text)).created)
}

fn buffered<'a>(member: Member<'a>) -> BufReader<Box<dyn Read + 'a>> {
    BufReader::with_capacity(BUFFER, member.reader)
}

fn only<'a>(archive: &'a mut Archive, name: &'static str) -> Result<impl BufRead + use<'a>, ArchiveError> {
    let member = archive.member(name)?;
    let member = member.ok_or_else(|| ArchiveError::Nothing(name.to_owned()))?;
    Ok(buffered(member))
}
