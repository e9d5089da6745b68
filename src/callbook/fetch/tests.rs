//! Downloads against servers that behave, and servers that do not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::{body_string, header, header_exists, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::source::{Schedule, agent};
use super::*;

/// An archive as far as its shape is looked at.
fn archive(size: usize) -> Vec<u8> {
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend((0..size).map(|n| u8::try_from(n % 251).unwrap()));
    bytes.extend(b"PK\x05\x06");
    bytes.extend([0; 18]);
    bytes
}

fn source(kind: Kind, url: &str) -> Source {
    let mut source = Source::usual(kind, "Shackbox/0 (+https://shack.example/)".to_owned()).unwrap();
    source.url = url.to_owned();
    source.patience = Duration::from_millis(400);
    source.most_bytes = 1 << 20;
    source
}

struct Lab {
    server: MockServer,
    spool: tempfile::TempDir,
}

impl Lab {
    async fn start() -> Self {
        Self {
            server: MockServer::start().await,
            spool: tempfile::tempdir().unwrap(),
        }
    }

    fn url(&self) -> String {
        format!("{}/file.zip", self.server.uri())
    }

    async fn answers(&self, reply: ResponseTemplate) {
        Mock::given(path("/file.zip"))
            .respond_with(reply)
            .mount(&self.server)
            .await;
    }

    async fn fetch(&self, state: &State) -> Result<Outcome, FetchError> {
        fetch(
            &source(Kind::Ised, &self.url()),
            state,
            self.spool.path(),
            &mut |_| true,
        )
        .await
    }

    /// The state after what the server has now was imported.
    async fn imported(&self) -> State {
        let Ok(Outcome::New(fetched)) = self.fetch(&State::default()).await else {
            panic!("the file is new");
        };
        std::fs::remove_file(fetched.path).unwrap();
        fetched.state
    }

