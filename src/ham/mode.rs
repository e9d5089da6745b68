//! Modes and submodes.
//!
//! Invariants: a [`Mode`] has a main mode that is not empty; both names are in upper case without control
//! characters. What old logs write as a mode but ADIF keeps as a submode (`PSK31`, `USB`, `FT4`) is split
//! on reading. Unknown names are kept as given: new modes appear faster than specifications.
//! Groups are those of Logbook of the World; what an award makes of them is not decided here.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::{SmolStr, StrExt as _};

struct ModeRow {
    name: &'static str,
    group: ModeGroup,
    import_only: bool,
}

include!("../../assets/ham/modes.rs");

/// A mode with an optional submode.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode {
    mode: SmolStr,
    submode: Option<SmolStr>,
}

/// The groups in which Logbook of the World counts modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModeGroup {
    /// Morse.
    Cw,
    /// Voice, digital voice included.
    Phone,
    /// Digital modes.
    Data,
    /// Pictures: SSTV, facsimile, television.
    Image,
}

/// Neither mode nor submode is given, or they hold control characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a mode")]
pub struct ModeError(String);

/// What was unusual about a mode that could be used all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModeDefect {
    /// The name given as mode is a submode today and was split.
    Split,
    /// No such mode in ADIF; kept as given.
    Unknown,
    /// The submode belongs to another mode; both kept as given.
    OtherMode,
    /// The mode given is itself a submode, other than the one given beside it, which was preferred.
    TwoSubmodes,
}

impl ModeDefect {
    /// A sentence for people, without the names involved.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Split => "is a submode today: split into mode and submode",
            Self::Unknown => "is not an ADIF mode: kept as given",
            Self::OtherMode => "does not go with the submode: both kept as given",
            Self::TwoSubmodes => "names another submode than SUBMODE: the latter is kept",
        }
    }
}

impl Mode {
    /// Reads the two names as logs give them; a mode left empty is found from its submode.
    pub fn parse(mode: &str, submode: Option<&str>) -> Result<(Self, Vec<ModeDefect>), ModeError> {
        let submode = submode.map(name).transpose()?.filter(|s| !s.is_empty());
        let given = name(mode)?;
        let Some(submode) = submode else {
            return Self::alone(given);
        };
        let parent = mode_of(&submode);
        if given.is_empty() {
            let mode = parent.map_or_else(|| submode.clone(), SmolStr::new_static);
            let submode = parent.map(|_| submode);
            return Ok((Self { mode, submode }, vec![ModeDefect::Split]));
        }
        let row = row(&given);
        if row.is_none_or(|row| row.import_only)
            && let Some(own) = mode_of(&given)
        {
            let defect = if given == submode {
                ModeDefect::Split
            } else {
                ModeDefect::TwoSubmodes
            };
            let mode = parent.unwrap_or(own);
            return Ok((
                Self {
                    mode: SmolStr::new_static(mode),
                    submode: Some(submode),
                },
                vec![defect],
            ));
        }
        let defects = match (row, parent) {
            (None, _) => vec![ModeDefect::Unknown],
            (Some(_), Some(parent)) if parent != given => vec![ModeDefect::OtherMode],
            _ => Vec::new(),
        };
        Ok((
            Self {
                mode: given,
                submode: Some(submode),
            },
            defects,
        ))
    }

    /// Reads a single name, mode or submode, whatever its defects.
    pub fn named(text: &str) -> Result<Self, ModeError> {
        Self::parse(text, None).map(|(mode, _)| mode)
    }

    fn alone(given: SmolStr) -> Result<(Self, Vec<ModeDefect>), ModeError> {
        if given.is_empty() {
            return Err(ModeError(String::new()));
        }
        match row(&given) {
            Some(row) if !row.import_only => Ok((
                Self {
                    mode: given,
                    submode: None,
                },
                Vec::new(),
            )),
            _ => Ok(match mode_of(&given) {
                Some(main) => (
                    Self {
                        mode: SmolStr::new_static(main),
                        submode: Some(given),
                    },
                    vec![ModeDefect::Split],
                ),
                None => (
                    Self {
                        mode: given,
                        submode: None,
                    },
                    vec![ModeDefect::Unknown],
                ),
            }),
        }
    }

