//! Logs of one contact, signed for a challenge.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::identity::lotw::{BadLog, Challenge, Circumstances, Claim, Refusal, Roots, SignedLog};
use crate::testkit::lotw::{BUILT, Digest, Key, NOW, Template, production, roots};

/// A log as TQSL writes it; change what a test is about.
#[derive(Clone)]
struct Log {
    certificate: Vec<u8>,
    key: Key,
    station: Vec<(&'static str, String)>,
    contact: Vec<(&'static str, String)>,
    /// What is signed and said to be, where it is not what follows from the fields.
    signdata: Option<String>,
}

impl Log {
    fn of(challenge: &Challenge) -> Self {
        let text = |(name, value): (&'static str, &str)| (name, value.to_owned());
        let station = [
            ("STATION_UID", "1"),
            ("CERT_UID", "1"),
            ("CALL", "N0CALL"),
            ("DXCC", "291"),
        ];
        let place = [("GRIDSQUARE", "JN47pj"), ("ITUZ", "028"), ("CQZ", "14")];
        let contact = [
            ("STATION_UID", "1"),
            ("CALL", challenge.as_str()),
            ("BAND", "20M"),
            ("MODE", "CW"),
        ];
        let time = [("QSO_DATE", "2026-11-21"), ("QSO_TIME", "11:55:00Z")];
        Self {
            certificate: Template::user("N0CALL").signed_by(Key::Production),
            key: Key::User,
            station: station.into_iter().chain(place).map(text).collect(),
            contact: contact.into_iter().chain(time).map(text).collect(),
            signdata: None,
        }
    }

    fn text(&self) -> String {
        let field = |(name, value): &(&str, String)| format!("<{name}:{}>{value}\n", value.len());
        let record = |kind: &str, fields: &[(&str, String)]| {
            format!(
                "<Rec_Type:{}>{kind}\n{}<eor>\n\n",
                kind.len(),
                fields.iter().map(field).collect::<String>()
            )
        };
        let contact = |name: &str| {
            let found = self.contact.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.to_uppercase()).unwrap_or_default()
        };
        let follows = ["BAND", "CALL", "MODE", "QSO_DATE", "QSO_TIME"]
            .map(contact)
            .concat();
        let signdata = self
            .signdata
            .clone()
            .unwrap_or_else(|| format!("14JN47PJ28{follows}"));
        let signature = lines(&self.key.sign(Digest::Sha1, signdata.as_bytes()));
        let mut contact = self.contact.clone();
        contact.extend([("SIGN_LOTW_V2.0", signature), ("SIGNDATA", signdata)]);
        let certificate = [
            ("CERT_UID", "1".to_owned()),
            ("CERTIFICATE", lines(&self.certificate)),
        ];
        let parts = [
            "<TQSL_IDENT:18>TQSL made for test\n\n".to_owned(),
            record("tCERT", &certificate),
            record("tSTATION", &self.station),
            record("tCONTACT", &contact),
        ];
        parts.concat()
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        let fields = self.contact.iter_mut().chain(&mut self.station);
        fields
            .filter(|(known, _)| *known == name)
            .for_each(|(_, old)| value.clone_into(old));
        self
    }
}

/// Base64 in lines, as TQSL breaks it.
fn lines(bytes: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(bytes);
    let lines = text
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8(line.to_vec()).unwrap() + "\n");
    lines.collect()
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

fn challenge() -> Challenge {
    Challenge::from_random([1, 2, 30, 40, 50, 255])
}

fn prove(text: &str) -> Result<Claim, BadLog> {
    prove_with(&packed(text.as_bytes()), &roots(&[production()]), NOW)
}

fn prove_with(file: &[u8], roots: &Roots, now: &str) -> Result<Claim, BadLog> {
    let circumstances = Circumstances {
        now: now.parse().unwrap(),
        built: BUILT.parse().unwrap(),
        superseded: &|_| false,
    };
    SignedLog::read(file)?.prove(&challenge(), roots, &circumstances)
}

#[test]
fn a_signed_challenge_proves_the_call() {
    let claim = prove(&Log::of(&challenge()).text()).unwrap();
    assert_eq!(claim.callsign.as_str(), "N0CALL");
}

#[test]
fn challenges_are_calls_that_can_be_kept_as_text() {
    let challenge = challenge();
    assert_eq!(challenge.as_str(), "SB712Y8JZ");
    assert_eq!(Challenge::parse("SB712Y8JZ"), Some(challenge));
    for text in [
        "",
        "SB7",
        "SB712Y8J",
        "SB712Y8JZ1",
        "SB712Y8JO",
        "sb712y8jz",
        "SB812Y8JZ",
    ] {
        assert_eq!(Challenge::parse(text), None, "{text}");
    }
}

#[test]
fn another_contact_is_refused() {
    let other = Challenge::from_random([9; 6]);
    let refused = prove(&Log::of(&other).text()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "The contact in the log is with SB7999999; it should be with SB712Y8JZ"
    );
    assert!(
        refused.help().contains("exactly the call shown"),
        "{}",
        refused.help()
    );
}

#[test]
fn what_was_not_signed_by_the_certificates_key_is_refused() {
    let log = Log {
        key: Key::OtherUser,
        ..Log::of(&challenge())
    };
    assert_eq!(prove(&log.text()), Err(BadLog::Signature));
}

#[test]
fn fields_changed_after_signing_are_refused() {
    let log = Log::of(&challenge());
    let other = Log::of(&Challenge::from_random([9; 6]));
    let follows = "14JN47PJ2820MSB7999999CW2026-11-2111:55:00Z";
    let relabelled = Log {
        signdata: Some(follows.to_owned()),
        ..log
    };
    assert_eq!(prove(&relabelled.text()), Err(BadLog::Altered));
    // The text said to be signed fits, the signature is that of another contact.
    let signed_elsewhere = other.text();
    let signature = signed_elsewhere
        .split("<SIGN_LOTW")
        .nth(1)
        .unwrap()
        .split("<SIGNDATA")
        .next()
        .unwrap();
    let mine = Log::of(&challenge()).text();
    let own = mine
        .split("<SIGN_LOTW")
        .nth(1)
        .unwrap()
        .split("<SIGNDATA")
        .next()
        .unwrap();
    assert_eq!(prove(&mine.replace(own, signature)), Err(BadLog::Signature));
}

#[test]
fn the_certificate_passes_the_same_checks() {
    let log = Log {
        certificate: Template::user("N0CALL").signed_by(Key::Forger),
        ..Log::of(&challenge())
    };
    let refused = prove(&log.text()).unwrap_err();
    assert!(
        matches!(&refused, BadLog::Certificate(Refusal::UnknownAuthority { .. })),
        "{refused}"
    );
    let file = packed(Log::of(&challenge()).text().as_bytes());
    let late = prove_with(&file, &roots(&[production()]), "2029-06-01T00:00:00Z");
    assert!(matches!(late, Err(BadLog::Certificate(Refusal::Expired(_)))));
}

#[test]
fn logs_with_more_or_less_than_one_of_each_are_refused() {
    let log = Log::of(&challenge()).text();
    let records: Vec<&str> = log.split_inclusive("<eor>").collect();
    let [certificate, station, contact, _] = records.as_slice() else {
        panic!("three records")
    };
    let text = |records: &[&str]| prove(&records.concat()).unwrap_err();
    assert_eq!(text(&[certificate, station]), BadLog::Count("contact", 0));
    assert_eq!(
        text(&[certificate, station, contact, contact]),
        BadLog::Count("contact", 2)
    );
    assert_eq!(
        text(&[certificate, certificate, station, contact]),
        BadLog::Count("certificate", 2)
    );
    assert_eq!(
        text(&[certificate, station, station, contact]),
        BadLog::Count("station", 2)
    );
    assert_eq!(text(&[station, contact]), BadLog::Count("certificate", 0));
    let other_station = Log::of(&challenge())
        .text()
        .replacen("<STATION_UID:1>1", "<STATION_UID:1>2", 1);
    assert_eq!(prove(&other_station), Err(BadLog::Unconnected));
}

#[test]
fn fields_missing_or_unreadable_are_refused() {
    let log = Log::of(&challenge());
    assert_eq!(
        prove(&log.clone().set("QSO_TIME", "").text()),
        Err(BadLog::Missing("QSO_TIME"))
    );
    assert_eq!(
        prove(&log.clone().set("CQZ", "fourteen").text()),
        Err(BadLog::Field("CQZ"))
    );
    let text = log.text();
    assert_eq!(
        prove(&text.replace("SIGN_LOTW_V2.0", "SIGN_LOTW_V1.0")),
        Err(BadLog::Missing("SIGN_LOTW_V2.0"))
    );
    assert_eq!(
        prove(&text.replace("<SIGNDATA", "<SIGNNONE")),
        Err(BadLog::Missing("SIGNDATA"))
    );
    let twice = text.replace("<BAND:3>20M", "<BAND:3>20M<band:3>40M");
    assert_eq!(prove(&twice), Err(BadLog::Repeated("BAND".to_owned())));
}

#[test]
fn files_that_are_no_signed_logs_are_refused() {
    let read = |file: &[u8]| SignedLog::read(file).unwrap_err();
    assert_eq!(read(b""), BadLog::NotPacked);
    assert_eq!(read(Log::of(&challenge()).text().as_bytes()), BadLog::NotPacked);
    assert_eq!(read(&packed(&[0xFF; 10])), BadLog::NotText);
    assert_eq!(read(&packed(b"")), BadLog::Count("contact", 0));
    assert_eq!(
        read(&packed(&vec![b' '; 64 * 1024 + 1])),
        BadLog::TooLarge,
        "a bomb"
    );
    assert_eq!(read(&packed(&vec![b' '; 64 * 1024])), BadLog::Count("contact", 0));
    assert_eq!(read(&vec![0; 64 * 1024 + 1]), BadLog::TooLarge);
    let mut cut = packed(Log::of(&challenge()).text().as_bytes());
    cut.truncate(300);
    assert_eq!(read(&cut), BadLog::NotPacked);
    for text in [
        "<",
        "<CALL>x",
        "<CALL:>x",
        "<CALL:x>x",
        "<CALL:+1>x",
        "<CALL:9>x",
        "<:1>x",
        "<CALL:1>x",
        "<CALL:1>\u{e9}<eor>",
    ] {
        assert_eq!(read(&packed(text.as_bytes())), BadLog::Tag, "{text}");
    }
}

/// What TQSL 2.6.5 wrote: a log of five contacts, of which one is kept.
#[test]
fn a_log_signed_by_tqsl_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/logbook/tq8");
    if !folder.is_dir() {
        return;
    }
    let whole = fs::read(folder.join("tqsl-2.6.5-output.tq8")).unwrap();
    assert_eq!(SignedLog::read(&whole), Err(BadLog::Count("contact", 5)));
    let text = fs::read_to_string(folder.join("tqsl-2.6.5-output.txt")).unwrap();
    let records: Vec<&str> = text.split_inclusive("<eor>").collect();
    let mut roots = Roots::default();
    let chain = fs::read_to_string(folder.join("test-ca-chain.pem")).unwrap();
    roots.pin(&chain).unwrap();
    let circumstances = Circumstances {
        now: NOW.parse().unwrap(),
        built: BUILT.parse().unwrap(),
        superseded: &|_| false,
    };
    for contact in &records[2..7] {
        let log = SignedLog::read(&packed([records[0], records[1], contact].concat().as_bytes())).unwrap();
        let refused = log.prove(&challenge(), &roots, &circumstances);
        assert!(matches!(refused, Err(BadLog::WrongCall { .. })));
        let claim = log.holder(&roots, &circumstances).unwrap();
        assert_eq!(claim.callsign.as_str(), "HB9TEST");
    }
}
