//! The callbook's pages as a browser without script uses them, over a list that an administrator brought.

mod own;

use std::time::Duration;

use super::*;

const LIST: &str = "Call,First,Last,City,Region,Class,Grid,Expires,Kind\n\
    K6BP,Bruce,Perens,Berkeley,CA,Amateur Extra,CM87vv,2031-02-03,\n\
    K6BPX,Ana,Mu\u{f1}oz,Oakland,CA,General,CM87vt,2030-05-06,\n\
    W6CLB,,Radio Club of the Bay,Oakland,CA,,CM87vt,2032-01-01,club\n\
    KD6OLD,Otto,Alt,Fresno,CA,Technician,DM06,2001-01-01,\n\
    not a call,No,Body,Nowhere,CA,,,,\n";
const MAP: &str = "authority = \"bay-list\"\ntitle = \"List of the bay\"\ncredit = \"By the clubs of the bay\"\n\n\
    [columns]\ncall = \"Call\"\nfirst = \"First\"\nlast = \"Last\"\ncity = \"City\"\nregion = \"Region\"\n\
    class = \"Class\"\ngrid = \"Grid\"\nexpires = \"Expires\"\nkind = \"Kind\"\n\n\
    [kind]\nmissing = \"person\"\nvalues = { \"club\" = \"club\" }\n";

impl Site {
    /// Sends a form with a file.
    async fn send_file(&mut self, path: &str, texts: &[(&str, &str)], file: &str) -> Page {
        let mut body = String::new();
        for (name, text) in [&[("csrf", self.csrf.clone().as_str())], texts].concat() {
            body += &format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        }
        body += &format!(
            "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bay.csv\"\r\n\r\n{file}\r\n--cut--\r\n"
        );
        let request = Request::post(path)
            .header(header::ACCEPT, HTML)
            .header("x-csrf-token", self.csrf.clone())
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut");
        self.send(request, body.into()).await
    }

    /// With the list as its register.
    async fn stocked() -> Self {
        let mut site = Self::new().await;
        let kept = site
            .send_file("/admin/callbook/list", &[("map", MAP), ("do", "save")], "")
            .await;
        assert_eq!(
            (kept.status, kept.place.as_str()),
            (StatusCode::SEE_OTHER, "/admin/callbook#bay-list"),
            "{}",
            kept.text
        );
        let sent = site.send_file("/admin/callbook/bay-list/file", &[], LIST).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        for _ in 0..200 {
            if !site.app.services.callbook.registers().all().is_empty() {
                return site;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "the list was not imported: {}",
            site.get("/admin/callbook").await.text
        );
    }

    /// The same browser without its session.
    fn as_guest(&mut self) {
        self.cookies.clear();
    }
}

#[tokio::test]
async fn an_empty_callbook_says_who_fills_it() {
    let mut site = Site::new().await;
    let own = site.get("/callbook").await;
    assert!(own.text.contains("href=\"/admin/callbook\""), "{}", own.text);
    let missing = site.get("/callbook/K6BP").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert!(
        missing.text.contains("No register is in use yet"),
        "{}",
        missing.text
    );
    site.as_guest();
    let guest = site.get("/callbook").await;
    assert_eq!(guest.status, StatusCode::OK);
    assert!(!guest.text.contains("/admin/callbook"), "{}", guest.text);
    assert!(guest.text.contains("<meta name=\"robots\" content=\"noindex\">"));
}

#[tokio::test]
async fn members_find_persons_and_guests_find_calls() {
    let mut site = Site::stocked().await;
    let found = site.get("/callbook?q=name:perens").await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.text);
    for said in ["href=\"/callbook/K6BP\"", "Bruce Perens", "Berkeley", "km,"] {
        assert!(found.text.contains(said), "{said}: {}", found.text);
    }
    let widened = site.get("/callbook?q=perenz").await;
    assert!(widened.text.contains("Showing results for"), "{}", widened.text);
    let nothing = site.get("/callbook?q=zzzzzzz").await;
    assert!(nothing.text.contains("Nothing found"), "{}", nothing.text);
    let unknown = site.get("/callbook?q=JA1ZZZ").await;
    assert!(
        unknown.text.contains("href=\"/callbook/JA1ZZZ\""),
        "{}",
        unknown.text
    );
    let wrong = site.get("/callbook?q=colour:red").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("value=\"colour:red\""), "{}", wrong.text);

    site.as_guest();
    let guest = site.get("/callbook?q=K6BP").await;
    assert!(guest.text.contains("Amateur Extra"), "{}", guest.text);
    assert!(!guest.text.contains("Perens"), "{}", guest.text);
    let refused = site.get("/callbook?q=name:perens").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("name:"), "{}", refused.text);
}

