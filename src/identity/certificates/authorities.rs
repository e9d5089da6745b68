//! The folder of authorities: PEM files that the administrator put there, read at start and whenever they change.
//!
//! One bad file does not spoil the others; it is told. Which authorities there are is public, so nothing here is secret.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::identity::lotw::{AuthorityLine, BadAuthority, Roots};

/// Endings of files that are read.
const ENDINGS: [&str; 3] = ["pem", "crt", "cer"];
/// Files read, and bytes of each: an authority has two thousand.
const MOST_FILES: usize = 64;
const MOST_BYTES: u64 = 256 << 10;

/// SHA-256 of the authorities known when this program was made. A suggestion to compare with, no trust by itself.
pub(crate) const KNOWN: [(&str, &str); 3] = [
    (
        "0F:B9:62:75:EA:CA:03:EF:29:FF:50:9D:9E:54:5B:1F:38:61:F4:46:8F:06:87:BE:CC:59:3E:D0:06:04:B2:E6",
        "root of 2023",
    ),
    (
        "98:EA:7D:C6:B1:4D:8E:A6:A5:B7:26:83:0D:45:E2:B5:A5:E0:ED:5B:5D:B9:B1:26:E8:AD:13:2D:33:5D:9A:8C",
        "production authority of 2023",
    ),
    (
        "A6:89:D0:B4:ED:C4:F1:AF:DD:2C:62:C5:01:C8:13:6E:1F:35:4C:9D:7D:ED:06:4D:91:C9:D6:2A:F8:BD:EC:93",
        "production authority of 2019",
    ),
];

const README: &str = "\
Certificates of the authorities whose users may sign in with a certificate of Logbook of the World.

Put PEM files here that end in .pem, .crt or .cer: the root, and every production authority whose users should get in
though their browser sends no chain. They are read when they change. Easiest, with a .p12 that TQSL saved:

    openssl pkcs12 -in my-call.p12 -nokeys -legacy -out chain.pem
    shackbox lotw roots chain.pem      # shows what is in it, with SHA-256
    shackbox lotw trust chain.pem      # copies the authorities here

Whoever can write into this folder decides who signs in as whom.
";

/// A file that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileFault {
    /// Its name.
    pub(crate) file: String,
    /// What is wrong with it.
    pub(crate) why: String,
}

/// What a file of certificates holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// Authorities, with their DER.
    pub(crate) authorities: Vec<(AuthorityLine, Vec<u8>)>,
    /// Why the other certificates in it are none.
    pub(crate) others: Vec<String>,
}

/// Names, times and sizes of the files.
pub(super) type Stamp = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// What the folder looks like now.
pub(super) fn stamp(folder: &Path) -> Stamp {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Stamp = entries
        .map(|entry| entry.path())
        .filter(|path| is_read(path))
        .filter_map(|path| {
            let data = fs::metadata(&path).ok()?;
            Some((path, data.modified().ok(), data.len()))
        })
        .collect();
    files.sort();
    files.truncate(MOST_FILES);
    files
}

/// The authorities in the folder, which is made if there is none, with a word on what it is for.
pub(super) fn read(folder: &Path) -> (Roots, Stamp, Vec<FileFault>) {
    let mut faults = Vec::new();
    if let Err(error) = prepare(folder) {
        faults.push(FileFault {
            file: folder.display().to_string(),
            why: error.to_string(),
        });
    }
    let stamp = stamp(folder);
    let mut roots = Roots::default();
    for (path, _, bytes) in &stamp {
        if let Err(why) = pin(&mut roots, path, *bytes) {
            let file = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            faults.push(FileFault { file, why });
        }
    }
    (roots, stamp, faults)
}

fn pin(roots: &mut Roots, path: &Path, bytes: u64) -> Result<(), String> {
    if bytes > MOST_BYTES {
        return Err(format!("it is larger than {MOST_BYTES} bytes"));
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    roots.pin(&text).map_err(|error| error.to_string())
}

fn is_read(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

fn prepare(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    fs::write(folder.join("README.txt"), README)
}

/// What is in a file of certificates: PEM text, or one certificate in DER.
pub(crate) fn authorities_in(bytes: &[u8]) -> Result<Found, BadAuthority> {
    let is_text = bytes.windows(10).any(|part| part == b"-----BEGIN");
    let certificates: Vec<Vec<u8>> = if is_text {
        let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
        let parsed = parsed.map_err(|_| BadAuthority::BadPem)?;
        parsed.into_iter().map(|der| der.to_vec()).collect()
    } else {
        vec![bytes.to_vec()]
    };
    if certificates.is_empty() {
        return Err(BadAuthority::NoPem);
    }
    let mut found = Found::default();
    for der in certificates {
        let mut alone = Roots::default();
        match alone.pin(&pem(&der)) {
            Ok(()) => found
                .authorities
                .extend(alone.lines().into_iter().map(|line| (line, der.clone()))),
            Err(why) => found.others.push(why.to_string()),
        }
    }
    Ok(found)
}

/// The authorities in a folder, and what is wrong with files in it. Makes nothing.
pub(crate) fn authorities_of(folder: &Path) -> (Vec<AuthorityLine>, Vec<FileFault>) {
    if !folder.is_dir() {
        return (Vec::new(), Vec::new());
    }
    let (roots, _, faults) = read(folder);
    (roots.lines(), faults)
}

/// Puts an authority into the folder, under a name made of its fingerprint; its path.
pub(crate) fn install(folder: &Path, line: &AuthorityLine, der: &[u8]) -> io::Result<PathBuf> {
    prepare(folder)?;
    let short: String = line
        .fingerprint
        .chars()
        .filter(|letter| *letter != ':')
        .take(16)
        .collect();
    let path = folder.join(format!("{}.pem", short.to_ascii_lowercase()));
    // Whole or not at all: the running program reads it as soon as it is there.
    let part = path.with_extension("part");
    fs::write(&part, format!("# {}\n{}", line.subject, pem(der)))?;
    fs::rename(&part, &path)?;
    Ok(path)
}

fn pem(der: &[u8]) -> String {
    let mut text = "-----BEGIN CERTIFICATE-----\n".to_owned();
    for line in BASE64_STANDARD.encode(der).as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}
