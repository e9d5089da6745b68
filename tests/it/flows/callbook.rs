//! The callbook: registers from files and from their authorities' servers, looked up by whoever may see what.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use shackbox::testkit::{TestApp, uls};
use wiremock::matchers::{header, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::kit::{Caller, PASSWORD};

/// A licence of a made-up archive of the FCC.
#[derive(Clone, Copy)]
struct Row {
    usi: u32,
    call: &'static str,
    frn: &'static str,
    last: &'static str,
    status: char,
    previous: &'static str,
}

const fn row(usi: u32, call: &'static str, frn: &'static str, last: &'static str, status: char) -> Row {
    Row {
        usi,
        call,
        frn,
        last,
        status,
        previous: "",
    }
}

const FULL: [Row; 5] = [
    row(1, "W1AW", "0000000001", "Maxim", 'A'),
    row(2, "K9XYZ", "0000000002", "Zed", 'A'),
    row(3, "KD9ABC", "0000000003", "Mover", 'A'),
    row(4, "N9OLD", "0000000004", "Gone", 'A'),
    row(5, "W9FOR", "0000000005", "Former", 'C'),
];

/// An archive as the FCC makes them, created at this time.
fn archive(rows: &[Row], created: &str) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("files");
    std::fs::create_dir(&folder).unwrap();
    let (mut en, mut am, mut hd) = (String::new(), String::new(), String::new());
    for row in rows {
        let Row {
            usi,
            call,
            frn,
            last,
            status,
            previous,
        } = row;
        write!(
            en,
            "EN|{usi}|||{call}|L|L{usi:08}|{last}, Ann|Ann||{last}|||||1 Main St|Newington|CT|06111|||000|{frn}|I||||||\r\n"
        )
        .unwrap();
        write!(am, "AM|{usi}|||{call}|E||||||||||{previous}||\r\n").unwrap();
        let cancelled = if *status == 'C' { "01/01/2020" } else { "" };
        let head = format!("HD|{usi}|||{call}|{status}|HA|06/01/2020|06/01/2030|{cancelled}");
        write!(
            hd,
            "{head}{}06/01/2020|06/01/2020{}\r\n",
            "|".repeat(33),
            "|".repeat(15)
        )
        .unwrap();
    }
    let lines = rows.len();
    let counts = format!(
        "File Creation Date: {created}\n {lines} AM.dat\n {lines} EN.dat\n {lines} HD.dat\n {} total\n",
        lines * 3
    );
    for (name, text) in [("EN.dat", en), ("AM.dat", am), ("HD.dat", hd), ("counts", counts)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let file = dir.path().join("l_amat.zip");
    uls::zip(&folder, &file).unwrap();
    std::fs::read(file).unwrap()
}

fn fixture(name: &str) -> Vec<u8> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/callbook");
    std::fs::read(dir.join(name)).unwrap()
}

struct Station {
    app: TestApp,
    admin: Caller,
}

impl Station {
    async fn with(settings: &[(&str, &str)]) -> Self {
        let app = TestApp::with(settings).await;
        app.account("K6BP", true, PASSWORD).await;
        let admin = Caller::signed_in(&app, "K6BP").await;
        Self { app, admin }
    }

    async fn new() -> Self {
        Self::with(&[]).await
    }

