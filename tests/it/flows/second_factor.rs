//! A passkey asked for after the password: nothing opens before it, and there is a way back when it is lost.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shackbox::testkit::TestApp;
use shackbox::testkit::passkey::Device;

use crate::kit::{Caller, PASSWORD, Reply, send};

const ORIGIN: &str = "http://localhost";
const DEMAND: &str = "/api/v1/account/second-factor";
const SHORT: &str = "qrm4ever";
const FRESH: &str = "words nobody has used before";

struct Station {
    app: TestApp,
    admin: Caller,
    member: Caller,
    device: Device,
}

impl Station {
    /// A member with a passkey.
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.account("K6BP", true, PASSWORD).await;
        app.account("W1AW", false, PASSWORD).await;
        let admin = Caller::signed_in(&app, "K6BP").await;
        let member = Caller::signed_in(&app, "W1AW").await;
        let device = with_passkey(&member).await;
        Self {
            app,
            admin,
            member,
            device,
        }
    }

    /// The same, and the passkey is asked for.
    async fn demanding() -> Self {
        let station = Self::new().await;
        station.demand(true).await.expect(204);
        station
    }

    fn guest(&self) -> Caller {
        Caller::guest(&self.app)
    }

    /// The answer to call and password.
    async fn password(&self, password: &str) -> Reply {
        let shown = json!({"call": "W1AW", "password": password});
        self.guest().post("/api/v1/session", &shown).await
    }

    /// The door half open.
    async fn half(&self) -> Value {
        self.password(PASSWORD).await.expect(202).json()
    }

    async fn answer(&self, step: &Value, device: &Device) -> Reply {
        self.guest()
            .post("/api/v1/session/second", &answered(step, device))
            .await
    }

    /// The member's own device answers, in vain.
    async fn refused(&self, step: &Value) {
        let reply = self.answer(step, &self.device).await;
        reply.problem(422, "invalid");
    }

    /// Sets the demand or ends it.
    async fn demand(&self, required: bool) -> Reply {
        self.member.put(DEMAND, &json!({"required": required})).await
    }

    /// The first step of a sign-in by passkey alone.
    async fn asked(&self) -> Value {
        let asked = self
            .guest()
            .post("/api/v1/session/passkey/options", &json!({}))
            .await;
        asked.expect(200).json()
    }
}

fn answered(step: &Value, device: &Device) -> Value {
    json!({"token": step["token"], "credential": device.show(&step["options"])})
}

async fn with_passkey(member: &Caller) -> Device {
    let mut device = Device::at(ORIGIN);
    let begun = member.post("/api/v1/passkeys/options", &json!({})).await;
    let begun = begun.expect(200).json();
    let made =
        json!({"token": begun["token"], "name": "Bench", "credential": device.make(&begun["options"])});
    member.post("/api/v1/passkeys", &made).await.expect(201);
    device
}

/// Shows the passkey in place of the password, in a session.
async fn confirm(member: &Caller, device: &Device) -> Reply {
    let asked = member.post("/api/v1/session/passkey/options", &json!({})).await;
    let asked = asked.expect(200).json();
    member
        .post("/api/v1/session/confirm/passkey", &answered(&asked, device))
        .await
}

#[tokio::test]
async fn a_password_alone_opens_nothing_where_a_passkey_is_wanted() {
    let station = Station::demanding().await;
    let reply = station.password(PASSWORD).await.expect(202);
    assert!(reply.headers.get("set-cookie").is_none(), "no session yet");
    assert_eq!(reply.header("cache-control"), "no-store");
    let step = reply.json();
    let names: Vec<_> = step.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["next", "token", "options"]);
    assert_eq!(step["next"], "passkey");
    let allowed = &step["options"]["publicKey"]["allowCredentials"];
    assert!(
        allowed.as_array().is_none_or(Vec::is_empty),
        "which passkeys there are is nobody's business yet"
    );
    let token = step["token"].as_str().unwrap();
    for name in ["session", "__Host-session"] {
        let request = station.guest().request(Method::GET, "/api/v1/session");
        let reply = send(request.header("cookie", format!("{name}={token}"))).await;
        reply.problem(401, "unauthenticated");
    }

    let reply = station.answer(&step, &station.device).await.expect(200);
    let member = station.guest().in_session(&reply);
    let sessions = member.get("/api/v1/sessions").await.expect(200).json();
    let items = sessions["items"].as_array().unwrap();
    let current = items.iter().find(|session| session["current"] == true).unwrap();
    assert_eq!(current["proven"], "passkey");
    let account = member.get("/api/v1/account").await.expect(200).json();
    assert_eq!(account["second_factor"], true);
}

