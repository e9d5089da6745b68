//! The entry points of the fuzz target of radio control: any bytes from a radio at a serial port, from a radio daemon,
//! and from a program that takes us for one.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use crate::ham::freq::Hertz;
use crate::relay::rig::rigctld::{Dump, answer};
use crate::relay::rig::rotator::Reach;
use crate::relay::rig::serial::icom::frame::{self, Event};
use crate::relay::rig::serial::kenwood::info::Info;
use crate::relay::rig::serial::models::MODELS;
use crate::relay::rig::serial::port::Opener;
use crate::relay::rig::serial::{Radio, ascii};
use crate::relay::rig::server::command::{self, Command, Line, Request};
use crate::relay::rig::{Level, PttInput, RigMode, SerialSettings};

/// Bytes of a line that our server reads at most.
const LONGEST_LINE: usize = 200;
/// Longer than any exchange with a radio may take, all its repetitions included.
const PATIENCE: Duration = Duration::from_secs(20);

/// Cuts any bytes into frames of both kinds, and reads what stands in them.
///
/// Panics if reading panics, if what is kept of the bytes grows without bound, if a frame that was read and written
/// again is another one, or if a frequency does not survive being written.
pub fn pieces(bytes: &[u8]) {
    let mut rest = bytes.to_vec();
    while let Some(text) = ascii::frame(&mut rest) {
        assert!(
            !text.contains(';') && text.is_ascii(),
            "a frame of ASCII text without its end"
        );
        let _ = (Info::parse(&text), ascii::hertz(&text));
        if let Some(answer) = text.strip_prefix("IF") {
            let _ = Info::parse(answer);
        }
    }
    assert!(rest.len() <= 128, "an unfinished frame is bounded");

    let mut rest = bytes.to_vec();
    while let Some(event) = frame::next(&mut rest) {
        let Event::Frame(found) = event else { continue };
        let mut written = found.bytes();
        assert_eq!(frame::next(&mut written), Some(Event::Frame(found.clone())));
        let digits = &found.body[1..];
        let _ = frame::level(digits);
        if let Ok(hertz) = frame::of_bcd(digits) {
            assert_eq!(frame::to_bcd(hertz, digits.len()).as_deref(), Ok(digits));
        }
    }
}

/// Reads any bytes as the lines of a radio's or a rotator's daemon.
///
/// Panics if reading panics, or if a code is taken for success that is none.
pub fn daemon(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in &lines {
        if answer::code(line) == Some(0) {
            let said = line.trim_start_matches("RPRT ").trim();
            assert!(said.trim_start_matches(['+', '-', '0']).is_empty(), "{line:?}");
        }
        assert!(line.contains(answer::value(line)));
    }
    let _ = (Dump::parse(&lines).facts(), Reach::parse(&lines));
}

/// Reads any bytes as the lines of a program that takes us for a radio daemon.
///
/// Panics if reading panics, or if a command would move the radio or set a level beyond what there is.
pub fn client(bytes: &[u8]) {
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = &line[..line.len().min(LONGEST_LINE)];
        let Line::Request(Request { command, name, .. }) = command::parse(line) else {
            continue;
        };
        match command {
            Ok(
                Command::SetFreq(hertz) | Command::SetSplitFreq(hertz) | Command::SetSplitFreqMode(hertz, _),
            ) => assert!((1_000..=300_000_000_000).contains(&hertz.get()), "{hertz:?}"),
            Ok(Command::SetLevel(level, value)) => assert!(level.accepts(value), "{level:?} {value}"),
            Ok(_) => assert!(!name.is_empty()),
            Err(code) => assert!(code < 0, "a refusal is no success"),
        }
    }
}

