//! A disk that is full: said clearly, nothing acknowledged lost, and all goes on once there is room.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::{ADMIN, Box_, http, text};

/// The disk's size: more than the room that the store wants to have before it opens again.
const SIZE_MIB: u64 = 160;

/// A small disk of its own; gone with the test.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one, where this user may.
    fn mount(at: PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={SIZE_MIB}m"), "none"])
            .arg(&at)
            .output()
            .is_ok_and(|out| out.status.success());
        mounted.then_some(Self(at))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// Fills a disk but for so many bytes, and returns the file that does.
fn fill(disk: &Path, left: u64) -> PathBuf {
    let ballast = disk.join("ballast");
    let free = rustix::fs::statvfs(disk).unwrap();
    let free = free.f_bavail * free.f_frsize;
    let length = usize::try_from(free.saturating_sub(left)).unwrap();
    std::fs::write(&ballast, vec![0; length]).unwrap();
    ballast
}

fn contact(minute: u32) -> Value {
    json!({"call": "JA1XYZ", "start": format!("2024-01-01T{:02}:{:02}:00Z", minute / 60, minute % 60),
        "band": "20m", "mode": "CW"})
}

#[tokio::test]
async fn a_full_disk_is_said_and_everything_goes_on_when_there_is_room() {
    let shack = Box_::empty();
    let Some(disk) = SmallDisk::mount(shack.data()) else {
        super::skipped("this user may not mount a small disk");
        return;
    };
    let input = super::PASSWORD;
    let made = shack.run_with_input(&["user", "add", ADMIN, "--admin", "--password-stdin"], input);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let (key, client) = (shack.key(), http());
    let serving = shack.serve();
    let post = async |minute: u32| {
        let request = client.post(serving.url("/api/v1/logbook/qsos")).bearer_auth(&key);
        request.json(&contact(minute)).send().await.unwrap()
    };
    let get = async |path: &str| {
        client
            .get(serving.url(path))
            .bearer_auth(&key)
            .send()
            .await
            .unwrap()
    };
    assert_eq!(post(0).await.status(), 201);

    let mut file = Vec::new();
    shackbox::testkit::adif_gen::generate(30_000, 5, &mut file).unwrap();
    let records = 30_000;
    // Room for the upload, not for what is made of it.
    let ballast = fill(&disk.0, file.len() as u64 + (4 << 20));
    let request = client.post(serving.url("/api/v1/logbook/adif")).bearer_auth(&key);
    let reply = request.body(file).send().await.unwrap();
    assert_eq!(reply.status(), 202, "{}", reply.text().await.unwrap());
    let job: Value = reply.json().await.unwrap();
    let job = job["url"].as_str().unwrap().to_owned();

    // Contacts are logged for as long as they are acknowledged.
    let mut acknowledged = 1;
    let refused = loop {
        let reply = post(acknowledged).await;
        if reply.status() != 201 {
            break reply;
        }
        acknowledged += 1;
    };
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert!(refused.headers().contains_key("retry-after"));
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "storage_unavailable", "{problem}");

    let ready = get("/readyz").await;
    assert_eq!(ready.status(), 503);
    let ready = ready.text().await.unwrap();
    assert!(ready.contains("store"), "{ready}");
    assert_eq!(get("/healthz").await.status(), 200);
    assert_eq!(get("/api/v1/logbook/qsos").await.status(), 200, "reads go on");
    let told: Value = get(&job).await.json().await.unwrap();
    assert!(
        matches!(told["state"].as_str(), Some("running" | "queued")),
        "{told}"
    );
    let health = shack.run(&["health"]);
    assert_eq!(health.status.code(), Some(1));
    assert!(text(&health.stdout).contains("store"), "{}", text(&health.stdout));

    std::fs::remove_file(&ballast).unwrap();
    loop {
        let reply = get("/readyz").await;
        if reply.status() == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert_eq!(post(acknowledged).await.status(), 201);
    acknowledged += 1;
    let ended = loop {
        let told: Value = get(&job).await.json().await.unwrap();
        if told["state"] == "done" || told["state"] == "failed" {
            break told;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    assert_eq!(ended["state"], "done", "it went on by itself: {ended}");
    let of = |name: &str| ended["result"][name].as_u64().unwrap();
    assert_eq!(
        of("added") + of("merged") + of("duplicates") + of("rejected"),
        records
    );
    let list: Value = get("/api/v1/logbook/qsos?limit=1").await.json().await.unwrap();
    assert_eq!(list["total"], of("added") + u64::from(acknowledged), "{list}");
    assert_eq!(serving.stop(), Some(0));
    let check = shack.run(&["check"]);
    assert!(
        check.status.success(),
        "{}{}",
        text(&check.stdout),
        text(&check.stderr)
    );
}

#[test]
fn a_data_directory_that_cannot_be_made_is_said_in_one_line() {
    let shack = Box_::empty();
    // Root may write anywhere but below a file.
    std::fs::write(shack.data(), "not a directory").unwrap();
    for command in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["user", "list"],
        &["check"],
    ] {
        let out = shack.run(command);
        assert_eq!(out.status.code(), Some(1), "{command:?}");
        let said = text(&out.stderr);
        let errors: Vec<_> = said.lines().filter(|line| line.starts_with("error:")).collect();
        assert_eq!(errors.len(), 1, "{command:?}: {said}");
        assert!(errors[0].contains("data"), "{command:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}
