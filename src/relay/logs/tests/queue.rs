use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::SignedDuration;

use super::super::queue::{Draft, Failure, Item, QueueError, SETTLE, State, Task};
use super::opened as open;
use super::*;

fn add(draft: &mut Draft<'_>, call: &str) -> u64 {
    let number = draft.number();
    draft.put(Item::new(
        number,
        contact(call, "092800", "20m", "CW"),
        vec![],
        now(),
    ));
    number
}

fn calls(queue: &Queue) -> Vec<String> {
    queue
        .items()
        .map(|item| item.contact.head().call.to_string())
        .collect()
}

#[test]
fn what_was_put_is_there_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deeper/queue");
    let (mut queue, _) = open(&path);
    queue.change(now(), |draft| add(draft, "K1ABC")).unwrap();
    let change = |draft: &mut Draft<'_>| {
        let mut item = draft.get(1).unwrap();
        item.arrived_as("7-1".into(), Some("added".into()), item.contact.clone());
        draft.put(item);
        add(draft, "K2ABC")
    };
    assert_eq!(queue.change(now(), change), Ok(2));
    let before: Vec<Item> = queue.items().cloned().collect();
    drop(queue);
    let (mut queue, opened) = open(&path);
    assert_eq!(opened, Opened::default());
    assert_eq!(queue.items().cloned().collect::<Vec<_>>(), before);
    assert_eq!(queue.change(now(), |draft| add(draft, "K3ABC")), Ok(3));
}

#[test]
fn a_queue_cut_at_any_byte_has_all_that_was_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue");
    let (mut queue, _) = open(&path);
    let mut ends = vec![std::fs::metadata(&path).unwrap().len()];
    for number in 1..=4 {
        queue
            .change(now(), |draft| add(draft, &format!("K{number}ABC")))
            .unwrap();
        ends.push(std::fs::metadata(&path).unwrap().len());
    }
    drop(queue);
    let whole = std::fs::read(&path).unwrap();
    for length in 0..=whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let (mut queue, opened) = open(&path);
        let kept = ends.iter().filter(|end| **end <= length as u64).count() - 1;
        assert_eq!(calls(&queue).len(), kept, "cut at {length}");
        assert_eq!(opened.damaged, 0);
        assert_eq!(
            opened.torn > 0,
            !ends.contains(&(length as u64)),
            "cut at {length}"
        );
        // What is written next is whole again.
        queue.change(now(), |draft| add(draft, "K9ABC")).unwrap();
        drop(queue);
        assert_eq!(open(&path).0.items().count(), kept + 1, "cut at {length}");
    }
}

#[test]
fn a_damaged_byte_costs_one_entry_which_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue");
    let (mut queue, _) = open(&path);
    for number in 1..=3 {
        queue
            .change(now(), |draft| add(draft, &format!("K{number}ABC")))
            .unwrap();
    }
    drop(queue);
    let whole = std::fs::read(&path).unwrap();
    let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for at in [second, second + 16, second + 40] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x01;
        std::fs::write(&path, &damaged).unwrap();
        let (queue, opened) = open(&path);
        assert_eq!(
            (calls(&queue), opened.damaged),
            (vec!["K1ABC".to_owned(), "K3ABC".to_owned()], 1)
        );
    }
    let aside = std::fs::read_to_string(folder.path().join("queue.damaged")).unwrap();
    assert_eq!(aside.lines().count(), 3);
}

/// Writes contacts and says so until it is killed; run by the test below as a process of its own.
#[test]
#[ignore = "writes until it is killed"]
fn writer_that_is_killed() {
    let Some(path) = std::env::var_os("SHACKBOX_TEST_QUEUE") else {
        return;
    };
    let (mut queue, _) = open(Path::new(&path));
    let mut out = std::io::stdout();
    loop {
        let number = queue.change(now(), |draft| add(draft, "K1ABC")).unwrap();
        if number % 7 == 0 {
            queue.compact(now()).unwrap();
        }
        writeln!(out, "wrote {number}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn what_was_said_to_be_written_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue");
    let mut said = 0_u64;
    for round in 0..5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--nocapture", "--exact"])
            .arg(format!(
                "{}::writer_that_is_killed",
                module_path!().split_once("::").unwrap().1
            ))
            .env("SHACKBOX_TEST_QUEUE", &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut seen = 0;
        while seen < 10 + 7 * round {
            let line = lines.next().expect("the writer goes on").unwrap();
            let Some((_, number)) = line.split_once("wrote ") else {
                continue;
            };
            said = number.parse().unwrap();
            seen += 1;
        }
        child.kill().unwrap();
        for line in lines.map_while(Result::ok) {
            said = line
                .split_once("wrote ")
                .map_or(said, |(_, number)| number.parse().unwrap_or(said));
        }
        child.wait().unwrap();
        let (queue, opened) = open(&path);
        let numbers: Vec<u64> = queue.items().map(|item| item.number).collect();
        assert!(numbers.len() as u64 >= said, "{} of {said}", numbers.len());
        assert!(
            numbers.iter().copied().eq(1..=numbers.len() as u64),
            "without a gap"
        );
        assert_eq!(opened.damaged, 0);
    }
}

#[test]
fn two_relays_do_not_share_a_queue() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue");
    let (_queue, _) = open(&path);
    let error = Queue::open(&path, Limits::default()).unwrap_err();
    assert!(error.to_string().contains("another relay"), "{error}");
}