    /// Waits until a job has ended; what it tells.
    async fn ended(&self, job: &str) -> Value {
        for _ in 0..600 {
            let told = self
                .admin
                .get(&format!("/api/v1/jobs/{job}"))
                .await
                .expect(200)
                .json();
            if !matches!(told["state"].as_str(), Some("queued" | "running")) {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job {job} does not end");
    }

    /// Hands a register's file over and waits for it.
    async fn hand_over(&self, authority: &str, query: &str, bytes: Vec<u8>) -> Value {
        let path = format!("/api/v1/callbook/sources/{authority}/file{query}");
        let request = self.admin.request(reqwest::Method::POST, &path).body(bytes);
        let reply = crate::kit::send(request).await.expect(202);
        self.ended(reply.json()["job"].as_str().unwrap()).await
    }

    async fn fetch(&self, authority: &str) -> Value {
        let path = format!("/api/v1/callbook/sources/{authority}/fetch");
        let reply = self.admin.post(&path, &json!({})).await.expect(202);
        self.ended(reply.json()["job"].as_str().unwrap()).await
    }

    async fn source(&self, authority: &str) -> Value {
        let list = self
            .admin
            .get("/api/v1/callbook/sources")
            .await
            .expect(200)
            .json();
        let items = list["items"].as_array().unwrap();
        let found = items.iter().find(|item| item["authority"] == authority);
        found.unwrap().clone()
    }

    /// Waits until an account of this call is there, or is not, and is verified or not.
    async fn account_becomes(&self, call: &str, verified: Option<bool>) {
        let mut last = Value::Null;
        for _ in 0..200 {
            let users = self.admin.get("/api/v1/users").await.expect(200).json();
            let items = users["items"].as_array().unwrap();
            let found = items.iter().find(|user| user["call"] == call);
            if found.map(|user| user["verified"] == true) == verified {
                return;
            }
            last = users;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{call} does not become {verified:?}: {last}");
    }
}

#[tokio::test]
async fn a_register_handed_over_is_looked_up_by_whoever_may_see_what() {
    let station = Station::new().await;
    let done = station
        .hand_over("fcc", "", archive(&FULL, "Sun Nov 15 09:07:53 EST 2026"))
        .await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["result"]["calls"], 5);
    assert_eq!(done["result"]["active"], 4);

    let guest = Caller::guest(&station.app);
    let record = guest.get("/api/v1/callbook/w1aw").await.expect(200);
    assert_eq!(record.header("x-robots-tag"), "noindex");
    let record = record.json();
    assert_eq!(record["call"], "W1AW");
    assert_eq!(record["class"], "Amateur Extra");
    assert_eq!(record["status"], "active");
    assert_eq!(record["state"], "CT");
    assert_eq!(record["grid"], "FN31");
    assert_eq!(record["grid_source"], "zip");
    assert_eq!(record["dxcc"]["entity"], 291);
    for hidden in ["name", "street", "city", "zip", "frn"] {
        assert!(record[hidden].is_null(), "{hidden}: {record}");
    }

    station.app.account("W1AW", false, PASSWORD).await;
    let member = Caller::signed_in(&station.app, "W1AW").await;
    let other = member.get("/api/v1/callbook/K9XYZ").await.expect(200).json();
    assert_eq!(other["name"], "Ann Zed");
    assert!(other["street"].is_null());
    let own = member.get("/api/v1/callbook/W1AW").await.expect(200).json();
    assert_eq!(own["viewer"], "holder");
    assert_eq!(own["street"], "1 Main St");
    assert!(own["frn"].is_null());
    let all = station
        .admin
        .get("/api/v1/callbook/DL%2FW1AW%2FP")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&all["asked"], &all["frn"]),
        (&json!("DL/W1AW/P"), &json!("0000000001"))
    );

    guest
        .get("/api/v1/callbook/W1NONE")
        .await
        .problem(404, "not_found");
    guest.get("/api/v1/callbook/..").await.expect(404);
}

