//! The callbooks of others as they answer on good and on bad days.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use wiremock::matchers::{body_string_contains, method, path, query_param, query_param_contains};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::config::Secret;
use crate::env::{Clock, Entropy, Mailer, Outbound, Service};
use crate::identity::{AccountId, Credential, Member, Role};
use crate::store::{Registry, StoreConfig};

/// A store that has the tables of this part.
pub(super) fn store(dir: &Path) -> Store {
    let registry = Registry {
        tables: tables(),
        ..Registry::default()
    };
    Store::open(StoreConfig {
        registry,
        ..StoreConfig::new(dir)
    })
    .unwrap()
}

/// Somebody at a browser.
pub(super) fn member(number: u32) -> Actor {
    Actor::Member(Member {
        account: AccountId(number),
        call: format!("K{number}ABC").parse().unwrap(),
        role: Role::Member,
        scopes: None,
        credential: Credential::Session {
            digest: [0; 32],
            confirmed: true,
            active: true,
        },
        behind: None,
    })
}

struct Place {
    upstream: Upstream,
    clock: Clock,
    server: MockServer,
    store: Store,
    _dir: tempfile::TempDir,
}

fn login(user: &str) -> Login {
    Login {
        user: user.into(),
        password: Secret::new("s & t"),
    }
}

impl Place {
    async fn new(settings: Settings) -> Self {
        let server = MockServer::start().await;
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fake("2026-11-22T12:00:00Z".parse().unwrap());
        let service = |site: Site| {
            let service = Service {
                pause: Duration::ZERO,
                timeout: Duration::from_millis(400),
                most_bytes: 64 << 10,
                ..Service::at(format!("{}/{}/", server.uri(), site.as_str()).parse().unwrap())
            };
            (site.outbound().to_owned(), service)
        };
        let env = Env {
            clock: clock.clone(),
            entropy: Entropy::seeded(3),
            outbound: Outbound::new(Site::ALL.map(service)),
            mailer: Mailer::off(clock.clone()),
        };
        let store = store(dir.path());
        Self {
            upstream: Upstream::new(store.clone(), env, Sealer::new(&[5; 32]), settings),
            clock,
            server,
            store,
            _dir: dir,
        }
    }

    async fn ask(&self, call: &str) -> Vec<Outcome> {
        let call = Callsign::parse(call).unwrap();
        self.upstream.ask_all(&member(7), &call).await.unwrap()
    }

    /// What the one callbook there is says.
    async fn one(&self, call: &str) -> Result<ElsewhereView, Trouble> {
        let mut outcomes = self.ask(call).await;
        assert_eq!(outcomes.len(), 1);
        outcomes.remove(0).answer
    }

    async fn requests(&self) -> usize {
        self.server.received_requests().await.unwrap().len()
    }

    async fn answers(&self, mock: wiremock::MockBuilder, status: u16, body: impl Into<String>) {
        let answer = ResponseTemplate::new(status).set_body_string(body.into());
        mock.respond_with(answer).mount(&self.server).await;
    }
}

fn station_qrz() -> Settings {
    Settings {
        qrz: Some(login("K6BP")),
        ..Settings::default()
    }
}

fn station_hamqth() -> Settings {
    Settings {
        hamqth: Some(login("K6BP")),
        ..Settings::default()
    }
}

fn qrz(inner: &str, session: &str) -> String {
    format!(
        "<?xml version=\"1.0\" ?>\n<QRZDatabase version=\"1.34\" xmlns=\"http://xmldata.qrz.com\">{inner}\
         <Session>{session}<GMTime>Sun Aug 16 03:51:47 2026</GMTime></Session></QRZDatabase>"
    )
}

fn hamqth(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><HamQTH version=\"2.8\" xmlns=\"https://www.hamqth.com\">{inner}</HamQTH>"
    )
}

