//! The pages of names, as a browser without script uses them; and what each kind of reader is shown.

use reqwest::Method;
use serde_json::json;
use shackbox::testkit::TestApp;

use super::dns_names::{TOP, answers, club};
use crate::kit::{Caller, PASSWORD, Reply, send};

const PAGE: &str = "/dns/k6bp.club.example";

async fn form(caller: &Caller, path: &str, fields: &[(&str, &str)]) -> Reply {
    let request = caller.request(Method::POST, path).form(fields);
    send(request.header("accept", "text/html")).await
}

async fn page(caller: &Caller, path: &str) -> String {
    let request = caller.request(Method::GET, path).header("accept", "text/html");
    send(request).await.expect(200).text
}

/// What a row of the records is known by.
fn id_of<'a>(page: &'a str, content: &str) -> &'a str {
    let row = page.split("<tr data-id=\"").find(|row| row.contains(content));
    row.and_then(|row| row.split('"').next())
        .expect("there is such a row")
}

#[tokio::test]
async fn records_are_made_changed_deleted_and_brought_back_by_plain_forms() {
    let (_app, member) = club().await;
    let list = page(&member, "/dns").await;
    assert!(list.contains("href=\"/dns/k6bp.club.example\""), "{list}");
    let wish = [
        ("do", "add"),
        ("name", "rig"),
        ("type", "A"),
        ("content", "192.0.2.7"),
        ("ttl", "300"),
    ];
    let added = form(&member, PAGE, &wish).await.expect(200).text;
    assert!(
        added.contains("192.0.2.7") && added.contains("5\u{a0}min"),
        "{added}"
    );
    assert_eq!(
        answers(&member, "rig.k6bp.club.example", "A").await,
        ["192.0.2.7"]
    );

    let id = id_of(&added, "192.0.2.7").to_owned();
    let editing = page(&member, &format!("{PAGE}?edit={id}")).await;
    assert!(editing.contains("value=\"192.0.2.7\""), "{editing}");
    let change = [
        ("do", "edit"),
        ("id", id.as_str()),
        ("name", "rig"),
        ("type", "A"),
        ("content", "192.0.2.8"),
        ("ttl", "60"),
    ];
    let changed = form(&member, PAGE, &change).await.expect(200).text;
    assert_eq!(
        answers(&member, "rig.k6bp.club.example", "A").await,
        ["192.0.2.8"]
    );

    let id = id_of(&changed, "192.0.2.8").to_owned();
    let gone = form(&member, PAGE, &[("do", "delete"), ("id", id.as_str())])
        .await
        .expect(200)
        .text;
    assert!(answers(&member, "rig.k6bp.club.example", "A").await.is_empty());
    let version = gone
        .split("data-version=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    form(&member, PAGE, &[("do", "undo"), ("version", version)])
        .await
        .expect(200);
    assert_eq!(
        answers(&member, "rig.k6bp.club.example", "A").await,
        ["192.0.2.8"]
    );
}

#[tokio::test]
async fn what_is_refused_stands_at_its_field_with_what_was_typed() {
    let (_app, member) = club().await;
    let wish = [
        ("do", "add"),
        ("name", "rig"),
        ("type", "A"),
        ("content", "192.0.2.300"),
        ("ttl", "60"),
    ];
    let refused = form(&member, PAGE, &wish).await.expect(422).text;
    let add = refused
        .split("id=\"add\"")
        .nth(1)
        .unwrap()
        .split("</form>")
        .next()
        .unwrap();
    let error = add
        .split("data-error=\"content\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    assert!(error.len() > 10, "{add}");
    assert!(
        add.contains("value=\"192.0.2.300\"") && add.contains("value=\"rig\""),
        "{add}"
    );
    assert!(add.contains("<option value=\"60\" selected>"), "{add}");

    let change = [("do", "loc"), ("grid", "nowhere")];
    let refused = form(&member, PAGE, &change).await.expect(422).text;
    let error = refused
        .split("data-error=\"grid\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    assert!(error.len() > 5, "{error}");
}

#[tokio::test]
async fn texts_need_no_quotes_and_templates_make_records() {
    let (_app, member) = club().await;
    let wish = [
        ("do", "add"),
        ("name", "@"),
        ("type", "TXT"),
        ("content", "73 de \"K6BP\""),
        ("ttl", ""),
    ];
    form(&member, PAGE, &wish).await.expect(200);
    assert_eq!(
        answers(&member, "k6bp.club.example", "TXT").await,
        ["\"73 de \\\"K6BP\\\"\""]
    );
    form(
        &member,
        PAGE,
        &[("do", "loc"), ("grid", "CM87"), ("altitude_m", "52")],
    )
    .await
    .expect(200);
    assert_eq!(answers(&member, "k6bp.club.example", "LOC").await.len(), 1);
    let node = [("do", "allstar"), ("node", "2560"), ("echolink", "true")];
    form(&member, PAGE, &node).await.expect(200);
    assert_eq!(
        answers(&member, "_iax._udp.2560.k6bp.club.example", "SRV")
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn a_token_is_shown_once_within_the_lines_to_paste_and_revoked() {
    let (_app, member) = club().await;
    let wish = [
        ("do", "token"),
        ("name", "home"),
        ("scope", "dyndns"),
        ("label", "router"),
        ("lasts", "3600"),
    ];
    let made = form(&member, PAGE, &wish).await.expect(200);
    assert_eq!(made.header("cache-control"), "no-store");
    let token = made
        .text
        .split("id=\"new-token\" tabindex=\"-1\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    assert!(token.starts_with("sbd_") && token.len() > 30, "{token}");
    assert!(made.text.matches(token).count() > 4, "it stands in the lines");
    assert!(made.text.contains("home.k6bp.club.example") && made.text.contains("1\u{a0}h"));
    let again = page(&member, PAGE).await;
    assert!(!again.contains(token));
    let id = again
        .split("data-revoke=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let lines = page(&member, &format!("{PAGE}?token={id}")).await;
    assert!(lines.contains("hostname=home.k6bp.club.example"), "{lines}");
    let gone = form(&member, PAGE, &[("do", "revoke"), ("id", id.as_str())])
        .await
        .expect(200)
        .text;
    assert!(!gone.contains("data-revoke"));
}

#[tokio::test]
async fn the_world_is_asked_in_plain_words() {
    let (_app, member) = club().await;
    let body = json!({"name": "shack", "type": "A", "content": "192.0.2.9"});
    member.post(&format!("{TOP}/records"), &body).await.expect(201);
    let asked = page(&member, &format!("{PAGE}?look=shack&type=A")).await;
    assert!(asked.contains("NOERROR") && asked.contains("dig @"), "{asked}");
    let asked = page(&member, &format!("{PAGE}?look=nothing-here&type=A")).await;
    assert!(
        asked.contains("NXDOMAIN") && asked.contains("5\u{a0}min"),
        "{asked}"
    );
    let asked = page(&member, &format!("{PAGE}?look=other.example.&type=A")).await;
    assert!(asked.contains("REFUSED"), "{asked}");
    let asked = page(&member, &format!("{PAGE}?look=a..b&type=A")).await;
    assert!(
        asked.contains("data-part=\"look-error\">") && !asked.contains("dig @"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_search_finds_records_and_the_history_tells_who() {
    let (_app, member) = club().await;
    for (name, content) in [("rig", "192.0.2.7"), ("shack", "192.0.2.9")] {
        let body = json!({"name": name, "type": "A", "content": content});
        member.post(&format!("{TOP}/records"), &body).await.expect(201);
    }
    let found = page(&member, &format!("{PAGE}?q=shack")).await;
    let table = found
        .split("data-part=\"records\">")
        .nth(1)
        .unwrap()
        .split("</table>")
        .next()
        .unwrap();
    assert!(
        table.contains("192.0.2.9") && !table.contains("192.0.2.7"),
        "{table}"
    );
    let history = found.split("data-part=\"history\">").nth(1).unwrap();
    assert!(
        history.contains("K6BP") && history.contains("<ins class=\"break\">192.0.2.7</ins>"),
        "{history}"
    );
}

#[tokio::test]
async fn a_file_is_looked_through_before_it_is_taken() {
    let (_app, member) = club().await;
    let path = format!("{PAGE}/file");
    let text = "rig 300 IN A 192.0.2.7\nrig 300 IN TXT \"on air\"\n";
    let checked = form(&member, &path, &[("do", "check"), ("text", text)])
        .await
        .expect(200)
        .text;
    assert!(checked.contains("Nothing was changed"), "{checked}");
    assert!(answers(&member, "rig.k6bp.club.example", "A").await.is_empty());
    let bad = form(
        &member,
        &path,
        &[("do", "import"), ("text", "rig IN A nowhere\n")],
    )
    .await
    .expect(422)
    .text;
    assert!(bad.contains("line 1"), "{bad}");
    form(&member, &path, &[("do", "import"), ("text", text)])
        .await
        .expect(200);
    assert_eq!(
        answers(&member, "rig.k6bp.club.example", "A").await,
        ["192.0.2.7"]
    );
}

#[tokio::test]
async fn whoever_has_no_name_is_told_the_way_to_one() {
    let app = TestApp::start().await;
    app.account("W1AW", true, PASSWORD).await;
    app.account("K6BP", false, PASSWORD).await;
    let admin = Caller::signed_in(&app, "W1AW").await;
    let list = page(&admin, "/dns").await;
    assert!(list.contains("base_domain"), "{list}");
    let member = Caller::signed_in(&app, "K6BP").await;
    let list = page(&member, "/dns").await;
    assert!(
        !list.contains("base_domain = ") && !list.contains("<a href=\"/dns\""),
        "{list}"
    );
    send(
        member
            .request(Method::GET, "/dns/w1aw.club.example")
            .header("accept", "text/html"),
    )
    .await
    .expect(404);
}

#[tokio::test]
async fn administrators_find_suspend_and_restore_names_and_make_zones() {
    let (app, member) = club().await;
    let admin = Caller::signed_in(&app, "W1AW").await;
    let list = page(&admin, "/dns?q=k6b").await;
    let names = list.split("data-part=\"names\"").nth(1).unwrap();
    assert!(
        names.contains("k6bp.club.example") && !names.contains(">w1aw.club.example<"),
        "{names}"
    );

    let wish = [("do", "suspend"), ("name", "k6bp.club.example"), ("q", "k6b")];
    let after = form(&admin, "/dns", &wish).await.expect(200).text;
    assert!(after.contains("value=\"restore\""), "{after}");
    let shown = page(&member, PAGE).await;
    assert!(
        shown.contains("data-state=\"suspended\"") && !shown.contains("id=\"add\""),
        "{shown}"
    );
    form(&admin, PAGE, &[("do", "restore")]).await.expect(200);
    assert!(page(&member, PAGE).await.contains("data-state=\"live\""));
    form(&member, PAGE, &[("do", "suspend")]).await.expect(403);

    let made = form(&admin, "/dns", &[("do", "zone"), ("zone", "44.in-addr.arpa")])
        .await
        .expect(200)
        .text;
    assert!(made.contains("44.in-addr.arpa"), "{made}");
    let again = form(&admin, "/dns", &[("do", "zone"), ("zone", "44.in-addr.arpa")])
        .await
        .expect(422)
        .text;
    assert!(again.contains("already"), "{again}");
    let file = "/dns/44.in-addr.arpa/file";
    form(&admin, file, &[("do", "remove"), ("confirm", "44")])
        .await
        .expect(422);
    form(&admin, file, &[("do", "remove"), ("confirm", "44.in-addr.arpa")])
        .await
        .expect(200);
    send(
        admin
            .request(Method::GET, "/dns/44.in-addr.arpa")
            .header("accept", "text/html"),
    )
    .await
    .expect(404);
}

#[tokio::test]
async fn what_was_changed_last_is_the_names_own() {
    let (app, member) = club().await;
    let before = member.get(TOP).await.expect(200).json()["changed"].clone();
    app.advance(std::time::Duration::from_mins(5));
    let admin = Caller::signed_in(&app, "W1AW").await;
    let body = json!({"name": "rig", "type": "A", "content": "192.0.2.7"});
    let others = "/api/v1/dns/zones/w1aw.club.example/records";
    admin.post(others, &body).await.expect(201);
    assert_eq!(member.get(TOP).await.expect(200).json()["changed"], before);
    member.post(&format!("{TOP}/records"), &body).await.expect(201);
    assert_ne!(member.get(TOP).await.expect(200).json()["changed"], before);
}
