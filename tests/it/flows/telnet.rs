//! The telnet cluster as logging programs meet it, and nodes that the station listens to: real connections.

use std::time::Duration;

use serde_json::json;
use shackbox::testkit::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::kit::{Caller, PASSWORD};

/// How long an answer may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A program at a telnet connection.
pub(super) struct Program {
    pub(super) stream: TcpStream,
    unread: Vec<u8>,
}

impl Program {
    pub(super) async fn connect(app: &TestApp) -> Self {
        let stream = TcpStream::connect(app.telnet_address()).await.unwrap();
        Self::at(stream)
    }

    pub(super) fn at(stream: TcpStream) -> Self {
        Self {
            stream,
            unread: Vec::new(),
        }
    }

    /// Signed in with a call, up to the first prompt.
    pub(super) async fn entered(app: &TestApp, call: &str, password: Option<&str>) -> Self {
        let mut program = Self::connect(app).await;
        program.until("login: ").await;
        program.send(call).await;
        if let Some(password) = password {
            program.until("password: ").await;
            program.send(password).await;
        }
        program.until("dxspider >\r\n").await;
        program
    }

    /// What is said once the call is given: a question, or the greeting.
    async fn asked_for(mut self, call: &str) -> String {
        self.until("login: ").await;
        self.send(call).await;
        self.until(": ").await
    }