#[tokio::test]
async fn searches_find_by_what_may_be_searched_by() {
    let station = Station::new().await;
    station
        .hand_over("fcc", "", archive(&FULL, "Sun Nov 15 09:07:53 EST 2026"))
        .await;
    let guest = Caller::guest(&station.app);
    let found = |reply: crate::kit::Reply| -> Vec<String> {
        let items = reply.expect(200).json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["call"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(found(guest.get("/api/v1/callbook/search?q=K9*").await), ["K9XYZ"]);
    assert_eq!(
        found(guest.get("/api/v1/callbook/search?q=*XYZ").await),
        ["K9XYZ"]
    );
    let refused = guest
        .get("/api/v1/callbook/search?q=name:zed")
        .await
        .problem(403, "search_field");
    assert_eq!(refused["fields"], json!(["name:"]));
    assert_eq!(
        found(guest.get("/api/v1/callbook/search?q=zed").await),
        Vec::<String>::new(),
        "names are not told to guests"
    );
    let admin = &station.admin;
    assert_eq!(
        found(admin.get("/api/v1/callbook/search?q=name:zed").await),
        ["K9XYZ"]
    );
    let reply = admin
        .get("/api/v1/callbook/search?q=moverr")
        .await
        .expect(200)
        .json();
    assert_eq!(reply["items"][0]["call"], "KD9ABC");
    assert_eq!(reply["widened"], "mover");
    assert_eq!(
        found(admin.get("/api/v1/callbook/search?q=frn:4").await),
        ["N9OLD"]
    );
    let page = admin
        .get("/api/v1/callbook/search?q=ann&limit=2")
        .await
        .expect(200)
        .json();
    let next = page["next"].as_str().unwrap();
    let rest = admin
        .get(&format!("/api/v1/callbook/search?q=ann&limit=2&cursor={next}"))
        .await;
    assert_eq!(found(rest).len(), 2);
    admin
        .get(&format!("/api/v1/callbook/search?q=anne&cursor={next}"))
        .await
        .problem(400, "bad_cursor");
    let wrong = admin
        .get("/api/v1/callbook/search?q=colour:red")
        .await
        .problem(422, "bad_query");
    assert_eq!(wrong["at"], 0);
    admin
        .get("/api/v1/callbook/search?q=x")
        .await
        .problem(422, "too_short");
    let completed = admin.get("/api/v1/callbook/suggest?q=kd9").await;
    assert_eq!(found(completed), ["KD9ABC"]);
    let completed = admin.get("/api/v1/callbook/suggest?q=move").await;
    assert_eq!(found(completed), ["KD9ABC"]);
}

#[tokio::test]
async fn guests_look_up_thirty_times_a_minute_and_members_more() {
    let station = Station::new().await;
    let guest = Caller::guest(&station.app);
    let mut refused = 0;
    for _ in 0..40 {
        refused += u32::from(guest.get("/api/v1/callbook/W1AW").await.status == 429);
    }
    assert!((9..=10).contains(&refused), "{refused} of 40");
    for _ in 0..40 {
        station.admin.get("/api/v1/callbook/W1AW").await.expect(404);
    }
}

#[tokio::test]
async fn a_register_is_kept_current_and_what_changes_is_told_to_accounts() {
    let outside = MockServer::start().await;
    let full = archive(&FULL, "Sun Nov 15 09:07:53 EST 2026");
    Mock::given(path("/l_amat.zip"))
        .and(header("if-none-match", "\"one\""))
        .respond_with(ResponseTemplate::new(304))
        .with_priority(1)
        .mount(&outside)
        .await;
    Mock::given(path("/l_amat.zip"))
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("etag", "\"one\"")
                .set_body_bytes(full),
        )
        .mount(&outside)
        .await;
    let changed = [
        // A vanity call for KD9ABC, which is cancelled with it; N9OLD is given back; W9FOR has a new holder.
        Row {
            previous: "KD9ABC",
            ..row(6, "W9MV", "0000000003", "Mover", 'A')
        },
        row(3, "KD9ABC", "0000000003", "Mover", 'C'),
        row(4, "N9OLD", "0000000004", "Gone", 'C'),
        row(7, "W9FOR", "0000000007", "Newcomer", 'A'),
    ];
    let daily = archive(&changed, "Fri Nov 20 08:00:00 EST 2026");
    Mock::given(path("/l_am_fri.zip"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(daily))
        .mount(&outside)
        .await;
    let (whole, days) = (
        format!("{}/l_amat.zip", outside.uri()),
        format!("{}/l_am_{{day}}.zip", outside.uri()),
    );
    let station = Station::with(&[("sources.fcc.url", &whole), ("sources.fcc_daily.url", &days)]).await;
    for (call, licensee) in [("KD9ABC", "0000000003"), ("N9OLD", "0000000004")] {
        station.app.account(call, false, PASSWORD).await;
        station.app.proven(call, licensee).await;
    }

    let change = json!({"enabled": true});
    let path = "/api/v1/callbook/sources/fcc";
    station.admin.patch(path, &change).await.expect(204);
    let mut source = station.source("fcc").await;
    for _ in 0..200 {
        if source["in_use"] == true && source["running"].is_null() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        source = station.source("fcc").await;
    }
    assert_eq!(source["entries"], 5, "{source}");
    assert!(source["next_run"].is_string() && source["last_success"].is_string());

    let done = station.fetch("fcc").await;
    assert_eq!(done["result"]["days"][0]["result"]["changed"], 4, "{done}");
    let source = station.source("fcc").await;
    assert_eq!(
        (&source["entries"], &source["active"]),
        (&json!(6), &json!(4)),
        "{source}"
    );
    let record = station
        .admin
        .get("/api/v1/callbook/W9FOR")
        .await
        .expect(200)
        .json();
    assert_eq!(record["name"], "Ann Newcomer");
    assert_eq!(record["history"][0]["name"], "Ann Former");
    // The account went with its licensee; a licence given back proves nothing any more.
    station.account_becomes("W9MV", Some(true)).await;
    station.account_becomes("KD9ABC", None).await;
    station.account_becomes("N9OLD", Some(false)).await;

    // Nothing newer: the day is known, and the whole archive is what it was.
    let done = station.fetch("fcc").await;
    assert_eq!(done["result"]["unchanged"], true, "{done}");
}

#[tokio::test]
async fn a_refusal_is_told_with_what_helps_and_the_register_in_use_stays() {
    let outside = MockServer::start().await;
    Mock::given(path("/ised.zip"))
        .respond_with(ResponseTemplate::new(403))
        .mount(&outside)
        .await;
    let url = format!("{}/ised.zip", outside.uri());
    let station = Station::with(&[("sources.ised.url", &url)]).await;
    let done = station
        .hand_over("ised", "", fixture("ised/amateur_delim.txt"))
        .await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["result"]["rejected"], 2);
    let rejects = station
        .admin
        .get("/api/v1/callbook/sources/ised/rejects")
        .await
        .expect(200)
        .json();
    assert_eq!(rejects["items"].as_array().unwrap().len(), 2);
    assert!(rejects["items"][0]["line"].as_u64().unwrap() > 1);

    let failed = station.fetch("ised").await;
    assert_eq!(failed["state"], "failed", "{failed}");
    let source = station.source("ised").await;
    assert!(source["error"].as_str().unwrap().contains("refuses"), "{source}");
    assert!(source["advice"].as_str().unwrap().contains("hand it over"));
    assert_eq!(source["in_use"], true);
    let asked = outside.received_requests().await.unwrap();
    let agent = asked[0].headers["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("Shackbox/"), "{agent}");
    let record = station
        .admin
        .get("/api/v1/callbook/VE2ZZZ")
        .await
        .expect(200)
        .json();
    assert_eq!(record["name"], "François Bélanger");
    assert_eq!(record["class"], "Basic, Advanced, Morse 12 wpm");

    let other = station
        .hand_over("ised", "", b"<!DOCTYPE html><p>no".to_vec())
        .await;
    assert_eq!(other["state"], "failed", "{other}");
    let shrunk = b"callsign;first_name;surname;address_line;city;prov_cd;postal_code;qual_a;qual_b;qual_c;qual_d;qual_e;club_name;club_name_2;club_address;club_city;club_prov_cd;club_postal_code\r\nVE1ZZQ;Ann;Lee;;;;;A;;;;;;;;;;\r\n";
    let refused = station.hand_over("ised", "", shrunk.to_vec()).await;
    assert!(refused.to_string().contains("90 per cent"), "{refused}");
    let forced = station.hand_over("ised", "?force=true", shrunk.to_vec()).await;
    assert_eq!(forced["result"]["calls"], 1, "{forced}");
    station.admin.get("/api/v1/callbook/VE2ZZZ").await.expect(404);
}

#[tokio::test]
async fn a_list_is_read_by_its_map_after_a_look_at_its_first_rows() {
    let station = Station::new().await;
    let map = String::from_utf8(fixture("columns/club.toml")).unwrap();
    let csv = String::from_utf8(fixture("columns/club.csv")).unwrap();
    let part =
        |head: &str, body: &str| format!("--zz\r\ncontent-disposition: form-data; {head}\r\n\r\n{body}\r\n");
    let form = [
        part("name=\"map\"", &map),
        part("name=\"file\"; filename=\"club.csv\"", &csv),
        "--zz--\r\n".to_owned(),
    ];
    let request = station
        .admin
        .request(reqwest::Method::POST, "/api/v1/callbook/lists/preview")
        .header("content-type", "multipart/form-data; boundary=zz")
        .body(form.concat());
    let rows = crate::kit::send(request).await.expect(200).json()["rows"].clone();
    assert_eq!(rows[0]["name"], "Jürgen Müller");
    let last = rows.as_array().unwrap().last().unwrap();
    assert_eq!(last["call"], "", "{last}");
    assert!(last["remarks"][0].as_str().unwrap().contains("status"), "{last}");
    station
        .admin
        .put(
            "/api/v1/callbook/lists/example-club",
            &json!({"map": "authority = 1"}),
        )
        .await
        .problem(422, "bad_map");
    let body = json!({ "map": map });
    station
        .admin
        .put("/api/v1/callbook/lists/example-club", &body)
        .await
        .expect(200);
    let done = station
        .hand_over("example-club", "", fixture("columns/club.csv"))
        .await;
    assert_eq!(done["state"], "done", "{done}");
    let record = station
        .admin
        .get("/api/v1/callbook/DL1ZZA")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&record["grid_source"], &record["expires"]),
        (&json!("register"), &json!("2030-12-31"))
    );
    let credits = Caller::guest(&station.app)
        .get("/api/v1/callbook/credits")
        .await
        .expect(200)
        .json();
    assert_eq!(credits["items"][0]["text"], "List of the example club");
    station
        .admin
        .delete("/api/v1/callbook/sources/example-club")
        .await
        .expect(204);
    station.admin.get("/api/v1/callbook/DL1ZZA").await.expect(404);
    station
        .admin
        .delete("/api/v1/callbook/sources/example-club")
        .await
        .expect(404);
}

