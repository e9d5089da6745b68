//! Bytes of a telnet connection, however they are cut, to lines.
//!
//! Lines end in LF, CR LF, CR NUL, or a CR that something else follows. A CR that nothing follows ends its
//! line when the caller says that it has waited long enough ([`Splitter::flush`]).
//! Telnet's own commands are taken out, also when cut in the middle, and refused ([`Splitter::replies`]); bells,
//! NUL and the escape sequences of terminals are taken out too. A line over [`LONGEST_LINE`] is dropped as a
//! whole and told once. Memory is bounded whatever comes: one line, and a few replies.

/// Longest line kept, in bytes without its end; a program's spot line has 75 to 85.
pub const LONGEST_LINE: usize = 512;
/// Replies that wait at most, in bytes; a storm of options is answered as far as that goes.
const MOST_REPLIES: usize = 192;
/// Longest telnet subnegotiation or terminal sequence, in bytes; longer is none, and the line goes on.
const LONGEST_SEQUENCE: u8 = 64;

const BELL: u8 = 0x07;
const ESCAPE: u8 = 0x1b;
const SE: u8 = 0xf0;
const SB: u8 = 0xfa;
const WILL: u8 = 0xfb;
const WONT: u8 = 0xfc;
const DO: u8 = 0xfd;
const DONT: u8 = 0xfe;
const IAC: u8 = 0xff;

/// One piece of what arrived.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A whole line without its end.
    Line(&'a [u8]),
    /// A line was longer than [`LONGEST_LINE`] and dropped.
    TooLong,
}

/// Where in the stream the last byte left us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// A CR, whose line is not ended yet.
    Return,
    /// A CR whose line the caller has ended: LF or NUL may still follow.
    Flushed,
    Command,
    /// The command that an option follows.
    Option(u8),
    Sub(u8),
    SubCommand(u8),
    Escape,
    Sequence(u8),
}

/// See the module's description.
#[derive(Debug, Default)]
pub struct Splitter {
    line: Vec<u8>,
    state: State,
    too_long: bool,
    replies: Vec<u8>,
}

impl Splitter {
    /// At the start of a connection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and gives each piece that they complete.
    pub fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(Piece<'_>)) {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            if self.state == State::Text {
                // Nearly all bytes are plain text: taken in one go.
                let plain = rest.iter().take_while(|byte| is_plain(**byte)).count();
                if plain > 0 {
                    self.push(&rest[..plain]);
                    rest = &rest[plain..];
                    continue;
                }
            }
            rest = &rest[1..];
            self.step(byte, &mut each);
        }
    }

    /// Ends the line of a CR that nothing followed for a while.
    pub fn flush(&mut self, mut each: impl FnMut(Piece<'_>)) {
        if self.state == State::Return {
            self.end(&mut each);
            self.state = State::Flushed;
        }
    }

    /// Whether a CR waits for what follows.
    pub fn has_return(&self) -> bool {
        self.state == State::Return
    }

    /// What came since the last end of a line: a prompt such as `login: ` has none.
    pub fn partial(&self) -> &[u8] {
        &self.line
    }

    /// Forgets what came since the last end of a line, when it was a prompt that has been answered.
    pub fn forget_partial(&mut self) {
        self.line.clear();
        self.too_long = false;
    }

    /// The answers to telnet's own commands, to be sent; taken out.
    pub fn replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replies)
    }

    fn step(&mut self, byte: u8, each: &mut impl FnMut(Piece<'_>)) {
        match self.state {
            State::Text => self.text(byte, each),
            State::Return => {
                self.end(each);
                self.after_return(byte, each);
            }
            State::Flushed => self.after_return(byte, each),
            State::Command => self.command(byte, each),
            State::Option(command) => {
                self.state = State::Text;
                self.refuse(command, byte);
            }
            State::Sub(length) => {
                self.state = match byte {
                    IAC => State::SubCommand(length),
                    _ if length >= LONGEST_SEQUENCE => State::Text,
                    _ => State::Sub(length + 1),
                };
            }
            State::SubCommand(length) => {
                self.state = match byte {
                    SE => State::Text,
                    _ if length >= LONGEST_SEQUENCE => State::Text,
                    _ => State::Sub(length + 1),
                };
            }
            State::Escape => match byte {
                b'[' => self.state = State::Sequence(0),
                _ => {
                    self.state = State::Text;
                    self.text(byte, each);
                }
            },
            State::Sequence(length) => match byte {
                0x20..=0x3f if length < LONGEST_SEQUENCE => self.state = State::Sequence(length + 1),
                0x40..=0x7e => self.state = State::Text,
                _ => {
                    self.state = State::Text;
                    self.text(byte, each);
                }
            },
        }
    }

    fn text(&mut self, byte: u8, each: &mut impl FnMut(Piece<'_>)) {
        match byte {
            b'\n' => self.end(each),
            b'\r' => self.state = State::Return,
            0 | BELL => {}
            ESCAPE => self.state = State::Escape,
            IAC => self.state = State::Command,
            other => self.push(&[other]),
        }
    }

    /// The line before a CR is ended; LF and NUL belong to its end.
    fn after_return(&mut self, byte: u8, each: &mut impl FnMut(Piece<'_>)) {
        self.state = State::Text;
        if byte != b'\n' && byte != 0 {
            self.text(byte, each);
        }
    }

    fn command(&mut self, byte: u8, each: &mut impl FnMut(Piece<'_>)) {
        self.state = match byte {
            WILL | WONT | DO | DONT => State::Option(byte),
            SB => State::Sub(0),
            SE..SB => State::Text,
            IAC => {
                self.push(&[IAC]);
                State::Text
            }
            // No command: an unescaped letter of another character set.
            _ => {
                self.push(&[IAC]);
                self.state = State::Text;
                return self.text(byte, each);
            }
        };
    }

    fn refuse(&mut self, command: u8, option: u8) {
        let answer = match command {
            WILL => DONT,
            DO => WONT,
            _ => return,
        };
        if self.replies.len() + 3 <= MOST_REPLIES {
            self.replies.extend_from_slice(&[IAC, answer, option]);
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        if self.too_long {
            return;
        }
        if self.line.len() + bytes.len() > LONGEST_LINE {
            self.too_long = true;
            self.line.clear();
            return;
        }
        self.line.extend_from_slice(bytes);
    }

    fn end(&mut self, each: &mut impl FnMut(Piece<'_>)) {
        if std::mem::take(&mut self.too_long) {
            each(Piece::TooLong);
        } else {
            each(Piece::Line(&self.line));
        }
        self.line.clear();
    }
}

fn is_plain(byte: u8) -> bool {
    !matches!(byte, b'\n' | b'\r' | 0 | BELL | ESCAPE | IAC)
}
