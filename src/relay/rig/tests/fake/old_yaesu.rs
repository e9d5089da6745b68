//! Radios of five bytes a command.

use super::Radio;

impl Radio {
    pub(super) fn five_bytes(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some(command) = self.input.first_chunk::<5>().copied() {
            self.input.drain(..5);
            self.log
                .push(command.iter().map(|byte| format!("{byte:02x}")).collect());
            let answer = self.five(command);
            out.extend_from_slice(self.noise());
            out.extend(answer);
        }
        out
    }

    fn five(&mut self, [a, b, c, d, code]: [u8; 5]) -> Vec<u8> {
        let pair = |byte: u8| u64::from(byte >> 4) * 10 + u64::from(byte & 0x0F);
        let was = |same: bool| vec![if same { 0xF0 } else { 0x00 }];
        match code {
            0x03 => {
                let shown = if self.on_b { self.b } else { self.a };
                let text = format!("{:08}", shown / 10);
                let mut out: Vec<u8> = text
                    .as_bytes()
                    .chunks(2)
                    .map(|two| (two[0] - b'0') << 4 | (two[1] - b'0'))
                    .collect();
                out.push(self.mode);
                out
            }
            0x01 => {
                let hertz = [a, b, c, d]
                    .into_iter()
                    .fold(0, |sum, byte| sum * 100 + pair(byte))
                    * 10;
                if !self.faults.locked {
                    if self.on_b { self.b = hertz } else { self.a = hertz }
                }
                vec![0x00]
            }
            0x07 => {
                self.mode = a;
                vec![0x00]
            }
            0x08 => was(std::mem::replace(&mut self.ptt, true)),
            0x88 => was(!std::mem::replace(&mut self.ptt, false)),
            0x02 => was(std::mem::replace(&mut self.split, true)),
            0x82 => was(!std::mem::replace(&mut self.split, false)),
            0x81 => {
                self.on_b = !self.on_b;
                vec![0x00]
            }
            0x00 | 0x80 => vec![0x00],
            0xF7 => vec![u8::from(!self.ptt) << 7 | u8::from(!self.split) << 5],
            0xE7 => vec![0x09],
            // The memory: which VFO is in use at 55, the split at 7A.
            0xBB if b == 0x54 => vec![0x00, u8::from(self.on_b)],
            0xBB if b == 0x7A => vec![u8::from(self.split) << 7, 0x00],
            0xBB => vec![0x00, 0x00],
            _ => Vec::new(),
        }
    }
}