#[tokio::test]
async fn registers_are_there_after_a_restart_and_a_lost_one_is_noted() {
    let mut station = Station::new().await;
    station
        .hand_over("fcc", "", archive(&FULL, "Sun Nov 15 09:07:53 EST 2026"))
        .await;
    let left = station.app.data_dir().join("callbook/fcc-9");
    std::fs::create_dir_all(&left).unwrap();
    station.app.restart().await;
    let admin = Caller::signed_in(&station.app, "K6BP").await;
    admin.get("/api/v1/callbook/W1AW").await.expect(200);
    let found = admin
        .get("/api/v1/callbook/search?q=name:zed")
        .await
        .expect(200)
        .json();
    assert_eq!(found["items"][0]["call"], "K9XYZ");
    assert!(!left.exists(), "what no register uses is removed");
    station.app.stop().await;
    std::fs::remove_dir_all(station.app.data_dir().join("callbook")).unwrap();
    station.app.restart().await;
    station.admin = Caller::signed_in(&station.app, "K6BP").await;
    station.admin.get("/api/v1/callbook/W1AW").await.expect(404);
    let source = station.source("fcc").await;
    assert!(
        source["error"].as_str().unwrap().contains("could not be opened"),
        "{source}"
    );
    let done = station
        .hand_over("fcc", "", archive(&FULL, "Sun Nov 15 09:07:53 EST 2026"))
        .await;
    assert_eq!(done["state"], "done", "{done}");
    station.admin.get("/api/v1/callbook/W1AW").await.expect(200);
}

#[tokio::test]
async fn only_administrators_govern_registers() {
    let station = Station::new().await;
    station.app.account("W1AW", false, PASSWORD).await;
    let member = Caller::signed_in(&station.app, "W1AW").await;
    member.get("/api/v1/callbook/sources").await.expect(403);
    member
        .patch("/api/v1/callbook/sources/fcc", &json!({"enabled": true}))
        .await
        .expect(403);
    let guest = Caller::guest(&station.app);
    guest.get("/api/v1/callbook/sources").await.expect(401);
    let key = station.app.key("W1AW", &["dx.read"]).await;
    let program = Caller::with_key(&station.app, key);
    program.get("/api/v1/callbook/W1AW").await.expect(403);
}
