//! Lines of nodes and skimmers, cut anywhere.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::ham::callsign::Callsign;
use crate::ham::freq::Hertz;
use crate::ham::spot::{SkimmerKind, SpotMode, Spotter};
use write::{SpotText, Tail};

mod commands;
mod frames;
mod lines;
mod splitting;
mod writing;

fn spot(line: &str) -> SpotLine {
    match Line::parse(line.as_bytes()) {
        Line::Spot(spot) => *spot,
        other => panic!("{line}: {other:?}"),
    }
}

/// A file of real inputs, where they are at hand.
fn shared(name: &str) -> Option<Vec<u8>> {
    std::fs::read(Path::new("../shared/data/dxcluster").join(name)).ok()
}

fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    Splitter::new().feed(bytes, |piece| {
        if let Piece::Line(line) = piece {
            lines.push(line.to_vec());
        }
    });
    lines
}