#[tokio::test]
async fn a_record_tells_the_licence_the_place_and_our_contacts() {
    let mut site = Site::stocked().await;
    site.log("K6BPX").await;
    let record = site.get("/callbook/K6BPX").await;
    assert_eq!(record.status, StatusCode::OK, "{}", record.text);
    for said in [
        "Ana Mu\u{f1}oz",
        "2030-05-06",
        "CM87",
        "data-lat=",
        "href=\"/logbook/1-",
        "/callbook/K6BPX/removal",
        "content=\"noindex\"",
        "data-elsewhere",
    ] {
        assert!(record.text.contains(said), "{said}: {}", record.text);
    }
    let portable = site.get("/callbook/DL%2Fk6bp%2Fp").await;
    assert!(portable.text.contains("DL/K6BP/P"), "{}", portable.text);
    let old = site.get("/callbook/KD6OLD").await;
    assert!(old.text.contains("could renew it is over"), "{}", old.text);

    let missing = site.get("/callbook/K6BPZ").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    for said in ["List of the bay", "United States", "href=\"/callbook/K6BP\""] {
        assert!(missing.text.contains(said), "{said}: {}", missing.text);
    }

    site.as_guest();
    let guest = site.get("/callbook/K6BPX").await;
    assert!(!guest.text.contains("Mu\u{f1}oz") && !guest.text.contains("data-elsewhere"));
    assert!(
        guest.text.contains("/login?next=%2Fcallbook%2FK6BPX"),
        "{}",
        guest.text
    );
    let club = site.get("/callbook/W6CLB").await;
    assert!(club.text.contains("Radio Club of the Bay"), "{}", club.text);
    let credits = site.get("/callbook/credits").await;
    assert!(
        credits.text.contains("By the clubs of the bay"),
        "{}",
        credits.text
    );
    assert!(credits.text.contains("GeoNames"), "{}", credits.text);
}

#[tokio::test]
async fn administrators_see_what_was_refused_and_remove_a_register() {
    let mut site = Site::stocked().await;
    let tried = site
        .send_file("/admin/callbook/list", &[("map", MAP), ("do", "preview")], LIST)
        .await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.text);
    assert!(
        tried.text.contains("id=\"preview\"") && tried.text.contains("Mu\u{f1}oz"),
        "{}",
        tried.text
    );
    let wrong = site
        .send_file(
            "/admin/callbook/list",
            &[("map", "authority = 1"), ("do", "save")],
            "",
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("authority = 1"), "{}", wrong.text);

    let page = site.get("/admin/callbook").await;
    for said in ["id=\"fcc\"", "id=\"bay-list\"", "Get now", "List of the bay"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let rejects = site.get("/admin/callbook/bay-list/rejects").await;
    assert!(rejects.text.contains("not a call"), "{}", rejects.text);

    let kept = site
        .post("/admin/callbook", "do=remove&authority=bay-list&confirm=other")
        .await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(kept.text.contains("This is not its name"), "{}", kept.text);
    let gone = site
        .post_and_follow("/admin/callbook", "do=remove&authority=bay-list&confirm=bay-list")
        .await;
    assert!(gone.text.contains("Register removed"), "{}", gone.text);
    assert_eq!(site.get("/callbook/K6BP").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn accounts_elsewhere_are_asked_for_and_none_is_kept_untold() {
    let mut site = Site::new().await;
    let page = site.get("/callbook/accounts").await;
    assert!(
        page.text.contains("HamQTH") && page.text.contains("none kept"),
        "{}",
        page.text
    );
    let refused = site
        .post("/callbook/accounts", "do=keep&service=qrz&user=&password=x")
        .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.text
    );
    let other = site
        .post("/callbook/accounts", "do=keep&service=other&user=a&password=x")
        .await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    site.as_guest();
    assert_eq!(site.get("/callbook/accounts").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn members_stand_on_the_map_who_want_to() {
    let mut site = Site::new().await;
    let page = site.get("/callbook/map").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    site.as_guest();
    let guest = site.get("/callbook/map").await;
    assert_eq!(guest.status, StatusCode::SEE_OTHER);
}
