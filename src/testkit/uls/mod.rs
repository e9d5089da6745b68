//! A register of the FCC made of chance, the same for the same seed: for benches, load tests and proofs.
//!
//! The files look like the real ones in layout, in shapes of calls, spread of names, share of active licences, former
//! holders and in the kinds of damage; nobody in them exists. Every licence follows from the seed and its number alone,
//! so a daily file can change licences of the full one without reading it.

mod people;
mod write;

use jiff::civil::Date;

use crate::env::Dice;

pub use write::zip;

/// The day on which the register stands.
pub const TODAY: Date = Date::constant(2026, 11, 15);
/// The least unique system identifier.
const FIRST_USI: u32 = 100_000;
/// Numbers of licences a daily file may bring.
const NEW_A_DAY: u32 = 100_000;

/// A register.
#[derive(Debug, Clone, Copy)]
pub struct Uls {
    /// Licences, one row of each kind for each; a ninth of them are of former holders of others' calls.
    pub licences: u32,
    /// Another seed, another register.
    pub seed: u64,
    /// Whether some rows are damaged as real ones are.
    pub damaged: bool,
}

/// What a daily file does, in licences.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes {
    /// Renewed: all rows.
    pub renewed: u32,
    /// Another address: `EN` alone.
    pub moved: u32,
    /// New calls.
    pub new: u32,
    /// Cancelled: `HD` alone.
    pub cancelled: u32,
    /// Another call for the same holder: a cancelled licence and a new one.
    pub vanity: u32,
}

/// One licence, as its rows say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Unique system identifier.
    pub usi: u32,
    pub call: String,
    pub club: bool,
    /// Of a club its name, of a person `Last, First M`.
    pub name: String,
    pub first: String,
    pub middle: String,
    pub last: String,
    pub suffix: String,
    pub street: String,
    pub po_box: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    /// FCC registration number: ten digits.
    pub frn: String,
    /// `A`, `E`, `C` or `T`.
    pub status: char,
    /// A letter, or none for clubs.
    pub class: Option<char>,
    pub vanity: bool,
    pub granted: Date,
    pub expires: Date,
    pub cancelled: Option<Date>,
    /// Call and class before.
    pub previous: Option<(String, char)>,
    /// Chooses its damage, below 100,000.
    fate: u64,
}

/// What a register is made of, drawn from the dice.
struct Chance(Dice);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0.below(limit)
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        self.0.pick(list)
    }

    /// Below the limit; low ones are common, as words are: the cube of an even draw.
    fn rank(&mut self, limit: usize) -> usize {
        let even = self.below(1 << 20);
        let rank = (even * even * even / (1 << 20) / (1 << 20)) * limit as u64 / (1 << 20);
        usize::try_from(rank).unwrap_or_default()
    }

    fn letter(&mut self) -> char {
        self.0.letter(26)
    }

    fn days(&mut self, limit: u64) -> i32 {
        i32::try_from(self.below(limit)).unwrap_or_default()
    }
}

impl Uls {
    /// A damaged register of so many licences.
    pub fn new(licences: u32, seed: u64) -> Self {
        Self {
            licences,
            seed,
            damaged: true,
        }
    }

    /// Licences of former holders come first: their identifiers are lower.
    fn former(&self) -> u32 {
        self.licences / 9
    }

    /// The licence of a number; numbers from `licences` on are those that daily files bring.
    pub fn licence(&self, number: u32) -> Made {
        let mut chance = Chance(Dice(
            self.seed ^ u64::from(number).wrapping_mul(0xA24B_AED4_963E_E407),
        ));
        let former = number < self.former();
        let call = if former {
            (number * 8 + 5) % (self.licences - self.former()).max(1)
        } else {
            number - self.former()
        };
        let mut made = holder(&mut chance);
        made.usi = FIRST_USI + number * 3 + u32::try_from(chance.below(3)).unwrap_or(0);
        made.call = call_of(call);
        made.frn = format!("00{:08}", chance.below(100_000_000));
        made.fate = chance.below(100_000);
        licensed(&mut made, &mut chance, former, number >= self.licences);
        made
    }
}

/// The call of a number, each another: 58 % 2x3, 24 % 1x3, 12 % 2x2, 3 % 1x2, 3 % 2x1.
fn call_of(number: u32) -> String {
    let (hundreds, shape) = (u64::from(number / 100), u64::from(number % 100));
    let (prefixes, letters, at): (u64, u32, u64) = match shape {
        0..58 => (52, 3, hundreds * 58 + shape),
        58..82 => (3, 3, hundreds * 24 + shape - 58),
        82..94 => (90, 2, hundreds * 12 + shape - 82),
        94..97 => (3, 2, hundreds * 3 + shape - 94),
        _ => (90, 1, hundreds * 3 + shape - 97),
    };
    let all = prefixes * 10 * 26_u64.pow(letters);
    if at >= all {
        // Short ones run out; the rest are long, beyond the long ones there are.
        return spelt(52, 3, 6_000_000 + u64::from(number));
    }
    spelt(prefixes, letters, at)
}

