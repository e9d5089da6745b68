//! Radios on Icom's bus.

use super::{Kind, Radio};

fn digits(hertz: u64) -> Vec<u8> {
    let mut rest = hertz;
    let mut out = Vec::new();
    for _ in 0..5 {
        let pair = u8::try_from(rest % 100).unwrap();
        out.push((pair / 10) << 4 | (pair % 10));
        rest /= 100;
    }
    out
}

fn number(digits: &[u8]) -> u64 {
    let pair = |byte: u8| u64::from(byte >> 4) * 10 + u64::from(byte & 0x0F);
    digits.iter().rev().fold(0, |sum, byte| sum * 100 + pair(*byte))
}

impl Radio {
    fn address(&self) -> u8 {
        if self.kind == Kind::Ic7300 { 0x94 } else { 0x58 }
    }

    pub(super) fn civ(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some(end) = self.input.iter().position(|byte| *byte == 0xFD) {
            let bytes: Vec<u8> = self.input.drain(..=end).collect();
            let Some(begin) = bytes.windows(2).position(|pair| pair == [0xFE, 0xFE]) else {
                continue;
            };
            let frame = &bytes[begin..];
            if self.faults.collisions > 0 {
                self.faults.collisions -= 1;
                // The echo comes back spoilt.
                out.extend_from_slice(&frame[..3]);
                out.extend_from_slice(&[0xFC, 0xFC, 0xFC, 0xFD]);
                continue;
            }
            if self.faults.echo {
                out.extend_from_slice(frame);
            }
            if frame.len() < 6 || frame[2] != self.address() {
                continue;
            }
            let body = frame[4..frame.len() - 1].to_vec();
            self.log
                .push(body.iter().map(|byte| format!("{byte:02x}")).collect());
            let answer = if self.is_refusing() {
                vec![0xFA]
            } else {
                self.answer(&body)
            };
            out.extend_from_slice(self.noise());
            out.extend_from_slice(&[0xFE, 0xFE, frame[3], self.address()]);
            out.extend(answer);
            out.push(0xFD);
        }
        out
    }

    pub(super) fn civ_news(&self) -> Vec<u8> {
        let mut out = vec![0xFE, 0xFE, 0x00, self.address(), 0x00];
        out.extend(digits(self.a));
        out.push(0xFD);
        out
    }

    fn answer(&mut self, body: &[u8]) -> Vec<u8> {
        let modern = self.kind == Kind::Ic7300;
        let mut with = body.to_vec();
        match body {
            [0x03] => with.extend(digits(if self.on_b { self.b } else { self.a })),
            [0x05, rest @ ..] if rest.len() == 5 => {
                if !self.faults.locked {
                    if self.on_b {
                        self.b = number(rest);
                    } else {
                        self.a = number(rest);
                    }
                }
                return vec![0xFB];
            }
            [0x04] => with.extend([self.mode, 0x01]),
            [0x06, mode, ..] => {
                self.mode = *mode;
                return vec![0xFB];
            }
            [0x07, vfo] => {
                self.on_b = *vfo == 0x01;
                return vec![0xFB];
            }
            [0x0F] if modern => with.push(u8::from(self.split)),
            [0x0F, value] => {
                self.split = *value == 0x01;
                return vec![0xFB];
            }
            [0x25, 0x00] if modern => with.extend(digits(self.a)),
            [0x25, 0x01] if modern => with.extend(digits(self.b)),
            [0x25, vfo, rest @ ..] if modern && rest.len() == 5 => {
                if *vfo == 0 {
                    self.a = number(rest);
                } else {
                    self.b = number(rest);
                }
                return vec![0xFB];
            }
            [0x26, 0x00] if modern => with.extend([self.mode, u8::from(self.data), 0x01]),
            [0x26, 0x00, mode, data, _filter] if modern => {
                self.mode = *mode;
                self.data = *data != 0;
                return vec![0xFB];
            }
            [0x1C, 0x00] if modern => with.push(u8::from(self.ptt)),
            [0x1C, 0x00, value] if modern => {
                self.ptt = *value != 0;
                return vec![0xFB];
            }
            [0x1A, 0x03] if modern => with.push(0x28),
            [0x1A, 0x03, _] if modern => return vec![0xFB],
            [0x19, 0x00] => with.push(self.address()),
            [0x15, 0x02] => with.extend([0x01, 0x20]),
            [0x15, 0x12] => with.extend([0x00, 0x48]),
            [0x14, 0x0A] => with.extend([0x01, 0x28]),
            _ => return vec![0xFA],
        }
        with
    }
}
