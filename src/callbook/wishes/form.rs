//! The form of a holder's own words: from what was typed to an [`Override`], or what is wrong at which field.
//!
//! What it takes comes out as it would be taken again: written back into the form, it reads the same.

use smol_str::SmolStr;
use url::{Host, Url};

use super::model::{Override, QslWays};
use crate::ham::grid::Grid;
use crate::identity::MailAddress;

/// Longest line of words, in characters.
pub(crate) const LINE: usize = 100;
/// Longest address of a page or picture, in characters as it is stored.
pub(crate) const ADDRESS: usize = 500;
/// Longest text about oneself, in characters.
pub(crate) const BIO: usize = 4_000;
/// Longest reason of a request or decision, in characters.
pub(crate) const REASON: usize = 500;
/// Fewer characters of a locator name half a continent.
const SHORTEST_GRID: usize = 4;

/// What was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) qth: String,
    pub(crate) grid: String,
    pub(crate) via: String,
    pub(crate) bureau: Option<bool>,
    pub(crate) direct: Option<bool>,
    pub(crate) lotw: Option<bool>,
    pub(crate) eqsl: Option<bool>,
    pub(crate) picture: String,
    pub(crate) web: String,
    pub(crate) email: String,
    pub(crate) bio: String,
}

/// What is wrong with a field: what it must be, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The field's name in forms and JSON.
    pub(crate) field: &'static str,
    pub(crate) text: String,
}

impl Typed {
    /// What would be typed for these words.
    pub(crate) fn of(own: &Override) -> Self {
        Self {
            name: own.name.to_string(),
            qth: own.qth.to_string(),
            grid: own.grid.map_or_else(String::new, |grid| grid.as_str().to_owned()),
            via: own.qsl.via.to_string(),
            bureau: own.qsl.bureau,
            direct: own.qsl.direct,
            lotw: own.qsl.lotw,
            eqsl: own.qsl.eqsl,
            picture: own.picture.to_string(),
            web: own.web.to_string(),
            email: own.email.to_string(),
            bio: own.bio.to_string(),
        }
    }

    /// The words, or everything that is wrong with them.
    pub(crate) fn read(&self) -> Result<Override, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut keep = |field: &'static str, read: Result<SmolStr, String>| {
            read.unwrap_or_else(|text| {
                faults.push(Fault { field, text });
                SmolStr::default()
            })
        };
        let mut own = Override {
            name: keep("name", line(&self.name)),
            qth: keep("qth", line(&self.qth)),
            grid: None,
            qsl: QslWays {
                via: keep("qsl.via", line(&self.via)),
                bureau: self.bureau,
                direct: self.direct,
                lotw: self.lotw,
                eqsl: self.eqsl,
            },
            picture: keep("picture", address(&self.picture, "https://example.org/me.jpg")),
            web: keep("web", address(&self.web, "https://example.org/")),
            email: keep("email", mail(&self.email)),
            bio: keep("bio", text(&self.bio, BIO)),
        };
        match grid(&self.grid) {
            Ok(grid) => own.grid = grid,
            Err(text) => faults.push(Fault { field: "grid", text }),
        }
        if faults.is_empty() { Ok(own) } else { Err(faults) }
    }
}

/// A request for removal, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asking {
    pub(crate) reason: SmolStr,
    /// May be empty.
    pub(crate) contact: SmolStr,
}

impl Asking {
    /// What was typed, or everything that is wrong with it.
    pub(crate) fn read(reason: &str, contact: &str) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let reason = text(reason, REASON).unwrap_or_else(|text| {
            faults.push(Fault {
                field: "reason",
                text,
            });
            "-".into()
        });
        if reason.is_empty() {
            faults.push(Fault {
                field: "reason",
                text: "say in a few words why, and whether the call is yours".to_owned(),
            });
        }
        let contact = mail(contact).unwrap_or_else(|text| {
            faults.push(Fault {
                field: "contact",
                text,
            });
            SmolStr::default()
        });
        if faults.is_empty() {
            Ok(Self { reason, contact })
        } else {
            Err(faults)
        }
    }
}

