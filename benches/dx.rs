//! Lines of DX clusters: `cargo bench --bench dx --features testkit`.
//!
//! Target on one core: a million lines a second from bytes to spots.

use divan::{Bencher, black_box, counter::ItemsCount};
use shackbox::ham::cluster::{Line, Piece, Splitter};
use shackbox::ham::spot::clues;

/// Lines as nodes and skimmers send them, most of them machines'.
const LINES: [&str; 10] = [
    "DX de KM3T-2-#:  14100.0  CS3B           CW    24 dB  22 WPM  NCDXF B 2259Z",
    "DX de LZ3CB-#:   7018.20  RW1M           CW    10 dB  18 WPM  CQ      2259Z",
    "DX de W9XG-#:    14057.6  K7GT           CW     7 dB  21 WPM  CQ      2259Z",
    "DX de W1NT-6-#:  28222.9  N1NSP/B        CW     5 dB  15 WPM  BEACON  2259Z",
    "DX de 9A1CIG-#:  7018.30  RW1M           CW    20 dB  18 WPM  CQ      2259Z",
    "DX de G1AAA:     14025.0  3B8CW        cq up 1                        0929Z",
    "DX de XE1TS:      1851.4  XE1RCS                                     0333Z DL80",
    "DX de VE7CC-#:     3573.0 N8ADO        FT8 -14dB Q:4 Z:4,5          4 0647Z  3",
    "DX de DL1YAW:   144360.0  S51AT        JO41DX<MS>JN75 MSK144 +5 dB    1800Z",
    "DX de G1AAA:  10368961.9  GB3CCX/B     51S IO81XW>IO81JM              0929Z",
];

fn main() {
    divan::main();
}

/// Some thousand lines as they come out of a socket.
fn stream() -> Vec<u8> {
    let mut stream = Vec::new();
    for _ in 0..400 {
        for line in LINES {
            stream.extend_from_slice(line.as_bytes());
            stream.extend_from_slice(b"\r\n");
        }
    }
    stream
}

#[divan::bench]
fn bytes_to_spots(bencher: Bencher) {
    let stream = stream();
    bencher
        .counter(ItemsCount::new(400 * LINES.len()))
        .bench_local(|| {
            let (mut splitter, mut spots) = (Splitter::new(), 0_usize);
            // Segments of an ordinary connection.
            for part in stream.chunks(1_448) {
                splitter.feed(part, |piece| {
                    if let Piece::Line(line) = piece {
                        spots += usize::from(black_box(Line::parse(line)).spot().is_some());
                    }
                });
            }
            assert_eq!(spots, 400 * LINES.len(), "every line is a spot");
        });
}

#[divan::bench]
fn comment_to_clues(bencher: Bencher) {
    bencher.counter(ItemsCount::new(LINES.len())).bench_local(|| {
        for line in LINES {
            black_box(clues(black_box(&line[38..69])));
        }
    });
}
