//! The interface of `HamQTH`: `xml.php`, for members.
//!
//! Everything comes in the address, passwords too, which is never logged. Every answer is 200; what went wrong stands
//! in `session/error`, which makes clients sign in again.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::asked::Asked;
use super::fields::{own_name, position, streets};
use super::session::{Kind, Refused, Session};
use super::xml::{Xml, clean};
use super::{CompatState, own_answer};
use crate::callbook::view::record::RecordView;
use crate::identity::api::gate::Visitor;
use crate::web::{Result, Whole};

const WRONG: &str = "Wrong user name or password";
const NO_SESSION: &str = "Session does not exist or expired";
const NOT_FOUND: &str = "Callsign not found";
/// Registers whose regions are states of the United States.
const UNITED_STATES: &str = "United States";

/// What an answer has in it.
enum Answer<'a> {
    Session(&'a str),
    Found(&'a RecordView),
    Error(&'a str),
}

/// `xml.php`.
pub(super) async fn answer(
    State(state): State<CompatState>,
    visitor: Visitor,
    uri: Uri,
    Whole(body): Whole,
) -> Result<Response> {
    let form = Asked::read(&String::from_utf8_lossy(&body));
    let asked = Asked::read(uri.query().unwrap_or_default()).and(form);
    let mut session = match sign_in(&state, &visitor, &asked).await {
        Ok(session) => session,
        Err(Refused::Wrong) => return Ok(told(&Answer::Error(WRONG))),
        Err(Refused::Forbidden(reason) | Refused::Wait(reason)) => {
            return Ok(told(&Answer::Error(&reason)));
        }
        Err(Refused::Failed(problem)) => return Err(*problem),
    };
    let Some(session) = &mut session else {
        state.count_stranger(&visitor)?;
        return Ok(told(&Answer::Error(NO_SESSION)));
    };
    let Some(call) = asked.word("callsign") else {
        return Ok(told(&Answer::Session(&session.key)));
    };
    let found = state.lookup_in(&visitor, session, call).await?;
    Ok(told(
        &found.as_ref().map_or(Answer::Error(NOT_FOUND), Answer::Found),
    ))
}

/// The session that is begun or shown; none where none is.
async fn sign_in(
    state: &CompatState,
    visitor: &Visitor,
    asked: &Asked,
) -> std::result::Result<Option<Session>, Refused> {
    if let Some(actor) = super::bearer(visitor) {
        return state.sessions().of(Kind::Hamqth, actor).map(Some);
    }
    if let (Some(user), Some(password)) = (asked.word("u"), asked.get("p")) {
        let session = state.sign_in(Kind::Hamqth, (user, password), visitor).await?;
        return Ok(Some(session));
    }
    let id = asked.word("id").unwrap_or_default();
    Ok(state.sessions().find(Kind::Hamqth, id).ok())
}

fn told(answer: &Answer<'_>) -> Response {
    own_answer("text/xml; charset=utf-8", write(answer))
}

fn write(answer: &Answer<'_>) -> String {
    let attributes = [("version", "2.8"), ("xmlns", "https://www.hamqth.com")];
    let mut xml = Xml::new("HamQTH", &attributes);
    match answer {
        Answer::Session(id) => xml.group("session", |xml| xml.value("session_id", id)),
        Answer::Error(error) => xml.group("session", |xml| xml.value("error", error)),
        Answer::Found(record) => xml.group("search", |xml| search(xml, record)),
    }
    xml.finish()
}

fn search(xml: &mut Xml, record: &RecordView) {
    let dxcc = record.dxcc.as_ref();
    let place = position(record);
    xml.text("callsign", &record.call);
    xml.text("nick", own_name(record).unwrap_or(&record.first_name));
    xml.text("qth", &record.city);
    xml.text("country", dxcc.map_or(&record.country, |dxcc| &dxcc.name));
    xml.number("adif", dxcc.map(|dxcc| dxcc.entity));
    xml.number("itu", dxcc.and_then(|dxcc| dxcc.itu_zone));
    xml.number("cq", dxcc.and_then(|dxcc| dxcc.cq_zone));
    xml.text("grid", place.as_ref().map_or("", |place| &place.grid));
    xml.text("adr_name", &record.name);
    for (name, line) in ["adr_street1", "adr_street2"].iter().zip(streets(record)) {
        xml.text(name, &line);
    }
    xml.text("adr_city", &record.city);
    xml.text("adr_zip", &record.zip);
    xml.text("adr_country", &record.country);
    if record.country == UNITED_STATES {
        xml.text("us_state", &record.state);
    }
    if let Some(qsl) = &record.qsl {
        xml.text("qsl_via", &qsl.via);
        let ways = [
            ("lotw", qsl.lotw),
            ("eqsl", qsl.eqsl),
            ("qsl", qsl.bureau),
            ("qsldirect", qsl.direct),
        ];
        for (name, way) in ways {
            xml.value(name, way.map_or("?", |way| if way { "Y" } else { "N" }));
        }
    }
    xml.text("email", &record.email);
    xml.text("picture", &record.picture);
    if let Some(place) = &place {
        xml.text("latitude", &place.lat);
        xml.text("longitude", &place.lon);
    }
    xml.text(
        "continent",
        dxcc.and_then(|dxcc| dxcc.continent).unwrap_or_default(),
    );
    let web = clean(&record.web);
    xml.text("web", &web);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::callbook::compat::testing;

    #[test]
    fn records_of_all_kinds() {
        let shown = |record: &RecordView| write(&Answer::Found(record));
        insta::assert_snapshot!("person", shown(&testing::person()));
        insta::assert_snapshot!("masked", shown(&testing::masked()));
        insta::assert_snapshot!("club", shown(&testing::club()));
        insta::assert_snapshot!("opted_out", shown(&testing::opted_out()));
    }

    #[test]
    fn sessions_and_errors() {
        insta::assert_snapshot!(
            "session",
            write(&Answer::Session("09b0ae90050be03c452ad235a1f2915ad684393c"))
        );
        insta::assert_snapshot!("miss", write(&Answer::Error(NOT_FOUND)));
    }

    proptest! {
        #[test]
        fn no_value_breaks_the_document(text in testing::hostile()) {
            testing::well_formed(&write(&Answer::Found(&testing::filled_with(&text))));
            testing::well_formed(&write(&Answer::Error(&text)));
        }
    }
}
