//! A call that somebody has proven, proven by somebody else: the first holder keeps everything, and people decide.

use serde_json::{Value, json};
use shackbox::testkit::TestApp;

use super::ladder::{LADDER, station};
use crate::callbooks::{Callbooks, Page};
use crate::kit::{Caller, PASSWORD, qso};

const CALL: &str = "DL1ABC";
const RIVAL: &str = "DL2XYZ";

struct Contest {
    app: TestApp,
    admin: Caller,
    holder: Caller,
    rival: Caller,
}

impl Contest {
    /// A holder who proved the call and has a log, and somebody who will prove it, too.
    async fn with(books: &Callbooks) -> Self {
        let own = books.settings();
        let settings: Vec<_> = own
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let (app, admin) = station(&settings, &[RIVAL]).await;
        app.account(CALL, false, PASSWORD).await;
        app.proven(CALL, "L1").await;
        let holder = Caller::signed_in(&app, CALL).await;
        let contact = qso("JA1XYZ", "2026-11-21T09:32:02Z");
        holder.post("/api/v1/logbook/qsos", &contact).await.expect(201);
        let rival = Caller::signed_in(&app, RIVAL).await;
        Self {
            app,
            admin,
            holder,
            rival,
        }
    }

    async fn queue(&self) -> Vec<Value> {
        let open = self.admin.get("/api/v1/reviews").await.expect(200).json();
        open["items"].as_array().unwrap().clone()
    }

    /// Both have what they had, and one matter waits for the administrators.
    async fn nothing_has_moved(&self, method: &str) -> Value {
        let holder = self.holder.get("/api/v1/session").await.expect(200).json();
        assert_eq!(
            (&holder["account"]["call"], &holder["account"]["verified"]),
            (&json!(CALL), &json!(true)),
            "the first holder is signed in as before"
        );
        assert_eq!(holder["logbooks"][0]["count"], 1);
        let proofs = self.holder.get(LADDER).await.expect(200).json();
        assert!(
            proofs["items"]
                .as_array()
                .unwrap()
                .iter()
                .all(|proof| proof.get("ended").is_none())
        );
        let rival = self.rival.get("/api/v1/account").await.expect(200).json();
        assert_eq!(
            (&rival["call"], &rival["verified"]),
            (&json!(RIVAL), &json!(false))
        );
        let queue = self.queue().await;
        assert_eq!(queue.len(), 1, "{queue:?}");
        let review = &queue[0];
        assert_eq!(
            (&review["kind"], &review["login"], &review["call"]),
            (&json!("contested_call"), &json!(RIVAL), &json!(CALL))
        );
        assert!(review.to_string().contains(method), "{review}");
        review.clone()
    }
}

/// The code in the newest mail.
fn code(app: &TestApp) -> String {
    let text = app.mails().remove(0).text;
    let line = text.lines().find(|line| line.starts_with("    "));
    line.expect("the mail has a code").trim().to_owned()
}

#[tokio::test]
async fn a_code_for_a_call_that_is_proven_moves_nothing_and_is_a_matter_for_people() {
    let contest = Contest::with(&Callbooks::start().await).await;
    let wish = json!({"call": CALL, "mailbox": "winlink"});
    let ask = format!("{LADDER}/code");
    contest.rival.post(&ask, &wish).await.expect(202);
    let shown = json!({"code": code(&contest.app)});
    let told = contest.rival.post(&format!("{ask}/check"), &shown).await;
    told.problem(409, "held_by_verified");
    let review = contest.nothing_has_moved("mailbox").await;

    // Refused with a reason, which its reader is told; nobody else.
    let decision = format!("/api/v1/reviews/{}/decision", review["id"]);
    let refused = json!({"accept": false, "reason": "the licence is the holder's"});
    contest.admin.post(&decision, &refused).await.expect(200);
    assert!(contest.queue().await.is_empty());
    let holder = contest.holder.get("/api/v1/account").await.expect(200).json();
    assert_eq!(
        (&holder["call"], &holder["verified"]),
        (&json!(CALL), &json!(true))
    );
}

#[tokio::test]
async fn a_token_for_a_call_that_is_proven_moves_nothing_until_people_say_so() {
    let books = Callbooks::start().await;
    let contest = Contest::with(&books).await;
    let wish = json!({"call": CALL});
    let made = contest
        .rival
        .post(&format!("{LADDER}/token"), &wish)
        .await
        .expect(200)
        .json();
    let token = made["token"].as_str().unwrap().to_owned();
    let page = Page {
        biography: format!("<p>{token}</p>"),
        ..Page::default()
    };
    books.put(CALL, page);
    let check = json!({"place": "qrz", "domain": ""});
    let told = contest.rival.post(&format!("{LADDER}/token/check"), &check).await;
    told.problem(409, "held_by_verified");
    let review = contest.nothing_has_moved("qrz").await;

    // An administrator gives it away; the log stays whose it was.
    let decision = format!("/api/v1/reviews/{}/decision", review["id"]);
    let accepted = json!({"accept": true, "reason": "the licence was given out anew"});
    contest.admin.post(&decision, &accepted).await.expect(200);
    let rival = contest.rival.get("/api/v1/session").await.expect(200).json();
    assert_eq!(
        (&rival["account"]["call"], &rival["account"]["verified"]),
        (&json!(CALL), &json!(true))
    );
    let counts: Vec<_> = rival["logbooks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|book| &book["count"])
        .collect();
    assert!(counts.iter().all(|count| **count == 0), "{rival}");
}
