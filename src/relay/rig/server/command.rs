//! Lines of clients as typed commands.

use crate::ham::freq::Hertz;
use crate::relay::rig::lease::PttInput;
use crate::relay::rig::mode::RigMode;
use crate::relay::rig::model::Level;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    GetFreq,
    SetFreq(Hertz),
    GetMode,
    SetMode(RigMode, Option<u32>),
    ListModes,
    GetVfo,
    SetVfo,
    ListVfos,
    GetSplit,
    SetSplit(bool),
    GetSplitFreq,
    SetSplitFreq(Hertz),
    GetSplitMode,
    SetSplitMode(RigMode),
    GetSplitFreqMode,
    SetSplitFreqMode(Hertz, RigMode),
    GetPtt,
    SetPtt(Option<PttInput>),
    GetLevel(Level),
    SetLevel(Level, f64),
    PowerToMilliwatts(f64),
    MilliwattsToPower(f64),
    ChkVfo,
    DumpState,
    GetPowerstat,
    GetLockMode,
    SetLockMode,
    GetInfo,
    Quit,
}

/// A command with the form its answer is wished in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    /// What stands between the records of an extended answer.
    pub(crate) extended: Option<char>,
    /// Its long name.
    pub(crate) name: &'static str,
    /// Its arguments, as they are repeated in an extended answer.
    pub(crate) arguments: String,
    /// The command, or the code it is refused by.
    pub(crate) command: Result<Command, i32>,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    /// Nothing to answer.
    Blank,
    /// A browser or the like at the wrong door.
    Foreign,
    /// A command.
    Request(Request),
}

/// Invalid argument.
const INVALID: i32 = -1;
/// Not available: also for all commands that are not known.
const UNAVAILABLE: i32 = -11;
/// This VFO cannot be chosen.
const NO_VFO: i32 = -12;

/// Short form, long form.
const NAMES: &[(&str, &str)] = &[
    ("F", "set_freq"),
    ("f", "get_freq"),
    ("M", "set_mode"),
    ("m", "get_mode"),
    ("V", "set_vfo"),
    ("v", "get_vfo"),
    ("S", "set_split_vfo"),
    ("s", "get_split_vfo"),
    ("I", "set_split_freq"),
    ("i", "get_split_freq"),
    ("X", "set_split_mode"),
    ("x", "get_split_mode"),
    ("K", "set_split_freq_mode"),
    ("k", "get_split_freq_mode"),
    ("T", "set_ptt"),
    ("t", "get_ptt"),
    ("L", "set_level"),
    ("l", "get_level"),
    ("2", "power2mW"),
    ("4", "mW2power"),
    ("_", "get_info"),
    ("q", "quit"),
    ("Q", "quit"),
    ("", "chk_vfo"),
    ("", "dump_state"),
    ("", "get_powerstat"),
    ("", "get_lock_mode"),
    ("", "set_lock_mode"),
];

/// Words that begin a request of a browser.
const FOREIGN: &[&str] = &[
    "GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "PATCH ", "CONNECT ", "TRACE ", "Host:", "PRI ",
];

/// Reads a line without its end.
pub(crate) fn parse(line: &[u8]) -> Line {
    let text = String::from_utf8_lossy(line);
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Line::Blank;
    }
    if FOREIGN.iter().any(|word| text.starts_with(word)) || text.contains("HTTP/") {
        return Line::Foreign;
    }
    let (extended, rest) = match text.chars().next() {
        Some('+') => (Some('\n'), &text[1..]),
        Some(mark @ (';' | '|' | ',')) => (Some(mark), &text[1..]),
        _ => (None, text),
    };
    let mut words = rest.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    let mut arguments: Vec<&str> = words.collect();
    let name = match first.strip_prefix('\\') {
        Some(long) => NAMES.iter().find(|row| row.1 == long),
        None => NAMES
            .iter()
            .find(|row| row.0 == first && !first.is_empty())
            .or_else(|| glued(first, &mut arguments)),
    };
    let Some((_, name)) = name else {
        return Line::Request(Request {
            extended: None,
            name: "",
            arguments: String::new(),
            command: Err(UNAVAILABLE),
        });
    };
    Line::Request(Request {
        extended,
        name,
        arguments: arguments.join(" "),
        command: command(name, &arguments),
    })
}

