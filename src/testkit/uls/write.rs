//! The rows of made-up licences, their damage, the files and the archive.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;
use jiff::civil::Date;

use super::{Changes, Made, NEW_A_DAY, TODAY, Uls};

const FILES: [&str; 4] = ["counts", "AM.dat", "EN.dat", "HD.dat"];
/// Licences that stand in order in a file; files differ in the order of such blocks.
const BLOCK: u32 = 5000;

/// Which rows of a licence are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    All,
    Entity,
    Header,
}

impl Uls {
    /// Writes `EN.dat`, `AM.dat`, `HD.dat` and `counts` of a full file into a folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut counts = Vec::new();
        for (name, step) in [("AM.dat", 17), ("EN.dat", 1), ("HD.dat", 19)] {
            let mut out = RowFile::create(&folder.join(name))?;
            for number in in_blocks(self.licences, step) {
                let made = self.licence(number);
                let damage = self.damage_of(&made);
                out.row(name, &made, damage)?;
            }
            counts.push((name, out.finish()?));
        }
        write_counts(folder, 0, &counts)
    }

    /// Writes a daily file that changes so many licences; days from 1 on bring others.
    pub fn write_delta(&self, changed: u32, day: u32, folder: &Path) -> io::Result<Changes> {
        let (licences, changes) = self.changed(changed, day);
        let mut counts = Vec::new();
        for name in ["AM.dat", "EN.dat", "HD.dat"] {
            let wanted = match name {
                "EN.dat" => Rows::Entity,
                "HD.dat" => Rows::Header,
                _ => Rows::All,
            };
            let mut out = RowFile::create(&folder.join(name))?;
            for (made, rows) in &licences {
                if *rows == Rows::All || *rows == wanted {
                    out.row(name, made, Damage::None)?;
                }
            }
            counts.push((name, out.finish()?));
        }
        write_counts(folder, day, &counts)?;
        Ok(changes)
    }

    fn changed(&self, changed: u32, day: u32) -> (Vec<(Made, Rows)>, Changes) {
        let mut changes = Changes::default();
        let mut licences = Vec::new();
        let present = self.licences - self.former();
        for at in 0..changed {
            let spread = u64::from(at) * 104_729 + u64::from(day) * 31;
            let number = self.former() + u32::try_from(spread % u64::from(present.max(1))).unwrap_or(0);
            let new = self.licences + day * NEW_A_DAY + at;
            let mut made = self.licence(number);
            match at % 100 {
                0..60 => {
                    changes.renewed += 1;
                    made.status = 'A';
                    made.cancelled = None;
                    made.granted = TODAY;
                    made.expires = super::after(3652);
                    licences.push((made, Rows::All));
                }
                60..85 => {
                    changes.moved += 1;
                    let there = self.licence(new);
                    made.street = format!("{} Moved St", 1 + at);
                    (made.city, made.state, made.zip) = (there.city, there.state, there.zip);
                    licences.push((made, Rows::Entity));
                }
                85..92 => {
                    changes.new += 1;
                    licences.push((self.licence(new), Rows::All));
                }
                92..97 => {
                    changes.cancelled += 1;
                    licences.push((ended(made), Rows::Header));
                }
                _ => {
                    changes.vanity += 1;
                    let there = self.licence(new);
                    let mut renamed = made.clone();
                    renamed.previous = Some((made.call.clone(), made.class.unwrap_or('T')));
                    (renamed.usi, renamed.call, renamed.vanity) = (there.usi, there.call, true);
                    (renamed.status, renamed.cancelled) = ('A', None);
                    (renamed.granted, renamed.expires) = (TODAY, super::after(3652));
                    licences.push((ended(made), Rows::Header));
                    licences.push((renamed, Rows::All));
                }
            }
        }
        (licences, changes)
    }

    fn damage_of(&self, made: &Made) -> Damage {
        if !self.damaged {
            return Damage::None;
        }
        match made.fate {
            0..50 => Damage::LineBreak,
            50..60 => Damage::BarInName,
            60..70 => Damage::BarInStreet,
            70..80 => Damage::StrayColumn,
            80..130 => Damage::Quotes,
            130..160 => Damage::Controls,
            160..170 => Damage::NoSuchDay,
            170..172 => Damage::CutShort,
            172..222 => Damage::SmallCall,
            // Texts of Windows-1252 are mended alike, if there is anything to encode in them.
            222..50_000 => Damage::Utf8,
            _ => Damage::None,
        }
    }
}

fn ended(mut made: Made) -> Made {
    made.status = 'C';
    made.cancelled = Some(TODAY);
    made
}

/// All numbers once, block by block with a step between them.
fn in_blocks(licences: u32, step: u32) -> impl Iterator<Item = u32> {
    let blocks = licences.div_ceil(BLOCK).max(1);
    // Only a step without a common divisor meets every block; 1 always does.
    let step = if blocks.is_multiple_of(step) { 1 } else { step };
    (0..blocks).flat_map(move |block| {
        let first = u64::from(block) * u64::from(step) % u64::from(blocks) * u64::from(BLOCK);
        let first = u32::try_from(first).unwrap_or(u32::MAX);
        first..(first + BLOCK).min(licences)
    })
}

/// What happens to a licence's rows, as it is found in real files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    None,
    LineBreak,
    BarInName,
    BarInStreet,
    StrayColumn,
    Quotes,
    Controls,
    NoSuchDay,
    CutShort,
    SmallCall,
    Utf8,
}

/// A file and the line ends in it.
struct RowFile {
    out: BufWriter<File>,
    row: String,
    line_ends: u64,
}

