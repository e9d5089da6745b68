//! What keeps others from getting in by somebody's certificate, or in somebody's browser.

use std::time::Duration;

use shackbox::testkit::lotw::{Extension, Key, Template};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

async fn token(station: &Station, sent: &Sent) -> String {
    station
        .show(Some(&Card::of("N0CALL")), &sent.path, PAGE)
        .await
        .token()
}

fn is_lost(reply: &Reply) {
    assert_eq!(reply.status.as_u16(), 403, "{}", reply.text);
    assert!(reply.text.contains("not begun in this browser"), "{}", reply.text);
    assert!(set_cookie(reply, "__Host-session").is_none());
}

#[tokio::test]
async fn a_token_works_once_and_for_half_a_minute() {
    let station = Station::start().await;
    let sent = station.send(station.browser()).await;
    let first = token(&station, &sent).await;
    sent.back(&first).await.expect(303);
    is_lost(&sent.back(&first).await);

    let late = token(&station, &sent).await;
    station.app.advance(Duration::from_secs(31));
    is_lost(&sent.back(&late).await);

    let sent = station.send(station.browser()).await;
    station.app.advance(Duration::from_mins(11));
    let after = token(&station, &sent).await;
    is_lost(&sent.back(&after).await);
}

#[tokio::test]
async fn a_token_works_in_the_browser_that_began_alone_and_is_over_when_another_shows_it() {
    let station = Station::start().await;
    let (one, other) = (
        station.send(station.browser()).await,
        station.send(station.browser()).await,
    );
    // A stolen token: shown without the cookie, with one of another browser, or with one made up.
    for cookie in [
        None,
        Some(other.errand.clone()),
        Some("__Host-errand=e30.AAAA".to_owned()),
    ] {
        let stolen = token(&station, &one).await;
        let fields = format!("token={stolen}");
        let reply = post(
            &station.browser(),
            "/login/certificate/done",
            cookie.as_deref(),
            &fields,
        )
        .await;
        is_lost(&reply);
        is_lost(&one.back(&stolen).await);
    }
    // A token that somebody slips into another's browser (login CSRF): it is of another errand.
    let slipped = token(&station, &one).await;
    is_lost(&other.back(&slipped).await);
    // And the page that nobody was sent to gives none at all.
    let page = station.show(Some(&Card::of("N0CALL")), "/", PAGE).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("name=\"token\"") && page.body.contains("begin at the sign-in page"));
}

#[tokio::test]
async fn an_errand_belongs_to_the_member_who_began_it() {
    let station = Station::start().await;
    station.app.account("DL1ABC", false, PASSWORD).await;
    let sent = station.send(station.member("DL1ABC").await).await;
    let token = token(&station, &sent).await;
    // The member has signed out meanwhile, so to speak.
    let guest = Sent {
        browser: station.browser(),
        ..sent
    };
    is_lost(&guest.back(&token).await);
}

#[tokio::test]
async fn only_pages_of_this_site_send_the_form() {
    let station = Station::start().await;
    let sent = station.send(station.browser()).await;
    let form = |origin: &'static str, site: Option<&'static str>, token: String| {
        let request = sent
            .browser
            .request(Method::POST, "/login/certificate/done")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &sent.errand)
            .header("origin", origin)
            .body(format!("token={token}"));
        let request = match site {
            Some(site) => request.header("sec-fetch-site", site),
            None => request,
        };
        send(request)
    };
    for (origin, site) in [
        ("https://evil.example", Some("cross-site")),
        ("https://evil.example", None),
        ("null", Some("cross-site")),
        ("https://auth.log.example.org.evil.example", Some("same-site")),
    ] {
        let reply = form(origin, site, token(&station, &sent).await).await;
        reply.problem(403, "cross_site");
    }
    // The form of the other host tells nobody where it was sent from.
    form("null", Some("same-site"), token(&station, &sent).await)
        .await
        .expect(303);
    form(
        "https://auth.log.example.org",
        Some("same-site"),
        token(&station, &sent).await,
    )
    .await
    .expect(303);
    // No other route takes anything from there.
    let elsewhere = sent
        .browser
        .request(Method::POST, "/login")
        .header("sec-fetch-site", "same-site");
    send(elsewhere.header("origin", "https://auth.log.example.org"))
        .await
        .problem(403, "cross_site");
}

