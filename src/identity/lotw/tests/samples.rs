//! The real authorities, and sample certificates made with another program, where they are at hand.

use std::fs;
use std::path::{Path, PathBuf};

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::identity::lotw::{Circumstances, Claim, Refusal, Roots};

fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/identity")
        .join(name);
    folder.is_dir().then_some(folder)
}

fn pinned(folder: &Path, files: &[&str]) -> Roots {
    let mut roots = Roots::default();
    for file in files {
        roots
            .pin(&fs::read_to_string(folder.join(file)).unwrap())
            .unwrap();
    }
    roots
}

fn chain(path: &Path) -> Vec<Vec<u8>> {
    let text = fs::read(path).unwrap();
    CertificateDer::pem_slice_iter(&text)
        .map(|der| der.unwrap().to_vec())
        .collect()
}

fn examine(roots: &Roots, chain: &[Vec<u8>]) -> Result<Claim, Refusal> {
    let now = "2026-11-21T18:00:00Z".parse().unwrap();
    let superseded = &|_: &Claim| false;
    roots.examine(
        chain,
        &Circumstances {
            now,
            built: now,
            superseded,
        },
    )
}

#[test]
fn the_real_authorities_are_read_and_vouch_for_each_other() {
    let Some(folder) = folder("lotw_ca") else { return };
    let roots = pinned(
        &folder,
        &[
            "arrl_root_2023.pem",
            "arrl_production_2023.pem",
            "arrl_production_2019.pem",
        ],
    );
    let lines = roots.lines();
    let starts: Vec<&str> = lines.iter().map(|line| &line.fingerprint[..11]).collect();
    assert_eq!(starts, ["0F:B9:62:75", "98:EA:7D:C6", "A6:89:D0:B4"]);
    assert!(lines[0].is_root && !lines[1].is_root && !lines[2].is_root);
    assert_eq!(lines[0].key_bits, 4096);
    assert_eq!(
        lines[1].validity.not_after,
        "2027-06-29T15:00:19Z".parse().unwrap()
    );
    let line = "/C=US/ST=CT/L=Newington/O=American Radio Relay League/OU=Logbook of the World\
                /CN=Logbook of the World Production CA/DC=arrl.org/Email=lotw@arrl.org";
    assert_eq!(lines[1].subject, line);

    let root = pinned(&folder, &["arrl_root_2023.pem"]);
    let of_2023 = chain(&folder.join("arrl_production_2023.pem")).remove(0);
    let of_2019 = chain(&folder.join("arrl_production_2019.pem")).remove(0);
    assert!(root.clone().learn(&of_2023));
    assert!(!root.clone().learn(&of_2019), "another root's key");

    // The names of 2019 and 2023 differ in encoding alone: each gives both.
    let mut hints = [
        pinned(&folder, &["arrl_production_2019.pem"]),
        pinned(&folder, &["arrl_production_2023.pem"]),
    ]
    .map(|roots| {
        roots
            .hint_subjects()
            .iter()
            .map(|hint| hint.as_ref().to_vec())
            .collect::<Vec<_>>()
    });
    for hints in &mut hints {
        hints.sort();
    }
    assert_eq!(hints[0], hints[1]);
    assert_eq!(hints[0].len(), 2);
}

#[test]
fn samples_are_judged_as_described() {
    let Some(folder) = folder("fake_lotw") else { return };
    let root = pinned(&folder, &["root.pem"]);
    let both = pinned(&folder, &["root.pem", "prodcur.pem", "prodold.pem"]);
    for (file, call) in [
        ("u1024", "N0CALL"),
        ("u2048", "N0CALL"),
        ("uoldca", "N0OLD"),
        ("uslash", "N0CALL/KH6"),
    ] {
        let chain = chain(&folder.join(format!("{file}.chain.pem")));
        let claim = examine(&root, &chain).unwrap();
        assert_eq!(claim.callsign.as_str(), call);
        assert_eq!(claim.supersedes.unwrap().serial, "517421");
        assert_eq!(
            examine(&both, &chain[..1]).unwrap().callsign.as_str(),
            call,
            "without chain"
        );
        assert_eq!(
            examine(&root, &chain[..1]).unwrap_err().code(),
            "unknown-authority"
        );
    }
    let expired = chain(&folder.join("uexp.chain.pem"));
    assert_eq!(examine(&root, &expired).unwrap_err().code(), "expired");
}
