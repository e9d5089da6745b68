//! Radios that are spoken to by letters.

use super::{Kind, Radio};

impl Radio {
    fn is_yaesu(&self) -> bool {
        matches!(self.kind, Kind::Ft991 | Kind::Ft950 | Kind::Ft710)
    }

    fn digits(&self) -> usize {
        match self.kind {
            Kind::Ft991 | Kind::Ft710 => 9,
            Kind::Ft950 => 8,
            _ => 11,
        }
    }

    pub(super) fn letters(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some(end) = self.input.iter().position(|byte| *byte == b';') {
            let bytes: Vec<u8> = self.input.drain(..=end).collect();
            let command = String::from_utf8_lossy(&bytes[..end]).into_owned();
            self.log.push(command.clone());
            if self.faults.echo {
                out.extend_from_slice(&bytes);
            }
            let answer = if self.is_refusing() {
                Some("?".to_owned())
            } else if self.is_yaesu() {
                self.yaesu(&command)
            } else {
                self.kenwood(&command)
            };
            if let Some(answer) = answer.filter(|answer| !answer.is_empty()) {
                out.extend_from_slice(self.noise());
                out.extend_from_slice(answer.as_bytes());
                out.push(b';');
            }
        }
        out
    }

    pub(super) fn letters_news(&self) -> Vec<u8> {
        let text = format!("FA{:0width$};", self.a, width = self.digits());
        if self.pushes {
            text.into_bytes()
        } else {
            Vec::new()
        }
    }

