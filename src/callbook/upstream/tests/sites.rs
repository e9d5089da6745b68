//! What each of them answers, and in which words it does not.

use std::time::Duration;

use serde_json::json;
use wiremock::matchers::{body_string_contains, method, path, query_param, query_param_contains};
use wiremock::{Mock, Request, ResponseTemplate};

use super::super::*;
use super::{ENTRY, Place, hamqth, qrz, station_hamqth, station_qrz};

#[tokio::test]
async fn qrz_is_asked_in_one_session_until_it_ends() {
    let place = Place::new(station_qrz()).await;
    let logins = Mock::given(method("POST")).and(body_string_contains("username=K6BP&password=s+%26+t"));
    let count = std::sync::atomic::AtomicU32::new(0);
    logins
        .respond_with(move |_: &Request| {
            let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            ResponseTemplate::new(200).set_body_string(qrz("", &format!("<Key>key{number}</Key>")))
        })
        .expect(2)
        .mount(&place.server)
        .await;
    let over = qrz("", "<Error>Session Timeout</Error>");
    let ended = Mock::given(body_string_contains("s=key0&callsign=K2ABC"));
    place.answers(ended, 200, over).await;
    place
        .answers(
            Mock::given(body_string_contains("callsign=K1ABC")),
            200,
            qrz(ENTRY, "<Key>key0</Key>"),
        )
        .await;
    let miss = qrz("", "<Key>key1</Key><Error>Not found: K2ABC</Error>");
    place
        .answers(
            Mock::given(body_string_contains("s=key1&callsign=K2ABC")),
            200,
            miss,
        )
        .await;
    let found = place.one("k1abc").await.unwrap();
    assert_eq!(
        (found.found.name.as_str(), found.found.qth.as_str()),
        ("Joe O'Ham", "Boston, MA")
    );
    assert_eq!(found.found.qsl_via, "via K1MGR");
    assert_eq!((found.found.lotw, found.found.direct), (Some(true), Some(false)));
    assert_eq!(found.page.as_deref(), Some("https://www.qrz.com/db/K1ABC"));
    assert!(!found.cached);
    assert!(place.one("K1ABC").await.unwrap().cached);
    assert_eq!(place.one("K2ABC").await, Err(Trouble::NotFound));
    let asked = place.requests().await;
    assert_eq!(asked, 5, "two logins, an answer, a session that is over, a miss");
    assert_eq!(place.one("K2ABC").await, Err(Trouble::NotFound));
    assert_eq!(place.requests().await, asked, "a miss is kept too");
    place.clock.advance(Duration::from_hours(25));
    assert_eq!(place.one("K2ABC").await, Err(Trouble::NotFound));
    assert_eq!(place.requests().await, asked + 1, "for a day");
    assert!(place.one("K1ABC").await.unwrap().cached, "an answer for a week");
}

#[tokio::test]
async fn what_is_wrong_at_qrz_has_its_name() {
    for (status, body, trouble) in [
        (
            200,
            qrz("", "<Error>Username/password incorrect </Error>"),
            Trouble::WrongPassword,
        ),
        (
            200,
            qrz("", "<Error>Connection refused</Error>"),
            Trouble::WrongPassword,
        ),
        (
            200,
            qrz("", "<Error>A subscription is required</Error>"),
            Trouble::NoSubscription,
        ),
        (
            200,
            qrz("", "<Error>Lookup limit exceeded</Error>"),
            Trouble::Limit,
        ),
        (200, qrz("", ""), Trouble::Unreachable),
        (
            200,
            "<html><body><h1>It works!</h1></body></html>".to_owned(),
            Trouble::Unreachable,
        ),
        (
            200,
            "<!DOCTYPE a [<!ENTITY b \"c\">]><QRZDatabase><Session><Key>&b;</Key></Session></QRZDatabase>"
                .to_owned(),
            Trouble::Unreachable,
        ),
        (200, "<QRZDatabase><Session>".to_owned(), Trouble::Unreachable),
        (200, "x".repeat(65 << 10), Trouble::Unreachable),
        (200, String::new(), Trouble::Unreachable),
        (500, String::new(), Trouble::Unreachable),
        (429, String::new(), Trouble::Limit),
    ] {
        let place = Place::new(station_qrz()).await;
        place
            .answers(Mock::given(method("POST")), status, body.as_str())
            .await;
        assert_eq!(place.one("K1ABC").await, Err(trouble), "{body:.60}");
    }
}

#[tokio::test]
async fn an_account_without_a_subscription_is_told() {
    let place = Place::new(station_qrz()).await;
    let session = "<Key>k</Key><SubExp>non-subscriber</SubExp><Message>A subscription is required to access the \
                   complete record.</Message>";
    place
        .answers(Mock::given(method("POST")), 200, qrz(ENTRY, session))
        .await;
    assert!(place.one("K1ABC").await.unwrap().found.limited);
}

