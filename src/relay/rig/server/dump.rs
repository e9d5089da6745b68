//! The list of the radio's abilities for clients: `dump_state`.

use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::RigFacts;

/// Hamlib's number of its own net client.
const MODEL: u32 = 2;
/// Levels of Hamlib's mask: RFPOWER 12, KEYSPD 14, SWR 28, ALC 29, STRENGTH 30, power meter 32.
const LEVELS: u64 = 1 << 12 | 1 << 14 | 1 << 28 | 1 << 29 | 1 << 30 | 1 << 32;
const SET_LEVELS: u64 = 1 << 12 | 1 << 14;

/// The lines. Filters are given for all modes: what is asked for is handed on.
pub(super) fn dump(facts: &RigFacts) -> String {
    let modes = if facts.modes.is_empty() {
        RigMode::all().map(RigMode::bit).fold(0, |mask, bit| mask | bit)
    } else {
        facts.modes.iter().fold(0, |mask, mode| mask | mode.bit())
    };
    let everything = [(100_000, 300_000_000_000)];
    let receive: &[(u64, u64)] = if facts.receive.is_empty() {
        &everything
    } else {
        &facts.receive
    };
    let transmit: &[(u64, u64)] = if facts.transmit.is_empty() {
        receive
    } else {
        &facts.transmit
    };
    let watts = facts.watts.unwrap_or(100);
    let mut text = format!("1\n{MODEL}\n0\n");
    for (from, to) in receive {
        text.push_str(&format!("{from}.000000 {to}.000000 {modes:#x} -1 -1 0x3 0x1\n"));
    }
    text.push_str("0 0 0 0 0 0 0\n");
    for (from, to) in transmit {
        text.push_str(&format!(
            "{from}.000000 {to}.000000 {modes:#x} 0 {} 0x3 0x1\n",
            watts * 1_000
        ));
    }
    text.push_str("0 0 0 0 0 0 0\n");
    text.push_str(&format!("{modes:#x} 1\n{modes:#x} 0\n0 0\n"));
    for mode in RigMode::all().filter(|mode| mode.bit() & modes != 0) {
        text.push_str(&format!("{:#x} {}\n", mode.bit(), mode.usual_passband()));
    }
    text.push_str("0 0\n0\n0\n0\n0\n\n\n");
    text.push_str(&format!("0x0\n0x0\n{LEVELS:#x}\n{SET_LEVELS:#x}\n0x0\n0x0\n"));
    text.push_str(
        "vfo_ops=0x0\nptt_type=0x1\ntargetable_vfo=0x3\nhas_set_vfo=1\nhas_get_vfo=1\nhas_set_freq=1\n",
    );
    text.push_str(
        "has_get_freq=1\nhas_set_conf=0\nhas_get_conf=0\nhas_power2mW=1\nhas_mW2power=1\ntimeout=2500\n",
    );
    text.push_str(&format!(
        "rig_model={MODEL}\nrigctld_version=Shackbox {}\ndone\n",
        env!("CARGO_PKG_VERSION")
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relay::rig::rigctld::Dump;

    #[test]
    fn our_own_client_understands_our_list() {
        let facts = RigFacts {
            receive: vec![(30_000, 60_000_000)],
            modes: vec![RigMode::Usb, RigMode::PktUsb],
            ..RigFacts::default()
        };
        let lines: Vec<String> = dump(&facts).lines().map(str::to_owned).collect();
        let read = Dump::parse(&lines);
        assert_eq!(read.model, MODEL);
        let back = read.facts();
        assert_eq!((back.receive, back.modes), (facts.receive, facts.modes));
        assert_eq!(lines.last().map(String::as_str), Some("done"));
    }
}
