//! Facts of radios: how they are spoken to. Numbers are Hamlib's, so that lists can be compared.

use smol_str::{SmolStr, format_smolstr};

use super::kenwood::Kind;
use super::yaesu::SplitBy;

/// The commands a radio understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Kenwood and similar.
    Kenwood(Kind),
    /// Icom's bus.
    Icom {
        /// The address it has when new.
        address: u8,
        /// Whether both VFOs can be set in place.
        modern: bool,
    },
    /// Newer Yaesu.
    Yaesu(SplitBy),
    /// Older Yaesu: five bytes a command.
    OldYaesu,
}

/// A radio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Model {
    /// Hamlib's number.
    pub(crate) number: u32,
    /// Maker and name.
    pub(crate) name: &'static str,
    /// Its commands.
    pub(crate) family: Family,
    /// Usual speed.
    pub(crate) baud: u32,
    /// Stop bits.
    pub(crate) stop_bits: u8,
    /// Whether it waits for RTS before it answers, as it comes from the factory.
    pub(crate) handshake: bool,
    /// Most power in watts.
    pub(crate) watts: u32,
    /// What it answers to `ID;`.
    pub(crate) ids: &'static [&'static str],
    /// Ranges of reception in hertz; empty: not known.
    pub(crate) receive: &'static [(u64, u64)],
}

const HF: &[(u64, u64)] = &[(30_000, 60_000_000)];
const HF_70: &[(u64, u64)] = &[(30_000, 74_800_000)];

const fn kenwood(
    number: u32,
    name: &'static str,
    kind: Kind,
    baud: u32,
    ids: &'static [&'static str],
    receive: &'static [(u64, u64)],
) -> Model {
    Model {
        number,
        name,
        family: Family::Kenwood(kind),
        baud,
        stop_bits: if baud == 4_800 { 2 } else { 1 },
        handshake: matches!(number, 2_003 | 2_031 | 2_037 | 2_039),
        watts: 100,
        ids,
        receive,
    }
}

const fn icom(number: u32, name: &'static str, address: u8, modern: bool, baud: u32, watts: u32) -> Model {
    Model {
        number,
        name,
        family: Family::Icom { address, modern },
        baud,
        stop_bits: 1,
        handshake: false,
        watts,
        ids: &[],
        receive: &[],
    }
}

const fn yaesu(
    number: u32,
    name: &'static str,
    split: SplitBy,
    baud: u32,
    ids: &'static [&'static str],
) -> Model {
    Model {
        number,
        name,
        family: Family::Yaesu(split),
        baud,
        stop_bits: if number == 1_049 { 1 } else { 2 },
        handshake: number != 1_049,
        watts: 100,
        ids,
        receive: &[],
    }
}

const fn old_yaesu(number: u32, name: &'static str, baud: u32, watts: u32) -> Model {
    Model {
        number,
        name,
        family: Family::OldYaesu,
        baud,
        stop_bits: 2,
        handshake: false,
        watts,
        ids: &[],
        receive: &[],
    }
}

use Kind::{DataFlag, Elecraft, OperatingMode, Plain, Small};
use SplitBy::{Ft, St};

