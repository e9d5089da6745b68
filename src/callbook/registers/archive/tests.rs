use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const KNOWN: [&str; 2] = ["counts", "EN.dat"];
const SMALL: Limits = Limits {
    unpacked: 5_000_000,
    ratio: 200,
};

fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn open(bytes: Vec<u8>) -> Result<Archive, ArchiveError> {
    Archive::zip(Cursor::new(bytes), &KNOWN, SMALL)
}

fn text_of(archive: &mut Archive, name: &str) -> Option<String> {
    let mut member = archive.member(name).unwrap()?;
    let mut text = String::new();
    member.reader.read_to_string(&mut text).unwrap();
    Some(text)
}

#[test]
fn known_members_are_read_in_any_order_and_case_and_others_never() {
    let mut archive = open(packed(&[
        ("SF.dat", b"no"),
        ("en.DAT", b"rows"),
        ("dir/readme", b"no"),
    ]))
    .unwrap();
    assert_eq!(archive.size("EN.dat"), Some(4));
    assert_eq!(text_of(&mut archive, "EN.dat").as_deref(), Some("rows"));
    assert_eq!(text_of(&mut archive, "counts"), None);
    assert_eq!(text_of(&mut archive, "SF.dat"), None);
    assert_eq!(archive.size("counts"), None);
}

#[test]
fn known_names_below_folders_are_refused() {
    for name in ["../EN.dat", "/EN.dat", "a/EN.dat", "..\\EN.dat", "C:EN.dat"] {
        let opened = open(packed(&[("counts", b"1"), (name, b"rows")]));
        assert!(matches!(opened, Err(ArchiveError::Nested(_))), "{name}");
    }
}

#[test]
fn an_archive_cut_short_is_told() {
    let whole = packed(&[("EN.dat", &b"some rows\r\n".repeat(1000))]);
    for cut in [whole.len() - 1, whole.len() / 2, 30] {
        assert!(
            matches!(open(whole[..cut].to_vec()), Err(ArchiveError::Damaged(_))),
            "{cut}"
        );
    }
    let mut flipped = whole;
    flipped[60] ^= 0x55;
    let mut archive = open(flipped).unwrap();
    let mut member = archive.member("EN.dat").unwrap().unwrap();
    assert!(
        member.reader.read_to_end(&mut Vec::new()).is_err(),
        "the checksum is looked at"
    );
}

#[test]
fn what_unpacks_to_too_much_is_stopped() {
    let mut archive = open(packed(&[("EN.dat", &vec![b' '; 5_000_001])])).unwrap();
    assert!(matches!(archive.member("EN.dat"), Err(ArchiveError::TooLarge(_))));
    let blanks = vec![b' '; 3_000_000];
    let mut archive = open(packed(&[("EN.dat", &blanks)])).unwrap();
    let mut member = archive.member("EN.dat").unwrap().unwrap();
    let mut read = Vec::new();
    let error = member.reader.read_to_end(&mut read).unwrap_err();
    assert!(error.to_string().contains("more than a register has"), "{error}");
    assert!(read.len() < 1_100_000, "stopped early: {}", read.len());
}

#[test]
fn folders_and_single_files_do_as_well() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("EN.DAT"), "rows").unwrap();
    std::fs::write(dir.path().join("other"), "no").unwrap();
    let mut archive = Archive::open(dir.path(), &KNOWN).unwrap();
    assert_eq!(text_of(&mut archive, "EN.dat").as_deref(), Some("rows"));
    assert_eq!(text_of(&mut archive, "counts"), None);

    let other = dir.path().join("other");
    assert!(matches!(
        Archive::open(&other, &KNOWN),
        Err(ArchiveError::Nothing(_))
    ));
    let mut archive = Archive::open(&other, &["list.txt"]).unwrap();
    assert_eq!(text_of(&mut archive, "list.txt").as_deref(), Some("no"));
    assert!(matches!(
        Archive::open(&dir.path().join("none"), &KNOWN),
        Err(ArchiveError::Io { .. })
    ));

    let zip = dir.path().join("l_amat.zip");
    std::fs::write(&zip, packed(&[("EN.dat", b"packed")])).unwrap();
    let mut archive = Archive::open(&zip, &KNOWN).unwrap();
    assert_eq!(text_of(&mut archive, "EN.dat").as_deref(), Some("packed"));
}
