//! The callbooks of others as they answer on good and on bad days.

mod sites;

use std::path::Path;
use std::time::Duration;

use wiremock::matchers::{body_string_contains, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

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
