//! Who a connection is from, as a proxy that passes it through announces before its first byte: the PROXY protocol of
//! haproxy (proxy-protocol.txt, 2020/03/05), versions 1 and 2.
//!
//! Invariants: not one byte behind the header is taken; a header has at most [`MOST_BYTES`]; what does not keep to the
//! text to the letter is refused. Additions (TLVs) are passed over. Whether somebody may announce anything is not
//! decided here.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// Most bytes of a header: addresses, and additions that tell of TLS at the proxy. The longest that is to be expected
/// fits into one segment of 536 bytes (section 2).
const MOST_BYTES: usize = 1024;
/// Most bytes of a line of version 1, its end included (2.1).
const MOST_LINE: usize = 107;
/// How version 1 begins.
const WORD: &[u8; 6] = b"PROXY ";
/// How version 2 begins (2.2).
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Bytes of version 2 that are always there.
const FIXED: usize = 16;
/// Bytes that tell the versions apart, and that both have.
const TELLING: usize = SIGNATURE.len();

/// Whom a header announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Announced {
    /// A client.
    Client(SocketAddr),
    /// Nobody: the proxy asks for itself, or does not know.
    Nobody,
}

/// What is to be read next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// So many bytes: all of them are the header's.
    Bytes(usize),
    /// What comes up to the end of the line, so many bytes at most.
    Line(usize),
    /// Nothing: the header is whole.
    Whole(Announced),
}

/// Why a header is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadHeader {
    #[error("it does not begin with a PROXY header")]
    None,
    #[error("its PROXY header is of an unknown version")]
    Version,
    #[error("its PROXY header is not written as it should be")]
    Form,
    #[error("its PROXY header announces no TCP connection")]
    Transport,
    #[error("its PROXY header is too long")]
    TooLong,
}

/// Whether bytes look like the beginning of a header, for telling an operator what is wrong.
pub(super) fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(WORD) || bytes.starts_with(SIGNATURE)
}

/// Reads the header that a connection begins with, and nothing of what follows.
pub(crate) async fn take(stream: &mut TcpStream) -> io::Result<Result<Announced, BadHeader>> {
    let mut read = Vec::with_capacity(TELLING);
    loop {
        let wanted = match parse(&read) {
            Ok(Next::Whole(announced)) => return Ok(Ok(announced)),
            Ok(Next::Bytes(count)) => count,
            Ok(Next::Line(most)) => up_to_line_end(stream, most).await?,
            Err(bad) => return Ok(Err(bad)),
        };
        let known = read.len();
        read.resize(known + wanted, 0);
        stream.read_exact(&mut read[known..]).await?;
    }
}

/// How many of the bytes that are there belong to the line.
async fn up_to_line_end(stream: &TcpStream, most: usize) -> io::Result<usize> {
    let mut ahead = [0; MOST_LINE];
    let there = stream.peek(&mut ahead[..most]).await?;
    if there == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let end = ahead[..there].iter().position(|byte| *byte == b'\n');
    Ok(end.map_or(there, |end| end + 1))
}

/// What a header says of which so much was read, or what of it is missing.
pub(crate) fn parse(read: &[u8]) -> Result<Next, BadHeader> {
    let agrees = |beginning: &[u8]| read.iter().zip(beginning).all(|(a, b)| a == b);
    if agrees(SIGNATURE) && !read.is_empty() {
        binary(read)
    } else if agrees(WORD) {
        line(read)
    } else {
        Err(BadHeader::None)
    }
}

