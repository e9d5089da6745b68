//! The parameters of SVCB and HTTPS (RFC 9460): `alpn=h2,h3 port=8443 ipv4hint=192.0.2.80`.
//!
//! On the wire the keys ascend, each once; text may give them in any order. Lists of `alpn` unescape twice: once as a
//! string, once at their commas. Keys without a name are `key65000` with their octets as a string.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::codec;
use super::error::{RdataError, Rule, shown};
use super::octets::Octets;
use super::read::push_string;
use super::source::{Source, bad_escape};
use super::token::unescape;

const MANDATORY: u16 = 0;
const ALPN: u16 = 1;
const NO_DEFAULT_ALPN: u16 = 2;
const PORT: u16 = 3;
const IPV4HINT: u16 = 4;
const ECH: u16 = 5;
const IPV6HINT: u16 = 6;

/// The keys that have names (IANA's list), by number.
const KEYS: [&str; 9] = [
    "mandatory",
    "alpn",
    "no-default-alpn",
    "port",
    "ipv4hint",
    "ech",
    "ipv6hint",
    "dohpath",
    "ohttp",
];
const OHTTP: u16 = 8;

fn key_of(text: &str) -> Option<u16> {
    if let Some(known) = KEYS.iter().position(|key| *key == text) {
        return u16::try_from(known).ok();
    }
    let digits = text.strip_prefix("key")?;
    let plain = digits == "0" || !digits.starts_with('0');
    // The last number is reserved as invalid.
    let number = codec::number(digits).and_then(|number| u16::try_from(number).ok());
    number.filter(|number| plain && *number != u16::MAX)
}

fn name_of(key: u16) -> Cow<'static, str> {
    KEYS.get(usize::from(key))
        .map_or_else(|| Cow::Owned(format!("key{key}")), |name| Cow::Borrowed(*name))
}

/// Reads the parameters that are left.
pub(super) fn read(
    field: &'static str,
    from: &mut Source<'_, '_>,
    wire: &mut Vec<u8>,
) -> Result<(), RdataError> {
    let begin = from.at();
    let mut params: BTreeMap<u16, Vec<u8>> = BTreeMap::new();
    while from.peek().is_some() {
        let token = from.token(field)?;
        let (name, given) = match memchr::memchr(b'=', token.raw) {
            Some(at) => (&token.raw[..at], Some(&token.raw[at + 1..])),
            None => (token.raw, None),
        };
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let wrong = |rule, text: String| RdataError::new(field, rule, token.at, text);
        let key = key_of(&name).filter(|_| !token.quoted).ok_or_else(|| {
            let known = KEYS.join(", ");
            let name = shown(name.as_bytes());
            wrong(
                Rule::Value,
                format!("\"{name}\" is not a parameter; there are {known} and key9 to key65534"),
            )
        })?;
        let given = given.map(|raw| {
            let inner = raw.strip_prefix(b"\"").and_then(|raw| raw.strip_suffix(b"\""));
            unescape(inner.unwrap_or(raw)).map_err(|at| bad_escape(field, token.at + name.len() + 1 + at))
        });
        let value = value(key, given.transpose()?.as_deref())
            .map_err(|text| wrong(Rule::Value, format!("{name} {text}")))?;
        if params.insert(key, value).is_some() {
            return Err(wrong(Rule::Order, format!("{name} is given twice; give it once")));
        }
    }
    complete(&params).map_err(|text| RdataError::new(field, Rule::Value, begin, text))?;
    for (key, value) in params {
        let length = u16::try_from(value.len()).map_err(|_| {
            RdataError::new(field, Rule::Length, begin, "a value is longer than 65535 octets")
        })?;
        wire.extend(key.to_be_bytes());
        wire.extend(length.to_be_bytes());
        wire.extend(value);
    }
    Ok(())
}

