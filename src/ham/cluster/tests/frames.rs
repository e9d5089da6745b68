//! Frames between nodes.

use pc::{Frame, FrameError};

use super::*;

#[test]
fn spots_of_other_nodes_are_read() {
    for (line, comment, hops) in [
        (
            "PC61^14033.0^5B4AGN^21-Nov-2026^0937Z^from node link^G0NNN^G0NOD-2^192.0.2.7^H29^~",
            "from node link",
            29,
        ),
        (
            "PC61^1928.0^Z66BCC^ 1-Mar-2026^0000Z^ ^DL6NBC^DA0BCC-7^192.0.2.72^H28^~",
            "",
            28,
        ),
        (
            "PC11^21010.5^ZD7BG^21-Nov-2026^0937Z^pc11 spot^G0NNN^G0NOD-2^H27^~",
            "pc11 spot",
            27,
        ),
        (
            "PC61^14033.0^5B4AGN^21-Nov-2026^0937Z^a%5Eb^G0NNN^G0NOD-2^2001,db8,,1^H29^",
            "a^b",
            29,
        ),
    ] {
        let Ok(Frame::Spot(found)) = Frame::parse(line) else {
            panic!("{line}");
        };
        assert_eq!(
            (found.spot.comment.as_str(), found.hops),
            (comment, hops),
            "{line}"
        );
        assert!(found.spot.date.is_some() && found.spot.at.is_some());
    }
}

#[test]
fn what_nodes_refuse_is_refused() {
    for line in [
        "PC61^14033.0^5b4agn^21-Nov-2026^0937Z^x^G0NNN^G0NOD-2^192.0.2.7^H29^~",
        "PC61^14033.0^5B4BUST^21-Nov-2026^0937Z^x^G0NNN^G0NOD-2^192.0.2.7^H29^~",
        "PC61^-1^5B4AGN^21-Nov-2026^0937Z^x^G0NNN^G0NOD-2^192.0.2.7^H29^~",
        "PC61^14033.0^5B4AGN^21-Nov-2026",
        "PC61^",
        "PC51^",
        "PC93^G0NOD-2^1^*",
        "PC73^21-Nov-2026^09^9999^10^2^3^80^qui^qui^no^DK0WCY^G0NOD-2^H29^~",
    ] {
        assert!(matches!(Frame::parse(line), Err(FrameError::Fields(_))), "{line}");
    }
    for line in ["", "PC", "PCxx^", "PC6", "DX de W1AW: 14025.0 K1ABC", "PC61x"] {
        assert_eq!(Frame::parse(line), Err(FrameError::NotAFrame), "{line}");
    }
}

#[test]
fn the_rest_that_a_leaf_needs_is_read() {
    assert_eq!(
        Frame::parse("PC18^DXSpider Version:  Build:  Git: none/none pc9x^5300^"),
        Ok(Frame::Greeting)
    );
    assert_eq!(Frame::parse("PC20^"), Ok(Frame::Opened));
    assert_eq!(Frame::parse("PC22^"), Ok(Frame::Up));
    assert_eq!(
        Frame::parse("PC92^UF3K-1^0^D^^5R1BLH-1^H96^"),
        Ok(Frame::Routing {
            node: "UF3K-1".into()
        })
    );
    assert_eq!(
        Frame::parse("PC51^G0NOD-2^N0CALL-2^1^"),
        Ok(Frame::Ping {
            to: "G0NOD-2".into(),
            from: "N0CALL-2".into(),
            asks: true
        })
    );
    assert_eq!(pc::pong("G0NOD-2", "N0CALL-2"), "PC51^N0CALL-2^G0NOD-2^0^");
    let Ok(Frame::Wcy(figures)) =
        Frame::parse("PC73^21-Nov-2026^09^150^10^2^3^80^qui^qui^no^DK0WCY^G0NOD-2^H29^~")
    else {
        panic!("WCY");
    };
    assert_eq!(
        write::wcy(&figures),
        "WCY de DK0WCY <09> : K=2 expK=3 A=10 R=80 SFI=150 SA=qui GMF=qui Au=no"
    );
    let Ok(Frame::Said { to, from, text, .. }) =
        Frame::parse("PC93^G0NOD-2^34640.05^*^G0NNN^*^hello via 93^H29^")
    else {
        panic!("announcement");
    };
    assert_eq!(
        (to.as_str(), from.as_str(), text.as_str()),
        ("*", "G0NNN", "hello via 93")
    );
    let megabyte = format!("PC92^N0CALL-2{}", "^5W1AW".repeat(50_000));
    assert_eq!(
        Frame::parse(&megabyte),
        Ok(Frame::Routing {
            node: "N0CALL-2".into()
        })
    );
}

#[test]
fn frames_of_our_own_are_read_by_others() {
    let spot = super::spot("DX de G0NNN: 14033.0 5B4AGN a^b 0937Z");
    let line = pc::spot(
        &spot,
        date("1-Mar-2026").unwrap(),
        spot.at.unwrap(),
        "G0NOD-2",
        "2001:db8::1".parse().unwrap(),
    );
    assert_eq!(
        line,
        "PC61^14033.0^5B4AGN^1-Mar-2026^0937Z^a~b^G0NNN^G0NOD-2^2001,db8,,1^H29^~"
    );
    assert!(matches!(Frame::parse(&line), Ok(Frame::Spot(_))));
    let [node, alive, end] = pc::opening("G0NOD-2", 34_617, "5457");
    assert_eq!(node, "PC92^G0NOD-2^34617^A^^5G0NOD-2:5457^H99^");
    assert_eq!(alive, "PC92^G0NOD-2^34617.01^K^5G0NOD-2:5457:1^1^1^H99^");
    assert_eq!(end, "PC20^");
}

#[test]
fn real_frames_are_understood() {
    let Some(data) = shared("dxspider_pc_frames_20260301_sample.txt") else {
        return;
    };
    let (mut spots, mut wrong) = (0, Vec::new());
    for line in split(&data) {
        let text = decode(&line).into_owned();
        let Some(frame) = text
            .split_once("<- ")
            .or_else(|| text.split_once("-> "))
            .map(|(_, frame)| frame)
        else {
            continue;
        };
        match Frame::parse(frame) {
            Ok(Frame::Spot(_)) => spots += 1,
            Ok(_) => {}
            Err(error) => wrong.push(format!("{frame}: {error}")),
        }
    }
    assert!(spots > 100, "{spots}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

proptest! {
    #[test]
    fn any_line_is_a_frame_or_refused(line in "\\PC{0,200}") {
        let _ = Frame::parse(&line);
    }

    #[test]
    fn any_fields_are_a_frame_or_refused(
        number in 0_u8..100,
        fields in prop::collection::vec("|\\PC{0,6}|14025\\.0|W1AW|0937Z|1-Mar-2026|H[0-9]{1,3}|~|1|2", 0..14),
    ) {
        let _ = Frame::parse(&format!("PC{number:02}^{}", fields.join("^")));
    }
}