/// The radios, by maker and name.
pub(crate) const MODELS: &[Model] = &[
    kenwood(2_021, "Elecraft K2", Elecraft, 4_800, &[], HF),
    kenwood(2_029, "Elecraft K3", Elecraft, 38_400, &["017"], HF),
    kenwood(2_043, "Elecraft K3S", Elecraft, 38_400, &[], HF),
    kenwood(2_047, "Elecraft K4", Elecraft, 115_200, &[], HF),
    kenwood(2_044, "Elecraft KX2", Elecraft, 38_400, &[], HF),
    kenwood(2_045, "Elecraft KX3", Elecraft, 38_400, &[], &[]),
    kenwood(2_048, "FlexRadio SmartSDR CAT, Thetis", Plain, 115_200, &[], &[]),
    icom(3_085, "Icom IC-705", 0xA4, true, 19_200, 10),
    icom(3_009, "Icom IC-706", 0x48, false, 9_600, 100),
    icom(3_011, "Icom IC-706MkIIG", 0x58, false, 9_600, 100),
    icom(3_055, "Icom IC-703", 0x68, false, 9_600, 10),
    icom(3_013, "Icom IC-718", 0x5E, false, 9_600, 100),
    icom(3_023, "Icom IC-746", 0x56, false, 9_600, 100),
    icom(3_046, "Icom IC-746PRO", 0x66, false, 9_600, 100),
    icom(3_026, "Icom IC-756", 0x50, false, 9_600, 100),
    icom(3_047, "Icom IC-756PROII", 0x64, false, 9_600, 100),
    icom(3_057, "Icom IC-756PROIII", 0x6E, false, 9_600, 100),
    icom(3_060, "Icom IC-7000", 0x70, false, 9_600, 100),
    icom(3_070, "Icom IC-7100", 0x88, true, 19_200, 100),
    icom(3_061, "Icom IC-7200", 0x76, false, 9_600, 100),
    Model {
        receive: HF_70,
        ..icom(3_073, "Icom IC-7300", 0x94, true, 115_200, 100)
    },
    icom(3_067, "Icom IC-7410", 0x80, false, 9_600, 100),
    icom(3_063, "Icom IC-7600", 0x7A, false, 9_600, 100),
    Model {
        receive: HF,
        ..icom(3_078, "Icom IC-7610", 0x98, true, 115_200, 100)
    },
    icom(3_062, "Icom IC-7700", 0x74, false, 9_600, 200),
    icom(3_056, "Icom IC-7800", 0x6A, false, 9_600, 200),
    icom(3_075, "Icom IC-7850, IC-7851", 0x8E, true, 19_200, 200),
    icom(3_068, "Icom IC-9100", 0x7C, false, 9_600, 100),
    icom(3_081, "Icom IC-9700", 0xA2, true, 38_400, 100),
    icom(3_090, "Icom IC-905", 0xAC, true, 115_200, 10),
    kenwood(2_003, "Kenwood TS-450S", Plain, 4_800, &[], &[]),
    kenwood(2_028, "Kenwood TS-480", Plain, 57_600, &["020"], HF),
    kenwood(2_031, "Kenwood TS-590S", DataFlag, 115_200, &["021"], HF),
    kenwood(2_037, "Kenwood TS-590SG", DataFlag, 115_200, &["023"], HF),
    kenwood(2_041, "Kenwood TS-890S", OperatingMode, 115_200, &["024"], HF_70),
    kenwood(2_039, "Kenwood TS-990S", OperatingMode, 115_200, &["022"], HF),
    kenwood(2_014, "Kenwood TS-2000", Plain, 9_600, &["019"], &[]),
    kenwood(2_052, "QRP Labs QCX, QDX, QMX", Small, 38_400, &["020"], &[]),
    kenwood(2_046, "Hilberling PT-8000A", Plain, 57_600, &[], &[]),
    icom(3_088, "Xiegu G90", 0x70, false, 19_200, 20),
    icom(3_089, "Xiegu X5105", 0x70, false, 19_200, 5),
    icom(3_087, "Xiegu X6100, X6200", 0xA4, false, 19_200, 10),
    yaesu(1_027, "Yaesu FT-450", Ft, 38_400, &["0241"]),
    yaesu(1_046, "Yaesu FT-450D", Ft, 38_400, &["0244"]),
    yaesu(1_049, "Yaesu FT-710", St, 38_400, &["0800"]),
    old_yaesu(1_020, "Yaesu FT-817", 9_600, 5),
    old_yaesu(1_041, "Yaesu FT-818", 9_600, 6),
    old_yaesu(1_001, "Yaesu FT-847", 57_600, 100),
    old_yaesu(1_022, "Yaesu FT-857", 9_600, 100),
    yaesu(1_036, "Yaesu FT-891", St, 38_400, &["0650", "0135", "135"]),
    old_yaesu(1_023, "Yaesu FT-897", 9_600, 100),
    yaesu(1_028, "Yaesu FT-950", Ft, 38_400, &["0310"]),
    yaesu(1_035, "Yaesu FT-991", Ft, 38_400, &["0570", "0670"]),
    yaesu(1_029, "Yaesu FT-2000", Ft, 38_400, &["0251", "0252"]),
    yaesu(1_042, "Yaesu FTDX10", St, 38_400, &["0761"]),
    yaesu(1_040, "Yaesu FTDX101D", St, 38_400, &["0681"]),
    yaesu(1_044, "Yaesu FTDX101MP", St, 38_400, &["0682"]),
    yaesu(1_034, "Yaesu FTDX1200", Ft, 38_400, &["0583"]),
    yaesu(1_037, "Yaesu FTDX3000", Ft, 38_400, &["0462"]),
    yaesu(1_032, "Yaesu FTDX5000", Ft, 38_400, &["0362"]),
    yaesu(1_051, "Yaesu FTX-1", St, 38_400, &["0840"]),
];

/// The radio of a number.
pub(crate) fn of_number(number: u32) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.number == number)
}

/// The first radio that answers `ID;` so.
pub(crate) fn of_id(id: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.ids.contains(&id))
}

/// The first radio that has an address on Icom's bus when new.
pub(crate) fn of_address(address: u8) -> Option<&'static Model> {
    MODELS
        .iter()
        .find(|model| matches!(model.family, Family::Icom { address: own, .. } if own == address))
}

/// The addresses of the bus worth asking, the most common first, each once.
pub(crate) fn addresses() -> Vec<u8> {
    let mut addresses = vec![0x94, 0xA4, 0xB6, 0x98, 0xA2, 0x88];
    for model in MODELS {
        if let Family::Icom { address, .. } = model.family
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    }
    addresses
}

/// What a daemon's radio is called.
pub(crate) fn name_of_hamlib(number: u32) -> SmolStr {
    match number {
        0 | 2 => "a radio behind rigctld".into(),
        1 => "Hamlib dummy".into(),
        4 => "flrig".into(),
        _ => of_number(number).map_or_else(
            || format_smolstr!("Hamlib model {number}"),
            |model| model.name.into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_and_ids_find_their_radio() {
        for (at, model) in MODELS.iter().enumerate() {
            assert!(
                MODELS[at + 1..].iter().all(|other| other.number != model.number),
                "{}",
                model.name
            );
        }
        assert_eq!(of_id("0670").unwrap().name, "Yaesu FT-991");
        assert_eq!(of_id("020").unwrap().name, "Kenwood TS-480");
        assert_eq!(of_address(0x94).unwrap().number, 3_073);
        assert_eq!(name_of_hamlib(1), "Hamlib dummy");
        assert!(addresses().len() > 20);
    }
}