/// Hamlib takes `F14074000` for `F 14074000`; only that one is in use.
fn glued<'a>(first: &'a str, arguments: &mut Vec<&'a str>) -> Option<&'static (&'static str, &'static str)> {
    let digits = first.strip_prefix('F')?;
    if !arguments.is_empty() || !digits.starts_with(|digit: char| digit.is_ascii_digit()) {
        return None;
    }
    arguments.push(digits);
    NAMES.first()
}

fn command(name: &str, arguments: &[&str]) -> Result<Command, i32> {
    Ok(match (name, arguments) {
        ("get_freq", []) => Command::GetFreq,
        ("set_freq", [hertz]) => Command::SetFreq(frequency(hertz)?),
        ("get_mode", []) => Command::GetMode,
        ("set_mode", ["?"]) => Command::ListModes,
        ("set_mode", [name, width]) => Command::SetMode(mode(name)?, passband(width)?),
        ("get_vfo", []) => Command::GetVfo,
        ("set_vfo", ["?"]) => Command::ListVfos,
        ("set_vfo", [vfo]) => match *vfo {
            "VFOA" | "Main" | "currVFO" | "VFO" => Command::SetVfo,
            "VFOB" | "VFOC" | "Sub" | "MEM" | "SubA" | "SubB" | "MainA" | "MainB" => return Err(NO_VFO),
            _ => return Err(INVALID),
        },
        ("get_split_vfo", []) => Command::GetSplit,
        ("set_split_vfo", [on, _]) => Command::SetSplit(flag(on)?),
        ("get_split_freq", []) => Command::GetSplitFreq,
        ("set_split_freq", [hertz]) => Command::SetSplitFreq(frequency(hertz)?),
        ("get_split_mode", []) => Command::GetSplitMode,
        ("set_split_mode", [name, width]) => {
            passband(width)?;
            Command::SetSplitMode(mode(name)?)
        }
        ("get_split_freq_mode", []) => Command::GetSplitFreqMode,
        ("set_split_freq_mode", [hertz, name, width]) => {
            passband(width)?;
            Command::SetSplitFreqMode(frequency(hertz)?, mode(name)?)
        }
        ("get_ptt", []) => Command::GetPtt,
        ("set_ptt", [value]) => Command::SetPtt(match *value {
            "0" => None,
            "1" => Some(PttInput::Any),
            "2" => Some(PttInput::Mic),
            "3" => Some(PttInput::Data),
            _ => return Err(INVALID),
        }),
        ("get_level", [name]) => Command::GetLevel(Level::parse(name).ok_or(INVALID)?),
        ("set_level", [name, value]) => {
            let level = Level::parse(name).ok_or(INVALID)?;
            let value = number(value)?;
            if !level.accepts(value) {
                return Err(INVALID);
            }
            Command::SetLevel(level, value)
        }
        ("power2mW", [power, _, _]) => Command::PowerToMilliwatts(number(power)?),
        ("mW2power", [power, _, _]) => Command::MilliwattsToPower(number(power)?),
        ("get_info", []) => Command::GetInfo,
        ("chk_vfo", []) => Command::ChkVfo,
        ("dump_state", []) => Command::DumpState,
        ("get_powerstat", []) => Command::GetPowerstat,
        ("get_lock_mode", []) => Command::GetLockMode,
        ("set_lock_mode", [on]) if !flag(on)? => Command::SetLockMode,
        ("set_lock_mode", [_]) => return Err(UNAVAILABLE),
        ("quit", _) => Command::Quit,
        _ => return Err(INVALID),
    })
}

/// Whole hertz with decimals that do not count: `14074000.000000`. What looks like megahertz is too little.
fn frequency(text: &str) -> Result<Hertz, i32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || !digits(whole) || !digits(decimals) {
        return Err(INVALID);
    }
    let hertz = whole.parse::<u64>().map_err(|_| INVALID)?;
    if (1_000..=300_000_000_000).contains(&hertz) {
        Ok(Hertz::new(hertz))
    } else {
        Err(INVALID)
    }
}