const ENTRY: &str = "<Callsign><call>K1ABC</call><fname>Joe</fname><name>O&apos;Ham</name><addr2>Boston</addr2>\
    <state>MA</state><country>United States</country><grid>FN42</grid><class>E</class><lotw>1</lotw>\
    <mqsl>0</mqsl><qslmgr>via K1MGR\u{7}</qslmgr></Callsign>";

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
async fn a_refused_login_is_not_sent_again_for_a_while() {
    let place = Place::new(station_hamqth()).await;
    let wrong = hamqth("<session><error>Wrong user name or password</error></session>");
    place.answers(Mock::given(method("GET")), 200, wrong).await;
    for _ in 0..3 {
        assert_eq!(place.one("OK1ABC").await, Err(Trouble::WrongPassword));
    }
    assert_eq!(place.requests().await, 1);
    place.clock.advance(Duration::from_mins(16));
    assert_eq!(place.one("OK1ABC").await, Err(Trouble::WrongPassword));
    assert_eq!(place.requests().await, 2);
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

#[tokio::test]
async fn a_slow_callbook_times_out_and_is_left_alone_after_five_times() {
    let place = Place::new(station_hamqth()).await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(2));
    Mock::given(method("GET"))
        .respond_with(slow)
        .mount(&place.server)
        .await;
    for _ in 0..5 {
        assert_eq!(place.one("OK1ABC").await, Err(Trouble::TimedOut));
    }
    let outcome = place.ask("OK1ABC").await.remove(0);
    assert_eq!(outcome.answer, Err(Trouble::Unreachable));
    assert_eq!(
        outcome.again,
        Some(place.clock.now() + SignedDuration::from_secs(60))
    );
    assert_eq!(place.requests().await, 5);
    place.clock.advance(Duration::from_secs(61));
    assert_eq!(place.one("OK1ABC").await, Err(Trouble::TimedOut));
    assert_eq!(place.requests().await, 6);
}

#[tokio::test]
async fn ones_own_account_goes_before_the_stations_and_its_answers_are_ones_own() {
    let place = Place::new(station_qrz()).await;
    let by = |user: &str| Mock::given(body_string_contains(format!("username={user}")));
    place
        .answers(by("K6BP"), 200, qrz("", "<Key>station</Key>"))
        .await;
    place.answers(by("K7ABC"), 200, qrz("", "<Key>own</Key>")).await;
    let wrong = qrz("", "<Error>Username/password incorrect</Error>");
    place.answers(by("NOBODY"), 200, wrong).await;
    for key in ["station", "own"] {
        let mock = Mock::given(body_string_contains(format!("s={key}&callsign=")));
        place
            .answers(mock, 200, qrz(ENTRY, &format!("<Key>{key}</Key>")))
            .await;
    }
    let (own, other) = (member(7), member(8));
    let upstream = &place.upstream;
    let refused = upstream.set_account(&own, Site::Qrz, ("NOBODY", "wrong")).await;
    assert!(matches!(
        refused,
        Err(Error::Refused(Site::Qrz, Trouble::WrongPassword))
    ));
    assert!(matches!(
        upstream.account(&own, Site::Qrz).await,
        Err(Error::NoAccount(_))
    ));
    let unfit = upstream.set_account(&own, Site::Qrz, (" ", "x")).await;
    assert!(matches!(unfit, Err(Error::BadLogin(_))));
    let kept = upstream
        .set_account(&own, Site::Qrz, (" K7ABC ", "secret 4711"))
        .await;
    assert_eq!(kept.unwrap(), None);
    assert_eq!(upstream.account(&own, Site::Qrz).await.unwrap().0, "K7ABC");
    let stored = place
        .store
        .read_now(|r| accounts::of(r, 7, Site::Qrz))
        .unwrap()
        .unwrap();
    assert!(!stored.sealed.windows(4).any(|part| part == b"4711"));
    let call = Callsign::parse("K1ABC").unwrap();
    let behalf = async |actor: &Actor| {
        let outcome = upstream.ask_all(actor, &call).await.unwrap().remove(0);
        (outcome.behalf, outcome.answer.unwrap().cached)
    };
    assert_eq!(behalf(&own).await, (Behalf::Own, false));
    assert_eq!(
        behalf(&other).await,
        (Behalf::Station, false),
        "what one's own account brought is one's own"
    );
    assert_eq!(behalf(&member(9)).await, (Behalf::Station, true));
    upstream.remove_account(&own, Site::Qrz).await.unwrap();
    assert_eq!(behalf(&own).await, (Behalf::Station, true));
    let rows = place.store.read_now(|r| cache::of_account(r, 7)).unwrap();
    assert!(rows.is_empty());
    let again = upstream.remove_account(&own, Site::Qrz).await;
    assert!(matches!(again, Err(Error::NoAccount(Site::Qrz))));
}

#[tokio::test]
async fn guests_ask_nobody_and_keys_keep_no_accounts() {
    let place = Place::new(station_qrz()).await;
    let call = Callsign::parse("K1ABC").unwrap();
    let guest = place.upstream.ask_all(&Actor::Guest, &call).await;
    assert!(matches!(guest, Err(Error::Denied(_))));
    let Actor::Member(member) = member(7) else {
        panic!("a member");
    };
    let program = Actor::Member(Member {
        credential: Credential::Password,
        ..member
    });
    let set = place
        .upstream
        .set_account(&program, Site::Qrz, ("K7ABC", "x"))
        .await;
    assert!(matches!(set, Err(Error::Denied(_))));
    assert_eq!(place.requests().await, 0);
}
