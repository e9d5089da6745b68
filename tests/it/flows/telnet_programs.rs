//! What logging programs say to a cluster, word for word, and what they look for in the answers.

use std::time::Duration;

use shackbox::testkit::TestApp;

use super::telnet::Program;
use crate::kit::PASSWORD;

/// What a program does next.
enum Step {
    /// Waits for a text.
    Until(&'static str),
    /// Sends bytes.
    Send(&'static [u8]),
}

use Step::{Send, Until};

const PROMPT: &str = " dxspider >\r\n";
const SPOT: &str = "DX de G1AAA:     14025.0  3B8CW        cq up 1                        1200Z\r\n";
const PAST: &str = "  14025.0 3B8CW       21-Nov-2026 1200Z cq up 1                       <G1AAA>\r\n";

/// Programs with the conversation each of them has; a spot is there already.
const PROGRAMS: &[(&str, &[Step])] = &[
    (
        "not1mm: all its wishes at once when it is greeted",
        &[
            Until("login:"),
            Send(b"K1BBB\r\n"),
            Until("Hello"),
            Send(b"Set DX Filter Not Skimmer AND SpotterCont=[NA,EU]\r\nset dx extension Section\r\nset dx mode FILTER\r\nsh wwv 1\r\n"),
            Until("Operation successful\r\n"),
            Until(PROMPT),
            Until("Operation successful\r\n"),
            Until("Date        Hour   SFI   A   K"),
            Until(PROMPT),
        ],
    ),
    (
        "OpenHamClock: a list, then the stream, an empty line every half minute",
        &[
            Until("login:"),
            Send(b"K1BBB-56\r\n"),
            Until("dxspider >"),
            Send(b"sh/dx 25\r\n"),
            Until(PAST),
            Send(b"set/dx\r\n"),
            Until("DX Spots enabled for K1BBB-56\r\n"),
            Send(b"\r\n\r\n\r\n"),
            Send(b"sh/time\r\n"),
            Until(" UTC\r\n"),
        ],
    ),
    (
        "QLog: buttons once it has seen what kind of node this is",
        &[
            Until("login"),
            Send(b"K1BBB\r\n"),
            Until("dxspider"),
            Send(b"sh/dx\r\n"),
            Until(PAST),
            Send(b"sh/hfstats\r\n"),
            Until("20m              1             1\r\n"),
            Send(b"sh/vhfstats\r\nsh/wcy\r\nsh/wwv\r\n"),
            Until("last 4 hours\r\n"),
            Until("Date        Hour   SFI   A   K Exp.K"),
            Until("Date        Hour   SFI   A   K Forecast"),
        ],
    ),
    (
        "RUMlogNG: lines that end in LF alone",
        &[
            Until("login: "),
            Send(b"K1BBB\nsh/dx/10 \n sh/wwv/3\n"),
            Until(PAST),
            Until("Date        Hour"),
        ],
    ),
    (
        "CQRLOG: tells of its log behind every spot of a machine, and wants no answer",
        &[
            Until("login"),
            Send(b"K1BBB\r\n"),
            Until(PROMPT),
            Send(b"SKIMMER/STATUS W1AW 14025.0 NEWCTY\r\nSKIMMER/STATUS W1AW 14025.0 DUPE\r\nSH/DX 1\r\n"),
            Until(PAST),
        ],
    ),
    (
        "N1MM: nothing but a CR, and again to be kept",
        &[
            Until("login: "),
            Send(b"K1BBB\r"),
            Until(PROMPT),
            Send(b"SH/DX/50\r"),
            Until(PAST),
            Until(PROMPT),
            Send(b"\r"),
        ],
    ),
    (
        "HRD: records in place of lines",
        &[
            Until("login: "),
            Send(b"k1bbb\r\n"),
            Until(PROMPT),
            Send(b"set/ve7cc\r\n"),
            Until("Operation successful\r\n"),
            Send(b"sh/dx/1\r\n"),
            Until("CC11^14025.0^3B8CW^21-Nov-2026^1200Z^cq up 1^G1AAA^"),
        ],
    ),
    (
        "a terminal: negotiates, as RFC 854 has it, and is refused politely",
        &[
            Send(b"\xff\xfb\x1f\xff\xfb\x20\xff\xfd\x03"),
            Until("login: "),
            Send(b"K1BBB\r\0"),
            Until(PROMPT),
            Send(b"bye\r\0"),
        ],
    ),
    (
        "CC User: filters in the words of CC Cluster",
        &[
            Until("login: "),
            Send(b"K1BBB\r\n"),
            Until(PROMPT),
            Send(b"set/filter dxbm/pass hf,6-cw,6-ssb\r\nset/noft8\r\nset/skimmer\r\nset/nobeep\r\nshow/filter\r\n"),
            Until("Operation successful\r\n"),
            Until("FT8 disabled for K1BBB\r\n"),
            Until("RBN/Skimming set to ALL MODES for K1BBB\r\n"),
            Until("Beeps are now off\r\n"),
            Until("K1BBB : spots\r\n filter  dxbm/pass hf,6-cw,6-ssb\r\n"),
        ],
    ),
];

async fn with_a_spot() -> TestApp {
    let app = TestApp::start().await;
    app.account("G1AAA", false, PASSWORD).await;
    let mut sender = Program::entered(&app, "G1AAA", Some(PASSWORD)).await;
    assert_eq!(sender.ask("dx 14025.0 3B8CW cq up 1").await, SPOT);
    app
}

#[tokio::test]
async fn programs_find_what_they_look_for() {
    let app = with_a_spot().await;
    for (name, steps) in PROGRAMS {
        let mut program = Program::connect(&app).await;
        let mut heard = String::new();
        for step in *steps {
            match step {
                Send(bytes) => program.write(bytes).await,
                Until(text) => heard += &program.until(text).await,
            }
        }
        // Programs answer these words wherever they stand, with the call or the password.
        let lower = heard
            .split_once("login: ")
            .map_or("", |(_, rest)| rest)
            .to_lowercase();
        for word in ["login", "password", "call:", "callsign:"] {
            assert!(!lower.contains(word), "{name}: {heard}");
        }
        // Empty lines, however many, get no more than one prompt in five seconds.
        assert!(heard.matches(PROMPT).count() <= 8, "{name}: {heard}");
    }
}

/// Wavelog connects, says who it is, spots, and looks through what it is told for words of refusal. Some programs do
/// not even wait for an answer.
#[tokio::test]
async fn a_spot_of_a_program_that_goes_at_once_is_kept() {
    let app = with_a_spot().await;
    app.account("K2CCC", false, PASSWORD).await;
    let mut reader = Program::entered(&app, "K1BBB", None).await;
    let mut wavelog = Program::connect(&app).await;
    wavelog.until("login: ").await;
    wavelog.write(b"K2CCC\n").await;
    wavelog.until("password: ").await;
    wavelog
        .write(format!("{PASSWORD}\nDX JA1XYZ 7012.5 POTA JP-1234\n").as_bytes())
        .await;
    let answer = wavelog.until("1200Z\r\n").await;
    for refusal in ["not allowed", "register", "won't be able to upload"] {
        assert!(!answer.contains(refusal), "{answer}");
    }
    drop(wavelog);
    reader.until("DX de K2CCC:      7012.5  JA1XYZ").await;

    let mut hasty = Program::connect(&app).await;
    hasty
        .write(format!("K2CCC\r\n{PASSWORD}\r\nDX JA2XYZ 7013.5\r\n").as_bytes())
        .await;
    drop(hasty);
    reader.until("DX de K2CCC:      7013.5  JA2XYZ").await;
}

#[tokio::test]
async fn lists_are_chosen_by_band_mode_entity_and_call() {
    let app = TestApp::start().await;
    app.account("G1AAA", false, PASSWORD).await;
    let mut sender = Program::entered(&app, "G1AAA", Some(PASSWORD)).await;
    for spot in [
        "14025 JA1XYZ CW",
        "14074 DL1ABC FT8",
        "7150 DL2ABC SSB",
        "21025 K1ABC CW 599",
    ] {
        assert!(
            sender
                .ask(&format!("dx {spot}"))
                .await
                .starts_with("DX de G1AAA: "),
            "{spot}"
        );
    }
    let calls = |answer: &str| -> Vec<String> {
        let call = |line: &str| line.split_whitespace().nth(1).unwrap().to_owned();
        answer.lines().map(call).collect()
    };
    for (command, found) in [
        ("sh/dx", &["K1ABC", "DL2ABC", "DL1ABC", "JA1XYZ"][..]),
        ("sh/dx/2", &["K1ABC", "DL2ABC"][..]),
        ("sh/dx 3-4", &["DL1ABC", "JA1XYZ"][..]),
        ("sh/dx 20m", &["DL1ABC", "JA1XYZ"][..]),
        ("sh/dx 20m 1", &["DL1ABC"][..]),
        ("sh/dx cw", &["K1ABC", "JA1XYZ"][..]),
        ("sh/dx ssb", &["DL2ABC"][..]),
        ("sh/dx ft8", &["DL1ABC"][..]),
        ("sh/dx dl", &["DL2ABC", "DL1ABC"][..]),
        ("sh/dx dl1 ja", &["DL1ABC", "JA1XYZ"][..]),
        ("sh/dx dxcc ja", &["JA1XYZ"][..]),
        ("sh/dxcc w", &["K1ABC"][..]),
        ("sh/dx 14000/14050", &["JA1XYZ"][..]),
        ("sh/dx zone 14", &["DL2ABC", "DL1ABC"][..]),
        ("sh/dx info 599", &["K1ABC"][..]),
        ("sh/dx by g1aaa on 15m", &["K1ABC"][..]),
        ("sh/dx by k", &[][..]),
    ] {
        assert_eq!(calls(&sender.ask(command).await), found, "{command}");
    }
    assert!(
        sender
            .ask("sh/fdx 1")
            .await
            .starts_with("DX de G1AAA:     21025.0  K1ABC")
    );
    sender.ask("reject/spots call dl").await;
    assert_eq!(calls(&sender.ask("sh/mydx").await), ["K1ABC", "JA1XYZ"]);
    assert_eq!(calls(&sender.ask("sh/dx").await).len(), 4);
}

#[tokio::test]
async fn expressions_rest_and_count_and_what_is_not_known_is_said() {
    let app = with_a_spot().await;
    app.account("K1BBB", false, PASSWORD).await;
    let mut reader = Program::entered(&app, "K1BBB", Some(PASSWORD)).await;
    for (command, answer) in [
        ("set/dx/filter unique > 1", "Operation successful\r\n"),
        (
            "sh/filter",
            "K1BBB : spots\r\n filter  unique > 1\r\nK1BBB : rbn\r\n filter  unique > 1\r\n",
        ),
        (
            "set/dx/filter unique > 20",
            "Sorry, unique counts no further than 12 at '20'\r\n",
        ),
        (
            "set/dx/filter state=NY",
            "Sorry, no states are known here at 'state'\r\n",
        ),
        (
            "set/dx/filter skimqsy",
            "Sorry, marks of machines are not kept here at 'skimqsy'\r\n",
        ),
        ("set/usstate", "Sorry, no states are known here\r\n"),
        ("set/dx/mode needs", "Sorry, the modes are open and filter\r\n"),
        (
            "dxtest 14025 W1AW hi",
            "DX de K1BBB:     14025.0  W1AW         hi                             1200Z\r\n",
        ),
    ] {
        assert_eq!(reader.ask(command).await, answer, "{command}");
    }
    let mut sender = Program::entered(&app, "G1AAA", Some(PASSWORD)).await;
    sender.ask("dx 14030 W1AW heard by one").await;
    let mut other = Program::connect(&app).await;
    app.account("K2CCC", false, PASSWORD).await;
    other
        .write(format!("K2CCC\r\n{PASSWORD}\r\ndx 14030 W1AW heard by two\r\n").as_bytes())
        .await;
    let told = reader.until("heard by two").await;
    assert!(!told.contains("heard by one"), "{told}");
    assert_eq!(
        reader.ask("set/dx/mode open").await.lines().last(),
        Some("Operation successful")
    );
    sender.ask("dx 14040 W2AW heard by one").await;
    reader.until("DX de G1AAA:     14040.0  W2AW").await;
    assert!(reader.ask("sh/filter").await.contains("unique > 1 (resting)"));
}

#[tokio::test]
async fn what_is_said_to_all_is_filtered_too_and_listeners_say_nothing() {
    let app = with_a_spot().await;
    app.account("K1BBB", false, PASSWORD).await;
    app.listener("SWL_BOB", PASSWORD).await;
    let mut reader = Program::entered(&app, "K1BBB", Some(PASSWORD)).await;
    reader.ask("reject/ann by_dxcc g and info {sked|qsl}").await;
    let mut sender = Program::entered(&app, "G1AAA", Some(PASSWORD)).await;
    sender.send("ann/full sked tonight").await;
    sender.send("ann/full see you").await;
    let told = reader.until("To ALL de G1AAA: see you\r\n").await;
    assert!(!told.contains("sked"), "{told}");

    let mut listener = Program::entered(&app, "SWL_BOB", Some(PASSWORD)).await;
    for command in [
        "ann hello",
        "wx rain",
        "talk k1bbb hello",
        "set/allow 127.0.0.1",
        "dx 14025 W1AW",
    ] {
        let answer = listener.ask(command).await;
        assert!(answer.contains("not allowed"), "{command}: {answer}");
    }
    assert!(listener.ask("sh/dx").await.contains("3B8CW"));

    // Who only says that he is K1BBB does not send K1BBB away, and does not hear what is said to him.
    let mut stranger = Program::connect(&app).await;
    stranger.write(b"K1BBB\r\n\r\n").await;
    let answer = stranger.rest().await;
    assert!(answer.contains("Sorry, K1BBB is here already"), "{answer}");
    let mut stranger = Program::connect(&app).await;
    stranger.write(b"K1BBB-9\r\n\r\n").await;
    stranger.until(PROMPT).await;
    sender.send("talk k1bbb a secret").await;
    reader.until("K1BBB de G1AAA: a secret\r\n").await;
    assert!(!stranger.ask("sh/time").await.contains("secret"));
}

/// A program that cannot show a password, and does not go on either, reads in the end.
#[tokio::test]
async fn a_question_for_the_password_that_nobody_answers_makes_a_reader() {
    let app = with_a_spot().await;
    let mut program = Program::connect(&app).await;
    program.until("login: ").await;
    program.send("G1AAA-3").await;
    program.until("password: ").await;
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(31)).await;
    let greeting = program.until(PROMPT).await;
    assert!(greeting.contains("This session only reads"), "{greeting}");
    assert!(program.ask("dx 14025 W1AW").await.contains("not allowed"));
}

/// Programs that know of no password go on to a command in its place; people have phrases that read like one.
#[tokio::test]
async fn a_phrase_that_reads_like_a_command_is_tried_as_what_it_is() {
    let app = TestApp::start().await;
    for (call, phrase) in [
        ("G1AAA", "show dx to my wife at noon"),
        ("G2AAA", "a spot of tea/biscuits"),
        ("G3AAA", "talk is cheap, whisky is not"),
    ] {
        app.account(call, false, phrase).await;
        let mut program = Program::entered(&app, call, Some(phrase)).await;
        let spotted = program.ask(&format!("dx 14025 3B8CW of {call}")).await;
        assert!(spotted.starts_with("DX de "), "{phrase}: {spotted}");
    }

    let mut wrong = Program::connect(&app).await;
    wrong.write(b"G1AAA-2\r\nshow time to the cat\r\n").await;
    wrong
        .until("That is not right, so this session only reads\r\nHello G1AAA-2")
        .await;
    wrong.until(PROMPT).await;
    wrong.until(" UTC\r\n").await;
    wrong.until(PROMPT).await;
    assert!(wrong.ask("dx 14026 3B8CW").await.contains("not allowed"));
}
