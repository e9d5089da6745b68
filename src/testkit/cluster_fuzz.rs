//! The entry points of the fuzz targets of the telnet world: lines, commands with filters, frames between nodes.

use std::sync::LazyLock;

use crate::ham::cluster::command::Command;
use crate::ham::cluster::filter::{self, Kind, Rules};
use crate::ham::cluster::pc::Frame;
use crate::ham::cluster::{LONGEST_LINE, Line, Piece, Splitter, decode, write};
use crate::ham::dxcc::Resolver;
use crate::ham::spot::{clues, frequency};

static PLACES: LazyLock<Resolver> = LazyLock::new(Resolver::embedded);

/// Lines of any bytes, cut anywhere (the first byte says where), and what each means.
///
/// Panics if reading panics, if cutting changes the lines, if a line or the answers grow without bound, or if a
/// spot is outside what spots can be.
pub fn read_lines(bytes: &[u8]) {
    let Some((cut, stream)) = bytes.split_first() else {
        return;
    };
    let whole = lines(stream.chunks(stream.len().max(1)));
    assert_eq!(
        whole,
        lines(stream.chunks(usize::from(*cut) + 1)),
        "segmentation changes nothing"
    );
    for line in whole.iter().flatten() {
        let line = Line::parse(line);
        let Some(spot) = line.spot() else { continue };
        let hertz = spot.freq.get();
        assert!(
            hertz > frequency::LOWEST && hertz < frequency::HIGHEST,
            "a frequency of a spot"
        );
        assert!(
            !spot.comment.chars().any(char::is_control),
            "no control characters"
        );
        let _ = clues(&spot.comment);
    }
}

/// Lines, `None` for one that was too long.
fn lines<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Vec<Option<Vec<u8>>> {
    let mut splitter = Splitter::new();
    let mut found = Vec::new();
    for part in parts {
        splitter.feed(part, |piece| {
            found.push(match piece {
                Piece::Line(line) => Some(line.to_vec()),
                Piece::TooLong => None,
            });
        });
        assert!(splitter.partial().len() <= LONGEST_LINE, "a line is bounded");
    }
    assert!(splitter.replies().len() <= 192, "answers are bounded");
    found
}

/// Any bytes as lines of a user: commands, and the filters in them.
///
/// Panics if reading panics.
pub fn read_commands(bytes: &[u8]) {
    let mut rules = Rules::default();
    Splitter::new().feed(bytes, |piece| {
        let Piece::Line(line) = piece else { return };
        let text = decode(line);
        match Command::parse(&text) {
            Command::Filter {
                action, number, text, ..
            } => {
                let _ = rules.set(number, action, &text, &*PLACES);
            }
            Command::ClearFilter { number, .. } => rules.clear(number),
            Command::SetExpression(text) => {
                let _ = rules.set_expression(&text, &*PLACES);
            }
            Command::SetList(text) => {
                if let Ok(list) = filter::cc::list(&text) {
                    let _ = rules.set_list(list, &*PLACES);
                }
            }
            Command::ShowDx(asked) => {
                let _ = filter::spider::parse(&asked.filter, &*PLACES);
            }
            Command::ShowFilter(kind) => assert!(kind.is_none_or(|kind| Kind::ALL.contains(&kind))),
            _ => {}
        }
    });
}

/// Any bytes as frames of another node.
///
/// Panics if reading panics, or if a spot cannot be passed on and read again.
pub fn read_frames(bytes: &[u8]) {
    Splitter::new().feed(bytes, |piece| {
        let Piece::Line(line) = piece else { return };
        let Ok(Frame::Spot(found)) = Frame::parse(&decode(line)) else {
            return;
        };
        let (Some(date), Some(at)) = (found.spot.date, found.spot.at) else {
            return;
        };
        let address = "192.0.2.1".parse().expect("an address");
        let line = crate::ham::cluster::pc::spot(&found.spot, date, at, "N0NODE-2", address);
        assert!(
            matches!(Frame::parse(&line), Ok(Frame::Spot(_))),
            "a frame of our own"
        );
        let text = write::SpotText {
            spotter: &found.spot.spotter,
            freq: found.spot.freq,
            call: found.spot.call.as_str(),
            comment: &found.spot.comment,
            date,
            at,
        };
        let line = write::live(&text, write::Tail::None, 80);
        assert!(Line::parse(line.as_bytes()).spot().is_some(), "a line of our own");
    });
}