/// Any bytes as the answers of a radio of any family: the first byte chooses the radio, and each later answer has its
/// length before it. The radio is greeted, read, tuned, keyed and left; when the answers end it is pulled out.
///
/// Panics if any of it panics, or if an exchange takes longer than radios are waited for. Time is not waited for.
pub fn radio(bytes: &[u8]) {
    let Some((which, answers)) = bytes.split_first() else {
        return;
    };
    let model = &MODELS[usize::from(*which) % MODELS.len()];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime of one thread needs nothing");
    let answers = answers.to_vec();
    runtime.block_on(async move {
        let (ours, theirs) = tokio::io::duplex(4 * 1024);
        let (port, ports) = mpsc::unbounded_channel();
        port.send(ours).expect("the other end is here");
        tokio::spawn(answer_with(theirs, answers));
        let settings = SerialSettings::new("fuzz", model);
        let radio = Radio::with_opener(Opener::Pairs(ports), &settings);
        exchange(radio).await;
    });
}

/// The far end: answers whatever comes with the next piece of the bytes, and is gone when there is none.
async fn answer_with(mut stream: DuplexStream, answers: Vec<u8>) {
    let mut rest = &answers[..];
    let mut asked = [0; 256];
    while let Ok(1..) = stream.read(&mut asked).await {
        let Some((length, behind)) = rest.split_first() else {
            return;
        };
        let (answer, behind) = behind.split_at(behind.len().min(usize::from(*length)));
        rest = behind;
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

async fn exchange(mut radio: Radio) {
    let begun = Instant::now();
    let mut steps = 0;
    let mut step = || {
        steps += 1;
        assert!(
            begun.elapsed() <= PATIENCE * steps,
            "step {steps} took {:?}",
            begun.elapsed()
        );
    };
    let connected = radio.connect().await;
    step();
    if connected.is_err() {
        return;
    }
    for part in radio.parts(true) {
        let _ = radio.read(*part).await;
        step();
    }
    let to = Hertz::new(14_074_000);
    let _ = radio.set_frequency(to).await;
    step();
    for mode in [RigMode::Usb, RigMode::PktUsb, RigMode::Cw] {
        let _ = radio.set_mode(mode, Some(2_400)).await;
        step();
    }
    for split in [Some(Some(to)), None] {
        let _ = radio.set_split(split).await;
        step();
    }
    for input in [Some(PttInput::Any), None] {
        let _ = radio.set_ptt(input).await;
        step();
    }
    for level in Level::ALL {
        let _ = radio.level(level).await;
        step();
    }
    let _ = timeout(Duration::from_secs(1), radio.idle()).await;
    step();
    radio.close().await;
    step();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bytes among which the control characters of all families are frequent.
    fn any_bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            "[A-Z]{2}[0-9]{1,13};".prop_map(String::into_bytes),
            Just(vec![0xFE, 0xFE, 0xE0, 0x94]),
            (0xFA..=0xFE_u8).prop_map(|byte| vec![byte]),
            Just(b"IF00014074000     +00000000003000000;".to_vec()),
            "(RPRT|Frequency:|min_az=|targetable_vfo=0x)[ 0-9+.x-]{0,12}\n".prop_map(String::into_bytes),
            "[+;|]?(F|M|L|T|S|I|K|\\\\set_level)( [A-Z0-9.-]{0,9}){0,3}\n".prop_map(String::into_bytes),
        ];
        proptest::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn whatever_comes_is_cut_and_read(bytes in any_bytes(60)) {
            pieces(&bytes);
            daemon(&bytes);
            client(&bytes);
        }

        #[test]
        fn no_radio_holds_us_up(bytes in any_bytes(60)) {
            radio(&bytes);
        }
    }

    #[test]
    fn every_family_survives_silence_refusal_and_noise() {
        for which in 0..u8::try_from(MODELS.len()).unwrap() {
            for answer in [
                &b""[..],
                b"?;",
                b"\xFE\xFE\xE0\x94\xFA\xFD",
                b"\xFC\xFC",
                &[0; 5],
                &[0xFF; 64],
            ] {
                let length = u8::try_from(answer.len()).unwrap();
                let mut bytes = vec![which];
                for _ in 0..200 {
                    bytes.push(length);
                    bytes.extend(answer);
                }
                radio(&bytes);
            }
        }
    }
}
