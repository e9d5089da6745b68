//! Commands of letters and digits that end with a semicolon: Kenwood, Elecraft, QRP Labs, newer Yaesu.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::fault::Fault;
use super::port::Port;

/// Longest frame that means anything to us.
const LONGEST: usize = 80;
/// Messages kept that the radio sent unasked.
const KEPT: usize = 16;
/// How often a question is asked in all.
const TRIES: u32 = 3;
/// How long to wait after `?;`: syntax error, or not now.
const NOT_NOW: Duration = Duration::from_millis(100);

/// Asking and answering at a port.
#[derive(Debug)]
pub(crate) struct Ascii {
    answer: Duration,
    /// What came unasked, without semicolons.
    pub(crate) unasked: VecDeque<String>,
}

/// The next frame, without its semicolon; bytes that are no text, and what stands before them, are thrown away.
pub(crate) fn frame(buffer: &mut Vec<u8>) -> Option<String> {
    loop {
        let Some(end) = buffer.iter().position(|byte| *byte == b';') else {
            if buffer.len() > LONGEST {
                buffer.clear();
            }
            return None;
        };
        let bytes: Vec<u8> = buffer.drain(..=end).collect();
        let text = &bytes[..end];
        let begin = text
            .iter()
            .rposition(|byte| !(b' '..=b'~').contains(byte))
            .map_or(0, |at| at + 1);
        let text = &text[begin..];
        if text.len() <= LONGEST && !text.is_empty() {
            return Some(text.iter().copied().map(char::from).collect());
        }
    }
}

impl Ascii {
    /// With a time an answer may take.
    pub(crate) fn new(answer: Duration) -> Self {
        Self {
            answer,
            unasked: VecDeque::new(),
        }
    }

    /// Takes all whole frames that have come unasked.
    pub(crate) fn collect(&mut self, port: &mut Port) {
        while let Some(frame) = frame(&mut port.buffer) {
            self.keep(frame);
        }
    }

    fn keep(&mut self, frame: String) {
        if matches!(frame.as_str(), "?" | "E" | "O") {
            return;
        }
        if self.unasked.len() >= KEPT {
            self.unasked.pop_front();
        }
        self.unasked.push_back(frame);
    }

    /// Sends and does not wait: for commands without an answer.
    pub(crate) async fn tell(&mut self, port: &mut Port, command: &str) -> Result<(), Fault> {
        self.collect(port);
        port.write(command.as_bytes()).await
    }

    /// Sends a command and gives what follows the prefix in the answer. Tries again when nothing comes, when the
    /// radio did not understand, and once after `?;`.
    pub(crate) async fn ask(
        &mut self,
        port: &mut Port,
        command: &str,
        prefix: &str,
    ) -> Result<String, Fault> {
        self.ask_for(port, command, prefix, |_| true).await
    }

    /// The same, until an answer is as wished; the last other one if none is.
    pub(crate) async fn ask_for(
        &mut self,
        port: &mut Port,
        command: &str,
        prefix: &str,
        wished: impl Fn(&str) -> bool,
    ) -> Result<String, Fault> {
        let mut fault = Fault::TimedOut;
        let mut refusals = 0;
        for _ in 0..TRIES {
            match self.once(port, command, prefix, &wished).await {
                Err(Fault::TimedOut) => fault = Fault::TimedOut,
                Err(Fault::Garbled) => fault = Fault::Garbled,
                Err(Fault::Refused) if refusals == 0 => {
                    refusals += 1;
                    sleep(NOT_NOW).await;
                }
                other => return other,
            }
        }
        Err(fault)
    }

    async fn once(
        &mut self,
        port: &mut Port,
        command: &str,
        prefix: &str,
        wished: &impl Fn(&str) -> bool,
    ) -> Result<String, Fault> {
        self.tell(port, command).await?;
        let deadline = Instant::now() + self.answer;
        let mut other = None;
        loop {
            while let Some(frame) = frame(&mut port.buffer) {
                match frame.as_str() {
                    "?" => return Err(Fault::Refused),
                    "E" | "O" => return Err(Fault::Garbled),
                    _ => {}
                }
                match frame.strip_prefix(prefix) {
                    Some(rest) if !rest.is_empty() && wished(rest) => return Ok(rest.to_owned()),
                    Some(rest) if !rest.is_empty() => other = Some(rest.to_owned()),
                    _ => self.keep(frame),
                }
            }
            // A radio that has answered otherwise may still be about to follow: a little longer, not for ever.
            let patience = if other.is_some() {
                deadline.min(Instant::now() + NOT_NOW)
            } else {
                deadline
            };
            match port.more_by(patience).await {
                Ok(()) => {}
                Err(Fault::TimedOut) => return other.ok_or(Fault::TimedOut),
                Err(fault) => return Err(fault),
            }
        }
    }
}

/// Hertz of a field of digits.
pub(crate) fn hertz(digits: &str) -> Result<u64, Fault> {
    let plain = !digits.is_empty() && digits.len() <= 12 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain).ok_or(Fault::Garbled)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_are_cut_and_garbage_is_dropped() {
        let mut buffer = b"FA00014074000;\xff\x00MD2;;IF00".to_vec();
        assert_eq!(frame(&mut buffer).as_deref(), Some("FA00014074000"));
        assert_eq!(frame(&mut buffer).as_deref(), Some("MD2"));
        assert_eq!(frame(&mut buffer), None);
        assert_eq!(buffer, b"IF00");
        let mut endless = vec![b'A'; 200];
        assert_eq!(frame(&mut endless), None);
        assert!(endless.is_empty());
    }

    #[test]
    fn frequencies_are_digits() {
        assert_eq!(hertz("00014074000"), Ok(14_074_000));
        for text in ["", "+14", "1407400000000", "14 0", "abc"] {
            assert_eq!(hertz(text), Err(Fault::Garbled), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_and_the_rest_is_bounded(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut buffer = bytes;
            while let Some(frame) = frame(&mut buffer) {
                prop_assert!(frame.len() <= LONGEST && !frame.contains(';'));
            }
            prop_assert!(buffer.len() <= LONGEST);
        }
    }
}
