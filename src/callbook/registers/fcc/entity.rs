//! `EN` rows: who holds a licence, put back into their columns where a `|` was typed into a field.
//!
//! Columns are where they belong if the last that matter are: SGIN (three digits), FRN (ten digits), applicant type
//! (one letter). If these stand further right, the first seven columns are still safe, and so is the state before a
//! ZIP of five or nine digits; what is too much between is joined to the field in which it makes the most sense of
//! the row. Not here: rows of other entities than the licensee, which `rows` leaves out.

use smol_str::SmolStr;

use super::columns::{Columns, all_digits, all_letters, text};
use super::unit::EntityRow;

/// Columns of the oldest layout.
pub(super) const FEWEST: usize = 24;
/// Columns of the present layout.
const PRESENT: usize = 30;
/// More than this too many are no damage but no row.
const MOST_SURPLUS: usize = 40;
/// Up to so many are tried in every field.
const TRIED_EVERYWHERE: usize = 6;

// Columns, from 0.
const LICENSEE: usize = 6;
const NAME: usize = 7;
const STATE: usize = 17;
const SGIN: usize = 21;
/// Fields from the name to the city.
const FIELDS: usize = STATE - NAME;

/// Where the fields of a row stand: the first and the last column of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    /// Name, first, middle, last, suffix, phone, fax, e-mail, street, city.
    fields: [(usize, usize); FIELDS],
    state: usize,
    sgin: usize,
}

/// Reads a row; the second is whether its columns had to be put back. `None`: they cannot be.
pub(super) fn entity(columns: Columns<'_>) -> Option<(EntityRow, bool)> {
    let layout = layout(columns)?;
    let field = |at: usize| {
        let (first, last) = layout.fields[at];
        text(columns.joined(first, last))
    };
    let (po_box, attention) = behind_zip(columns, layout);
    let mut row = EntityRow {
        licensee: columns.text(LICENSEE),
        name: field(0),
        first: field(1),
        middle: field(2),
        last: field(3),
        suffix: field(4),
        street: field(8),
        city: field(9),
        state: upper(columns.text(layout.state)),
        zip: postcode(columns.get(layout.state + 1)),
        po_box,
        attention,
        frn: columns.text(layout.sgin + 1),
        applicant: applicant(columns, layout.sgin),
    };
    if repeats_parts(&row) {
        row.name = SmolStr::default();
    }
    Some((row, layout != in_place()))
}

fn in_place() -> Layout {
    Layout {
        fields: std::array::from_fn(|at| (NAME + at, NAME + at)),
        state: STATE,
        sgin: SGIN,
    }
}

fn layout(columns: Columns<'_>) -> Option<Layout> {
    if is_tail(columns, SGIN) {
        return Some(in_place());
    }
    let tail = (SGIN + 1..columns.len()).rev().find(|at| is_tail(columns, *at));
    let before = tail.unwrap_or(columns.len());
    let state = (STATE..before.saturating_sub(1))
        .rev()
        .find(|at| is_state_and_zip(columns, *at));
    let (state, sgin) = match (state, tail) {
        (Some(state), Some(sgin)) if state + 2 < sgin => (state, sgin),
        // Without a ZIP nothing tells where the surplus is; names and streets are where it is typed.
        (_, Some(sgin)) => (sgin + STATE - SGIN, sgin),
        (Some(state), None) => (state, state + SGIN - STATE),
        (None, None) => return fits_without_marks(columns).then(in_place),
    };
    let surplus = state - STATE;
    if surplus > MOST_SURPLUS || sgin - SGIN > MOST_SURPLUS {
        return None;
    }
    Some(Layout {
        fields: best_fields(columns, surplus, applicant(columns, sgin)),
        state,
        sgin,
    })
}

/// SGIN, FRN and applicant type. The last is missing in old rows.
fn is_tail(columns: Columns<'_>, at: usize) -> bool {
    let kind = columns.get(at + 2);
    all_digits(columns.get(at), 3)
        && all_digits(columns.get(at + 1), 10)
        && (kind.is_empty() || all_letters(kind, 1))
}

fn is_state_and_zip(columns: Columns<'_>, at: usize) -> bool {
    let zip = columns.get(at + 1);
    all_letters(columns.get(at), 2) && (all_digits(zip, 5) || all_digits(zip, 9))
}

/// Neither numbers nor a ZIP: good if nothing stands where it cannot.
fn fits_without_marks(columns: Columns<'_>) -> bool {
    let empty_or = |at: usize, fits: fn(&[u8], usize) -> bool, count: usize| {
        let column = columns.get(at);
        column.is_empty() || fits(column, count)
    };
    columns.len() <= PRESENT
        && empty_or(SGIN, all_digits, 3)
        && empty_or(SGIN + 1, all_digits, 10)
        && empty_or(SGIN + 2, all_letters, 1)
        && empty_or(STATE, all_letters, 2)
}

