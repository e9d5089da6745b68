//! Qt's binary stream, as far as WSJT-X's messages use it: big-endian numbers, texts with a length, times.
//!
//! Invariants: nothing is allocated before its length was compared with what is left; a field that begins
//! behind the end is missing ([`Field`]), which older programs' messages make normal, while one that is cut
//! in two is an error. A null text (`None`) and an empty one are told apart.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// The length that stands for a null text.
const NULL: u32 = u32::MAX;
/// Julian day number of 1970-01-01.
const EPOCH: i64 = 2_440_588;
const MS_OF_DAY: u32 = 86_400_000;

/// Why bytes are not what they claim to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    /// The end comes in the middle of a field.
    #[error("it ends in the middle of a field, {0} bytes too early")]
    Cut(usize),
    /// A text is said to be longer than all that is left.
    #[error("a text of {claimed} bytes is announced where {left} are left")]
    Length {
        /// What the length field says.
        claimed: u32,
        /// What there is.
        left: usize,
    },
    /// It does not begin with the magic number.
    #[error("it does not begin as a message of WSJT-X does")]
    Magic,
    /// Schema 1 cannot be read safely, and others are not known.
    #[error("its schema {0} is not one of those in use (2 and 3)")]
    Schema(u32),
}

/// A text; `None` is null, which is not the same as empty.
pub(crate) type Text = Option<String>;

/// Reads fields one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of all of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    /// Bytes not read yet.
    pub(crate) fn left(&self) -> usize {
        self.left.len()
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let missing = count.saturating_sub(self.left.len());
        let (taken, left) = self.left.split_at_checked(count).ok_or(Malformed::Cut(missing))?;
        self.left = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// The next 32 bits as a number without sign.
    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    /// The bytes of a text, `None` for null.
    pub(crate) fn bytes(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let claimed = self.u32()?;
        if claimed == NULL {
            return Ok(None);
        }
        let left = self.left.len();
        match usize::try_from(claimed) {
            Ok(length) if length <= left => self.take(length).map(Some),
            _ => Err(Malformed::Length { claimed, left }),
        }
    }

    /// The next field of a message, or what stands for a missing one if nothing is left.
    pub(crate) fn field<F: Field>(&mut self) -> Result<F, Malformed> {
        F::read(self)
    }
}

/// Writes fields one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Appends a number without sign in 32 bits.
    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_be_bytes());
    }

    /// Appends a text with its length; `None` is null. What does not fit a length field cannot be in memory
    /// either.
    pub(crate) fn bytes(&mut self, text: Option<&[u8]>) {
        let Some(text) = text else { return self.u32(NULL) };
        let length = u32::try_from(text.len()).unwrap_or(NULL - 1);
        self.u32(length);
        self.bytes.extend(text.iter().take(length as usize));
    }

    /// All that was written.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// A field of a message, which may be missing at the end.
pub(crate) trait Field: Sized {
    /// Reads it; behind the end it is what stands for missing.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed>;

    /// Appends it; `false` if it is missing, so that the message ends here.
    fn write(&self, writer: &mut Writer) -> bool;
}

/// A value of fixed form.
pub(crate) trait Scalar: Sized {
    /// Reads it.
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed>;

    /// Appends it.
    fn put(&self, writer: &mut Writer);
}

impl<T: Scalar> Field for Option<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        if reader.left() == 0 {
            return Ok(None);
        }
        T::take(reader).map(Some)
    }

    fn write(&self, writer: &mut Writer) -> bool {
        if let Some(value) = self {
            value.put(writer);
        }
        self.is_some()
    }
}

impl Field for Text {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        if reader.left() == 0 {
            return Ok(None);
        }
        Ok(reader.bytes()?.map(|bytes| lenient(bytes).into_owned()))
    }

    fn write(&self, writer: &mut Writer) -> bool {
        writer.bytes(self.as_deref().map(str::as_bytes));
        true
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Scalar for $number {
            fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                reader.array().map(<$number>::from_be_bytes)
            }

            fn put(&self, writer: &mut Writer) {
                writer.bytes.extend(self.to_be_bytes());
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, i32, i64, f64);

impl Scalar for bool {
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        u8::take(reader).map(|byte| byte != 0)
    }

    fn put(&self, writer: &mut Writer) {
        u8::from(*self).put(writer);
    }
}

/// A date and time as Qt keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QDateTime {
    /// Julian day number.
    pub(crate) day: i64,
    /// Milliseconds since midnight; all ones in a null time.
    pub(crate) ms: u32,
    /// Which clock it is by.
    pub(crate) spec: Spec,
}