fn spelt(prefixes: u64, letters: u32, at: u64) -> String {
    let all = prefixes * 10 * 26_u64.pow(letters);
    // A prime that divides none of them, so that neighbours lie far apart and each is met once.
    let mut rest = at * 7919 % all;
    let letter = |number: u64| char::from(b'A' + u8::try_from(number % 26).unwrap_or(0));
    let mut suffix = String::new();
    for _ in 0..letters {
        suffix.push(letter(rest));
        rest /= 26;
    }
    let (digit, prefix) = (rest % 10, rest / 10);
    let prefix = match prefixes {
        3 => ["K", "N", "W"][usize::try_from(prefix).unwrap_or(0) % 3].to_owned(),
        52 => format!("{}{}", if prefix < 26 { 'K' } else { 'W' }, letter(prefix)),
        _ if prefix < 12 => format!("A{}", letter(prefix)),
        _ => format!(
            "{}{}",
            ['K', 'N', 'W'][usize::try_from((prefix - 12) / 26).unwrap_or(0) % 3],
            letter(prefix - 12)
        ),
    };
    format!("{prefix}{digit}{suffix}")
}

fn holder(chance: &mut Chance) -> Made {
    let first = people::first(chance).to_owned();
    let last = people::last(chance);
    let suffix = people::suffix(chance).to_owned();
    let middle = if chance.below(100) < 78 {
        chance.letter().to_string()
    } else {
        String::new()
    };
    let (city, state, zip) = people::place(chance);
    let street = people::street(chance);
    let po_box = if chance.below(100) < 12 {
        (1 + chance.below(99_999)).to_string()
    } else {
        String::new()
    };
    let club = chance.below(1000) < 15;
    let mut name = format!("{last}, {first} {middle}").trim_end().to_owned();
    if chance.below(100) < 20 {
        name = name.to_uppercase();
    }
    let (name, first, middle, last, suffix) = if club {
        let name = format!(
            "{} AMATEUR RADIO CLUB OF {}",
            last.to_uppercase(),
            city.to_uppercase()
        );
        (name, String::new(), String::new(), String::new(), String::new())
    } else {
        (name, first, middle, last, suffix)
    };
    Made {
        usi: 0,
        call: String::new(),
        club,
        name,
        first,
        middle,
        last,
        suffix,
        street: if po_box.len() == 5 { String::new() } else { street },
        po_box,
        city: city.to_owned(),
        state: state.to_owned(),
        zip,
        frn: String::new(),
        status: 'A',
        class: None,
        vanity: false,
        granted: TODAY,
        expires: TODAY,
        cancelled: None,
        previous: None,
        fate: 0,
    }
}

/// Status, days and class.
fn licensed(made: &mut Made, chance: &mut Chance, former: bool, new: bool) {
    let draw = chance.below(100);
    made.status = match draw {
        _ if new => 'A',
        0..60 if former => 'C',
        _ if former => 'E',
        0..53 => 'A',
        53..91 => 'E',
        91..98 => 'C',
        _ => 'T',
    };
    made.expires = match made.status {
        _ if new => after(3652),
        'A' => after(chance.days(3650)),
        _ if former => after(-800 - chance.days(7000)),
        _ => after(-1 - chance.days(5500)),
    };
    made.granted = day_before(made.expires, 3652);
    made.cancelled = matches!(made.status, 'C' | 'T').then(|| day_before(made.expires, chance.days(2000)));
    made.class = (!made.club).then(|| match chance.below(100) {
        0..50 => 'T',
        50..74 => 'G',
        74..93 => 'E',
        93..98 => 'A',
        98 => 'N',
        _ => 'P',
    });
    made.vanity = made.call.len() < 5 || chance.below(100) < 6;
    if chance.below(100) < 15 {
        let call = call_of(u32::try_from(3_000_000 + chance.below(2_000_000)).unwrap_or(0));
        made.previous = Some((call, chance.pick(&['T', 'G', 'N'])));
    }
}

fn after(days: i32) -> Date {
    TODAY.saturating_add(jiff::Span::new().days(days))
}

fn day_before(day: Date, days: i32) -> Date {
    day.saturating_sub(jiff::Span::new().days(days))
}