/// Where the fields stand that together have so many columns too many.
fn best_fields(columns: Columns<'_>, surplus: usize, applicant: u8) -> [(usize, usize); FIELDS] {
    let mut best = (i32::MIN, in_place().fields);
    let mut consider = |extra: [usize; FIELDS]| {
        let fields = place(extra);
        let score = score(columns, &fields, applicant) - i32::from(extra[1] + extra[3] + extra[9] > 0);
        if score > best.0 {
            best = (score, fields);
        }
    };
    for in_name in (0..=surplus).rev() {
        let left = surplus - in_name;
        let elsewhere = if surplus <= TRIED_EVERYWHERE { left } else { 0 };
        for in_first in 0..=elsewhere {
            for in_last in 0..=elsewhere - in_first {
                for in_city in 0..=elsewhere - in_first - in_last {
                    let in_street = left - in_first - in_last - in_city;
                    consider([in_name, in_first, 0, in_last, 0, 0, 0, 0, in_street, in_city]);
                }
            }
        }
    }
    best.1
}

fn place(extra: [usize; FIELDS]) -> [(usize, usize); FIELDS] {
    let mut at = NAME;
    extra.map(|extra| {
        let field = (at, at + extra);
        at += extra + 1;
        field
    })
}

/// How much sense a row makes.
fn score(columns: Columns<'_>, fields: &[(usize, usize); FIELDS], applicant: u8) -> i32 {
    let raw = |at: usize| columns.joined(fields[at].0, fields[at].1);
    let [name, first, middle, last, suffix, phone, fax, mail, street, city] = std::array::from_fn(raw);
    let when = |holds: bool, points: i32| if holds { points } else { 0 };
    let has_digit = |bytes: &[u8]| bytes.iter().any(u8::is_ascii_digit);
    // The register masks these for amateurs: they are always empty.
    let masked = [phone, fax, mail].iter().filter(|field| field.is_empty()).count();
    let within = |part: &[u8]| !part.is_empty() && plain(name).contains(&plain(part));
    let mut score = 4 * i32::try_from(masked).unwrap_or(0);
    score += when(!name.is_empty(), 2) + when(middle.len() <= 1, 2) - when(middle.len() > 2, 2);
    score += when(suffix.len() <= 4, 1) - when(suffix.len() > 6 || has_digit(suffix), 3);
    score += when(within(last), 3) + when(within(first), 3);
    score += when(applicant != b'I' && first.is_empty() && last.is_empty(), 3);
    score += when(!street.is_empty(), 1) + when(has_digit(street), 1);
    score += when(!city.is_empty(), 2) - when(has_digit(city), 2);
    score
}

/// The box number and the attention line, whatever stands between ZIP and SGIN.
fn behind_zip(columns: Columns<'_>, layout: Layout) -> (SmolStr, SmolStr) {
    let first = layout.state + 2;
    if first + 2 == layout.sgin {
        return (columns.text(first), columns.text(first + 1));
    }
    let mut filled = (first..layout.sgin).filter(|at| !columns.get(*at).is_empty());
    let Some(one) = filled.next() else {
        return Default::default();
    };
    let is_box = columns.get(one).iter().all(u8::is_ascii_digit);
    let attention = if is_box { filled.next() } else { Some(one) };
    let attention = attention.map(|at| text(columns.joined(at, layout.sgin - 1).trim_ascii_end()));
    let attention = attention.map(|line| SmolStr::from(line.trim_end_matches(['|', ' '])));
    (
        if is_box {
            columns.text(one)
        } else {
            SmolStr::default()
        },
        attention.unwrap_or_default(),
    )
}

fn applicant(columns: Columns<'_>, sgin: usize) -> u8 {
    match columns.get(sgin + 2) {
        [letter] if letter.is_ascii_alphabetic() => letter.to_ascii_uppercase(),
        _ => 0,
    }
}

fn upper(text: SmolStr) -> SmolStr {
    if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
        text.chars().map(|c| c.to_ascii_uppercase()).collect()
    } else {
        text
    }
}

/// Postcodes are kept without blanks and hyphens.
fn postcode(bytes: &[u8]) -> SmolStr {
    if bytes.iter().all(u8::is_ascii_alphanumeric) {
        return text(bytes);
    }
    text(bytes).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a person's name in one field says nothing that its parts do not: `Last, First M`.
fn repeats_parts(row: &EntityRow) -> bool {
    if row.last.is_empty() || row.name.is_empty() {
        return false;
    }
    let parts = |order: [&str; 4]| order.into_iter().flat_map(letters).eq(letters(&row.name));
    let (last, first, middle, suffix) = (&row.last, &row.first, &row.middle, &row.suffix);
    parts([last, first, middle, suffix])
        || parts([last, first, middle, ""])
        || parts([last, suffix, first, middle])
        || parts([first, middle, last, suffix])
}

/// Letters and digits, in small letters.
fn letters(text: &str) -> impl Iterator<Item = u8> {
    let kept = text
        .bytes()
        .filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    kept.map(|byte| byte.to_ascii_lowercase())
}

/// Letters and digits only, in small letters, other bytes as they are.
fn plain(bytes: &[u8]) -> String {
    let kept = bytes
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    kept.map(|byte| char::from(byte.to_ascii_lowercase())).collect()
}
