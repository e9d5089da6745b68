//! A large log made of chance, the same for the same seed.
//!
//! Fifteen fields a contact in the order and spelling of common loggers: for benches, load tests and the demo.
//! The log is valid; damaged ones are in `fixtures/adif`.

use crate::env::Dice;
use std::fmt::Write as _;
use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::ham::band::Band;
use crate::ham::freq::Hertz;

const BANDS: [&str; 11] = [
    "160m", "80m", "40m", "30m", "20m", "17m", "15m", "12m", "10m", "6m", "2m",
];

const PREFIXES: [&str; 40] = [
    "K", "W", "N", "AA", "KD", "VE", "XE", "LU", "PY", "CE", "DL", "DK", "F", "G", "M", "I", "IK", "EA",
    "CT", "ON", "PA", "OZ", "SM", "LA", "OH", "SP", "OK", "OM", "HA", "YO", "LZ", "SV", "UA", "UR", "JA",
    "JH", "HL", "BY", "VK", "ZL",
];

const NAMES: [&str; 16] = [
    "Alex", "Bea", "Carlos", "Dora", "Erik", "Fumiko", "Greg", "Hanna", "Ivan", "Julia", "Karl", "Lena",
    "Miguel", "Nora", "Otto", "Paula",
];

/// Writes a log of so many contacts from 2010 on: about 275 bytes each.
pub fn generate(qsos: usize, seed: u64, out: &mut impl Write) -> io::Result<()> {
    let mut chance = Dice(seed);
    let mut seconds = 1_262_304_000_i64;
    out.write_all(
        b"Generated log\r\n<ADIF_VER:5>3.1.4 <PROGRAMID:7>adifgen <PROGRAMVERSION:3>1.0 <EOH>\r\n",
    )?;
    let mut record = String::new();
    for _ in 0..qsos {
        seconds += 20 + chance.below(3981).cast_signed();
        record.clear();
        contact(&mut chance, seconds, &mut record);
        out.write_all(record.as_bytes())?;
    }
    Ok(())
}

fn contact(chance: &mut Dice, seconds: i64, out: &mut String) {
    let call = call(chance);
    put("CALL", &call, out);
    let end = seconds + 15 + chance.below(300).cast_signed();
    for (date, time, at) in [
        ("QSO_DATE", "TIME_ON", seconds),
        ("QSO_DATE_OFF", "TIME_OFF", end),
    ] {
        let at = Offset::UTC.to_datetime(Timestamp::from_second(at).unwrap_or_default());
        put(
            date,
            &format!("{:04}{:02}{:02}", at.year(), at.month(), at.day()),
            out,
        );
        put(
            time,
            &format!("{:02}{:02}{:02}", at.hour(), at.minute(), at.second()),
            out,
        );
    }
    let band = Band::parse(chance.pick(&BANDS)).unwrap_or(Band::ALL[0]);
    let width = band.upper().get() - band.lower().get();
    let freq = Hertz::new(band.lower().get() + chance.below(width));
    put("BAND", band.name(), out);
    put("FREQ", &freq.to_mhz_text_with(6), out);
    let sideband = if freq.get() < 10_000_000 { "LSB" } else { "USB" };
    let (mode, submode, reports) = chance.pick(&[
        ("FT8", "", ["-12", "-05", "+03"]),
        ("CW", "", ["599", "579", "559"]),
        ("SSB", sideband, ["59", "57", "55"]),
        ("MFSK", "FT4", ["-08", "-11", "+01"]),
        ("RTTY", "", ["599", "589", "599"]),
    ]);
    put("MODE", mode, out);
    if submode.is_empty() {
        put("TX_PWR", chance.pick(&["5", "50", "100", "400"]), out);
    } else {
        put("SUBMODE", submode, out);
    }
    put("RST_SENT", chance.pick(&reports), out);
    put("RST_RCVD", chance.pick(&reports), out);
    let grid: String = [chance.letter(18), chance.letter(18)].into_iter().collect();
    put("GRIDSQUARE", &format!("{grid}{:02}", chance.below(100)), out);
    put("MY_GRIDSQUARE", "CM87", out);
    put("STATION_CALLSIGN", "K6BP", out);
    put("NAME", chance.pick(&NAMES), out);
    out.push_str("<EOR>\r\n");
}

fn call(chance: &mut Dice) -> String {
    let mut call = format!("{}{}", chance.pick(&PREFIXES), chance.below(10));
    for _ in 0..=chance.below(3) {
        call.push(chance.letter(26));
    }
    if chance.below(100) < 3 {
        call.push_str("/P");
    }
    call
}

fn put(name: &str, value: &str, out: &mut String) {
    write!(out, "<{name}:{}>{value} ", value.len()).expect("a String takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ham::adif::check;

    fn log(qsos: usize, seed: u64) -> Vec<u8> {
        let mut log = Vec::new();
        generate(qsos, seed, &mut log).unwrap();
        log
    }

    #[test]
    fn the_log_is_valid_and_the_same_for_the_same_seed() {
        let report = check(&log(500, 1)[..], "2026-11-21T12:00:00Z".parse().unwrap());
        assert_eq!(
            (report.accepted, report.rejected, report.warnings),
            (500, 0, 0),
            "{:?}",
            report.defects
        );
        assert_eq!(log(50, 7), log(50, 7));
        assert_ne!(log(50, 7), log(50, 8));
    }
}