/// Which clock a time is by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spec {
    /// That of the sender's place, which we do not know.
    Local,
    /// UTC.
    Utc,
    /// So many seconds east of UTC.
    Offset(i32),
    /// That of a time zone, by its name.
    Zone(String),
    /// Something newer; what follows it cannot be read.
    Other(u8),
}

impl QDateTime {
    /// A time in UTC, to the millisecond.
    #[cfg(test)]
    pub(crate) fn utc(at: Timestamp) -> Self {
        let ms = at.as_millisecond();
        let day = ms.div_euclid(i64::from(MS_OF_DAY));
        let rest = ms.rem_euclid(i64::from(MS_OF_DAY));
        Self {
            day: day + EPOCH,
            ms: u32::try_from(rest).unwrap_or_default(),
            spec: Spec::Utc,
        }
    }

    /// The instant; none for a null time and for days out of range. A local time is taken as UTC: it is what
    /// every program of a radio amateur's computer means by the time of a contact.
    pub(crate) fn instant(&self) -> Option<Timestamp> {
        if self.ms >= MS_OF_DAY {
            return None;
        }
        let days = i32::try_from(self.day.checked_sub(EPOCH)?).ok()?;
        let ms = i64::from(days) * i64::from(MS_OF_DAY) + i64::from(self.ms);
        let plain = Timestamp::from_millisecond(ms).ok()?;
        match &self.spec {
            Spec::Local | Spec::Utc => Some(plain),
            Spec::Offset(seconds) => Timestamp::from_millisecond(ms - i64::from(*seconds) * 1000).ok(),
            Spec::Zone(name) => {
                let zone = TimeZone::get(name).ok()?;
                let local: DateTime = Offset::UTC.to_datetime(plain);
                zone.to_timestamp(local).ok()
            }
            Spec::Other(_) => None,
        }
    }
}

impl Scalar for QDateTime {
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (day, ms) = (i64::take(reader)?, u32::take(reader)?);
        let spec = match u8::take(reader)? {
            0 => Spec::Local,
            1 => Spec::Utc,
            2 => Spec::Offset(i32::take(reader)?),
            // A zone is a text of Qt's own kind: UTF-16.
            3 => Spec::Zone(utf16(reader.bytes()?.unwrap_or_default())),
            other => Spec::Other(other),
        };
        Ok(Self { day, ms, spec })
    }

    fn put(&self, writer: &mut Writer) {
        self.day.put(writer);
        self.ms.put(writer);
        match &self.spec {
            Spec::Local => 0_u8.put(writer),
            Spec::Utc => 1_u8.put(writer),
            Spec::Offset(seconds) => {
                2_u8.put(writer);
                seconds.put(writer);
            }
            Spec::Zone(name) => {
                3_u8.put(writer);
                let bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
                writer.bytes(Some(&bytes));
            }
            Spec::Other(other) => other.put(writer),
        }
    }
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct QTime {
    /// Milliseconds since midnight; all ones in a null time.
    pub(crate) ms: u32,
}

impl QTime {
    /// The instant of this time of day that is nearest to `now`: a decode of 23:59:45 may arrive after
    /// midnight.
    pub(crate) fn near(self, now: Timestamp) -> Option<Timestamp> {
        let today: Date = Offset::UTC.to_datetime(now).date();
        let midnight = Offset::UTC
            .to_timestamp(today.to_datetime(Time::midnight()))
            .ok()?;
        let at = midnight.as_millisecond() + i64::from((self.ms < MS_OF_DAY).then_some(self.ms)?);
        let (day, half) = (i64::from(MS_OF_DAY), i64::from(MS_OF_DAY / 2));
        let ahead = at - now.as_millisecond();
        let at = if ahead > half {
            at - day
        } else if ahead < -half {
            at + day
        } else {
            at
        };
        Timestamp::from_millisecond(at).ok()
    }
}

impl Scalar for QTime {
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        u32::take(reader).map(|ms| Self { ms })
    }

    fn put(&self, writer: &mut Writer) {
        self.ms.put(writer);
    }
}

/// A colour: 1 and its parts, or 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct QColor {
    /// 1 for red, green and blue, 0 for no colour.
    pub(crate) spec: u8,
    /// Opacity, red, green, blue, and one that is not used.
    pub(crate) parts: [u16; 5],
}

impl Scalar for QColor {
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let spec = u8::take(reader)?;
        let mut parts = [0; 5];
        for part in &mut parts {
            *part = u16::take(reader)?;
        }
        Ok(Self { spec, parts })
    }

    fn put(&self, writer: &mut Writer) {
        self.spec.put(writer);
        for part in self.parts {
            part.put(writer);
        }
    }
}

/// The text of bytes that should be UTF-8; what is not is read as windows-1252, which holds all of Latin-1.
pub(crate) fn lenient(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