/// What the parameters demand of each other.
fn complete(params: &BTreeMap<u16, Vec<u8>>) -> Result<(), String> {
    if params.contains_key(&NO_DEFAULT_ALPN) && !params.contains_key(&ALPN) {
        return Err("no-default-alpn needs alpn beside it".to_owned());
    }
    let (mandatory, _) = params
        .get(&MANDATORY)
        .map_or(&[][..], Vec::as_slice)
        .as_chunks::<2>();
    for key in mandatory.iter().map(|key| u16::from_be_bytes(*key)) {
        if key == MANDATORY || !params.contains_key(&key) {
            return Err(format!(
                "mandatory names {}, which must be given beside it",
                name_of(key)
            ));
        }
    }
    Ok(())
}

/// The wire form of a value from its unescaped text; fails with what is wrong about it.
fn value(key: u16, text: Option<&[u8]>) -> Result<Vec<u8>, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return match key {
            NO_DEFAULT_ALPN | OHTTP => Ok(Vec::new()),
            _ if usize::from(key) < KEYS.len() => Err("needs a value".to_owned()),
            _ => Ok(Vec::new()),
        };
    };
    let plain = || std::str::from_utf8(text).unwrap_or_default();
    match key {
        MANDATORY => {
            let keys: Option<Vec<u16>> = plain().split(',').map(key_of).collect();
            let mut keys = keys.ok_or("is not a list of parameters such as alpn,port")?;
            keys.sort_unstable();
            if keys.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err("names a parameter twice".to_owned());
            }
            Ok(keys.into_iter().flat_map(u16::to_be_bytes).collect())
        }
        ALPN => {
            let mut wire = Vec::new();
            for protocol in split_list(text) {
                let fits = !protocol.is_empty() && push_string(&protocol, &mut wire).is_ok();
                if !fits {
                    return Err("is a list of protocols of 1 to 255 octets such as h2,h3".to_owned());
                }
            }
            Ok(wire)
        }
        NO_DEFAULT_ALPN | OHTTP => Err("has no value".to_owned()),
        PORT => {
            let port = codec::number(plain()).and_then(|port| u16::try_from(port).ok());
            let port = port.ok_or("is a number from 0 to 65535")?;
            Ok(port.to_be_bytes().to_vec())
        }
        IPV4HINT => {
            let hints = plain().split(',').map(str::parse::<Ipv4Addr>);
            let hints: Vec<_> = hints
                .collect::<Result<_, _>>()
                .map_err(|_| "is a list of IPv4 addresses")?;
            Ok(hints.into_iter().flat_map(|hint| hint.octets()).collect())
        }
        IPV6HINT => {
            let hints = plain().split(',').map(str::parse::<Ipv6Addr>);
            let hints: Vec<_> = hints
                .collect::<Result<_, _>>()
                .map_err(|_| "is a list of IPv6 addresses")?;
            Ok(hints.into_iter().flat_map(|hint| hint.octets()).collect())
        }
        ECH => Ok(codec::from_base64(text).ok_or("is written in base64")?),
        _ => Ok(text.to_vec()),
    }
}

/// The items between commas; `\,` is a comma and `\\` a backslash inside of an item (RFC 9460 A.1).
fn split_list(text: &[u8]) -> Vec<Vec<u8>> {
    let mut items = vec![Vec::new()];
    let mut octets = text.iter().copied();
    while let Some(octet) = octets.next() {
        match octet {
            b',' => items.push(Vec::new()),
            b'\\' => items
                .last_mut()
                .into_iter()
                .for_each(|item| item.extend(octets.next())),
            _ => items.last_mut().into_iter().for_each(|item| item.push(octet)),
        }
    }
    items
}

/// The next parameter of the wire form.
fn next<'a>(field: &'static str, from: &mut Octets<'a>) -> Result<(u16, &'a [u8]), RdataError> {
    let key = from.u16(field)?;
    let length = from.u16(field)?;
    Ok((key, from.take(field, usize::from(length))?))
}