    /// The main mode, the ADIF field MODE.
    pub fn main(&self) -> &str {
        &self.mode
    }

    /// The submode, the ADIF field SUBMODE.
    pub fn submode(&self) -> Option<&str> {
        self.submode.as_deref()
    }

    /// What people call it: the submode if there is one, else the mode.
    pub fn label(&self) -> &str {
        self.submode().unwrap_or(&self.mode)
    }

    /// The group it counts in; unknown modes count as data.
    pub fn group(&self) -> ModeGroup {
        let known = |name: &str| row(name).map(|row| row.group).or_else(|| lotw_group(name));
        known(&self.mode)
            .or_else(|| {
                self.submode()
                    .and_then(|name| known(mode_of(name).unwrap_or(name)))
            })
            .unwrap_or(ModeGroup::Data)
    }
}

/// Upper case, trimmed; the same bytes as the table's where it is known, so that nothing is allocated.
fn name(text: &str) -> Result<SmolStr, ModeError> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(ModeError(text.to_owned()));
    }
    if text.bytes().any(|b| b.is_ascii_lowercase()) {
        return Ok(text.to_ascii_uppercase_smolstr());
    }
    Ok(row(text).map_or_else(|| SmolStr::new(text), |row| SmolStr::new_static(row.name)))
}

fn row(name: &str) -> Option<&'static ModeRow> {
    MODES
        .binary_search_by(|row| row.name.cmp(name))
        .ok()
        .map(|index| &MODES[index])
}

fn mode_of(submode: &str) -> Option<&'static str> {
    SUBMODES
        .binary_search_by(|row| row.0.cmp(submode))
        .ok()
        .map(|index| SUBMODES[index].1)
}