fn line(read: &[u8]) -> Result<Next, BadHeader> {
    if read.len() < TELLING {
        return Ok(Next::Bytes(TELLING - read.len()));
    }
    let Some(end) = read.iter().position(|byte| *byte == b'\n') else {
        return match MOST_LINE.checked_sub(read.len()) {
            None | Some(0) => Err(BadHeader::TooLong),
            Some(most) => Ok(Next::Line(most)),
        };
    };
    if end + 1 != read.len() || read.len() > MOST_LINE {
        return Err(BadHeader::Form);
    }
    let text = read[WORD.len()..].strip_suffix(b"\r\n").ok_or(BadHeader::Form)?;
    let text = str::from_utf8(text).map_err(|_| BadHeader::Form)?;
    if text == "UNKNOWN" || text.starts_with("UNKNOWN ") {
        // What follows is to be ignored (2.1).
        return Ok(Next::Whole(Announced::Nobody));
    }
    let parts: Vec<&str> = text.split(' ').collect();
    let [family, from, to, from_port, to_port] = parts[..] else {
        return Err(BadHeader::Form);
    };
    let address = |text: &str| -> Option<IpAddr> {
        match family {
            "TCP4" => Some(text.parse::<Ipv4Addr>().ok()?.into()),
            "TCP6" => Some(text.parse::<Ipv6Addr>().ok()?.into()),
            _ => None,
        }
    };
    let both = address(from)
        .zip(address(to))
        .zip(port(from_port).zip(port(to_port)));
    let ((from, _), (port, _)) = both.ok_or(BadHeader::Form)?;
    Ok(Next::Whole(client(from, port)))
}

