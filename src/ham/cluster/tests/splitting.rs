//! The same lines whatever the segmentation.

use super::*;

#[derive(Debug, PartialEq, Eq)]
enum Kept {
    Line(Vec<u8>),
    TooLong,
}

/// All pieces of a stream given in parts, and the answers.
fn pieces<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Kept>, Vec<u8>, Vec<u8>) {
    let mut splitter = Splitter::new();
    let mut found = Vec::new();
    for part in parts {
        splitter.feed(part, |piece| {
            found.push(match piece {
                Piece::Line(line) => Kept::Line(line.to_vec()),
                Piece::TooLong => Kept::TooLong,
            });
        });
    }
    (found, splitter.partial().to_vec(), splitter.replies())
}

fn lines(bytes: &[u8]) -> Vec<String> {
    split(bytes)
        .into_iter()
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .collect()
}

#[test]
fn lines_end_in_every_way_that_programs_end_them() {
    assert_eq!(lines(b"a\r\nb\nc\r\0d\re\r\n\r\n"), ["a", "b", "c", "d", "e", ""]);
    let mut splitter = Splitter::new();
    let mut found = Vec::new();
    splitter.feed(b"keep alive\r", |_| panic!("not ended yet"));
    assert!(splitter.has_return());
    splitter.flush(|piece| found.push(format!("{piece:?}")));
    assert_eq!(found.len(), 1);
    assert!(!splitter.has_return());
    splitter.feed(b"\nnext\n", |piece| assert_eq!(piece, Piece::Line(b"next")));
}

#[test]
fn telnet_bells_and_colours_are_taken_out() {
    let (found, _, replies) = pieces([
        b"\xff\xfb\x01\xff\xfd\x03\xff\xfa\x18\x01\xff\xf0DX\x07\x07 de\x1b[32m K1\0A\xff\xf1B\xff\xffC\r\n"
            .as_slice(),
    ]);
    assert_eq!(found, [Kept::Line(b"DX de K1AB\xffC".to_vec())]);
    assert_eq!(replies, [0xff, 0xfe, 1, 0xff, 0xfc, 3]);
}

#[test]
fn letters_of_other_character_sets_are_no_commands() {
    assert_eq!(split(b"\xff \xe5\xff\n"), [b"\xff \xe5\xff".to_vec()]);
}

#[test]
fn storms_and_floods_are_bounded() {
    let storm = b"\xff\xfb\x01".repeat(10_000);
    let (_, _, replies) = pieces([storm.as_slice()]);
    assert!(replies.len() <= 192);
    let open = [b"\xff\xfa".as_slice(), &b"x".repeat(100), b"\r\nnext\r\n"].concat();
    assert_eq!(split(&open).last().unwrap(), b"next");
    let escape = [b"\x1b[".as_slice(), &b"1;".repeat(5_000), b"\r\nnext\r\n"].concat();
    assert_eq!(split(&escape).last().unwrap(), b"next");
    let megabyte = [&vec![b'x'; 1 << 20], b"\r\nnext\r\n".as_slice()].concat();
    let (found, _, _) = pieces([megabyte.as_slice()]);
    assert_eq!(found, [Kept::TooLong, Kept::Line(b"next".to_vec())]);
    let mut splitter = Splitter::new();
    splitter.feed(&megabyte[..1 << 20], |_| panic!("no end yet"));
    assert!(splitter.partial().len() <= LONGEST_LINE);
}

#[test]
fn a_prompt_without_end_can_be_looked_at_and_forgotten() {
    let mut splitter = Splitter::new();
    splitter.feed(b"welcome\r\nlogin: ", |_| {});
    assert_eq!(splitter.partial(), b"login: ");
    assert_eq!(Line::parse(splitter.partial()), Line::LoginPrompt);
    splitter.forget_partial();
    splitter.feed(b"Hello\r\n", |piece| assert_eq!(piece, Piece::Line(b"Hello")));
}

#[test]
fn every_spot_of_a_real_node_is_kept_in_any_segmentation() {
    let Some(data) = shared("dxspider_node_spots_20260301_part1.dat") else {
        return;
    };
    let mut stream = Vec::new();
    let mut expected = 0;
    for row in data.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()) {
        let fields: Vec<&[u8]> = row.split(|byte| *byte == b'^').collect();
        let mut line = format!(
            "DX de {:<9} {:>8}  {:<12} ",
            format!("{}:", String::from_utf8_lossy(fields[4])),
            String::from_utf8_lossy(fields[0]),
            String::from_utf8_lossy(fields[1]),
        )
        .into_bytes();
        line.extend_from_slice(fields[3]);
        line.extend_from_slice(b" 0929Z\x07\x07\r\n");
        stream.extend_from_slice(&line);
        if expected % 10 == 0 {
            stream.extend_from_slice(b"N0CALL de N0NODE-2 21-Nov-2026 0929Z dxspider >\r\n");
        }
        expected += 1;
    }
    let count = |step: usize| {
        let mut splitter = Splitter::new();
        let mut spots = 0;
        for part in stream.chunks(step) {
            splitter.feed(part, |piece| {
                let Piece::Line(line) = piece else {
                    panic!("too long")
                };
                match Line::parse(line) {
                    Line::Spot(spot) => {
                        assert!(spot.at.is_some());
                        spots += 1;
                    }
                    Line::Prompt => {}
                    other => panic!("{}: {other:?}", String::from_utf8_lossy(line)),
                }
            });
        }
        spots
    };
    for step in [1, 2, 3, 7, 74, 75, 76, 536, 1_000, 1_460, stream.len()] {
        assert_eq!(count(step), expected, "segments of {step} bytes");
    }
}

fn telnet_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => any::<u8>(),
        4 => prop::sample::select(vec![b'\r', b'\n', 0, 7, 0x1b, b'[', 0xff, 0xfa, 0xf0, 0xfb, 0xfd, b'a', b' ']),
    ];
    prop::collection::vec(byte, 0..2_000)
}

proptest! {
    #[test]
    fn any_segmentation_gives_the_same_lines(
        bytes in telnet_bytes(),
        cuts in prop::collection::vec(1_usize..40, 1..60),
    ) {
        let whole = pieces([bytes.as_slice()]);
        let mut parts = Vec::new();
        let mut rest = bytes.as_slice();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (part, after) = rest.split_at((*cut).min(rest.len()));
            parts.push(part);
            rest = after;
        }
        prop_assert_eq!(pieces(parts), whole);
    }

    #[test]
    fn any_bytes_are_some_line(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = Line::parse(&bytes);
        let text = decode(&bytes);
        prop_assert!(!text.chars().any(char::is_control));
    }

    #[test]
    fn any_words_are_some_line(words in prop::collection::vec(
        "DX de |To |CC11\\^|WWV de |K1ABC|:|14074\\.0|OH2BH|0929Z|<|>|\\^|21-Nov-2026|SFI=1|,|A=|K=9| |\u{e9}|JO20|JO|14",
        0..14,
    )) {
        let _ = Line::parse(words.concat().as_bytes());
        let _ = Line::parse(words.join(" ").as_bytes());
    }
}
