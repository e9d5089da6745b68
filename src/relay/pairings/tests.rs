use std::time::Duration;

use super::*;

struct Bench {
    pairings: Pairings,
    clock: Clock,
    dir: tempfile::TempDir,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::fake(Timestamp::from_second(1_700_000_000).unwrap());
    let pairings = Pairings::open(dir.path().join(FILE), clock.clone(), Entropy::seeded(7)).unwrap();
    Bench { pairings, clock, dir }
}

const PAGE: &str = "https://log.example.org";

/// Another code than that one.
fn wrong(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

#[test]
fn the_code_gives_a_token_once_and_it_outlives_a_restart() {
    let Bench { pairings, clock, dir } = bench();
    let waiting = pairings.begin(PAGE, "My log\u{7}", false, true).unwrap();
    assert_eq!(waiting.name, "My log");
    assert_eq!(pairings.waiting().len(), 1);
    assert!(!pairings.knows(PAGE));
    let spaced = format!("{} {}", &waiting.code[..3], &waiting.code[3..]);
    let granted = pairings.claim(&waiting.request, PAGE, &spaced).unwrap();
    assert_eq!(granted.scopes, [Scope::Rig]);
    assert_eq!(
        pairings.claim(&waiting.request, PAGE, &waiting.code),
        Err(PairError::Unknown)
    );
    let path = dir.path().join(FILE);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(&granted.token), "a token is kept as a digest");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    let again = Pairings::open(path, clock, Entropy::seeded(8)).unwrap();
    assert!(again.knows(PAGE) && !again.knows("https://evil.example"));
    assert_eq!(again.holder(&granted.token, PAGE).unwrap().name, "My log");
    assert_eq!(again.holder(&granted.token, "https://evil.example"), None);
    assert_eq!(again.holder("", PAGE), None);
    let id = again.paired()[0].id.clone();
    again.revoke(&id).unwrap();
    assert!(!again.knows(PAGE));
    assert_eq!(again.holder(&granted.token, PAGE), None);
    assert_eq!(again.revoke(&id), Err(PairError::Unknown));
}

#[test]
fn five_tries_and_two_minutes_are_all() {
    let Bench { pairings, clock, .. } = bench();
    let waiting = pairings.begin(PAGE, "log", false, false).unwrap();
    let bad = wrong(&waiting.code);
    for left in (1..5).rev() {
        assert_eq!(
            pairings.claim(&waiting.request, PAGE, &bad),
            Err(PairError::WrongCode(left))
        );
    }
    assert_eq!(
        pairings.claim(&waiting.request, PAGE, &bad),
        Err(PairError::TooOften)
    );
    assert_eq!(
        pairings.claim(&waiting.request, PAGE, &waiting.code),
        Err(PairError::Unknown)
    );
    let waiting = pairings.begin(PAGE, "log", false, false).unwrap();
    assert_eq!(
        pairings.claim(&waiting.request, "https://evil.example", &waiting.code),
        Err(PairError::Unknown),
        "a code is good on the page it was asked on"
    );
    clock.advance(Duration::from_mins(2));
    assert_eq!(
        pairings.claim(&waiting.request, PAGE, &waiting.code),
        Err(PairError::Unknown)
    );
}

#[test]
fn a_page_under_many_names_cannot_try_all_codes() {
    let Bench { pairings, clock, .. } = bench();
    let mut tries = 0;
    let closed = loop {
        let origin = format!("https://{tries}.evil.example");
        let waiting = pairings.begin(&origin, "x", false, false).unwrap();
        let bad = wrong(&waiting.code);
        let error = (0..5)
            .map(|_| pairings.claim(&waiting.request, &origin, &bad).unwrap_err())
            .last();
        tries += 5;
        if error == Some(PairError::Closed) {
            break tries;
        }
    };
    assert!(closed <= 25, "{closed}");
    // Its owner can still allow a page by a click.
    let waiting = pairings.begin(PAGE, "log", false, false).unwrap();
    assert_eq!(
        pairings.claim(&waiting.request, PAGE, &waiting.code),
        Err(PairError::Closed)
    );
    pairings.allow(&waiting.request).unwrap();
    assert!(pairings.knows(PAGE));
    clock.advance(Duration::from_mins(11));
    let waiting = pairings
        .begin("https://other.example", "log", false, false)
        .unwrap();
    pairings
        .claim(&waiting.request, "https://other.example", &waiting.code)
        .unwrap();
}

#[test]
fn a_click_gives_the_token_to_the_page_that_asks_once() {
    let Bench { pairings, .. } = bench();
    let waiting = pairings.begin(PAGE, "log", true, true).unwrap();
    assert_eq!(pairings.ask(&waiting.request, PAGE), Ok(Standing::Waiting));
    pairings.allow(&waiting.request).unwrap();
    assert_eq!(
        pairings.ask(&waiting.request, "https://evil.example"),
        Err(PairError::Unknown)
    );
    let Ok(Standing::Allowed(Some(granted))) = pairings.ask(&waiting.request, PAGE) else {
        panic!("the token is given");
    };
    assert_eq!(granted.scopes, [Scope::Rig, Scope::Tx]);
    assert_eq!(pairings.ask(&waiting.request, PAGE), Ok(Standing::Allowed(None)));
    assert!(pairings.waiting().is_empty());
    let other = pairings.begin("https://b.example", "b", false, true).unwrap();
    pairings.refuse(&other.request).unwrap();
    assert_eq!(
        pairings.ask(&other.request, "https://b.example"),
        Ok(Standing::Refused)
    );
    assert_eq!(pairings.allow(&other.request), Err(PairError::Unknown));
}

#[test]
fn few_wait_at_once_and_transmitting_must_be_on() {
    let Bench { pairings, .. } = bench();
    assert_eq!(
        pairings.begin(PAGE, "log", true, false).unwrap_err(),
        PairError::NoTransmit
    );
    let first = pairings.begin(PAGE, "log", false, false).unwrap();
    let second = pairings.begin(PAGE, "log", false, false).unwrap();
    assert_ne!(first.request, second.request);
    assert_eq!(pairings.waiting().len(), 1, "one for an origin");
    for n in 1..WAITING {
        pairings
            .begin(&format!("https://{n}.example"), "x", false, false)
            .unwrap();
    }
    assert_eq!(
        pairings
            .begin("https://more.example", "x", false, false)
            .unwrap_err(),
        PairError::Crowded
    );
}

#[test]
fn a_file_that_is_none_is_told() {
    let Bench { dir, clock, .. } = bench();
    let path = dir.path().join(FILE);
    for text in [
        "",
        "{}",
        r#"{"v":1,"paired":[{"id":"a","origin":"b","name":"c","scopes":["rig"],"since":"2026-11-22T00:00:00Z","digest":"zz"}]}"#,
    ] {
        std::fs::write(&path, text).unwrap();
        assert!(Pairings::open(path.clone(), clock.clone(), Entropy::seeded(1)).is_err());
    }
}