impl RowFile {
    fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            out: BufWriter::with_capacity(1 << 18, File::create(path)?),
            row: String::new(),
            line_ends: 0,
        })
    }

    fn row(&mut self, file: &str, made: &Made, damage: Damage) -> io::Result<()> {
        self.row.clear();
        match file {
            "EN.dat" => entity(made, damage, &mut self.row),
            "AM.dat" => amateur(made, &mut self.row),
            _ => header(made, damage, &mut self.row),
        }
        self.row.push_str("\r\n");
        self.line_ends += self.row.bytes().filter(|byte| *byte == b'\n').count() as u64;
        if self.row.is_ascii() || damage == Damage::Utf8 {
            return self.out.write_all(self.row.as_bytes());
        }
        // The letters in use are the same in Windows-1252 and in the first 256 of Unicode.
        let bytes: Vec<u8> = self
            .row
            .chars()
            .map(|c| u8::try_from(c).unwrap_or(b'?'))
            .collect();
        self.out.write_all(&bytes)
    }

    fn finish(mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.line_ends)
    }
}

/// Appends columns with bars between them.
fn columns(out: &mut String, columns: &[&str]) {
    for (at, column) in columns.iter().enumerate() {
        if at > 0 {
            out.push('|');
        }
        out.push_str(column);
    }
}

fn entity(made: &Made, damage: Damage, out: &mut String) {
    let (usi, licensee) = (made.usi.to_string(), format!("L{:08}", made.usi));
    let (mut call, mut name) = (made.call.clone(), made.name.clone());
    let (mut first, mut street) = (made.first.clone(), made.street.clone());
    match damage {
        Damage::LineBreak => street.push_str("\r\nUnit 4"),
        Damage::BarInName => name = name.replace(',', " ||,"),
        Damage::BarInStreet => street.push_str(" | Lot 7"),
        Damage::Quotes => first = format!("{first} \"BUD\""),
        Damage::Controls => first.push('\u{0}'),
        Damage::SmallCall => call = format!("{} ", call.to_lowercase()),
        _ => {}
    }
    columns(out, &["EN", &usi, "", "", &call, "L", &licensee]);
    if damage == Damage::CutShort {
        return;
    }
    out.push('|');
    columns(
        out,
        &[
            &name,
            &first,
            &made.middle,
            &made.last,
            &made.suffix,
            "",
            "",
            "",
            &street,
        ],
    );
    out.push('|');
    let attention = if made.club { "Club Station Trustee" } else { "" };
    columns(
        out,
        &[&made.city, &made.state, &made.zip, &made.po_box, attention],
    );
    let stray = if damage == Damage::StrayColumn { "||" } else { "|" };
    out.push_str(stray);
    columns(
        out,
        &[
            "000",
            &made.frn,
            if made.club { "B" } else { "I" },
            "",
            "",
            "",
            "",
            "",
            "",
        ],
    );
}

fn amateur(made: &Made, out: &mut String) {
    let class = made.class.map(String::from).unwrap_or_default();
    let (previous, before) = match &made.previous {
        Some((call, class)) => (call.as_str(), class.to_string()),
        None => ("", String::new()),
    };
    let trustee = if made.club { "Club Station Trustee" } else { "" };
    let vanity = if made.vanity { "Y" } else { "" };
    let usi = made.usi.to_string();
    let call = made.call.as_str();
    columns(
        out,
        &[
            "AM", &usi, "", "", call, &class, "D", "10", "", "", "", "", "", vanity, "", previous, &before,
            trustee,
        ],
    );
}

fn header(made: &Made, damage: Damage, out: &mut String) {
    let status = made.status.to_string();
    let granted = if damage == Damage::NoSuchDay {
        "02/30/2019".to_owned()
    } else {
        written(made.granted)
    };
    let cancelled = made.cancelled.map(written).unwrap_or_default();
    let service = if made.vanity { "HV" } else { "HA" };
    let usi = made.usi.to_string();
    let (expires, last) = (written(made.expires), made.cancelled.unwrap_or(made.granted));
    columns(
        out,
        &[
            "HD", &usi, "", "", &made.call, &status, service, &granted, &expires, &cancelled,
        ],
    );
    // Up to the flag that real rows have, to the certifier, to the last days, to the end.
    out.push_str(&"|".repeat(19));
    columns(out, &["N", "", &made.first, &made.middle, &made.last]);
    out.push_str(&"|".repeat(10));
    columns(out, &[&written(made.granted), &written(last)]);
    out.push_str(&"|".repeat(15));
}

fn written(day: Date) -> String {
    format!("{:02}/{:02}/{:04}", day.month(), day.day(), day.year())
}

fn write_counts(folder: &Path, day: u32, counts: &[(&str, u64)]) -> io::Result<()> {
    let date = super::after(i32::try_from(day).unwrap_or(0));
    let mut text = format!(
        "File Creation Date: {}\n",
        date.strftime("%a %b %e 09:07:53 EST %Y")
    );
    for (name, lines) in counts {
        text += &format!("{lines:>9} {name}\n");
    }
    text += &format!(
        "{:>9} total\n",
        counts.iter().map(|(_, lines)| lines).sum::<u64>()
    );
    std::fs::write(folder.join(FILES[0]), text)
}

/// Packs the files of a folder as the register is published.
pub fn zip(folder: &Path, archive: &Path) -> io::Result<()> {
    let mut zip = ZipWriter::new(BufWriter::new(File::create(archive)?));
    let mut buffer = vec![0; 1 << 18];
    for name in FILES {
        let mut file = File::open(folder.join(name))?;
        let options = SimpleFileOptions::default().compression_level(Some(1));
        zip.start_file(name, options)?;
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => zip.write_all(&buffer[..read])?,
            }
        }
    }
    zip.finish()?.flush()
}
