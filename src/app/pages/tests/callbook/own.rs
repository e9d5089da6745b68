//! Own words, being listed and requests for removal, as a browser without script sends them.

use super::*;

const EDIT: &str = "/callbook/K6BP/edit";

fn revision(page: &Page) -> String {
    between(&page.text, "name=\"revision\" value=\"", "\"").to_owned()
}

async fn json(site: &mut Site, request: axum::http::request::Builder, body: &str) -> Page {
    let request = request
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-csrf-token", site.csrf.clone());
    site.send(request, body.to_owned().into()).await
}

#[tokio::test]
async fn a_holder_changes_what_is_shown_and_sees_what_is_wrong_at_its_field() {
    let mut site = Site::stocked().await;
    let fresh = site.get(EDIT).await;
    assert_eq!(fresh.status, StatusCode::OK, "{}", fresh.text);
    for said in ["placeholder=\"Bruce Perens\"", "Guests see", "Members see"] {
        assert!(fresh.text.contains(said), "{said}: {}", fresh.text);
    }
    assert_eq!(revision(&fresh), "0");
    let wrong = "do=save&revision=0&name=Brucie&grid=XX&picture=http://example.org/&via=by+K6CL&bureau=yes";
    let wrong = site.post(EDIT, wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "value=\"Brucie\"",
        "value=\"XX\"",
        "write it like CM87",
        "Write the whole address with https://",
        "<option value=\"yes\" selected>",
    ] {
        assert!(wrong.text.contains(said), "{said}: {}", wrong.text);
    }
    let good =
        "do=save&revision=0&name=Brucie&qth=Hill&bio=Hello%0D%0Aworld&email=b%40example.org&show_email=true";
    let saved = site.post_and_follow(EDIT, good).await;
    assert!(saved.text.contains("value=\"Brucie\""), "{}", saved.text);
    assert_ne!(revision(&saved), "0");
    assert!(between(&saved.text, "id=\"seen\"", "</section>").contains("b@example.org"));
    let late = site.post(EDIT, "do=save&revision=0&name=Late").await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    assert!(late.text.contains("value=\"Late\""), "{}", late.text);
    assert!(late.text.contains("This was changed meanwhile"), "{}", late.text);
    let back = site.post_and_follow(EDIT, "do=reset").await;
    assert_eq!(revision(&back), "0");

    site.as_guest();
    let led = site.get(EDIT).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER, "{}", led.text);
}

#[tokio::test]
async fn whoever_is_not_listed_is_listed_again_at_once() {
    let mut site = Site::stocked().await;
    let hidden = site.post_and_follow(EDIT, "do=hide").await;
    assert!(hidden.text.contains("value=\"list\""), "{}", hidden.text);
    let saved = format!("do=save&revision={}&name=Brucie", revision(&hidden));
    let saved = site.post_and_follow(EDIT, &saved).await;
    assert!(saved.text.contains("value=\"list\""), "words list nobody");
    let removal = site.get("/callbook/K6BP/removal").await;
    assert!(!removal.text.contains("name=\"reason\""), "{}", removal.text);
    let listed = site.post_and_follow(EDIT, "do=list").await;
    assert!(listed.text.contains("value=\"hide\""), "{}", listed.text);
    assert!(listed.text.contains("value=\"Brucie\""), "{}", listed.text);
}

#[tokio::test]
async fn a_request_of_a_guest_is_decided_by_an_administrator() {
    let mut site = Site::stocked().await;
    let (path, own) = ("/callbook/K6BPX/removal", site.cookies.clone());
    site.as_guest();
    let form = site.get(path).await;
    assert!(form.text.contains("name=\"reason\""), "{}", form.text);
    let empty = site.post(path, "reason=+&contact=nobody").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.text);
    assert!(empty.text.contains("Say in a few words why"), "{}", empty.text);
    assert!(empty.text.contains("value=\"nobody\""), "{}", empty.text);
    let asked = site
        .post_and_follow(path, "reason=It+is+mine&contact=ana%40example.org")
        .await;
    assert!(asked.text.contains("An administrator decides"), "{}", asked.text);
    let again = site.post(path, "reason=It+is+mine").await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    assert_eq!(
        site.get("/callbook/N0NE/removal").await.status,
        StatusCode::NOT_FOUND
    );

    site.cookies = own;
    let queue = site.get("/admin/removals").await;
    for said in ["K6BPX", "It is mine", "mailto:ana@example.org"] {
        assert!(queue.text.contains(said), "{said}: {}", queue.text);
    }
    let id = between(&queue.text, "id=\"removal-", "\"").to_owned();
    let refused = site
        .post("/admin/removals", &format!("do=refuse&id={id}&reason="))
        .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.text
    );
    assert!(refused.text.contains("Say why it is refused"), "{}", refused.text);
    let done = site
        .post_and_follow("/admin/removals", &format!("do=confirm&id={id}&reason=hers"))
        .await;
    assert!(done.text.contains("not listed"), "{}", done.text);
    assert!(done.text.contains("No request waits"), "{}", done.text);

    site.as_guest();
    let record = site.get("/callbook/K6BPX").await;
    assert!(!record.text.contains("Oakland"), "{}", record.text);
    assert!(record.text.contains("asked not to be listed"), "{}", record.text);
}

#[tokio::test]
async fn own_words_are_put_and_deleted_as_json_with_their_revision() {
    let mut site = Site::stocked().await;
    let path = "/api/v1/callbook/K6BP/own";
    let body = r#"{"name":"Brucie","qsl":{"lotw":true},"consent":{"street":true}}"#;
    let put = json(&mut site, Request::put(path), body).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text);
    let value: Value = serde_json::from_str(&put.text).unwrap();
    assert_eq!(value["name"], "Brucie");
    assert_eq!(value["qsl"]["lotw"], true);
    let same = json(&mut site, Request::get(path), "").await;
    assert_eq!(same.text, put.text);
    let stale = Request::put(path).header(header::IF_MATCH, "\"0\"");
    let stale = json(&mut site, stale, &put.text).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{}", stale.text);
    let wrong = json(&mut site, Request::put(path), r#"{"qsl":{"via":7}}"#).await;
    assert!(wrong.status.is_client_error(), "{}", wrong.text);
    let gone = json(&mut site, Request::delete(path), "").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    let left = json(&mut site, Request::get(path), "").await;
    assert!(left.text.contains("\"name\":\"\""), "{}", left.text);

    site.as_guest();
    let guest = json(&mut site, Request::get(path), "").await;
    assert_eq!(guest.status, StatusCode::UNAUTHORIZED, "{}", guest.text);
    let asked = json(
        &mut site,
        Request::post("/api/v1/callbook/K6BP/removal"),
        r#"{"reason":"It is mine"}"#,
    )
    .await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text);
    let list = json(&mut site, Request::get("/api/v1/callbook/removals"), "").await;
    assert_eq!(list.status, StatusCode::UNAUTHORIZED, "{}", list.text);
}