#[tokio::test]
async fn a_wrong_password_says_nothing_of_the_passkey() {
    let station = Station::demanding().await;
    let wrong = station.password("none of their passwords").await;
    let wrong = wrong.problem(401, "wrong_credentials");
    let shown = json!({"call": "K6BP", "password": "none of their passwords"});
    let other = station.guest().post("/api/v1/session", &shown).await;
    assert_eq!(wrong["detail"], other.problem(401, "wrong_credentials")["detail"]);
}

#[tokio::test]
async fn one_answer_is_taken_in_time_and_from_the_account_s_own_device() {
    let station = Station::demanding().await;
    let stranger = with_passkey(&station.admin).await;
    let step = station.half().await;
    station
        .answer(&step, &stranger)
        .await
        .problem(401, "wrong_credentials");
    // Which is the one answer there was.
    station.refused(&step).await;

    let step = station.half().await;
    station.app.advance(Duration::from_mins(6));
    station.refused(&step).await;

    let step = station.half().await;
    station.answer(&step, &station.device).await.expect(200);
    station.refused(&step).await;
    // Nor does the token open the way that needs no password, or the other way round.
    let step = station.half().await;
    let shown = answered(&step, &station.device);
    let reply = station.guest().post("/api/v1/session/passkey", &shown).await;
    reply.problem(422, "invalid");
    station.refused(&station.asked().await).await;
}

#[tokio::test]
async fn a_password_without_its_passkey_counts_as_a_failed_try() {
    let station = Station::demanding().await;
    // A network where nobody has come in by both.
    for _ in 0..5 {
        station.half().await;
    }
    station.password(PASSWORD).await.problem(429, "rate_limited");
    station.app.advance(Duration::from_mins(16));
    let step = station.half().await;
    station.answer(&step, &station.device).await.expect(200);
    for _ in 0..4 {
        station.half().await;
    }
    let step = station.half().await;
    station.answer(&step, &station.device).await.expect(200);
}

#[tokio::test]
async fn another_password_closes_doors_that_are_half_open() {
    let station = Station::demanding().await;
    let step = station.half().await;
    let change = json!({"current": PASSWORD, "new": FRESH});
    station
        .member
        .post("/api/v1/account/password", &change)
        .await
        .expect(204);
    station.refused(&step).await;
}

#[tokio::test]
async fn a_short_password_is_for_those_who_show_a_passkey_as_well() {
    let station = Station::new().await;
    let short = json!({"current": PASSWORD, "new": SHORT});
    let change = "/api/v1/account/password";
    station.member.post(change, &short).await.problem(422, "invalid");
    station.demand(true).await.expect(204);
    let shorter = json!({"current": PASSWORD, "new": "qrm4eve"});
    station
        .member
        .post(change, &shorter)
        .await
        .problem(422, "invalid");
    station.member.post(change, &short).await.expect(204);
    let step = station.password(SHORT).await.expect(202).json();
    station.answer(&step, &station.device).await.expect(200);

    // It does not become the only factor.
    let alone = station.demand(false).await;
    assert_eq!(alone.problem(422, "invalid")["errors"][0]["field"], "password");
    let still_short = json!({"required": false, "password": "fourteen chars"});
    station
        .member
        .put(DEMAND, &still_short)
        .await
        .problem(422, "invalid");
    let longer = json!({"required": false, "password": FRESH});
    station.member.put(DEMAND, &longer).await.expect(204);
    station.password(FRESH).await.expect(200);
}