/// Whether the rest is parameters in order, with values of their form.
pub(super) fn check(field: &'static str, from: &mut Octets<'_>) -> Result<(), RdataError> {
    let begin = from.at();
    let mut params = BTreeMap::new();
    while !from.is_empty() {
        let at = from.at();
        let (key, value) = next(field, from)?;
        if params.last_key_value().is_some_and(|(last, _)| *last >= key) {
            return Err(RdataError::new(
                field,
                Rule::Order,
                at,
                "the parameters do not ascend",
            ));
        }
        let mut text = Vec::new();
        if push_value(key, value, &mut text).is_none() || key == u16::MAX {
            let text = format!("the value of {} has not its form", name_of(key));
            return Err(RdataError::new(field, Rule::Value, at, text));
        }
        params.insert(key, value.to_vec());
    }
    complete(&params).map_err(|text| RdataError::new(field, Rule::Value, begin, text))
}

/// Appends the parameters that are left.
pub(super) fn write(field: &'static str, from: &mut Octets<'_>, text: &mut String) -> Result<(), RdataError> {
    while !from.is_empty() {
        let at = from.at();
        let (key, octets) = next(field, from)?;
        let mut value = Vec::new();
        push_value(key, octets, &mut value)
            .ok_or_else(|| RdataError::new(field, Rule::Value, at, "has not its form"))?;
        super::write::space(text);
        text.push_str(&name_of(key));
        if value.is_empty() {
            continue;
        }
        text.push('=');
        let plain = |octet: &u8| octet.is_ascii_graphic() && !b"\"\\;()".contains(octet);
        if value.iter().all(plain) {
            text.push_str(&String::from_utf8_lossy(&value));
        } else {
            codec::push_quoted(&value, text);
        }
    }
    Ok(())
}

/// Appends a value's text before the escapes of strings; `None` when the octets have not the key's form.
fn push_value(key: u16, octets: &[u8], text: &mut Vec<u8>) -> Option<()> {
    match key {
        MANDATORY => {
            let (keys, rest) = octets.as_chunks::<2>();
            let keys: Vec<u16> = keys.iter().map(|key| u16::from_be_bytes(*key)).collect();
            let fits = rest.is_empty() && !keys.is_empty() && keys.is_sorted_by(|a, b| a < b);
            let names: Vec<_> = keys.iter().map(|key| name_of(*key)).collect();
            text.extend_from_slice(names.join(",").as_bytes());
            fits.then_some(())
        }
        ALPN => push_protocols(octets, text),
        NO_DEFAULT_ALPN | OHTTP => octets.is_empty().then_some(()),
        PORT => {
            let port = u16::from_be_bytes(octets.try_into().ok()?);
            text.extend_from_slice(port.to_string().as_bytes());
            Some(())
        }
        IPV4HINT => {
            let (hints, rest) = octets.as_chunks::<4>();
            let hints: Vec<_> = hints
                .iter()
                .map(|hint| Ipv4Addr::from(*hint).to_string())
                .collect();
            text.extend_from_slice(hints.join(",").as_bytes());
            (rest.is_empty() && !hints.is_empty()).then_some(())
        }
        IPV6HINT => {
            let (hints, rest) = octets.as_chunks::<16>();
            let hints: Vec<_> = hints
                .iter()
                .map(|hint| Ipv6Addr::from(*hint).to_string())
                .collect();
            text.extend_from_slice(hints.join(",").as_bytes());
            (rest.is_empty() && !hints.is_empty()).then_some(())
        }
        ECH => {
            let mut base64 = String::new();
            codec::push_base64(octets, &mut base64);
            text.extend_from_slice(base64.as_bytes());
            (!octets.is_empty()).then_some(())
        }
        _ => {
            text.extend_from_slice(octets);
            (usize::from(key) >= KEYS.len() || !octets.is_empty()).then_some(())
        }
    }
}

fn push_protocols(octets: &[u8], text: &mut Vec<u8>) -> Option<()> {
    let mut from = Octets::new(octets);
    if from.is_empty() {
        return None;
    }
    while !from.is_empty() {
        let protocol = from
            .string("parameters")
            .ok()
            .filter(|protocol| !protocol.is_empty())?;
        if !text.is_empty() {
            text.push(b',');
        }
        for &octet in protocol {
            if matches!(octet, b',' | b'\\') {
                text.push(b'\\');
            }
            text.push(octet);
        }
    }
    Some(())
}
