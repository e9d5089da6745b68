//! What the log of the real program never holds, however much it is told to say.

use serde_json::json;

use super::{Box_, PASSWORD, text};
use crate::callbooks::{Callbooks, Page, SECRET, USER};
use crate::kit::Caller;

const CALL: &str = "DL1ABC";

#[tokio::test(flavor = "multi_thread")]
async fn passwords_and_sessions_of_callbooks_stay_out_of_the_log() {
    let books = Callbooks::start().await;
    let station = Box_::empty();
    let added = station.run_with_input(&["user", "add", CALL, "--password-stdin"], PASSWORD);
    assert!(added.status.success(), "{}", text(&added.stderr));
    let settings = books.settings().into_iter();
    let lines = settings.map(|(key, value)| format!("{key} = {value:?}\n"));
    let settings = lines.collect::<String>() + "log.level = \"debug\"\n";
    std::fs::write(station.data().join("shackbox.toml"), settings).unwrap();
    let shown = station.run(&["config", "show"]);
    assert!(!text(&shown.stdout).contains(SECRET));

    let serving = station.serve();
    let guest = Caller::stranger(serving.port);
    let entry = json!({"call": CALL, "password": PASSWORD});
    let member = guest.in_session(&guest.post("/api/v1/session", &entry).await.expect(200));
    let ladder = "/api/v1/account/verifications";
    let made = member.post(&format!("{ladder}/token"), &json!({})).await;
    let token = made.expect(200).json()["token"].as_str().unwrap().to_owned();
    let check = async |place: &str| {
        let wish = json!({"place": place});
        member.post(&format!("{ladder}/token/check"), &wish).await.status
    };
    books.put(CALL, Page::default());
    let mut keys = Vec::new();
    for place in ["hamqth", "qrz"] {
        assert_eq!(check(place).await, 409);
        keys.push(books.key());
        books.answer_instead(Some((500, "broken")));
        assert_eq!(check(place).await, 502);
        books.answer_instead(Some((200, "<a><b>&broken;</b></a>")));
        assert_eq!(check(place).await, 502);
        books.answer_instead(None);
        books.end_session();
    }
    books.put(
        CALL,
        Page {
            biography: token,
            ..Page::default()
        },
    );
    assert_eq!(check("qrz").await, 200);
    keys.push(books.key());
    let log = serving.output();
    assert!(log.contains("HamQTH"), "the log tells of failures: {log}");
    for secret in keys.iter().map(String::as_str).chain([SECRET, USER, PASSWORD]) {
        assert!(!secret.is_empty() && !log.contains(secret), "{secret} in {log}");
    }
}