#[tokio::test]
async fn the_demand_begins_and_ends_by_a_fresh_proof() {
    let station = Station::new().await;
    let plain = Caller::signed_in(&station.app, "K6BP").await;
    plain
        .put(DEMAND, &json!({"required": true}))
        .await
        .problem(409, "no_passkey");
    station.app.advance(Duration::from_mins(11));
    let member = &station.member;
    let not_fresh = async |required| {
        let reply = station.demand(required).await;
        reply.problem(401, "reauthentication_required");
    };
    not_fresh(true).await;
    confirm(member, &station.device).await.expect(204);
    station.demand(true).await.expect(204);

    station.app.advance(Duration::from_mins(11));
    not_fresh(false).await;
    // The password is not enough for it any more.
    let password = json!({"password": PASSWORD});
    member
        .post("/api/v1/session/confirm", &password)
        .await
        .problem(422, "invalid");
    not_fresh(false).await;
    confirm(member, &station.device).await.expect(204);
    station.demand(false).await.expect(204);
    station.password(PASSWORD).await.expect(200);
}

#[tokio::test]
async fn the_last_passkey_stays_while_it_is_asked_for() {
    let station = Station::demanding().await;
    let list = station.member.get("/api/v1/passkeys").await.expect(200).json();
    let first = format!("/api/v1/passkeys/{}", list["items"][0]["id"].as_str().unwrap());
    station.member.delete(&first).await.problem(409, "last_passkey");
    let second = with_passkey(&station.member).await;
    station.member.delete(&first).await.expect(204);
    let step = station.half().await;
    station.answer(&step, &second).await.expect(200);
}

#[tokio::test]
async fn a_mailed_link_leads_to_the_passkey_and_an_administrator_s_ends_the_demand() {
    let station = Station::new().await;
    let member = &station.member;
    let address = json!({"email": "hiram@example.org"});
    member.post("/api/v1/account/email", &address).await.expect(202);
    let token = json!({"token": station.app.mails()[0].link_token()});
    station.guest().post("/api/v1/confirm", &token).await.expect(200);
    station.demand(true).await.expect(204);
    let told = &station.app.mails()[0];
    assert!(told.text.contains("passkey after the password"), "{}", told.text);

    station.app.advance(Duration::from_mins(2));
    let asked = json!({"call": "W1AW"});
    station.guest().post("/api/v1/recovery", &asked).await.expect(202);
    let set = json!({"token": station.app.mails()[0].link_token(), "password": FRESH});
    let reply = station
        .guest()
        .post("/api/v1/recovery/set", &set)
        .await
        .expect(202);
    assert!(reply.headers.get("set-cookie").is_none());
    station.answer(&reply.json(), &station.device).await.expect(200);

    // The device is lost.
    let users = station.admin.get("/api/v1/users").await.expect(200).json();
    let users = users["items"].as_array().unwrap();
    let id = &users.iter().find(|user| user["call"] == "W1AW").unwrap()["id"];
    let given = station
        .admin
        .post(&format!("/api/v1/users/{id}/recovery"), &json!({}))
        .await
        .expect(201)
        .json();
    let token = given["url"].as_str().unwrap().split("token=").nth(1).unwrap();
    let set = json!({"token": token, "password": PASSWORD});
    let reply = station
        .guest()
        .post("/api/v1/recovery/set", &set)
        .await
        .expect(200);
    let back = station.guest().in_session(&reply);
    let account = back.get("/api/v1/account").await.expect(200).json();
    assert_eq!(account["second_factor"], false);
    station.password(PASSWORD).await.expect(200);
}

#[tokio::test]
async fn the_plain_form_leads_to_a_page_that_asks_for_the_passkey() {
    let station = Station::demanding().await;
    let fields = [("call", "W1AW"), ("password", PASSWORD), ("next", "/export")];
    let request = station.guest().request(Method::POST, "/login").form(&fields);
    let page = send(request).await.expect(200);
    assert_eq!(page.header("cache-control"), "no-store");
    let mut cookies = page.headers.get_all("set-cookie").iter();
    assert!(
        cookies.all(|cookie| !cookie.to_str().unwrap().contains("session")),
        "no session yet"
    );
    assert!(page.text.contains("data-token="), "{}", page.text);
    assert!(page.text.contains("/login?next=/export") || page.text.contains("/login?next=%2Fexport"));
    let plain = station.guest().get("/login").await.expect(200);
    assert!(!plain.text.contains("data-token="));
}

#[tokio::test]
async fn a_passkey_by_itself_opens_the_account_as_before() {
    let station = Station::demanding().await;
    let shown = answered(&station.asked().await, &station.device);
    let reply = station.guest().post("/api/v1/session/passkey", &shown).await;
    reply.expect(200);
}
