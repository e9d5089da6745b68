//! The interface of QRZ's XML service: `/xml/current/`, for members.
//!
//! By GET or POST, with `&` or `;` between parameters. Every answer is 200 with a `Session`; what went wrong stands in
//! its `Error`, in QRZ's own words, since clients compare them. An answer without a `Key` makes clients sign in again.

use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::asked::Asked;
use super::qrz_view::{biography, callsign, entity};
use super::session::{Ended, Kind, Refused, Session};
use super::xml::Xml;
use super::{CompatState, own_answer, own_page};
use crate::callbook::view::record::RecordView;
use crate::ham::dxcc::Entity;
use crate::identity::api::gate::Visitor;
use crate::web::{Path, Result, Whole};

/// Versions of the interface that are answered as such; the newest one last.
const VERSIONS: [&str; 5] = ["1.30", "1.31", "1.32", "1.33", "1.34"];
const WRONG: &str = "Username/password incorrect ";
const NOTHING_SHOWN: &str = "Username / password required";
const REFUSED: &str = "Connection refused";
const TIMEOUT: &str = "Session Timeout";
const NO_SUCH_KEY: &str = "Invalid session key";

/// What stands before the session in an answer.
enum Found<'a> {
    Nothing,
    Callsign(&'a RecordView),
    Entity(&'a Entity),
}

/// What an answer tells of the session.
#[derive(Default)]
struct Told<'a> {
    session: Option<&'a Session>,
    error: Option<String>,
    /// More than QRZ's word for it, for people.
    message: Option<String>,
}

impl Told<'_> {
    fn error(text: &str) -> Self {
        Self {
            error: Some(text.to_owned()),
            ..Self::default()
        }
    }
}

/// The version that an address names.
fn version(named: &str) -> &'static str {
    let known = VERSIONS.iter().find(|version| **version == named);
    known.copied().unwrap_or("1.34")
}

/// `/xml/{version}/`.
pub(super) async fn versioned(
    state: State<CompatState>,
    visitor: Visitor,
    Path(named): Path<String>,
    uri: Uri,
    body: Whole,
) -> Result<Response> {
    answer(state, visitor, Extension(version(&named)), uri, body).await
}

/// `/xml/`, in the version that the route has.
pub(super) async fn answer(
    State(state): State<CompatState>,
    visitor: Visitor,
    Extension(version): Extension<&'static str>,
    uri: Uri,
    Whole(body): Whole,
) -> Result<Response> {
    let form = Asked::read(&String::from_utf8_lossy(&body));
    let asked = form.and(Asked::read(uri.query().unwrap_or_default()));
    let page = Page {
        version,
        now: state.now(),
    };
    let mut session = match sign_in(&state, &visitor, &asked).await {
        Ok(session) => session,
        Err(Refusal::Error(text)) => {
            state.count_stranger(&visitor)?;
            return Ok(page.told(&Found::Nothing, &Told::error(text)));
        }
        Err(Refusal::Refused(Refused::Wrong)) => {
            return Ok(page.told(&Found::Nothing, &Told::error(WRONG)));
        }
        Err(Refusal::Refused(Refused::Forbidden(reason) | Refused::Wait(reason))) => {
            let told = Told {
                message: Some(reason),
                ..Told::error(REFUSED)
            };
            return Ok(page.told(&Found::Nothing, &told));
        }
        Err(Refusal::Refused(Refused::Failed(problem))) => return Err(*problem),
    };
    page.look_up(&state, &visitor, &asked, &mut session).await
}

enum Refusal {
    Error(&'static str),
    Refused(Refused),
}

/// The session that is begun or shown.
async fn sign_in(
    state: &CompatState,
    visitor: &Visitor,
    asked: &Asked,
) -> std::result::Result<Session, Refusal> {
    if let Some(actor) = super::bearer(visitor) {
        return state.sessions().of(Kind::Qrz, actor).map_err(Refusal::Refused);
    }
    if asked.get("username").is_some() || asked.get("password").is_some() {
        let (Some(user), Some(password)) = (asked.word("username"), asked.get("password")) else {
            return Err(Refusal::Error(NOTHING_SHOWN));
        };
        let session = state.sign_in(Kind::Qrz, (user, password), visitor).await;
        return session.map_err(Refusal::Refused);
    }
    let Some(key) = asked.get("s") else {
        return Err(Refusal::Error(NOTHING_SHOWN));
    };
    let found = state.sessions().find(Kind::Qrz, key.trim());
    found.map_err(|ended| match ended {
        Ended::Unknown => Refusal::Error(NO_SUCH_KEY),
        Ended::Over => Refusal::Error(TIMEOUT),
    })
}

/// What all answers have in common.
struct Page {
    version: &'static str,
    now: Timestamp,
}

impl Page {
    /// Answers what is asked within a session.
    async fn look_up(
        &self,
        state: &CompatState,
        visitor: &Visitor,
        asked: &Asked,
        session: &mut Session,
    ) -> Result<Response> {
        if let Some(call) = asked.word("callsign") {
            let found = state.lookup_in(visitor, session, call).await?;
            return Ok(match &found {
                Some(record) => self.within(session, &Found::Callsign(record)),
                None => self.missed(session, call),
            });
        }
        if let Some(wanted) = asked.word("dxcc") {
            state.count(visitor, &session.actor)?;
            let found = state.entity(wanted);
            return Ok(match &found {
                Some(found) => self.within(session, &Found::Entity(found)),
                None => self.missed(session, wanted),
            });
        }
        if let Some(call) = asked.word("html") {
            let found = state.lookup_in(visitor, session, call).await?;
            return Ok(match &found {
                Some(record) => own_page(biography(record)),
                None => self.missed(session, call),
            });
        }
        Ok(self.within(session, &Found::Nothing))
    }

