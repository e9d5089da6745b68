//! The cabinet's files: what is taken, how it lies on the disk, what opens.

use std::path::Path;

use proptest::prelude::*;

use super::cabinet::{Cabinet, CabinetError, Kept};
use super::model::{FileKind, MOST_BYTES, plain_name};
use crate::env::{Clock, Entropy};
use crate::identity::model::AccountId;
use crate::web::Sealer;

const OWNER: AccountId = AccountId(7);
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn cabinet(dir: &Path) -> Cabinet {
    let clock = Clock::fake("2026-11-21T12:00:00Z".parse().unwrap());
    Cabinet::new(dir, Sealer::new(&[7; 32]), Entropy::seeded(1), clock)
}

fn store(cabinet: &Cabinet, bytes: &[u8], step: usize) -> Result<Kept, CabinetError> {
    let mut incoming = cabinet.begin(OWNER)?;
    for chunk in bytes.chunks(step.max(1)) {
        incoming.take(chunk)?;
    }
    incoming.finish()
}

fn files(dir: &Path) -> Vec<String> {
    let found = std::fs::read_dir(dir.join("documents"))
        .into_iter()
        .flatten()
        .flatten();
    found
        .map(|file| file.file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_file_is_what_its_first_bytes_say() {
    for (start, kind) in [
        (&b"%PDF-1.7\nxxxx"[..], Some(FileKind::Pdf)),
        (
            &[0xff, 0xd8, 0xff, 0xe0, 0, 0x10, b'J', b'F', b'I', b'F', 0, 1],
            Some(FileKind::Jpeg),
        ),
        (PNG, Some(FileKind::Png)),
        (b"RIFF\x24\0\0\0WEBPVP8 ", Some(FileKind::Webp)),
        (b"RIFF\x24\0\0\0WAVEfmt ", None),
        (b"<html><script>", None),
        (b"<?xml version='1.0'?><svg>", None),
        (b"GIF89a;alert(1)//", None),
        (b"MZ\x90\0\x03\0\0\0\x04\0\0\0", None),
        (b"PK\x03\x04\x14\0\0\0\0\0\0\0", None),
        (b" %PDF-1.7", None),
        (b"", None),
    ] {
        assert_eq!(FileKind::of(start), kind, "{start:?}");
    }
}

#[test]
fn what_is_kept_opens_for_its_owner_alone_and_lies_sealed() {
    let dir = tempfile::tempdir().unwrap();
    let cabinet = cabinet(dir.path());
    for length in [20, 65_535, 65_536, 65_537, 200_000] {
        let mut bytes = PNG.to_vec();
        bytes.extend((0..length - PNG.len()).map(|at| u8::try_from(at % 251).unwrap()));
        let kept = store(&cabinet, &bytes, 10_007).unwrap();
        assert_eq!((kept.bytes, kept.kind), (length as u64, FileKind::Png));
        assert_eq!(*cabinet.read(&kept.file, OWNER).unwrap(), bytes, "{length}");
        assert!(matches!(
            cabinet.read(&kept.file, AccountId(8)),
            Err(CabinetError::Damaged)
        ));
        let lies = std::fs::read(dir.path().join("documents").join(kept.file.as_str())).unwrap();
        assert!(
            !lies.windows(8).any(|part| part == &PNG[..8]),
            "it lies there in clear"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(
                mode(&dir.path().join("documents").join(kept.file.as_str())),
                0o600
            );
            assert_eq!(mode(&dir.path().join("documents")), 0o700);
        }
    }
}

#[test]
fn pieces_cannot_be_left_out_moved_or_renamed() {
    let dir = tempfile::tempdir().unwrap();
    let cabinet = cabinet(dir.path());
    let bytes = [PNG, &vec![1; 150_000]].concat();
    let kept = store(&cabinet, &bytes, 4_096).unwrap();
    let path = dir.path().join("documents").join(kept.file.as_str());
    let whole = std::fs::read(&path).unwrap();
    let piece = 4 + 64 * 1024 + 40;
    let damaged = [
        whole[..2 * piece].to_vec(),
        whole[piece..].to_vec(),
        [&whole[piece..2 * piece], &whole[..piece], &whole[2 * piece..]].concat(),
        whole[..whole.len() - 1].to_vec(),
        [&whole[..], &[0]].concat(),
        [&[0xff; 4], &whole[4..]].concat(),
        Vec::new(),
    ];
    for bytes in damaged {
        std::fs::write(&path, &bytes).unwrap();
        let read = cabinet.read(&kept.file, OWNER);
        assert!(
            matches!(read, Err(CabinetError::Damaged)),
            "{} bytes: {read:?}",
            bytes.len()
        );
    }
    std::fs::write(dir.path().join("documents/other"), &whole).unwrap();
    assert!(matches!(cabinet.read("other", OWNER), Err(CabinetError::Damaged)));
    assert!(matches!(
        cabinet.read("absent", OWNER),
        Err(CabinetError::Missing)
    ));
}

#[test]
fn what_is_too_large_or_not_taken_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let cabinet = cabinet(dir.path());
    let large = [PNG, &vec![0; usize::try_from(MOST_BYTES).unwrap()]].concat();
    assert!(matches!(
        store(&cabinet, &large, 1 << 20),
        Err(CabinetError::TooLarge)
    ));
    for bytes in [&b"<html>not a licence</html>"[..], b"%PDF", b""] {
        assert!(
            matches!(store(&cabinet, bytes, 3), Err(CabinetError::Kind)),
            "{bytes:?}"
        );
    }
    assert_eq!(files(dir.path()), Vec::<String>::new());
}

#[test]
fn names_are_one_line_and_no_path() {
    for (given, plain) in [
        ("licence.pdf", "licence.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\licence.pdf", "licence.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("<b>bold</b>.pdf", "b>.pdf"),
        ("/", ""),
    ] {
        assert_eq!(plain_name(given).as_str(), plain, "{given}");
    }
    assert_eq!(plain_name(&"x".repeat(500)).as_str().len(), 100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_file_comes_back_as_it_was(tail in prop::collection::vec(any::<u8>(), 0..140_000), step in 1_usize..70_000) {
        let dir = tempfile::tempdir().unwrap();
        let cabinet = cabinet(dir.path());
        let bytes = [PNG, &tail].concat();
        let kept = store(&cabinet, &bytes, step).unwrap();
        prop_assert_eq!(&*cabinet.read(&kept.file, OWNER).unwrap(), &bytes);
    }
}