#[tokio::test]
async fn hamqth_is_asked_in_one_session_until_it_ends() {
    let place = Place::new(station_hamqth()).await;
    let xml = || Mock::given(path("/hamqth/xml.php"));
    let session = hamqth("<session><session_id>abc</session_id></session>");
    place
        .answers(
            xml().and(query_param("u", "K6BP")).and(query_param("p", "s & t")),
            200,
            session,
        )
        .await;
    let entry = hamqth(
        "<search><callsign>ok1abc</callsign><nick>Jan</nick><qth>Praha</qth><country>Czech Republic</country>\
         <grid>JO70</grid><lotw>Y</lotw><eqsl>N</eqsl><qsl>?</qsl></search>",
    );
    place
        .answers(
            xml()
                .and(query_param("id", "abc"))
                .and(query_param("callsign", "OK1ABC")),
            200,
            entry,
        )
        .await;
    let miss = hamqth("<session><error>Callsign not found</error></session>");
    place
        .answers(xml().and(query_param_contains("callsign", "OK1XYZ")), 200, miss)
        .await;
    let found = place.one("OK1ABC").await.unwrap().found;
    assert_eq!((found.call.as_str(), found.name.as_str()), ("OK1ABC", "Jan"));
    assert_eq!(
        (found.lotw, found.eqsl, found.bureau),
        (Some(true), Some(false), None)
    );
    assert_eq!(place.one("OK1XYZ").await, Err(Trouble::NotFound));
    assert_eq!(place.requests().await, 3, "one login");
}

#[tokio::test]
async fn a_session_of_hamqth_that_always_ends_is_begun_once_more_and_no_more() {
    let place = Place::new(station_hamqth()).await;
    let session = hamqth("<session><session_id>abc</session_id></session>");
    place
        .answers(Mock::given(query_param("u", "K6BP")), 200, session)
        .await;
    let over = hamqth("<session><error>Session does not exist or expired</error></session>");
    place
        .answers(Mock::given(query_param("id", "abc")), 200, over)
        .await;
    assert_eq!(place.one("OK1ABC").await, Err(Trouble::Unreachable));
    assert_eq!(place.requests().await, 4);
}

#[tokio::test]
async fn hamdb_and_callook_are_asked_for_calls_they_can_know() {
    let place = Place::new(Settings {
        hamdb: true,
        callook: true,
        ..Settings::default()
    })
    .await;
    let entry = json!({"hamdb": {"version": "1", "callsign": {
        "call": "K1ABC", "class": "E", "expires": "01/01/2030", "grid": "FN42ab", "fname": "Joe", "mi": "",
        "name": "Ham", "suffix": "", "addr2": "Boston", "state": "MA", "country": "United States"},
        "messages": {"status": "OK"}}});
    place
        .answers(
            Mock::given(path("/hamdb/v1/K1ABC/json/shackbox")),
            200,
            entry.to_string(),
        )
        .await;
    let miss = json!({"hamdb": {"version": "1", "callsign": {"call": "NOT_FOUND"},
        "messages": {"status": "NOT_FOUND"}}});
    place
        .answers(
            Mock::given(path("/hamdb/v1/VE3ABC/json/shackbox")),
            200,
            miss.to_string(),
        )
        .await;
    let entry = json!({"status": "VALID", "current": {"callsign": "K1ABC", "operClass": "EXTRA"},
        "name": "JOE HAM", "address": {"line2": "BOSTON, MA 02101"}, "location": {"gridsquare": "FN42ab"}});
    place
        .answers(Mock::given(path("/callook/K1ABC/json")), 200, entry.to_string())
        .await;
    place
        .answers(
            Mock::given(path("/callook/K2ABC/json")),
            200,
            r#"{"status":"UPDATING"}"#,
        )
        .await;
    place
        .answers(
            Mock::given(path("/callook/K3ABC/json")),
            200,
            r#"{"status":"INVALID"}"#,
        )
        .await;
    let both = place.ask("VE3/K1ABC/P").await;
    let names: Vec<_> = both
        .iter()
        .map(|outcome| {
            let found = &outcome.answer.as_ref().unwrap().found;
            (outcome.site, found.name.as_str(), found.qth.as_str())
        })
        .collect();
    assert_eq!(
        names,
        [
            (Site::Hamdb, "Joe Ham", "Boston, MA"),
            (Site::Callook, "JOE HAM", "BOSTON, MA")
        ]
    );
    assert_eq!(place.one("VE3ABC").await, Err(Trouble::NotFound));
    let troubles = async |call: &str| {
        let outcomes = place.ask(call).await;
        outcomes[1].answer.clone().unwrap_err()
    };
    assert_eq!(troubles("K2ABC").await, Trouble::Unreachable);
    assert_eq!(troubles("K3ABC").await, Trouble::NotFound);
    assert!(place.ask("DL1ABC").await.is_empty(), "nobody to ask");
}