    fn within(&self, session: &Session, found: &Found<'_>) -> Response {
        let told = Told {
            session: Some(session),
            ..Told::default()
        };
        self.told(found, &told)
    }

    fn missed(&self, session: &Session, wanted: &str) -> Response {
        let wanted: String = wanted.chars().take(32).flat_map(char::to_uppercase).collect();
        let told = Told {
            session: Some(session),
            ..Told::error(&format!("Not found: {wanted}"))
        };
        self.told(&Found::Nothing, &told)
    }

    fn told(&self, found: &Found<'_>, told: &Told<'_>) -> Response {
        own_answer("text/xml; charset=utf-8", self.write(found, told))
    }

    fn write(&self, found: &Found<'_>, told: &Told<'_>) -> String {
        let attributes = [("version", self.version), ("xmlns", "http://xmldata.qrz.com")];
        let mut xml = Xml::new("QRZDatabase", &attributes);
        match found {
            Found::Nothing => {}
            Found::Callsign(record) => xml.group("Callsign", |xml| callsign(xml, record)),
            Found::Entity(found) => xml.group("DXCC", |xml| entity(xml, found)),
        }
        xml.group("Session", |xml| {
            if let Some(session) = told.session {
                xml.text("Key", &session.key);
                xml.value("Count", &session.count.to_string());
                // There is no subscription: what one may lasts as long as the session.
                xml.text("SubExp", &in_words(session.until));
            }
            if let Some(error) = &told.error {
                xml.error(error);
            }
            xml.text("Message", told.message.as_deref().unwrap_or_default());
            xml.text("GMTime", &in_words(self.now));
        });
        xml.finish()
    }
}

/// `Sun Nov 22 15:04:05 2026`
fn in_words(time: Timestamp) -> String {
    let time = time.to_zoned(TimeZone::UTC);
    time.strftime("%a %b %d %H:%M:%S %Y").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::callbook::compat::testing;
    use crate::identity::Actor;

    fn page() -> Page {
        Page {
            version: version("current"),
            now: "2026-11-22T15:04:05Z".parse().unwrap(),
        }
    }

    fn session() -> Session {
        Session {
            key: "2331uf894c4bd29f3923f3bacf02c532".to_owned(),
            actor: Actor::Guest,
            until: "2026-11-23T15:04:05Z".parse().unwrap(),
            count: 3,
        }
    }

    fn shown(record: &RecordView) -> String {
        let session = session();
        let told = Told {
            session: Some(&session),
            ..Told::default()
        };
        page().write(&Found::Callsign(record), &told)
    }

    #[test]
    fn records_of_all_kinds() {
        insta::assert_snapshot!("person", shown(&testing::person()));
        insta::assert_snapshot!("masked", shown(&testing::masked()));
        insta::assert_snapshot!("club", shown(&testing::club()));
        insta::assert_snapshot!("opted_out", shown(&testing::opted_out()));
        let xref = RecordView {
            asked: Some("DL/K6XYZ/P".to_owned()),
            ..testing::opted_out()
        };
        insta::assert_snapshot!("xref", shown(&xref));
    }

    #[test]
    fn sessions_entities_and_errors() {
        let session = session();
        let told = || Told {
            session: Some(&session),
            ..Told::default()
        };
        insta::assert_snapshot!("session", page().write(&Found::Nothing, &told()));
        let miss = Told {
            error: Some("Not found: N0CALL".to_owned()),
            ..told()
        };
        insta::assert_snapshot!("miss", page().write(&Found::Nothing, &miss));
        insta::assert_snapshot!("wrong", page().write(&Found::Nothing, &Told::error(WRONG)));
        let entities = crate::ham::dxcc::Resolver::shared();
        let usa = entities.entity(crate::ham::dxcc::EntityId(291)).unwrap();
        insta::assert_snapshot!("entity", page().write(&Found::Entity(usa), &told()));
    }

    #[test]
    fn a_version_that_is_known_is_kept() {
        assert_eq!(
            [version("1.31"), version("current"), version("9<")],
            ["1.31", "1.34", "1.34"]
        );
    }

    proptest! {
        #[test]
        fn no_value_breaks_the_document(text in testing::hostile()) {
            let record = testing::filled_with(&text);
            testing::well_formed(&shown(&record));
            let page = biography(&record);
            prop_assert!(!page[page.find("<body>").unwrap() + 6..].contains("<script"));
            testing::well_formed(&super::Page::write(&self::page(), &Found::Nothing, &Told::error(&text)));
        }
    }
}