    pub(super) async fn send(&mut self, line: &str) {
        self.write(format!("{line}\r\n").as_bytes()).await;
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Reads up to and with a text.
    pub(super) async fn until(&mut self, text: &str) -> String {
        self.until_all(&[text]).await
    }

    /// Reads until each of the texts has come, in whatever order: spots and what people say take different ways.
    pub(super) async fn until_all(&mut self, texts: &[&str]) -> String {
        let end_of = |unread: &[u8], text: &str| {
            let mut windows = unread.windows(text.len());
            let at = windows.position(|window| window == text.as_bytes())?;
            Some(at + text.len())
        };
        loop {
            let ends: Option<Vec<usize>> = texts.iter().map(|text| end_of(&self.unread, text)).collect();
            if let Some(end) = ends.and_then(|ends| ends.into_iter().max()) {
                let rest = self.unread.split_off(end);
                let taken = std::mem::replace(&mut self.unread, rest);
                return String::from_utf8_lossy(&taken).into_owned();
            }
            let mut bytes = [0; 4_096];
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut bytes)).await;
            match read {
                Ok(Ok(count)) if count > 0 => self.unread.extend_from_slice(&bytes[..count]),
                other => {
                    let seen = String::from_utf8_lossy(&self.unread);
                    panic!("{texts:?} does not come ({other:?}) after {seen:?}")
                }
            }
        }
    }

    /// What a command is answered, without the prompt.
    pub(super) async fn ask(&mut self, command: &str) -> String {
        self.send(command).await;
        let answer = self.until("dxspider >\r\n").await;
        let prompt = answer.rfind(" de N0NODE-2 ").unwrap();
        let start = answer[..prompt].rfind('\n').map_or(0, |at| at + 1);
        answer[..start].to_owned()
    }

    /// Everything up to the end of the connection.
    pub(super) async fn rest(mut self) -> String {
        let mut bytes = std::mem::take(&mut self.unread);
        // A reset is an end too.
        drop(
            tokio::time::timeout(PATIENCE, self.stream.read_to_end(&mut bytes))
                .await
                .unwrap(),
        );
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[tokio::test]
async fn a_session_looks_as_programs_expect_it() {
    let app = TestApp::start().await;
    let mut program = Program::connect(&app).await;
    assert_eq!(program.until("login: ").await, "login: ");
    program.send("k1bbb-3").await;
    let greeting = program.until("dxspider >\r\n").await;
    assert!(
        greeting.starts_with("Hello K1BBB-3, this is N0NODE-2 in "),
        "{greeting}"
    );
    assert!(greeting.contains("\r\nCapabilities: ve7cc rbn\r\n"), "{greeting}");
    assert!(
        greeting.ends_with("K1BBB-3 de N0NODE-2 21-Nov-2026 1200Z dxspider >\r\n"),
        "{greeting}"
    );
    let lower = greeting.to_lowercase();
    assert!(
        !lower.contains("login") && !lower.contains("password"),
        "{greeting}"
    );
    assert_eq!(program.ask("xyzzy").await, "Invalid command\r\n");
    assert_eq!(program.ask("set/dxgrid").await, "DX Grid enabled for K1BBB-3\r\n");
    assert_eq!(program.ask("set/ve7cc").await, "Operation successful\r\n");
    assert_eq!(
        program.ask("unset/skimmer").await,
        "RBN/Skimming set to NONE for K1BBB-3\r\n"
    );
    assert_eq!(
        program.ask("sh/filter").await,
        "No filters defined for K1BBB-3\r\n"
    );
    assert_eq!(
        program.ask("accept/spots on hf and by_zone 14,15,16").await,
        "Filter 1 updated for K1BBB-3.pl\r\n"
    );
    assert_eq!(
        program.ask("sh/filter").await,
        "K1BBB-3 : spots\r\n filter1 accept on hf and by_zone 14,15,16\r\n"
    );
    assert_eq!(
        program.ask("clear/spots all").await,
        "spots Filter all deleted for K1BBB-3\r\n"
    );
    assert_eq!(
        program.ask("sh/users").await,
        "Callsigns connected to N0NODE-2\r\nK1BBB-3\r\n"
    );
    assert!(
        program
            .ask("sh/wwv")
            .await
            .starts_with("Date        Hour   SFI   A   K Forecast")
    );
    for command in [
        "help",
        "who",
        "sh/cluster",
        "sh/prefix vp2e",
        "sh/heading zl",
        "sh/sun ja",
        "sh/bands",
        "sh/time",
        "sh/version",
        "sh/set",
        "sh/station k1bbb",
    ] {
        assert!(program.ask(command).await.len() > 10, "{command}");
    }
    program.send("bye").await;
    program.rest().await;

    let mut stranger = Program::connect(&app).await;
    stranger.until("login: ").await;
    stranger.send("not a call!").await;
    assert_eq!(
        stranger.rest().await,
        "Sorry NOT A CALL! is an invalid callsign\r\n"
    );
}

#[tokio::test]
async fn a_spot_goes_at_once_to_everybody_even_if_its_sender_leaves() {
    let app = TestApp::start().await;
    app.account("G1AAA", false, PASSWORD).await;
    let mut reader = Program::entered(&app, "K1BBB-3", None).await;

    // As Wavelog does: everything without waiting, then away.
    let mut sender = Program::connect(&app).await;
    sender.until("login: ").await;
    sender.send("G1AAA").await;
    sender.until("password: ").await;
    sender
        .write(format!("{PASSWORD}\r\nDX 3B8CW 14025.0 cq up 1\r\n").as_bytes())
        .await;
    let line = "DX de G1AAA:     14025.0  3B8CW        cq up 1                        1200Z\r\n";
    sender.until(line).await;
    drop(sender);
    reader.until(line).await;

    let mut sender = Program::entered(&app, "G1AAA", Some(PASSWORD)).await;
    assert_eq!(
        sender.ask("dx 14025.0 3B8CW cq up 1").await,
        "Sorry, this is a duplicate\r\n"
    );
    assert_eq!(
        sender.ask("dx 7.0123 UA0FO").await,
        "DX de G1AAA:      7012.3  UA0FO                                       1200Z\r\n"
    );
    assert_eq!(
        sender.ask("sh/dx").await,
        concat!(
            "   7012.3 UA0FO       21-Nov-2026 1200Z                               <G1AAA>\r\n",
            "  14025.0 3B8CW       21-Nov-2026 1200Z cq up 1                       <G1AAA>\r\n",
        )
    );
    assert!(sender.ask("sh/dx 1 on 20m").await.contains("3B8CW"));
    assert_eq!(sender.ask("sh/dx by k").await, "");
    assert!(
        sender
            .ask("dx 27185 W1AW")
            .await
            .starts_with("Frequency 27185 not in band")
    );
    assert_eq!(
        sender.ask("dx 14025 XX").await,
        "The callsign or frequency is invalid\r\n"
    );

    let refused = reader.ask("dx 14030 W1AW hello").await;
    assert!(refused.contains("not allowed"), "{refused}");
    let spots = Caller::with_key(&app, app.key("G1AAA", &["dx.read"]).await);
    let spots = spots.get("/api/v1/dx/spots").await.expect(200).json();
    assert_eq!(spots["items"].as_array().unwrap().len(), 2, "{spots}");
    assert_eq!(spots["items"][0]["spotter"], "G1AAA");
}

#[tokio::test]
async fn filters_layouts_and_settings_are_obeyed_and_kept() {
    let app = TestApp::start().await;
    app.account("G1AAA", false, PASSWORD).await;
    app.account("K1BBB", false, PASSWORD).await;
    let mut sender = Program::entered(&app, "G1AAA", Some(PASSWORD)).await;
    let mut reader = Program::entered(&app, "K1BBB-3", Some(PASSWORD)).await;
    assert_eq!(reader.ask("set/name Bob").await, "Your name is now 'Bob'\r\n");
    assert_eq!(
        reader.ask("set/qra FN42gg").await,
        "Your QRA Locator is now 'FN42gg'\r\n"
    );
    reader.ask("reject/spots on 40m").await;
    reader.ask("set/beep").await;
    sender.ask("dx 7025 3B8CW").await;
    sender.ask("dx 14026 3B8CW").await;
    let told = reader.until("\u{7}\u{7}\r\n").await;
    assert!(told.contains("14026.0") && !told.contains("7025.0"), "{told}");
    reader.ask("set/ve7cc").await;
    sender.ask("dx 14027 EA8DHI test^ing").await;
    let record = reader.until("\r\n").await;
    assert!(
        record.starts_with("CC11^14027.0^EA8DHI^21-Nov-2026^1200Z^test~ing^G1AAA^29^223^N0NODE-2^"),
        "{record}"
    );
    reader.send("bye").await;
    reader.rest().await;

    let mut again = Program::entered(&app, "K1BBB", Some(PASSWORD)).await;
    assert!(again.ask("sh/filter").await.contains("filter1 reject on 40m"));
    assert!(again.ask("sh/set").await.contains("Bob"));
    assert!(again.ask("set/allow 0.0.0.0/0").await.contains("too wide"));
    assert!(again.ask("set/allow 127.0.0.1").await.contains("may now spot"));
    again.ask("set/qth Boston").await;
    assert!(
        again.ask("sh/allow").await.contains("127.0.0.1"),
        "kept beside the rest"
    );
    again.send("bye").await;
    again.rest().await;
    let mut allowed = Program::entered(&app, "K1BBB", None).await;
    assert!(
        allowed
            .ask("dx 21025 W1AW")
            .await
            .starts_with("CC11^21025.0^W1AW")
    );
    let refused = allowed.ask("set/allow 192.0.2.7").await;
    assert!(refused.contains("showed its password"), "{refused}");
    let taken = allowed.ask("unset/allow 127.0.0.1").await;
    assert!(taken.contains("no longer"), "{taken}");
    let asked = Program::connect(&app).await.asked_for("K1BBB").await;
    assert!(asked.contains("password: "), "{asked}");
}

#[tokio::test]
async fn people_reach_each_other() {
    let app = TestApp::start().await;
    app.account("G1AAA", false, PASSWORD).await;
    let mut sender = Program::entered(&app, "G1AAA", Some(PASSWORD)).await;
    let mut reader = Program::entered(&app, "K1BBB-3", None).await;
    sender.send("ann hello all").await;
    reader.until("To LOCAL de G1AAA: hello all\r\n").await;
    sender.send("ann/full to everyone").await;
    reader.until("To ALL de G1AAA: to everyone\r\n").await;
    sender.send("wx sunny").await;
    reader.until("WX de G1AAA: sunny\r\n").await;
    sender.send("talk k1bbb-3 hi there").await;
    reader.until("K1BBB-3 de G1AAA: hi there\r\n").await;
    let refused = reader.ask("ann I am nobody").await;
    assert!(refused.contains("not allowed"), "{refused}");
    sender.send("ann a fifth one").await;
    reader.until("To LOCAL de G1AAA: a fifth one\r\n").await;
    sender.send("ann and on and on").await;
    sender.until("Sorry, that is too much at once").await;

    let mut second = Program::entered(&app, "K1BBB-3", None).await;
    let end = reader.rest().await;
    assert!(
        end.contains("Reconnected as K1BBB-3 at 127.0.0.1, this instance is disconnected"),
        "{end}"
    );
    assert!(second.ask("who").await.contains("K1BBB-3"));
}

#[tokio::test]
async fn who_is_not_believed_only_reads_or_is_sent_away() {
    let app = TestApp::start().await;
    app.account("G1AAA", false, PASSWORD).await;
    app.listener("SWL_BOB", PASSWORD).await;
    let mut wrong = Program::connect(&app).await;
    wrong.until("login: ").await;
    wrong.send("G1AAA").await;
    wrong.until("password: ").await;
    wrong.send("not it at all").await;
    assert!(wrong.rest().await.starts_with("Sorry"));

    // A program that knows of no password goes on to its commands.
    let mut hasty = Program::connect(&app).await;
    hasty.until("login: ").await;
    hasty.write(b"G1AAA\r\nsh/dx 25\r\nset/dx\r\n").await;
    hasty.until("DX Spots enabled for G1AAA\r\n").await;
    hasty.until("dxspider >\r\n").await;
    assert!(hasty.ask("dx 14025 W1AW").await.contains("not allowed"));

    let mut listener = Program::entered(&app, "SWL_BOB", Some(PASSWORD)).await;
    assert!(listener.ask("dx 14025 W1AW").await.contains("not allowed"));

    let key = app.key("G1AAA", &["dx.write"]).await;
    let mut by_key = Program::entered(&app, "G1AAA-4", Some(&key)).await;
    assert!(by_key.ask("dx 14025 W1AW").await.starts_with("DX de G1AAA: "));
}

#[tokio::test]
async fn hostile_bytes_neither_end_nor_fill_anything() {
    let app = TestApp::start().await;
    let mut hostile = Program::entered(&app, "K1BBB", None).await;
    hostile.write(&vec![b'x'; 1 << 20]).await;
    hostile.send("").await;
    hostile.until("Sorry, that line is too long\r\n").await;
    hostile.until("dxspider >\r\n").await;
    hostile.write(&b"\xff\xfb\x01\xff\xfd\x03".repeat(2_000)).await;
    hostile.write(b"\xff\xfa\x18\x1b[2J\x07\x00").await;
    hostile.write(&vec![0xff; 999]).await;
    hostile.write(b"\r\n\r\n").await;
    hostile.send("sh/dx %s %n ../ '; DROP TABLE").await;
    hostile.send("sh/version").await;
    hostile.until("Shackbox ").await;
    let mut other = Program::entered(&app, "K1CCC", None).await;
    assert!(other.ask("sh/users").await.contains("K1BBB"));
}

#[tokio::test]
async fn an_upstream_is_listened_to_whatever_the_segmentation() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let upstreams = json!([{"host": "127.0.0.1", "port": port, "login": "n0call", "password": "secret",
        "commands": ["set/skimmer", "sh/dx 5"], "name": "uplink"}]);
    let app = TestApp::with(&[("cluster.upstreams", &upstreams.to_string())]).await;
    let mut reader = Program::entered(&app, "K1BBB", None).await;
    reader.ask("set/skimmer").await;

    let (stream, _) = listener.accept().await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut node = Program::at(stream);
    node.write(b"Welcome!\r\nlog").await;
    node.write(b"in: ").await;
    node.until("N0CALL\r\n").await;
    node.write(b"password: ").await;
    node.until("secret\r\n").await;
    node.write(
        b"Hello N0CALL\r\nforgot your password? Ask.\r\nN0CALL de N1NODE 21-Nov-2026 1200Z dxspider >\r\n",
    )
    .await;
    node.until("set/skimmer\r\nsh/dx 5\r\n").await;
    let lines = concat!(
        "DX de W3LPL-2:   14025.0  3B8CW        cq up 1                        1200Z\u{7}\u{7}\r\n",
        "DX de KM3T-2-#:  14100.0  CS3B           CW    24 dB  22 WPM  NCDXF B 1200Z\r\n",
        "WWV de AE5E <12>:   SFI=154, A=10, K=2, No Storms -> No Storms\r\n",
        "DX de K1BBB:     nan  OH2BH            nan                            1200Z\r\n",
        "To ALL de G1AAA: hello from afar\r\n",
    );
    for piece in lines.as_bytes().chunks(7) {
        node.write(piece).await;
    }
    reader
        .until_all(&[
            "DX de W3LPL:     14025.0  3B8CW        cq up 1                        1200Z\r\n",
            "DX de KM3T-#:    14100.0  CS3B",
            "To ALL de G1AAA: hello from afar\r\n",
        ])
        .await;
    assert!(reader.ask("sh/wwv").await.contains("154"));
    let about = reader.ask("sh/cluster").await;
    assert!(
        about.contains("uplink") && about.contains("listening") && about.contains("2 spots"),
        "{about}"
    );

    // The node goes; it is tried again.
    drop(node);
    let again = tokio::time::timeout(PATIENCE, listener.accept()).await;
    assert!(again.is_ok(), "it comes back");
}