fn mode(name: &str) -> Result<RigMode, i32> {
    RigMode::parse(name).ok_or(INVALID)
}

/// A width in hertz; -1 keeps the filter.
fn passband(text: &str) -> Result<Option<u32>, i32> {
    let width = text.parse::<i32>().map_err(|_| INVALID)?;
    match width {
        -1 => Ok(None),
        0..=1_000_000 => Ok(Some(width.unsigned_abs())),
        _ => Err(INVALID),
    }
}

fn flag(text: &str) -> Result<bool, i32> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(INVALID),
    }
}

fn number(text: &str) -> Result<f64, i32> {
    text.parse::<f64>()
        .ok()
        .filter(|value| value.is_finite())
        .ok_or(INVALID)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn command_of(line: &str) -> Result<Command, i32> {
        match parse(line.as_bytes()) {
            Line::Request(request) => request.command,
            other => panic!("{line:?} is {other:?}"),
        }
    }

    #[test]
    fn commands_of_clients_are_understood() {
        let hertz = Hertz::new(14_074_000);
        assert_eq!(command_of("F 14074000.000000"), Ok(Command::SetFreq(hertz)));
        assert_eq!(command_of(r"\set_freq 14074000"), Ok(Command::SetFreq(hertz)));
        assert_eq!(command_of("F14074000"), Ok(Command::SetFreq(hertz)));
        assert_eq!(command_of("M USB -1"), Ok(Command::SetMode(RigMode::Usb, None)));
        assert_eq!(command_of("S 1 VFOB"), Ok(Command::SetSplit(true)));
        assert_eq!(command_of("T 3"), Ok(Command::SetPtt(Some(PttInput::Data))));
        assert_eq!(command_of(r"\dump_state"), Ok(Command::DumpState));
        let Line::Request(request) = parse(b"+\\get_level STRENGTH\r") else {
            panic!()
        };
        assert_eq!((request.extended, request.name), (Some('\n'), "get_level"));
        assert_eq!(request.arguments, "STRENGTH");
    }

    #[test]
    fn everything_else_is_refused_with_a_code() {
        for line in [
            "F",
            "F abc",
            "F 14.074",
            "F 14,074",
            "F -5",
            "F 0",
            "F nan",
            "F 14.074e6",
            "F 99999999999999",
            "M USB",
            "M XYZ 0",
            "M usb 0",
            "M USB 2400 junk",
            "M USB 2400\u{b}T 1",
            "l",
            "l NOPE",
            "V BOGUS",
            "T 5",
            "T 1 1",
            "f VFOA",
            "L RFPOWER nan",
            "L RFPOWER 2",
            "S 2 VFOB",
            "I 5",
        ] {
            assert_eq!(command_of(line), Err(-1), "{line}");
        }
        for line in [
            r"\bogus",
            "Z",
            "Z 0",
            "w x",
            r"\halt",
            r"\set_vfo_opt 1",
            r"\password x",
            "\0\u{fffd}",
            "14074000",
            "b CQ",
        ] {
            assert_eq!(command_of(line), Err(-11), "{line}");
        }
        assert_eq!(parse(b"GET / HTTP/1.1"), Line::Foreign);
        assert_eq!(parse(b"Host: 127.0.0.1:4532"), Line::Foreign);
        assert_eq!(parse(b"# comment"), Line::Blank);
        assert_eq!(parse(b"\r"), Line::Blank);
    }

    proptest! {
        #[test]
        fn any_line_is_read(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&line);
        }

        #[test]
        fn no_argument_reaches_beyond_its_type(line in "[+;|,]?(F|M|S|I|T|L|K|X) [0-9A-Za-z.\\-]{0,12} [0-9A-Z\\-]{0,8}") {
            if let Line::Request(Request { command: Ok(Command::SetFreq(hertz)), .. }) = parse(line.as_bytes()) {
                prop_assert!((1_000..=300_000_000_000).contains(&hertz.get()));
            }
        }
    }
}
