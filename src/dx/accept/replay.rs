//! A night on a real cluster, where its record is at hand, and an invented one always: nothing is lost, nothing said
//! twice, and modes are found.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::heard::{Asked, Heard};
use crate::dx::Query;
use crate::dx::event::Place;
use crate::dx::model::{Accepted, RawSpot};
use crate::dx::testing::World;
use crate::ham::cluster::write::{self, SpotText, Tail};
use crate::ham::cluster::{HourMinute, Line as TelnetLine, Piece, Splitter, decode, encode};
use crate::ham::dxcc::Continent;
use crate::ham::freq::Hertz;
use crate::ham::spot::{ModeClass, Spotter, clues, frequency, spotted};
use crate::logbook::place::Table;

/// A line of the record.
struct Line {
    at: i64,
    raw: RawSpot,
}

/// `kHz^call^time^comment^spotter^…`, in Latin-1.
fn record() -> Option<Vec<Line>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../shared/data/dxcluster/dxspider_node_spots_20260301_part1.dat");
    let bytes = std::fs::read(path).ok()?;
    let line = |line: &[u8]| {
        let text = decode(line);
        let fields: Vec<&str> = text.split('^').collect();
        let [khz, call, time, comment, spotter, ..] = fields[..] else {
            panic!("{text}");
        };
        Line {
            at: time.parse().unwrap(),
            raw: RawSpot {
                comment: comment.into(),
                spotter: Some(Spotter::parse(spotter).unwrap()),
                time: Timestamp::from_second(time.parse().unwrap()).ok(),
                ..RawSpot::of(call, frequency::khz(khz).unwrap())
            },
        }
    };
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Some(lines.map(line).collect())
}

#[test]
fn a_night_on_a_real_cluster_is_kept_whole_and_nothing_is_said_twice() {
    let Some(record) = record() else { return };
    let world = World::at("2026-03-01T00:00:00Z", Path::new("/nonexistent"));
    for Line { at, raw } in &record {
        let wait = (at - world.cluster.now().as_second()).max(0);
        world.clock.advance(Duration::from_secs(wait.unsigned_abs()));
        match world.send(raw.clone()) {
            Ok(Accepted::New(_)) => {}
            other => panic!("{other:?}: {raw:?}"),
        }
        assert_eq!(world.send(raw.clone()), Ok(Accepted::Duplicate), "{raw:?}");
    }
    assert_eq!(record.len(), 1_700);
    assert_eq!(world.cluster.size().people, 1_700);
    assert_eq!(
        world.cluster.history(&Query::newest(5_000), |_| true).len(),
        1_700
    );
}

/// The record as a node sends it, each line twice, as from two peers of the node.
fn stream(record: &[Line]) -> Vec<u8> {
    let mut stream = Vec::new();
    for Line { at, raw } in record {
        let at = Timestamp::from_second(*at).unwrap();
        let line = SpotText {
            spotter: raw.spotter.as_ref().unwrap(),
            freq: raw.freq,
            call: &raw.call,
            comment: &raw.comment,
            date: Date::default(),
            at: HourMinute::of(at),
        };
        let line = format!("{}\u{7}\u{7}\r\n", write::live(&line, Tail::None, 200));
        stream.extend_from_slice(&encode(&line.repeat(2), true));
    }
    stream
}

#[test]
fn what_a_node_sends_is_told_once_whatever_the_segments() {
    let Some(record) = record() else { return };
    let stream = stream(&record);
    for size in [1, 7, 75, 536, 1_460, stream.len()] {
        let world = World::at("2026-03-01T00:00:00Z", Path::new("/nonexistent"));
        let mut splitter = Splitter::new();
        let (mut new, mut repeated) = (0, 0);
        for segment in stream.chunks(size) {
            splitter.feed(segment, |piece| {
                let Piece::Line(bytes) = piece else {
                    panic!("{piece:?}")
                };
                let TelnetLine::Spot(spot) = TelnetLine::parse(bytes) else {
                    panic!("{}", decode(bytes))
                };
                let now = world.cluster.now();
                let at = spot.at.unwrap().near(now);
                world
                    .clock
                    .advance(Duration::try_from(at.duration_since(now)).unwrap_or_default());
                let raw = RawSpot {
                    spotter: Some(spot.spotter),
                    comment: spot.comment,
                    time: Some(at),
                    ..RawSpot::of(spot.call.as_str(), spot.freq)
                };
                match world.send(raw) {
                    Ok(Accepted::New(_)) => new += 1,
                    Ok(Accepted::Duplicate) => repeated += 1,
                    Err(refused) => panic!("{refused}: {}", decode(bytes)),
                }
            });
        }
        assert_eq!((new, repeated), (1_700, 1_700), "segments of {size} bytes");
    }
}