    fn vfo(&mut self, name: char, rest: &str) -> Option<String> {
        let width = self.digits();
        let value = if name == 'A' { &mut self.a } else { &mut self.b };
        if rest.is_empty() {
            return Some(format!("F{name}{value:0width$}"));
        }
        if rest.len() != width || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some("?".to_owned());
        }
        if !self.faults.locked {
            *value = rest.parse().unwrap_or(*value);
        }
        None
    }

    fn long_answer(&self) -> String {
        let flag = u8::from;
        let shown = if self.on_b { self.b } else { self.a };
        let mode = char::from(self.mode);
        // Sign and four digits of the clarifier, two flags, three digits of memory.
        let answer = format!(
            "IF{shown:011}     +000000000{}{mode}{}0{}0000",
            flag(self.ptt),
            flag(self.on_b),
            flag(self.split)
        );
        if self.kind == Kind::Qdx {
            format!("{answer}000")
        } else {
            answer
        }
    }

    fn kenwood(&mut self, command: &str) -> Option<String> {
        let Some((name, rest)) = command.split_at_checked(2) else {
            return if command.is_empty() {
                None
            } else {
                Some("?".to_owned())
            };
        };
        let digital = matches!(self.kind, Kind::Ts590);
        Some(match (name, rest) {
            ("ID", "") => match self.kind {
                Kind::Ts590 => "ID021",
                Kind::Ts890 => "ID024",
                Kind::K3 => "ID017",
                _ => "ID020",
            }
            .to_owned(),
            ("PS", "") if self.kind != Kind::Qdx => "PS1".to_owned(),
            ("FA", rest) => return self.vfo('A', rest),
            ("FB", rest) => return self.vfo('B', rest),
            ("IF", "") => self.long_answer(),
            ("MD", "") => format!("MD{}", char::from(self.mode)),
            ("MD", digit) if digit.len() == 1 => {
                self.mode = digit.as_bytes()[0];
                return None;
            }
            ("OM", "0") if self.kind == Kind::Ts890 => format!("OM0{}", char::from(self.mode)),
            ("OM", digit) if self.kind == Kind::Ts890 && digit.len() == 2 => {
                self.mode = digit.as_bytes()[1];
                return None;
            }
            ("OM", "") if self.kind == Kind::K3 => "OM AP-S--------".to_owned(),
            ("DA", "") if digital => format!("DA{}", u8::from(self.data)),
            ("DA", flag) if digital => {
                self.data = flag == "1";
                return None;
            }
            ("DT", "") if self.kind == Kind::K3 => format!("DT{}", u8::from(!self.data)),
            ("DT", value) if self.kind == Kind::K3 => {
                self.data = value == "0";
                return None;
            }
            ("BW", "") if self.kind == Kind::K3 => "BW0240".to_owned(),
            ("K2" | "K3", "") if self.kind == Kind::K3 => format!("{name}0"),
            ("RV", "M") => "RVM02.37".to_owned(),
            ("TQ", "") => format!("TQ{}", u8::from(self.ptt)),
            ("FR", "") => format!("FR{}", u8::from(self.on_b)),
            ("FT", "") => format!("FT{}", u8::from(self.on_b != self.split)),
            ("FR", vfo) => {
                self.on_b = vfo == "1";
                return None;
            }
            ("FT", vfo) => {
                self.split = (vfo == "1") != self.on_b;
                return None;
            }
            ("TX", _) => {
                self.ptt = true;
                return None;
            }
            ("RX", _) => {
                self.ptt = false;
                return None;
            }
            ("AI", "") => format!("AI{}", u8::from(self.pushes) * 2),
            ("AI", value) if self.kind != Kind::Qdx => {
                self.pushes = value != "0";
                return None;
            }
            ("SM", _) => "SM00015".to_owned(),
            ("PC", "") => "PC050".to_owned(),
            ("KS", "") => "KS025".to_owned(),
            ("FV", "") => "FV1.04".to_owned(),
            ("FW", "") => "FW2400".to_owned(),
            ("SH", "") => "SH07".to_owned(),
            ("SL", "") => "SL03".to_owned(),
            ("BW" | "K2" | "K3" | "FW" | "SH" | "SL", _) => return None,
            _ => "?".to_owned(),
        })
    }

    fn yaesu(&mut self, command: &str) -> Option<String> {
        let Some((name, rest)) = command.split_at_checked(2) else {
            return if command.is_empty() {
                None
            } else {
                Some("?".to_owned())
            };
        };
        Some(match (name, rest) {
            ("ID", "") => match self.kind {
                Kind::Ft950 => "ID0310",
                Kind::Ft710 => "ID0800",
                _ => "ID0670",
            }
            .to_owned(),
            ("PS", "") => "PS1".to_owned(),
            ("FA", rest) => return self.vfo('A', rest),
            ("FB", rest) => return self.vfo('B', rest),
            ("MD", "0") => format!("MD0{}", char::from(self.mode)),
            ("MD", digit) if digit.len() == 2 => {
                let mode = digit.as_bytes()[1];
                // As the real one: into Morse the dial moves by the pitch.
                if mode == b'3' && self.mode != b'3' {
                    self.a -= 700;
                }
                self.mode = mode;
                return None;
            }
            ("TX", "") => format!("TX{}", u8::from(self.ptt)),
            ("TX", value) => {
                self.ptt = value == "1";
                return None;
            }
            ("FT", "") => format!("FT{}", u8::from(self.split)),
            ("FT", value) if self.kind != Kind::Ft710 => {
                self.split = value == "3";
                return None;
            }
            ("ST", "") if self.kind == Kind::Ft710 => format!("ST{}", u8::from(self.split)),
            ("ST", value) if self.kind == Kind::Ft710 => {
                self.split = value == "1";
                return None;
            }
            ("IF", "") => format!(
                "IF001{:0width$}+000000{}00000",
                self.a,
                char::from(self.mode),
                width = self.digits()
            ),
            ("AI", "") => format!("AI{}", u8::from(self.pushes)),
            ("AI", value) => {
                self.pushes = value == "1";
                return None;
            }
            ("SM", "0") => "SM0130".to_owned(),
            ("PC", "") => "PC050".to_owned(),
            ("KS", "") => "KS025".to_owned(),
            ("RM", digit) => format!("RM{digit}060"),
            ("EX", rest) if rest.len() == 3 => format!("EX{rest}1"),
            ("SH", "0") => "SH017".to_owned(),
            ("NA", "0") => "NA00".to_owned(),
            ("VS", "") => "VS0".to_owned(),
            ("EX" | "SH" | "NA" | "VS", _) => return None,
            _ => "?".to_owned(),
        })
    }
}