/// A port as it is written there: no sign, no leading zeros.
fn port(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

fn binary(read: &[u8]) -> Result<Next, BadHeader> {
    if read.len() < TELLING {
        return Ok(Next::Bytes(TELLING - read.len()));
    }
    let Some((fixed, rest)) = read.split_first_chunk::<FIXED>() else {
        return Ok(Next::Bytes(FIXED - read.len()));
    };
    let [version_command, family_transport, high, low] = [fixed[12], fixed[13], fixed[14], fixed[15]];
    if version_command >> 4 != 2 {
        return Err(BadHeader::Version);
    }
    let length = usize::from(u16::from_be_bytes([high, low]));
    if FIXED + length > MOST_BYTES {
        return Err(BadHeader::TooLong);
    }
    match length.checked_sub(rest.len()) {
        None => return Err(BadHeader::Form),
        Some(0) => {}
        Some(missing) => return Ok(Next::Bytes(missing)),
    }
    match version_command & 0xf {
        // A connection of the proxy's own, whatever else it says.
        0 => return Ok(Next::Whole(Announced::Nobody)),
        1 => {}
        _ => return Err(BadHeader::Form),
    }
    let (family, transport) = (family_transport >> 4, family_transport & 0xf);
    let announced = match (family, transport) {
        (1, 1) => {
            let (from, port) = source::<4>(rest).ok_or(BadHeader::Form)?;
            client(from.into(), port)
        }
        (2, 1) => {
            let (from, port) = source::<16>(rest).ok_or(BadHeader::Form)?;
            client(from.into(), port)
        }
        // Unspecified, or by a Unix socket at the proxy.
        (0..=2, 0) | (0 | 3, 0..=1) => Announced::Nobody,
        (0..=3, 2) => return Err(BadHeader::Transport),
        _ => return Err(BadHeader::Form),
    };
    Ok(Next::Whole(announced))
}

/// The address and port that a connection is from: both addresses come first, then both ports.
fn source<const BYTES: usize>(block: &[u8]) -> Option<([u8; BYTES], u16)> {
    let (from, rest) = block.split_first_chunk()?;
    let (_to, rest) = rest.split_first_chunk::<BYTES>()?;
    let (port, rest) = rest.split_first_chunk()?;
    rest.first_chunk::<2>()?;
    Some((*from, u16::from_be_bytes(*port)))
}

fn client(address: IpAddr, port: u16) -> Announced {
    Announced::Client(SocketAddr::new(address.to_canonical(), port))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads as from a connection: never more than is asked for. The header's end, and what it announces.
    fn read(bytes: &[u8]) -> Option<Result<(usize, Announced), BadHeader>> {
        let mut end = 0;
        loop {
            let more = match parse(&bytes[..end]) {
                Ok(Next::Whole(announced)) => return Some(Ok((end, announced))),
                Err(bad) => return Some(Err(bad)),
                Ok(Next::Bytes(count)) => count,
                Ok(Next::Line(most)) => {
                    let ahead = &bytes[end..bytes.len().min(end + most)];
                    let line = ahead.iter().position(|byte| *byte == b'\n');
                    line.map_or(ahead.len(), |at| at + 1)
                }
            };
            assert!(end + more <= MOST_BYTES);
            if more == 0 || end + more > bytes.len() {
                return None;
            }
            end += more;
        }
    }

    fn from(text: &str) -> Announced {
        Announced::Client(text.parse().unwrap())
    }

    fn v2(version_command: u8, family_transport: u8, block: &[u8]) -> Vec<u8> {
        let length = u16::try_from(block.len()).unwrap().to_be_bytes();
        [
            &SIGNATURE[..],
            &[version_command, family_transport],
            &length,
            block,
        ]
        .concat()
    }

    const V4: [u8; 12] = [198, 51, 100, 7, 192, 0, 2, 1, 0xdd, 0xd5, 0x01, 0xbb];

    #[test]
    fn lines_are_taken_to_the_letter() {
        let announced =
            |line: &str| read(line.as_bytes()).map(|read| read.map(|(end, who)| (end == line.len(), who)));
        let longest = "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";
        let stuffed = format!("PROXY UNKNOWN {}\r\n", "f".repeat(91));
        assert_eq!((longest.len(), stuffed.len()), (104, 107));
        for (line, who) in [
            (
                "PROXY TCP4 198.51.100.7 192.0.2.1 56789 443\r\n",
                from("198.51.100.7:56789"),
            ),
            (
                "PROXY TCP6 2001:db8::7 2001:db8::1 1 0\r\n",
                from("[2001:db8::7]:1"),
            ),
            (
                "PROXY TCP6 ::ffff:198.51.100.7 ::1 1 443\r\n",
                from("198.51.100.7:1"),
            ),
            (longest, from("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")),
            ("PROXY UNKNOWN\r\n", Announced::Nobody),
            (&stuffed, Announced::Nobody),
        ] {
            assert_eq!(announced(line), Some(Ok((true, who))), "{line:?}");
        }
        for line in [
            "PROXY TCP4 198.51.100.7 192.0.2.1 56789 443\n",
            "PROXY TCP4 198.51.100.7  192.0.2.1 56789 443\r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.1 56789 443 \r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.1 56789\r\n",
            "PROXY TCP4 198.51.100.07 192.0.2.1 56789 443\r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.1 +5 443\r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.1 05 443\r\n",
            "PROXY TCP4 198.51.100.7 192.0.2.1 65536 443\r\n",
            "PROXY TCP4 2001:db8::7 2001:db8::1 1 443\r\n",
            "PROXY TCP6 198.51.100.7 192.0.2.1 1 443\r\n",
            "PROXY TCP6 fe80::1%eth0 ::1 1 443\r\n",
            "PROXY UDP4 198.51.100.7 192.0.2.1 1 443\r\n",
            "PROXY UNKNOWNS\r\n",
            "PROXY tcp4 198.51.100.7 192.0.2.1 1 443\r\n",
        ] {
            assert_eq!(announced(line), Some(Err(BadHeader::Form)), "{line:?}");
        }
        let endless = format!("PROXY UNKNOWN {}\r\n", "f".repeat(92));
        assert_eq!(announced(&endless), Some(Err(BadHeader::TooLong)));
        for other in [
            "GET / HTTP/1.1\r\n",
            "proxy TCP4 198.51.100.7",
            "PROXYTCP4 198.51.100.7",
            "\x16\x03\x01\x02\0\x01\0\x01\u{7f}\x03\x03rest",
        ] {
            assert_eq!(announced(other), Some(Err(BadHeader::None)), "{other:?}");
        }
    }

    #[test]
    fn blocks_are_taken_with_their_additions_and_nothing_behind_them() {
        let v6: Vec<u8> = [
            &"2001:db8::7".parse::<Ipv6Addr>().unwrap().octets()[..],
            &[0; 16],
            &[0, 5, 0, 6],
        ]
        .concat();
        let added = [&V4[..], &[0x04, 0, 1, 0]].concat();
        for (bytes, who) in [
            (v2(0x21, 0x11, &V4), from("198.51.100.7:56789")),
            (v2(0x21, 0x11, &added), from("198.51.100.7:56789")),
            (v2(0x21, 0x21, &v6), from("[2001:db8::7]:5")),
            (v2(0x20, 0x00, &[]), Announced::Nobody),
            (v2(0x20, 0x11, &V4), Announced::Nobody),
            (v2(0x21, 0x00, &V4), Announced::Nobody),
            (v2(0x21, 0x31, &[0; 216]), Announced::Nobody),
            (
                v2(0x21, 0x11, &[&V4[..], &[0; 1024 - 28]].concat()),
                from("198.51.100.7:56789"),
            ),
        ] {
            let behind = [&bytes[..], b"\x16\x03\x01"].concat();
            assert_eq!(read(&behind), Some(Ok((bytes.len(), who))), "{bytes:?}");
        }
        for (bytes, bad) in [
            (v2(0x11, 0x11, &V4), BadHeader::Version),
            (v2(0x22, 0x11, &V4), BadHeader::Form),
            (v2(0x21, 0x11, &V4[..11]), BadHeader::Form),
            (v2(0x21, 0x21, &V4), BadHeader::Form),
            (v2(0x21, 0x12, &V4), BadHeader::Transport),
            (v2(0x21, 0x41, &V4), BadHeader::Form),
            (v2(0x21, 0x13, &V4), BadHeader::Form),
            (v2(0x21, 0x11, &[0; 1024 - 15]), BadHeader::TooLong),
        ] {
            assert_eq!(read(&bytes), Some(Err(bad)), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_within_its_bounds(bytes in any_beginning()) {
            read(&bytes);
        }

        #[test]
        fn a_header_is_taken_whole_whoever_it_announces(
            (a, b) in any::<([u8; 16], [u8; 16])>(), short: bool, text: bool, port: u16, behind: Vec<u8>
        ) {
            let address = |octets: [u8; 16]| -> IpAddr {
                if short {
                    let [a, b, c, d, ..] = octets;
                    [a, b, c, d].into()
                } else {
                    octets.into()
                }
            };
            let (a, b) = (address(a), address(b));
            let header = match (a, b) {
                (a, b) if text => {
                    let family = if short { "TCP4" } else { "TCP6" };
                    format!("PROXY {family} {a} {b} {port} 443\r\n").into_bytes()
                }
                (IpAddr::V4(a), IpAddr::V4(b)) => {
                    let block = [&a.octets()[..], &b.octets(), &port.to_be_bytes(), &[1, 187]].concat();
                    v2(0x21, 0x11, &block)
                }
                (IpAddr::V6(a), IpAddr::V6(b)) => {
                    let block = [&a.octets()[..], &b.octets(), &port.to_be_bytes(), &[1, 187]].concat();
                    v2(0x21, 0x21, &block)
                }
                _ => unreachable!("both are of one kind"),
            };
            let all = [&header[..], &behind].concat();
            let who = Announced::Client(SocketAddr::new(a.to_canonical(), port));
            prop_assert_eq!(read(&all), Some(Ok((header.len(), who))));
            for cut in 0..header.len() {
                prop_assert_eq!(read(&header[..cut]), None, "cut at {}", cut);
            }
        }
    }

    /// Bytes that often begin as a header does.
    fn any_beginning() -> impl Strategy<Value = Vec<u8>> {
        let beginning = prop_oneof![
            Just(Vec::new()),
            Just(WORD.to_vec()),
            Just(b"PROXY TCP4 ".to_vec()),
            Just(SIGNATURE.to_vec()),
            any::<[u8; 4]>().prop_map(|rest| [&SIGNATURE[..], &[0x21], &rest[1..]].concat()),
        ];
        (beginning, any::<Vec<u8>>()).prop_map(|(beginning, rest)| [beginning, rest].concat())
    }
}