fn lotw_group(name: &str) -> Option<ModeGroup> {
    LOTW_NAMES
        .binary_search_by(|row| row.0.cmp(name))
        .ok()
        .map(|index| LOTW_NAMES[index].1)
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

/// One text, or a pair with the submode: records of one mode stay short.
impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.submode {
            None => serializer.serialize_str(&self.mode),
            Some(submode) => (&self.mode, submode).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> de::Visitor<'de> for Names {
            type Value = Mode;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mode, or a pair of mode and submode")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Mode, E> {
                stored(text, None)
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Mode, A::Error> {
                let missing = || de::Error::invalid_length(0, &"a mode and a submode");
                let mode: SmolStr = seq.next_element()?.ok_or_else(missing)?;
                let submode: SmolStr = seq.next_element()?.ok_or_else(missing)?;
                stored(&mode, Some(&submode))
            }
        }

        /// As it was written: a later table must not split anew what is stored.
        fn stored<E: de::Error>(mode: &str, submode: Option<&str>) -> Result<Mode, E> {
            let mode = name(mode).map_err(E::custom)?;
            if mode.is_empty() {
                return Err(E::custom(ModeError(String::new())));
            }
            Ok(Mode {
                mode,
                submode: submode.map(name).transpose().map_err(E::custom)?,
            })
        }
        deserializer.deserialize_any(Names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mode: &str, submode: Option<&str>) -> (String, Option<String>, Vec<ModeDefect>) {
        let (parsed, defects) = Mode::parse(mode, submode).unwrap();
        (
            parsed.main().to_owned(),
            parsed.submode().map(str::to_owned),
            defects,
        )
    }

    fn pair(mode: &str, submode: &str) -> (String, Option<String>) {
        (mode.to_owned(), Some(submode.to_owned()))
    }

    #[test]
    fn old_modes_and_bare_submodes_are_split() {
        for (given, mode, submode) in [
            ("PSK31", "PSK", "PSK31"),
            ("ft4", "MFSK", "FT4"),
            ("USB", "SSB", "USB"),
            ("C4FM", "DIGITALVOICE", "C4FM"),
            ("JT65B", "JT65", "JT65B"),
            ("Olivia 8/500", "OLIVIA", "OLIVIA 8/500"),
            ("MFSK128L", "MFSK", "MFSK128L"),
            ("PSK125R", "PSK", "PSK125R"),
        ] {
            let (main, sub, defects) = check(given, None);
            assert_eq!((main, sub), pair(mode, submode));
            assert_eq!(defects, [ModeDefect::Split]);
        }
    }

    #[test]
    fn modes_stay_and_unknown_ones_are_kept() {
        assert_eq!(check(" cw ", None), ("CW".to_owned(), None, vec![]));
        assert_eq!(
            check("PHONE", None),
            ("PHONE".to_owned(), None, vec![ModeDefect::Unknown])
        );
        assert_eq!(check("CW", Some("")), ("CW".to_owned(), None, vec![]));
    }

    #[test]
    fn submodes_are_matched_with_their_mode() {
        let with = |mode, submode| {
            let (main, sub, defects) = check(mode, Some(submode));
            ((main, sub), defects)
        };
        assert_eq!(with("MFSK", "FT4"), (pair("MFSK", "FT4"), vec![]));
        assert_eq!(
            with("SSB", "FT4"),
            (pair("SSB", "FT4"), vec![ModeDefect::OtherMode])
        );
        assert_eq!(
            with("PSK31", "PSK31"),
            (pair("PSK", "PSK31"), vec![ModeDefect::Split])
        );
        assert_eq!(
            with("PSK31", "QPSK31"),
            (pair("PSK", "QPSK31"), vec![ModeDefect::TwoSubmodes])
        );
        assert_eq!(with("SSB", "OWN"), (pair("SSB", "OWN"), vec![]));
        assert_eq!(with("", "FT4"), (pair("MFSK", "FT4"), vec![ModeDefect::Split]));
    }

    #[test]
    fn nothing_is_no_mode() {
        assert!(Mode::parse(" ", None).is_err());
        assert!(Mode::parse("", Some(" ")).is_err());
        assert!(Mode::parse("C\u{7}W", None).is_err());
    }

    #[test]
    fn groups_follow_logbook_of_the_world() {
        for (name, group) in [
            ("CW", ModeGroup::Cw),
            ("PCW", ModeGroup::Cw),
            ("USB", ModeGroup::Phone),
            ("DSTAR", ModeGroup::Phone),
            ("FREEDV", ModeGroup::Phone),
            ("FM", ModeGroup::Phone),
            ("PHONE", ModeGroup::Phone),
            ("FT8", ModeGroup::Data),
            ("FT4", ModeGroup::Data),
            ("PKT", ModeGroup::Data),
            ("VARA HF", ModeGroup::Data),
            ("SSTV", ModeGroup::Image),
            ("IMAGE", ModeGroup::Image),
            ("XYZ", ModeGroup::Data),
        ] {
            assert_eq!(Mode::named(name).unwrap().group(), group, "{name}");
        }
    }

    #[test]
    fn tables_are_sorted_for_searching() {
        assert!(MODES.is_sorted_by_key(|row| row.name));
        assert!(SUBMODES.is_sorted_by_key(|row| row.0));
        assert!(LOTW_NAMES.is_sorted_by_key(|row| row.0));
        assert!(
            SUBMODES
                .iter()
                .all(|(_, mode)| row(mode).is_some_and(|row| !row.import_only))
        );
    }

    #[test]
    fn serde_is_short_and_faithful() {
        let mode = |text: &str| Mode::named(text).unwrap();
        assert_eq!(serde_json::to_string(&mode("CW")).unwrap(), r#""CW""#);
        assert_eq!(serde_json::to_string(&mode("FT4")).unwrap(), r#"["MFSK","FT4"]"#);
        for name in ["CW", "FT4", "OWN MODE"] {
            let text = serde_json::to_string(&mode(name)).unwrap();
            assert_eq!(serde_json::from_str::<Mode>(&text).unwrap(), mode(name));
        }
    }
}
