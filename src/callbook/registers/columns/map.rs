//! What the columns of somebody's list mean, as an administrator writes it down.
//!
//! A map is a small TOML file; `docs/callbook.md` explains it with examples. Reading one either gives a map that can
//! be followed or says what is wrong, with the line and column of the file where TOML gives them. Which columns the
//! list really has is found out when it is read.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use serde::Deserialize;
use smol_str::SmolStr;

use super::super::rows::{DateForm, DateFormError, Dialect};
use crate::callbook::model::{Authority, AuthorityError, Class, HolderKind, Status};

/// What a column can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Field {
    Call,
    Status,
    Class,
    /// What the holder is: a person, a club...
    Kind,
    /// A whole name: of a club, or of a person where the list does not part it.
    Name,
    First,
    Middle,
    Last,
    Suffix,
    Attention,
    Street,
    PoBox,
    City,
    Region,
    Postcode,
    Grid,
    Lat,
    Lon,
    Granted,
    Effective,
    Expires,
    Cancelled,
    Previous,
    TrusteeCall,
    TrusteeName,
    /// The list's number of the licence.
    Number,
    /// The list's number of the holder.
    Person,
}

/// Which column: its heading, or its number from 1.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Column {
    Number(usize),
    Heading(SmolStr),
}

/// A map that can be followed.
#[derive(Debug, Clone)]
pub(crate) struct ColumnMap {
    /// The name under which the list is kept.
    pub(crate) authority: Authority,
    /// What people call it.
    pub(crate) title: SmolStr,
    /// Whose words are shown beside the data; empty for none.
    pub(crate) credit: SmolStr,
    /// Where the list comes from; empty for none.
    pub(crate) link: SmolStr,
    /// Two letters of ISO 3166, where one country's licences are listed.
    pub(crate) country: Option<SmolStr>,
    pub(super) dialect: Dialect,
    pub(super) header: bool,
    /// Lines before the headings or the first row.
    pub(super) skip: u64,
    pub(super) dates: DateForm,
    pub(super) decimal_comma: bool,
    pub(super) columns: BTreeMap<Field, Column>,
    pub(super) status: Values<Status>,
    pub(super) class: Values<Class>,
    pub(super) kind: Values<HolderKind>,
}

/// What the values of a column mean, by the value in lower case.
#[derive(Debug, Clone)]
pub(super) struct Values<T> {
    pub(super) known: BTreeMap<String, T>,
    /// For an empty cell, and where there is no such column.
    pub(super) missing: Option<T>,
}