#[tokio::test]
async fn the_page_runs_no_script_leads_only_home_and_tells_nobody_its_address() {
    let station = Station::start().await;
    let sent = station.send(station.browser()).await;
    let page = station.show(Some(&Card::of("N0CALL")), &sent.path, PAGE).await;
    assert!(
        page.head.contains("referrer-policy: no-referrer"),
        "{}",
        page.head
    );
    assert!(page.head.contains("cache-control: no-store"), "{}", page.head);
    let policy = page
        .head
        .lines()
        .find(|line| line.starts_with("content-security-policy"))
        .unwrap();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("script-src"),
        "{policy}"
    );
    assert!(
        policy.contains("form-action https://log.example.org;"),
        "{policy}"
    );
    assert!(!page.body.contains("<script"));
    assert!(
        page.body
            .contains("action=\"https://log.example.org/login/certificate/done\"")
    );
    assert!(!page.head.contains("set-cookie"));
    let refused = station.show(None, &sent.path, PAGE).await;
    for wanted in [
        "referrer-policy: no-referrer",
        "form-action https://log.example.org;",
    ] {
        assert!(refused.head.contains(wanted), "{}", refused.head);
    }
    let missing = station.show(None, "/login", PAGE).await;
    assert_eq!(missing.status, 404);
    assert!(
        missing.head.contains("form-action https://log.example.org;") && !missing.body.contains("<script")
    );
    // The sign-in page may lead there, and nowhere else.
    let login = page_of(&station.browser(), "/login").await;
    assert!(login.text.contains("Sign in with your LoTW certificate"));
    assert!(
        login
            .header("content-security-policy")
            .contains("form-action 'self' https://auth.log.example.org;")
    );
}

#[tokio::test]
async fn a_removed_authority_counts_at_once_also_on_an_open_connection_and_no_session_is_resumed() {
    let station = Station::start().await;
    let sent = station.send(station.browser()).await;
    let waiting = token(&station, &sent).await;
    let card = Card::of("N0CALL");
    let mut stream = station.connect(Some(&card)).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nHost: {AUTH}\r\nAccept: application/json\r\n\r\n");
    let mut part = vec![0; 16 << 10];
    stream.write_all(request.as_bytes()).await.unwrap();
    let read = stream.read(&mut part).await.unwrap();
    assert!(part[..read].starts_with(b"HTTP/1.1 200"));
    assert_eq!(stream.get_ref().1.tls13_tickets_received(), 0);

    std::fs::remove_file(station.file("root.pem")).unwrap();
    station.app.reload_authorities().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let read = stream.read(&mut part).await.unwrap();
    assert!(
        part[..read].starts_with(b"HTTP/1.1 503"),
        "{}",
        String::from_utf8_lossy(&part[..read])
    );
    // Nor does the token count that was given out before.
    assert!(
        sent.back(&waiting)
            .await
            .expect(503)
            .text
            .contains("no certificates of Logbook of the World")
    );
}

#[tokio::test]
async fn a_clock_before_the_program_was_made_decides_nothing() {
    let station = Station::at("2020-01-01T00:00:00Z", &[]).await;
    assert_eq!(station.refusal(Some(&Card::of("N0CALL"))).await, "clock-wrong");
    assert_eq!(station.refusal(None).await, "no-certificate");
}

#[tokio::test]
async fn a_certificate_of_absurd_size_does_not_get_through_the_handshake() {
    let station = Station::start().await;
    let mut huge = Template::user("N0CALL");
    huge.extensions.push(Extension::plain(&[0x2A, 0x03], &[0; 9000]));
    let card = Card::chain(vec![huge.signed_by(Key::Production)]);
    let mut outcome = Vec::new();
    if let Ok(mut stream) = station.connect(Some(&card)).await {
        let request = format!("GET / HTTP/1.1\r\nHost: {AUTH}\r\nConnection: close\r\n\r\n");
        // The server may have gone by then.
        if stream.write_all(request.as_bytes()).await.is_ok() {
            let _ = stream.read_to_end(&mut outcome).await;
        }
    }
    assert_eq!(String::from_utf8_lossy(&outcome), "");
}

#[tokio::test]
async fn without_an_authority_nothing_is_offered() {
    let station = Station::start().await;
    std::fs::remove_file(station.file("root.pem")).unwrap();
    std::fs::write(station.file("broken.pem"), "no certificate").unwrap();
    station.app.reload_authorities().await;
    let login = page_of(&station.browser(), "/login").await;
    assert!(!login.text.contains("LoTW"));
    post(&station.browser(), "/login/certificate", None, "")
        .await
        .expect(404);
    // One bad file does not spoil the others.
    station.trust("root.pem", &root()).await;
    station
        .enter(station.browser(), &Card::of("N0CALL"))
        .await
        .expect(303);
}
