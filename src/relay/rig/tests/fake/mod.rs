//! Radios that exist in memory. What goes in and out are bytes; faults are asked for.

mod icom;
mod letters;
mod old_yaesu;
pub(crate) mod rigctld;

/// Which radio it pretends to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ts480,
    Ts590,
    Ts890,
    K3,
    Qdx,
    Ft991,
    Ft950,
    Ft710,
    Ic7300,
    Ic706,
    Ft817,
}

impl Kind {
    /// Hamlib's number.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::Ts480 => 2_028,
            Self::Ts590 => 2_031,
            Self::Ts890 => 2_041,
            Self::K3 => 2_029,
            Self::Qdx => 2_052,
            Self::Ft991 => 1_035,
            Self::Ft950 => 1_028,
            Self::Ft710 => 1_049,
            Self::Ic7300 => 3_073,
            Self::Ic706 => 3_011,
            Self::Ft817 => 1_020,
        }
    }

    pub(super) const ALL: [Self; 11] = [
        Self::Ts480,
        Self::Ts590,
        Self::Ts890,
        Self::K3,
        Self::Qdx,
        Self::Ft991,
        Self::Ft950,
        Self::Ft710,
        Self::Ic7300,
        Self::Ic706,
        Self::Ft817,
    ];
}

/// What may go wrong.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
pub(super) struct Faults {
    /// It is switched off.
    pub(super) off: bool,
    /// Everything sent comes back first.
    pub(super) echo: bool,
    /// So many commands meet a collision.
    pub(super) collisions: u32,
    /// Noise before each answer.
    pub(super) garbage: bool,
    /// So many commands are answered by "not now".
    pub(super) refusals: u32,
    /// The dial is locked: commands are accepted and not carried out.
    pub(super) locked: bool,
    /// The cable is pulled after so many bytes of the next answer.
    pub(super) unplug_after: Option<usize>,
}

/// A radio in memory.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "knobs and lamps of a radio")]
pub(super) struct Radio {
    pub(super) kind: Kind,
    pub(super) a: u64,
    pub(super) b: u64,
    /// The mode by the family's own code.
    pub(super) mode: u8,
    pub(super) data: bool,
    pub(super) split: bool,
    pub(super) ptt: bool,
    pub(super) pushes: bool,
    pub(super) faults: Faults,
    /// Commands received.
    pub(super) log: Vec<String>,
    on_b: bool,
    input: Vec<u8>,
}

impl Radio {
    /// Switched on, on 14.074 MHz in USB.
    pub(super) fn new(kind: Kind) -> Self {
        let mode = match kind {
            Kind::Ic7300 | Kind::Ic706 | Kind::Ft817 => 0x01,
            _ => b'2',
        };
        Self {
            kind,
            a: 14_074_000,
            b: 14_074_500,
            mode,
            data: false,
            split: false,
            ptt: false,
            pushes: false,
            faults: Faults::default(),
            log: Vec::new(),
            on_b: false,
            input: Vec::new(),
        }
    }

    /// Bytes from the computer; gives the radio's.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.faults.off {
            return if self.faults.echo {
                bytes.to_vec()
            } else {
                Vec::new()
            };
        }
        self.input.extend_from_slice(bytes);
        match self.kind {
            Kind::Ic7300 | Kind::Ic706 => self.civ(),
            Kind::Ft817 => self.five_bytes(),
            _ => self.letters(),
        }
    }

    /// Somebody turns the knob: what the radio tells unasked.
    pub(super) fn turn_knob(&mut self, hertz: u64) -> Vec<u8> {
        self.a = hertz;
        match self.kind {
            Kind::Ic7300 | Kind::Ic706 => self.civ_news(),
            Kind::Ft817 => Vec::new(),
            _ => self.letters_news(),
        }
    }

    fn noise(&self) -> &'static [u8] {
        if self.faults.garbage {
            &[0x00, 0xFF, 0x80, 0x07]
        } else {
            &[]
        }
    }

    fn is_refusing(&mut self) -> bool {
        let refuses = self.faults.refusals > 0;
        self.faults.refusals = self.faults.refusals.saturating_sub(1);
        refuses
    }
}
