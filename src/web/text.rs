//! Text for people, from the message catalogues `assets/i18n/<language>.toml`.
//!
//! English is complete; another language falls back to it key by key. A key nobody wrote shows itself, so
//! that it is seen, and the tidy test finds it. Keys are the dotted path of the TOML table: `nav.logbook`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};

use super::assets;

/// All languages.
#[derive(Debug)]
pub(crate) struct Catalogue {
    languages: BTreeMap<String, BTreeMap<String, String>>,
}

const FALLBACK: &str = "en";

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::embedded);

impl Catalogue {
    /// The catalogue that is part of the program.
    pub(crate) fn shared() -> &'static Self {
        &CATALOGUE
    }

    fn embedded() -> Self {
        let files = assets::catalogues();
        let read = files.into_iter().map(|(language, text)| {
            let table = text
                .parse::<toml::Table>()
                .unwrap_or_else(|error| panic!("i18n/{language}.toml: {error}"));
            (language, table)
        });
        Self::new(read)
    }

    /// A catalogue of these tables by language.
    pub(crate) fn new(tables: impl IntoIterator<Item = (String, toml::Table)>) -> Self {
        let flat = |table: toml::Table| {
            let mut entries = BTreeMap::new();
            flatten(&mut entries, "", table);
            entries
        };
        Self {
            languages: tables
                .into_iter()
                .map(|(language, table)| (language, flat(table)))
                .collect(),
        }
    }

    /// The text for a key, in English where the language lacks it, else the key itself.
    pub(crate) fn get<'a>(&'a self, language: &str, key: &'a str) -> &'a str {
        let find = |language: &str| self.languages.get(language)?.get(key);
        find(language)
            .or_else(|| find(FALLBACK))
            .map_or(key, String::as_str)
    }

    /// The languages there are, by their codes.
    pub(crate) fn languages(&self) -> impl Iterator<Item = &str> {
        self.languages.keys().map(String::as_str)
    }

    /// The texts of this catalogue in the first language of the list that there is.
    pub(crate) fn choose<'a>(&'a self, wanted: impl IntoIterator<Item = &'a str>) -> Text<'a> {
        for language in wanted {
            let primary = language.split('-').next().unwrap_or(language);
            for code in [language, primary] {
                if let Some((known, _)) = self.languages.get_key_value(&code.to_ascii_lowercase()) {
                    return Text {
                        catalogue: self,
                        language: known,
                    };
                }
            }
        }
        Text {
            catalogue: self,
            language: FALLBACK,
        }
    }
}

/// The texts in one language, as templates use them: `{{ t.s("nav.logbook") }}`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    catalogue: &'a Catalogue,
    language: &'a str,
}

impl Text<'static> {
    /// The shared texts in the account's language, else what the browser prefers, else English.
    pub(crate) fn pick(account: Option<&'static str>, headers: &HeaderMap) -> Self {
        let accepted = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let found = preferences(accepted.unwrap_or_default());
        let shared = Catalogue::shared();
        let known = |wanted: &str| {
            shared
                .languages
                .keys()
                .find(|code| wanted.eq_ignore_ascii_case(code))
        };
        let accepted = found.iter().filter_map(|wanted| {
            known(wanted)
                .or_else(|| known(wanted.split('-').next().unwrap_or(wanted)))
                .map(String::as_str)
        });
        shared.choose(account.into_iter().chain(accepted))
    }

    /// English.
    pub(crate) fn english() -> Self {
        Self {
            catalogue: Catalogue::shared(),
            language: FALLBACK,
        }
    }
}

impl<'a> Text<'a> {
    /// The text for a key.
    pub(crate) fn s(&self, key: &'a str) -> &'a str {
        self.catalogue.get(self.language, key)
    }

    /// The text for a key with each `{name}` replaced.
    pub(crate) fn f(&self, key: &'a str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.s(key).to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// All keys that begin with `prefix`, with their texts: what a page hands to its scripts.
    pub(crate) fn below(&self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let english = self.catalogue.languages.get(FALLBACK);
        let keys = english.into_iter().flat_map(BTreeMap::keys);
        keys.filter(move |key| key.starts_with(prefix))
            .map(|key| (key.as_str(), self.s(key)))
    }

    /// The language's code, for `<html lang>`.
    pub(crate) fn language(&self) -> &'a str {
        self.language
    }

    /// `ltr` or `rtl`, for `<html dir>`.
    pub(crate) fn direction(&self) -> &'static str {
        if matches!(self.language, "ar" | "fa" | "he" | "ur") {
            "rtl"
        } else {
            "ltr"
        }
    }
}

fn flatten(entries: &mut BTreeMap<String, String>, prefix: &str, table: toml::Table) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            toml::Value::Table(inner) => flatten(entries, &key, inner),
            toml::Value::String(text) => drop(entries.insert(key, text)),
            other => drop(entries.insert(key, other.to_string())),
        }
    }
}

/// The languages of an `Accept-Language` header, best first (RFC 9110 12.5.4).
fn preferences(header: &str) -> Vec<&str> {
    let mut weighted: Vec<(&str, f32)> = header
        .split(',')
        .filter_map(|part| {
            let mut pieces = part.split(';').map(str::trim);
            let language = pieces.next().filter(|text| !text.is_empty() && *text != "*")?;
            let quality = pieces.find_map(|piece| piece.strip_prefix("q="));
            Some((language, quality.map_or(1.0, |text| text.parse().unwrap_or(0.0))))
        })
        .filter(|(_, quality)| *quality > 0.0)
        .collect();
    weighted.sort_by(|a, b| b.1.total_cmp(&a.1));
    weighted.into_iter().map(|(language, _)| language).collect()
}