/// One line of words: blanks around it go, several become one, what cannot be seen goes.
fn line(typed: &str) -> Result<SmolStr, String> {
    let plain: String = typed
        .chars()
        .map(|c| {
            if c.is_whitespace() || c.is_control() {
                ' '
            } else {
                c
            }
        })
        .filter(|c| !is_invisible(*c))
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    short(words.join(" "), LINE)
}

/// Text of several lines: line breaks stay, other control characters go.
pub(super) fn text(typed: &str, most: usize) -> Result<SmolStr, String> {
    let plain = typed
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let seen = |c: char| c == '\n' || !c.is_control() && !is_invisible(c);
    let plain: String = plain.replace('\t', " ").chars().filter(|c| seen(*c)).collect();
    short(plain.trim().to_owned(), most)
}

fn short(plain: String, most: usize) -> Result<SmolStr, String> {
    let length = plain.chars().count();
    if length > most {
        return Err(format!(
            "{length} characters: at most {most} fit, shorten it by {}",
            length - most
        ));
    }
    Ok(plain.into())
}

/// What turns text around or hides in it.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn grid(typed: &str) -> Result<Option<Grid>, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let grid: Grid = typed
        .parse()
        .map_err(|error| format!("{error}: write it like CM87 or CM87uv"))?;
    if grid.len() < SHORTEST_GRID || grid.is_placeholder() {
        return Err("give four characters at least, like CM87, or leave it empty".to_owned());
    }
    Ok(Some(grid))
}

/// The address of something on the web that browsers of others may be sent to: HTTPS, a named host, nobody's password.
fn address(typed: &str, example: &str) -> Result<SmolStr, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(SmolStr::default());
    }
    let wrong = || format!("write the whole address with https://, such as {example}");
    if typed.chars().count() > ADDRESS {
        return Err(format!("at most {ADDRESS} characters: use a shorter address"));
    }
    let url: Url = typed.parse().map_err(|_| wrong())?;
    if url.scheme() != "https" {
        return Err(wrong());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("leave out the name and password before the @: everybody would read them".to_owned());
    }
    let named = matches!(url.host(), Some(Host::Domain(name)) if name.trim_end_matches('.').contains('.'));
    if !named {
        return Err(format!("name a server that others can reach, such as {example}"));
    }
    if url.as_str().chars().count() > ADDRESS {
        return Err(format!("at most {ADDRESS} characters: use a shorter address"));
    }
    Ok(url.as_str().into())
}