/// Why a text is no map.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MapError {
    /// No TOML, or a key that does not exist; says the line and column.
    #[error("{0}")]
    Toml(String),
    #[error("authority: {0}")]
    Authority(#[from] AuthorityError),
    #[error("authority: {0} is a register that the program reads itself")]
    Taken(Authority),
    #[error("file.separator: {0:?} is not one of , ; | tab")]
    Separator(SmolStr),
    #[error("file.encoding: {0:?} is not known; utf-8, windows-1252, iso-8859-2, shift_jis and such are")]
    Encoding(SmolStr),
    #[error("file.encoding: a list in {0} cannot be cut at {1:?}; save it in UTF-8")]
    Unsplittable(&'static str, char),
    #[error("file.dates: {0}")]
    Dates(#[from] DateFormError),
    #[error("columns: the column of the call must be named")]
    NoCall,
    #[error("columns.{field}: columns have no headings here (file.header is false); give the number, from 1")]
    Heading { field: SmolStr },
    #[error("columns.{field}: columns are counted from 1")]
    Zero { field: SmolStr },
    #[error("columns: lat and lon are only understood together")]
    HalfPosition,
    #[error("country: {0:?} is no country code of two letters")]
    Country(SmolStr),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    authority: SmolStr,
    #[serde(default)]
    title: SmolStr,
    #[serde(default)]
    credit: SmolStr,
    #[serde(default)]
    link: SmolStr,
    country: Option<SmolStr>,
    #[serde(default)]
    file: File,
    columns: BTreeMap<Field, Column>,
    #[serde(default)]
    status: WrittenValues<Status>,
    #[serde(default)]
    class: WrittenValues<SmolStr>,
    #[serde(default)]
    kind: WrittenValues<HolderKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    separator: SmolStr,
    quotes: bool,
    encoding: SmolStr,
    header: bool,
    skip: u64,
    dates: SmolStr,
    decimal_comma: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenValues<T> {
    missing: Option<T>,
    #[serde(default = "BTreeMap::new")]
    values: BTreeMap<String, T>,
}

impl<T> Default for WrittenValues<T> {
    fn default() -> Self {
        Self {
            missing: None,
            values: BTreeMap::new(),
        }
    }
}

impl Default for File {
    fn default() -> Self {
        Self {
            separator: ",".into(),
            quotes: true,
            encoding: "utf-8".into(),
            header: true,
            skip: 0,
            dates: "YYYY-MM-DD".into(),
            decimal_comma: false,
        }
    }
}

impl ColumnMap {
    /// Reads a map.
    pub(crate) fn parse(text: &str) -> Result<Self, MapError> {
        let written: Written = toml::from_str(text).map_err(|error| MapError::Toml(error.to_string()))?;
        let authority = Authority::parse(&written.authority)?;
        if BUILT_IN.contains(&authority) {
            return Err(MapError::Taken(authority));
        }
        let country = written.country.map(|code| code.to_uppercase());
        if let Some(code) = country.as_deref()
            && !(code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()))
        {
            return Err(MapError::Country(code.into()));
        }
        check_columns(&written.columns, written.file.header)?;
        Ok(Self {
            title: if written.title.is_empty() {
                written.authority
            } else {
                written.title
            },
            authority,
            credit: written.credit,
            link: written.link,
            country: country.map(SmolStr::from),
            dialect: dialect(&written.file)?,
            header: written.file.header,
            skip: written.file.skip,
            dates: DateForm::parse(&written.file.dates)?,
            decimal_comma: written.file.decimal_comma,
            columns: written.columns,
            status: written.status.known(|status| status),
            class: written.class.known(|word| class(&word)),
            kind: written.kind.known(|kind| kind),
        })
    }
}

/// Registers with a reader of their own, whose names a list cannot take.
const BUILT_IN: [Authority; 5] = [
    Authority::FCC,
    Authority::ISED,
    Authority::TRAFICOM,
    Authority::ACMA,
    Authority::JAPAN,
];

impl<T> WrittenValues<T> {
    fn known<U>(self, read: impl Fn(T) -> U) -> Values<U> {
        let values = self.values.into_iter();
        Values {
            known: values
                .map(|(value, meaning)| (value.trim().to_lowercase(), read(meaning)))
                .collect(),
            missing: self.missing.map(read),
        }
    }
}

/// A class by the words of the program (`extra`, `technician_plus`), or the list's own.
pub(super) fn class(word: &str) -> Class {
    match word {
        "novice" => Class::Novice,
        "technician" => Class::Technician,
        "technician_plus" => Class::TechnicianPlus,
        "general" => Class::General,
        "advanced" => Class::Advanced,
        "extra" => Class::Extra,
        other => Class::Other(other.into()),
    }
}

fn check_columns(columns: &BTreeMap<Field, Column>, header: bool) -> Result<(), MapError> {
    if !columns.contains_key(&Field::Call) {
        return Err(MapError::NoCall);
    }
    if columns.contains_key(&Field::Lat) != columns.contains_key(&Field::Lon) {
        return Err(MapError::HalfPosition);
    }
    for (field, column) in columns {
        let field = field.as_str();
        match column {
            Column::Number(0) => return Err(MapError::Zero { field }),
            Column::Heading(_) if !header => return Err(MapError::Heading { field }),
            _ => {}
        }
    }
    Ok(())
}

fn dialect(file: &File) -> Result<Dialect, MapError> {
    let separator = match file.separator.as_str() {
        "," | ";" | "|" => file.separator.as_bytes()[0],
        "tab" | "\t" => b'\t',
        _ => return Err(MapError::Separator(file.separator.clone())),
    };
    let encoding = Encoding::for_label(file.encoding.as_bytes())
        .ok_or_else(|| MapError::Encoding(file.encoding.clone()))?;
    // In these a letter's second byte can look like the separator.
    let unsafe_cut = separator == b'|' && !encoding.is_single_byte() && encoding != encoding_rs::UTF_8;
    if unsafe_cut || !encoding.is_ascii_compatible() {
        return Err(MapError::Unsplittable(encoding.name(), char::from(separator)));
    }
    let utf8 = encoding == encoding_rs::UTF_8;
    Ok(Dialect {
        separator,
        quotes: file.quotes,
        // Lists said to be in UTF-8 have single rows in Windows-1252.
        encoding: if utf8 { encoding_rs::WINDOWS_1252 } else { encoding },
        utf8_first: utf8,
    })
}

impl Field {
    /// As maps write it.
    pub(crate) fn as_str(self) -> SmolStr {
        let name = serde_json::to_value(self).ok();
        name.as_ref()
            .and_then(|name| name.as_str())
            .unwrap_or_default()
            .into()
    }
}
