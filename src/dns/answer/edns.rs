//! The OPT record (RFC 6891): what the other side can take, and the options we know.
//!
//! Known are cookies (RFC 7873), the server's name (NSID, RFC 5001), keeping connections (RFC 7828), padding
//! (RFC 7830) and, in answers, extended errors (RFC 8914). All else is ignored and never echoed.

use super::cookie::{CLIENT, SERVER};

/// What we tell others to send us at most, and the most we send by UDP: fits every path without fragments.
pub(super) const PAYLOAD: u16 = 1232;
/// What everybody can take by UDP.
const LEAST_PAYLOAD: u16 = 512;
/// Octets of an OPT record without options.
pub(super) const OPT: usize = 11;
/// What padded answers' lengths are a multiple of (RFC 8467).
const BLOCK: usize = 468;

const NSID: u16 = 3;
const COOKIE: u16 = 10;
const KEEPALIVE: u16 = 11;
const PADDING: u16 = 12;
const EXTENDED_ERROR: u16 = 15;

/// A packet that breaks the rules of its form.
#[derive(Debug)]
pub(super) struct Malformed;

/// What the asker's OPT record says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edns<'p> {
    payload: u16,
    /// The version; we know 0.
    pub(super) version: u8,
    /// The bit by which signatures are asked for, or 0.
    secure: u8,
    /// A cookie: the client's part and, if it had one, the server's.
    pub(super) cookie: Option<(&'p [u8; CLIENT], &'p [u8])>,
    /// Whether it asks who we are.
    pub(super) nsid: bool,
    /// Whether it asks how long it may keep the connection.
    pub(super) keepalive: bool,
    /// Whether it was padded.
    pub(super) padded: bool,
}

impl<'p> Edns<'p> {
    /// Reads the fields after the owner, and the options.
    pub(super) fn read(fixed: &[u8; 10], mut options: &'p [u8]) -> Result<Self, Malformed> {
        let mut edns = Self {
            payload: u16::from_be_bytes([fixed[2], fixed[3]]),
            version: fixed[5],
            secure: fixed[6] & 0x80,
            cookie: None,
            nsid: false,
            keepalive: false,
            padded: false,
        };
        while let Some(([a, b, c, d], rest)) = options.split_first_chunk() {
            let length = usize::from(u16::from_be_bytes([*c, *d]));
            let (value, rest) = rest.split_at_checked(length).ok_or(Malformed)?;
            options = rest;
            match u16::from_be_bytes([*a, *b]) {
                COOKIE if edns.version == 0 => edns.cookie = Some(cookie(value)?),
                NSID => edns.nsid = true,
                KEEPALIVE => edns.keepalive = true,
                PADDING => edns.padded = true,
                _ => {}
            }
        }
        if options.is_empty() {
            Ok(edns)
        } else {
            Err(Malformed)
        }
    }

    /// The most octets the asker takes by UDP.
    pub(super) fn most_octets(&self) -> usize {
        usize::from(self.payload.clamp(LEAST_PAYLOAD, PAYLOAD))
    }
}

/// The most octets an asker takes by UDP who says nothing.
pub(super) const fn most_octets_without() -> usize {
    LEAST_PAYLOAD as usize
}

/// The two parts of a cookie; other lengths than 8 and 16 to 40 are none (RFC 7873 5.2.2).
fn cookie(value: &[u8]) -> Result<(&[u8; CLIENT], &[u8]), Malformed> {
    let (client, server) = value.split_first_chunk().ok_or(Malformed)?;
    match server.len() {
        0 | 8..=32 => Ok((client, server)),
        _ => Err(Malformed),
    }
}

/// Our own OPT record.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Opt<'s> {
    /// The upper eight bits of the outcome.
    pub(super) extended: u8,
    /// Whether the asker takes signatures; said back.
    secure: u8,
    /// The cookie, both parts.
    pub(super) cookie: Option<[u8; CLIENT + SERVER]>,
    /// Who we are, where asked.
    pub(super) nsid: Option<&'s str>,
    /// For how many tenths of a second an idle connection is kept, where asked.
    pub(super) keepalive: Option<u16>,
    /// An extended error.
    pub(super) error: Option<u16>,
    /// Whether to pad.
    pub(super) padded: bool,
}

impl Opt<'_> {
    /// The record that goes with what the asker sent, without options.
    pub(super) fn to(edns: &Edns<'_>) -> Self {
        Self {
            secure: edns.secure,
            ..Self::default()
        }
    }

    /// Octets it takes, padding apart.
    pub(super) fn len(&self) -> usize {
        OPT + self.cookie.map_or(0, |cookie| 4 + cookie.len())
            + self.nsid.map_or(0, |nsid| 4 + nsid.len())
            + self.keepalive.map_or(0, |_| 6)
            + self.error.map_or(0, |_| 6)
    }

    /// Appends it to a message that began at `start`.
    pub(super) fn write(&self, start: usize, most: usize, out: &mut Vec<u8>) {
        let [high, low] = PAYLOAD.to_be_bytes();
        out.extend_from_slice(&[0, 0, 41, high, low, self.extended, 0, self.secure, 0, 0, 0]);
        let options = out.len();
        if let Some(cookie) = &self.cookie {
            option(COOKIE, cookie, out);
        }
        if let Some(nsid) = self.nsid {
            option(NSID, nsid.as_bytes(), out);
        }
        if let Some(tenths) = self.keepalive {
            option(KEEPALIVE, &tenths.to_be_bytes(), out);
        }
        if let Some(error) = self.error {
            option(EXTENDED_ERROR, &error.to_be_bytes(), out);
        }
        if self.padded {
            let bare = out.len() - start + 4;
            let padded = bare.next_multiple_of(BLOCK).min(most);
            option(PADDING, &[0; BLOCK][..padded.saturating_sub(bare)], out);
        }
        let length = u16::try_from(out.len() - options).expect("our options are short");
        out[options - 2..options].copy_from_slice(&length.to_be_bytes());
    }
}

fn option(code: u16, value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&code.to_be_bytes());
    let length = u16::try_from(value.len()).expect("our options are short");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value);
}