fn mail(typed: &str) -> Result<SmolStr, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(SmolStr::default());
    }
    let address: MailAddress = typed
        .parse()
        .map_err(|_| "write it like k1abc@example.org, or leave it empty".to_owned())?;
    Ok(address.as_str().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(typed: &Typed) -> Vec<&'static str> {
        typed
            .read()
            .unwrap_err()
            .into_iter()
            .map(|fault| fault.field)
            .collect()
    }

    #[test]
    fn words_are_tidied_and_kept() {
        let typed = Typed {
            name: "  Anna\t B.  Example\u{202e} ".into(),
            grid: " cm87UV ".into(),
            picture: "https://Example.org/me.jpg".into(),
            email: " anna@example.org ".into(),
            bio: "Hello\r\nworld\u{7}\u{0}\n".into(),
            lotw: Some(true),
            ..Typed::default()
        };
        let own = typed.read().unwrap();
        assert_eq!(own.name, "Anna B. Example");
        assert_eq!(own.grid.unwrap().as_str(), "CM87uv");
        assert_eq!(own.picture, "https://example.org/me.jpg");
        assert_eq!(own.email, "anna@example.org");
        assert_eq!(own.bio, "Hello\nworld");
        assert_eq!(own.qsl.lotw, Some(true));
        assert_eq!(Typed::default().read().unwrap(), Override::default());
    }

    #[test]
    fn every_field_that_is_wrong_is_named_with_what_to_do() {
        let typed = Typed {
            name: "x".repeat(LINE + 1),
            grid: "ZZ99".into(),
            picture: "http://example.org/me.jpg".into(),
            web: "https://anna:secret@example.org/".into(),
            email: "anna at example.org".into(),
            bio: "x".repeat(BIO + 3),
            ..Typed::default()
        };
        let mut fields = refused(&typed);
        fields.sort_unstable();
        assert_eq!(fields, ["bio", "email", "grid", "name", "picture", "web"]);
        let faults = typed.read().unwrap_err();
        assert!(faults.iter().all(|fault| !fault.text.is_empty()));
        let bio = faults.iter().find(|fault| fault.field == "bio").unwrap();
        assert!(bio.text.contains("shorten it by 3"), "{}", bio.text);
    }

    #[test]
    fn addresses_are_of_servers_that_have_a_name() {
        for bad in [
            "example.org/me.jpg",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
            "https://",
            "https://localhost/me.jpg",
            "https://192.168.1.1/reboot",
            "https://[::1]/",
            "https://0x7f.1/",
            "ftp://example.org/",
            "https://@/",
        ] {
            let typed = Typed {
                picture: bad.into(),
                ..Typed::default()
            };
            assert_eq!(refused(&typed), ["picture"], "{bad}");
        }
    }

    #[test]
    fn a_locator_has_four_characters_at_least() {
        for bad in ["CM", "CM8", "JJ00aa", "here"] {
            let typed = Typed {
                grid: bad.into(),
                ..Typed::default()
            };
            assert_eq!(refused(&typed), ["grid"], "{bad}");
        }
    }

    #[test]
    fn a_request_has_a_reason_and_may_have_an_address() {
        let asking = Asking::read(" my call\n", "").unwrap();
        assert_eq!((asking.reason.as_str(), asking.contact.as_str()), ("my call", ""));
        let fields = |reason: &str, contact: &str| -> Vec<_> {
            let faults = Asking::read(reason, contact).unwrap_err();
            faults.into_iter().map(|fault| fault.field).collect()
        };
        assert_eq!(fields("\u{7} ", "nobody"), ["reason", "contact"]);
        assert_eq!(fields(&"x".repeat(REASON + 1), ""), ["reason"]);
    }

    fn anything() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[ -~\\r\\n\\t]{0,300}",
            "https://[a-zA-Zäß0-9.:@/?#%\\[\\]-]{0,60}",
            "[a-rA-R]{2}[0-9]{2}([a-xA-X]{2})?([0-9]{2})?",
            "[a-z.+-]{1,20}@[a-z.-]{1,20}",
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_refused_or_reads_the_same_again(
            texts in prop::collection::vec(anything(), 8),
            ways in prop::collection::vec(any::<Option<bool>>(), 4),
        ) {
            let mut texts = texts.into_iter();
            let mut next = || texts.next().unwrap_or_default();
            let typed = Typed {
                name: next(), qth: next(), grid: next(), via: next(), picture: next(), web: next(), email: next(),
                bio: next(), bureau: ways[0], direct: ways[1], lotw: ways[2], eqsl: ways[3],
            };
            match typed.read() {
                Ok(own) => {
                    let again = Typed::of(&own);
                    prop_assert_eq!(again.read().unwrap(), own.clone());
                    let shown = |text: &str| text.chars().all(|c| c == '\n' || !c.is_control());
                    prop_assert!(shown(&own.bio) && shown(&own.name) && shown(&own.qth));
                    prop_assert!(!own.name.contains('\n'));
                    for url in [&own.picture, &own.web] {
                        prop_assert!(url.is_empty() || url.starts_with("https://"));
                    }
                }
                Err(faults) => prop_assert!(!faults.is_empty()),
            }
        }

        #[test]
        fn each_field_alone_never_panics_and_reads_the_same_again(text in anything(), at in 0_usize..8) {
            let mut typed = Typed::default();
            let fields = [&mut typed.name, &mut typed.qth, &mut typed.grid, &mut typed.via, &mut typed.picture,
                &mut typed.web, &mut typed.email, &mut typed.bio];
            if let Some(field) = fields.into_iter().nth(at) {
                *field = text;
            }
            if let Ok(own) = typed.read() {
                prop_assert_eq!(Typed::of(&own).read().unwrap(), own);
            }
        }
    }
}