/// How many of these spots' classes are found while their own word is hidden, of how many.
fn found(heard: &mut Heard, lines: &[Line]) -> (usize, usize) {
    let table = Table::embedded();
    let (mut right, mut all) = (0, 0);
    for Line { at, raw } in lines {
        let Ok(call) = spotted(&raw.call) else { continue };
        let Some(mode) = clues(&raw.comment).report.mode else {
            continue;
        };
        let at = u32::try_from(*at).unwrap();
        let (place, _) = super::locate(&table, &call, Timestamp::from_second(at.into()).unwrap(), None);
        let asked = Asked {
            call: call.as_str(),
            freq: raw.freq,
            stated: None,
            place: &place,
        };
        all += 1;
        right += usize::from(heard.mode(&asked, at).map(|(found, _)| found.class()) == Some(mode.class()));
        heard.mode(
            &Asked {
                stated: Some(mode),
                ..asked
            },
            at,
        );
    }
    (right, all)
}

#[test]
fn modes_of_a_real_night_s_later_part_are_found() {
    let Some(record) = record() else { return };
    let (earlier, later) = record.split_at(record.len() / 2);
    let mut heard = Heard::default();
    found(&mut heard, earlier);
    let (right, all) = found(&mut heard, later);
    assert!(all > 300, "{all} spots say their mode");
    assert!(right * 100 >= all * 92, "{right} of {all}");
}

/// A contest night: data where the plan has it, RTTY and voice far outside of it, stations that stay where they are.
fn invented() -> Vec<Line> {
    let mut lines = Vec::new();
    for number in 0..1_200_u64 {
        let station = number * 7 % 90;
        let (hertz, word) = match station % 4 {
            0 => (14_000_000 + station * 400, "CW"),
            1 => (21_100_000 + station * 200, "RTTY"),
            2 => (14_074_000 + station * 20, "FT8"),
            _ => (7_050_000 + station * 1_000, "SSB"),
        };
        let letter = |n: u64| char::from(b'A' + u8::try_from(n % 26).unwrap());
        let call = format!(
            "DL{}{}{}",
            station % 10,
            letter(station),
            letter(station / 26 + number % 3)
        );
        let at = 1_772_323_200 + i64::try_from(number * 12).unwrap();
        let raw = RawSpot {
            comment: format!("{word} nr {number}").into(),
            ..RawSpot::of(call, Hertz::new(hertz + number % 5 * 100))
        };
        lines.push(Line { at, raw });
    }
    lines
}

#[test]
fn modes_of_an_invented_contest_night_are_found() {
    let invented = invented();
    let (earlier, later) = invented.split_at(invented.len() / 2);
    let mut heard = Heard::default();
    found(&mut heard, earlier);
    let (right, all) = found(&mut heard, later);
    assert_eq!(all, 600);
    assert!(right * 100 >= all * 92, "{right} of {all}");
}

#[test]
fn what_is_remembered_of_modes_is_bounded() {
    let mut heard = Heard::default();
    let place = Place {
        continent: Some(Continent::Eu),
        ..Place::default()
    };
    for number in 0..250_000_u32 {
        let call = format!("DL{number}A");
        let asked = Asked {
            call: &call,
            freq: Hertz::new(1_800_000 + u64::from(number) * 700),
            stated: Some(crate::ham::spot::SpotMode::Cw),
            place: &place,
        };
        heard.mode(&asked, 1_000);
    }
    let (calls, kilohertz) = heard.size();
    assert!(calls <= 100_001 && kilohertz <= 100_001, "{calls} {kilohertz}");
    let asked = |stated| Asked {
        call: "DL249999A",
        freq: Hertz::new(176_799_300),
        stated,
        place: &place,
    };
    assert_eq!(
        heard.mode(&asked(None), 1_000).map(|(mode, _)| mode.class()),
        Some(ModeClass::Cw)
    );
    // Everything is old; two keys go with each word that comes.
    for _ in 0..120_000 {
        heard.mode(&asked(Some(crate::ham::spot::SpotMode::Cw)), 90_000);
    }
    let (calls, kilohertz) = heard.size();
    assert!(calls <= 2 && kilohertz <= 2, "{calls} {kilohertz}");
}