    fn spooled(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.spool.path()).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn a_new_file_is_kept_with_what_to_ask_by_next_time() {
    let lab = Lab::start().await;
    let reply = ResponseTemplate::new(200)
        .set_body_bytes(archive(5_000))
        .insert_header("etag", "\"one\"")
        .insert_header("last-modified", "Sun, 22 Nov 2026 09:00:00 GMT");
    lab.answers(reply).await;
    let mut told = Vec::new();
    let source = source(Kind::Ised, &lab.url());
    let outcome = fetch(&source, &State::default(), lab.spool.path(), &mut |progress| {
        told.push(progress);
        true
    })
    .await
    .unwrap();
    let Outcome::New(fetched) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(std::fs::read(&fetched.path).unwrap(), archive(5_000));
    assert_eq!(fetched.state.etag.as_deref(), Some("\"one\""));
    assert_eq!(
        (fetched.state.bytes, fetched.state.sha256.len()),
        (archive(5_000).len() as u64, 64)
    );
    assert_eq!(told.last().unwrap().done, fetched.state.bytes);
    assert_eq!(told.last().unwrap().of, Some(fetched.state.bytes));
    assert_eq!(lab.spooled().len(), 1, "no part is left");
    let agent = &lab.server.received_requests().await.unwrap()[0].headers["user-agent"];
    assert_eq!(agent, "Shackbox/0 (+https://shack.example/)");
}

#[tokio::test]
async fn an_unchanged_file_is_asked_for_by_its_tag_and_not_sent() {
    let lab = Lab::start().await;
    Mock::given(header("if-none-match", "\"one\""))
        .and(header_exists("if-modified-since"))
        .respond_with(ResponseTemplate::new(304))
        .mount(&lab.server)
        .await;
    let reply = ResponseTemplate::new(200)
        .set_body_bytes(archive(10))
        .insert_header("etag", "\"one\"")
        .insert_header("last-modified", "Sun, 22 Nov 2026 09:00:00 GMT");
    lab.answers(reply).await;
    let state = lab.imported().await;
    assert!(matches!(lab.fetch(&state).await, Ok(Outcome::NotModified)));
    let elsewhere = State {
        url: "https://other.example/".into(),
        ..state
    };
    assert!(
        matches!(lab.fetch(&elsewhere).await, Ok(Outcome::Same(_))),
        "another address's tag means nothing here"
    );
}

#[tokio::test]
async fn a_server_without_tags_is_seen_through_by_the_hash() {
    let lab = Lab::start().await;
    lab.answers(ResponseTemplate::new(200).set_body_bytes(archive(10)))
        .await;
    let mut state = lab.imported().await;
    state.active = 7;
    let Ok(Outcome::Same(same)) = lab.fetch(&state).await else {
        panic!("the file is the same");
    };
    assert_eq!(same.active, 7);
    assert!(lab.spooled().is_empty());
}

#[tokio::test]
async fn a_refusal_is_reported_with_advice_and_not_tried_again() {
    let lab = Lab::start().await;
    lab.answers(ResponseTemplate::new(403)).await;
    let error = lab.fetch(&State::default()).await.unwrap_err();
    assert!(
        matches!(&error, FetchError::Refused { status: 403, .. }),
        "{error}"
    );
    assert!(error.advice().contains("hand it over"));
    assert_eq!(lab.server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_again() {
    let lab = Lab::start().await;
    lab.answers(ResponseTemplate::new(429).insert_header("retry-after", "120"))
        .await;
    let error = lab.fetch(&State::default()).await.unwrap_err();
    assert!(matches!(error, FetchError::Refused { retry_after: Some(after), .. } if after.as_secs() == 120));
}

#[tokio::test]
async fn a_missing_daily_file_is_told_from_other_failures() {
    let lab = Lab::start().await;
    let error = lab.fetch(&State::default()).await.unwrap_err();
    assert!(matches!(error, FetchError::Missing { .. }), "{error}");
    lab.server.reset().await;
    lab.answers(ResponseTemplate::new(502)).await;
    let error = lab.fetch(&State::default()).await.unwrap_err();
    assert!(matches!(error, FetchError::Status { status: 502, .. }), "{error}");
}

#[tokio::test]
async fn pages_stumps_and_other_things_are_no_archive() {
    let lab = Lab::start().await;
    let whole = archive(10);
    for (body, page) in [
        (b"\n<!DOCTYPE HTML><title>Moved</title>".to_vec(), true),
        (b"PK\x03\x04 and then nothing".to_vec(), false),
        (b"Rar!".to_vec(), true),
        (Vec::new(), true),
        (whole[..whole.len() - 20].to_vec(), false),
    ] {
        lab.server.reset().await;
        lab.answers(ResponseTemplate::new(200).set_body_bytes(body)).await;
        let error = lab.fetch(&State::default()).await.unwrap_err();
        assert_eq!(matches!(error, FetchError::NotTheFile(_)), page, "{error}");
        assert_eq!(matches!(error, FetchError::Truncated), !page, "{error}");
        assert!(lab.spooled().is_empty(), "nothing is left of it");
    }
}

#[tokio::test]
async fn a_huge_file_is_not_taken() {
    let lab = Lab::start().await;
    lab.answers(ResponseTemplate::new(200).set_body_bytes(vec![b'P'; (1 << 20) + 1]))
        .await;
    let error = lab.fetch(&State::default()).await.unwrap_err();
    assert!(
        matches!(error, FetchError::TooLarge { most: 1_048_576 }),
        "{error}"
    );
}

#[tokio::test]
async fn being_sent_on_in_circles_ends() {
    let lab = Lab::start().await;
    lab.answers(ResponseTemplate::new(302).insert_header("location", "/file.zip"))
        .await;
    let error = lab.fetch(&State::default()).await.unwrap_err();
    assert!(error.to_string().contains("on and on"), "{error}");
    assert!(lab.server.received_requests().await.unwrap().len() < 10);
}

#[tokio::test]
async fn a_server_that_falls_silent_is_not_waited_for() {
    let lab = Lab::start().await;
    lab.answers(ResponseTemplate::new(200).set_delay(Duration::from_mins(1)))
        .await;
    let error = lab.fetch(&State::default()).await.unwrap_err();
    assert!(
        matches!(error, FetchError::Outbound(OutboundError::Timeout(_))),
        "{error}"
    );
}

#[tokio::test]
async fn a_download_can_be_stopped_and_is_taken_up_later() {
    let lab = Lab::start().await;
    let whole = archive(200_000);
    let served = whole.clone();
    let reply = move |request: &Request| {
        let from = request.headers.get("range").map_or(0, |range| {
            let range = range
                .to_str()
                .unwrap()
                .trim_start_matches("bytes=")
                .trim_end_matches('-');
            range.parse::<usize>().unwrap()
        });
        let reply = ResponseTemplate::new(if from > 0 { 206 } else { 200 })
            .set_body_bytes(&served[from..])
            .insert_header("etag", "\"one\"");
        let range = format!("bytes {from}-{}/{}", served.len() - 1, served.len());
        if from > 0 {
            reply.insert_header("content-range", range.as_str())
        } else {
            reply
        }
    };
    Mock::given(path("/file.zip"))
        .respond_with(reply)
        .mount(&lab.server)
        .await;
    let source = source(Kind::Ised, &lab.url());
    let stopped = fetch(&source, &State::default(), lab.spool.path(), &mut |_| false).await;
    assert!(matches!(stopped, Err(FetchError::Cancelled)));
    assert_eq!(lab.spooled(), ["ised.part", "ised.part.json"]);
    let Ok(Outcome::New(fetched)) = lab.fetch(&State::default()).await else {
        panic!("the file is whole");
    };
    assert_eq!(std::fs::read(&fetched.path).unwrap(), whole);
    let again = &lab.server.received_requests().await.unwrap()[1];
    assert_eq!(again.headers["if-range"], "\"one\"");
    assert_eq!(lab.spooled().len(), 1);
}

#[tokio::test]
async fn a_part_of_a_file_that_changed_is_begun_anew() {
    let lab = Lab::start().await;
    lab.answers(
        ResponseTemplate::new(200)
            .set_body_bytes(archive(90_000))
            .insert_header("etag", "\"one\""),
    )
    .await;
    let source = source(Kind::Ised, &lab.url());
    let stopped = fetch(&source, &State::default(), lab.spool.path(), &mut |_| false).await;
    assert!(matches!(stopped, Err(FetchError::Cancelled)));
    lab.server.reset().await;
    // 416: the part is longer than the file that is there now.
    Mock::given(header_exists("range"))
        .respond_with(ResponseTemplate::new(416))
        .mount(&lab.server)
        .await;
    lab.answers(
        ResponseTemplate::new(200)
            .set_body_bytes(archive(10))
            .insert_header("etag", "\"two\""),
    )
    .await;
    let Ok(Outcome::New(fetched)) = lab.fetch(&State::default()).await else {
        panic!("the file is whole");
    };
    assert_eq!(std::fs::read(&fetched.path).unwrap(), archive(10));
}

/// A server that breaks the connection in the middle of each of the first answers.
async fn breaking(whole: Vec<u8>, breaks: usize, validator: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/file.zip", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let turn = counter.fetch_add(1, Ordering::Relaxed);
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap().to_lowercase();
            let from = head.split("range: bytes=").nth(1).map_or(0, |rest| {
                rest.split('-').next().unwrap().parse::<usize>().unwrap()
            });
            let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
            let (length, total) = (whole.len() - from, whole.len());
            let mut reply = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{validator}\
                 content-range: bytes {from}-{}/{total}\r\nconnection: close\r\n\r\n",
                total - 1
            )
            .into_bytes();
            let until = if turn < breaks { from + length / 2 } else { total };
            reply.extend_from_slice(&whole[from..until]);
            stream.write_all(&reply).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (url, asked)
}

#[tokio::test]
async fn a_broken_connection_is_taken_up_where_it_broke() {
    let whole = archive(300_000);
    let (url, asked) = breaking(whole.clone(), 2, "etag: \"one\"\r\n").await;
    let spool = tempfile::tempdir().unwrap();
    let outcome = fetch(
        &source(Kind::Ised, &url),
        &State::default(),
        spool.path(),
        &mut |_| true,
    )
    .await;
    let Ok(Outcome::New(fetched)) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(std::fs::read(&fetched.path).unwrap(), whole);
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_truncated_answer_without_a_validator_is_an_error_and_not_a_file() {
    let (url, asked) = breaking(archive(300_000), 9, "etag: W/\"weak\"\r\n").await;
    let spool = tempfile::tempdir().unwrap();
    let outcome = fetch(
        &source(Kind::Ised, &url),
        &State::default(),
        spool.path(),
        &mut |_| true,
    )
    .await;
    assert!(
        matches!(
            outcome,
            Err(FetchError::Outbound(OutboundError::Unreachable { .. }))
        ),
        "{outcome:?}"
    );
    assert_eq!(
        asked.load(Ordering::Relaxed),
        1,
        "what cannot be continued waits for the schedule"
    );
}

#[tokio::test]
async fn the_finnish_list_is_asked_for_with_its_form() {
    let lab = Lab::start().await;
    Mock::given(method("POST"))
        .and(body_string("__EVENTTARGET=&ButtonDownload="))
        .respond_with(ResponseTemplate::new(200).set_body_string("OH2ZZA\tVOIMASSA\t\n"))
        .mount(&lab.server)
        .await;
    let source = source(Kind::Traficom, &lab.url());
    let outcome = fetch(&source, &State::default(), lab.spool.path(), &mut |_| true).await;
    assert!(matches!(outcome, Ok(Outcome::New(_))), "{outcome:?}");
}

#[tokio::test]
async fn the_newest_japanese_list_is_found_on_its_page() {
    let lab = Lab::start().await;
    let link = |day: &str| format!("<a href='/ever/offline-callbook-ja-{day}-en.csv'>{day}</a>");
    let page = [link("20230823"), link("20250913"), link("20240828")].join("\n")
        + "<a href=\"https://elsewhere.example/offline-callbook-ja-20991231-en.csv\">no</a>";
    Mock::given(path("/list.html"))
        .respond_with(ResponseTemplate::new(200).set_body_string(page))
        .mount(&lab.server)
        .await;
    Mock::given(path("/ever/offline-callbook-ja-20250913-en.csv"))
        .respond_with(ResponseTemplate::new(200).set_body_string("Call\nJA1ZZA\n"))
        .mount(&lab.server)
        .await;
    let source = source(Kind::Japan, &format!("{}/list.html", lab.server.uri()));
    let outcome = fetch(&source, &State::default(), lab.spool.path(), &mut |_| true).await;
    let Ok(Outcome::New(fetched)) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(fetched.state.url.ends_with("20250913-en.csv"));
}

#[tokio::test]
async fn a_proxy_is_gone_through_where_one_is_set() {
    let lab = Lab::start().await;
    lab.answers(ResponseTemplate::new(200).set_body_bytes(archive(10)))
        .await;
    let mut source = source(Kind::Ised, "http://register.example/file.zip");
    source.proxy = Some(lab.server.uri().parse().unwrap());
    let outcome = fetch(&source, &State::default(), lab.spool.path(), &mut |_| true).await;
    assert!(matches!(outcome, Ok(Outcome::New(_))), "{outcome:?}");
}

#[tokio::test]
async fn what_is_no_address_is_not_asked() {
    let spool = tempfile::tempdir().unwrap();
    for url in [
        "",
        "l_amat.zip",
        "file:///etc/passwd",
        "ftp://wirelessftp.fcc.gov/",
    ] {
        let outcome = fetch(
            &source(Kind::Ised, url),
            &State::default(),
            spool.path(),
            &mut |_| true,
        )
        .await;
        assert!(matches!(outcome, Err(FetchError::Address(_))), "{url}");
    }
}

#[test]
fn schedules_name_the_next_time() {
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    let weekly = Source::usual(Kind::FccFull, String::new()).unwrap().schedule;
    assert_eq!(
        weekly.next(time("2026-11-22T17:59:59Z")),
        time("2026-11-22T18:00:00Z")
    );
    assert_eq!(
        weekly.next(time("2026-11-22T18:00:00Z")),
        time("2026-11-29T18:00:00Z")
    );
    let daily = Schedule::Daily { hour: 12 };
    assert_eq!(
        daily.next(time("2026-11-22T13:00:00Z")),
        time("2026-11-23T12:00:00Z")
    );
    assert_eq!(
        daily.next(time("2026-12-31T12:00:00Z")),
        time("2027-01-01T12:00:00Z")
    );
}

#[test]
fn the_agent_names_the_program_and_whom_to_ask() {
    let contact: Url = "https://shack.example/".parse().unwrap();
    assert!(agent(Some(&contact)).ends_with(" (+https://shack.example/)"));
    assert!(agent(None).starts_with("Shackbox/"));
    assert!(Source::usual(Kind::Columns, String::new()).is_none());
}