#[test]
fn a_full_queue_says_so_and_goes_on_with_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        pending: 2,
        ..Limits::default()
    };
    let (mut queue, _) = Queue::open(&folder.path().join("queue"), limits).unwrap();
    queue.change(now(), |draft| add(draft, "K1ABC")).unwrap();
    queue.change(now(), |draft| add(draft, "K2ABC")).unwrap();
    let error = queue.change(now(), |draft| add(draft, "K3ABC")).unwrap_err();
    assert_eq!(error, QueueError::Full { pending: 2 });
    assert!(error.to_string().contains("Connect the relay"));
    let done = |draft: &mut Draft<'_>| {
        let mut item = draft.get(1).unwrap();
        item.arrived_as("7-1".into(), None, item.contact.clone());
        draft.put(item);
    };
    queue.change(now(), done).unwrap();
    assert_eq!(queue.change(now(), |draft| add(draft, "K3ABC")), Ok(3));

    let limits = Limits {
        bytes: 3_000,
        ..Limits::default()
    };
    let (mut queue, _) = Queue::open(&folder.path().join("small"), limits).unwrap();
    let mut taken = 0;
    while queue.change(now(), |draft| add(draft, "K1ABC")).is_ok() {
        taken += 1;
        assert!(taken < 100, "bounded");
    }
    assert!(taken >= 2);
    assert!(std::fs::metadata(folder.path().join("small")).unwrap().len() <= 3_000);
}

#[test]
fn the_file_is_written_anew_before_it_grows_without_need() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue");
    let limits = Limits {
        bytes: 20_000,
        done: 3,
        ..Limits::default()
    };
    let (mut queue, _) = Queue::open(&path, limits).unwrap();
    for round in 0..200 {
        let number = queue.change(now(), |draft| add(draft, "K1ABC")).unwrap();
        let done = move |draft: &mut Draft<'_>| {
            let mut item = draft.get(number).unwrap();
            item.arrived_as("7-1".into(), None, item.contact.clone());
            draft.put(item);
        };
        queue.change(now(), done).unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() <= 20_000, "{round}");
    }
    drop(queue);
    let (mut queue, _) = Queue::open(&path, limits).unwrap();
    assert_eq!(queue.change(now(), |draft| add(draft, "K1ABC")), Ok(201));
    // Those that are done for long are forgotten, those that wait are not.
    queue
        .compact(now() + SignedDuration::from_hours(24 * 40))
        .unwrap();
    assert_eq!(queue.items().map(|item| item.number).collect::<Vec<_>>(), [201]);
}

#[test]
fn a_contact_waits_for_its_other_ways_and_no_longer() {
    let mut item = Item::new(1, contact("K1ABC", "092800", "20m", "CW"), vec![], now());
    assert_eq!(item.due(now()), Some(now() + SETTLE));
    let before = now() - SignedDuration::from_hours(1);
    assert_eq!(item.due(before), Some(before), "after the clock was set back");
    item.failure = Some(Failure {
        status: 422,
        words: String::new(),
        at: now(),
    });
    assert_eq!((item.due(now()), item.state()), (None, State::Failed));
    item.touch(now());
    assert_eq!((item.task(), item.state()), (Some(Task::Post), State::Waiting));
}

#[test]
fn what_is_to_be_done_follows_from_what_is_known() {
    let mut item = Item::new(1, contact("K1ABC", "092800", "20m", "CW"), vec![], now());
    item.unwanted = true;
    assert_eq!((item.task(), item.state()), (None, State::Deleted));
    // It may have arrived: only sending it again tells by which id it is deleted.
    item.sent = Some(item.contact.clone());
    assert_eq!(item.task(), Some(Task::Post));
    item.arrived_as("7-1".into(), None, item.contact.clone());
    assert_eq!((item.task(), item.state()), (Some(Task::Delete), State::Deleting));
    let key = item.idempotency_key();
    item.is_gone();
    assert_eq!(item.task(), None);
    item.unwanted = false;
    assert_eq!(item.task(), Some(Task::Post));
    assert_ne!(
        item.idempotency_key(),
        key,
        "logged again it is another contact to the server"
    );
    item.arrived_as("7-2".into(), None, item.contact.clone());
    assert_eq!((item.task(), item.state()), (None, State::Done));
    item.contact = contact("K1ABD", "092800", "20m", "CW");
    assert_eq!((item.task(), item.state()), (Some(Task::Patch), State::Changing));
}

#[test]
fn keys_are_of_station_call_second_band_and_mode() {
    let key = |contact: &Contact| contact.idempotency_key(0);
    let first = contact("K1ABC", "092800", "20m", "FT4");
    assert_eq!(key(&first).len(), 64);
    assert_eq!(key(&first), key(&contact("k1abc", "092800", "20M", "ft4")));
    for other in [
        contact("K1ABD", "092800", "20m", "FT4"),
        contact("K1ABC", "092801", "20m", "FT4"),
        contact("K1ABC", "092800", "40m", "FT4"),
        contact("K1ABC", "092800", "20m", "FT8"),
    ] {
        assert_ne!(key(&first), key(&other));
    }
}
