//! The name server by itself, for `benches/dns_peers.sh`.
//!
//! `dns_serve zone NAMES` writes the zone, `dns_serve queries NAMES COUNT` writes questions as dnsperf reads them, and
//! `dns_serve serve FILE ADDRESS WORKERS` serves such a zone until it is ended.

use std::error::Error;
use std::io::{BufWriter, Write as _, stdout};

use shackbox::testkit::names::{ORIGIN, ScratchZone, call, zone_text};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut out = BufWriter::new(stdout().lock());
    match words[..] {
        ["zone", names] => out.write_all(zone_text(names.parse()?).as_bytes())?,
        ["queries", names, count] => queries(names.parse()?, count.parse()?, &mut out)?,
        ["serve", file, address, workers] => {
            let zone = ScratchZone::of(&std::fs::read_to_string(file)?);
            let _served = zone.serve(address.parse()?, workers.parse()?)?;
            loop {
                std::thread::park();
            }
        }
        _ => return Err("zone NAMES | queries NAMES COUNT | serve FILE ADDRESS WORKERS".into()),
    }
    Ok(())
}

/// An eighth of names that are missing; of the others the types A 45, AAAA 30, TXT 15, MX 10 of a hundred, so that
/// more than a quarter of all asks for what a name does not have.
fn queries(names: usize, count: usize, out: &mut impl std::io::Write) -> std::io::Result<()> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let most = u64::try_from(names).unwrap_or(u64::MAX);
    for _ in 0..count {
        let number = usize::try_from(next(most)).unwrap_or(0);
        let kind = match next(100) {
            0..45 => "A",
            45..75 => "AAAA",
            75..90 => "TXT",
            _ => "MX",
        };
        let call = if next(8) == 0 {
            format!("no{number}")
        } else {
            call(number)
        };
        writeln!(out, "{call}.{ORIGIN} {kind}")?;
    }
    Ok(())
}
