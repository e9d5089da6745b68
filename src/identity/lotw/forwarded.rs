//! Certificates and names that a reverse proxy forwards in headers: text to DER, text to callsign.
//!
//! Three forms: RFC 9440 `Client-Cert` and `Client-Cert-Chain`; the percent-encoded PEM of nginx's
//! `$ssl_client_escaped_cert`; and, where the administrator chose it, the RFC 2253 name of `$ssl_client_s_dn`.
//! Whether the sender may forward anything is the caller's question; so is a header that comes twice. The old slash
//! form of a name is never read: a `/` in somebody's name would forge a callsign in it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::ham::callsign::Callsign;

use super::claim::callsign;
use super::der;
use super::name;
use super::refusal::Refusal;

/// Longest header value read, in bytes: RFC 9440's advice for a chain, and room for a percent-encoded certificate.
const LONGEST: usize = 16 * 1024;

/// Standard alphabet; padding as the sender likes, as RFC 8941 4.2.7 asks.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a forwarded header cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadForward {
    #[error("the header with the client's certificate is longer than {LONGEST} bytes")]
    TooLong,
    #[error("Client-Cert must be base64 between two colons (RFC 9440)")]
    NotByteSequence,
    #[error("the forwarded certificate is not percent-encoded PEM text (nginx: $ssl_client_escaped_cert)")]
    NotEscapedPem,
    #[error("the forwarded name is not in RFC 2253 form (nginx: $ssl_client_s_dn)")]
    NotRfc2253,
    #[error(
        "the forwarded name is in the old form with slashes, which can be forged (nginx: use $ssl_client_s_dn)"
    )]
    SlashForm,
    #[error(transparent)]
    Callsign(#[from] Refusal),
}

/// The DER of an RFC 9440 `Client-Cert`.
pub(crate) fn client_cert(header: &str) -> Result<Vec<u8>, BadForward> {
    byte_sequence(bounded(header)?)
}

/// The DER of the certificates of an RFC 9440 `Client-Cert-Chain`, the issuer's first.
pub(crate) fn client_cert_chain(header: &str) -> Result<Vec<Vec<u8>>, BadForward> {
    bounded(header)?.split(',').map(byte_sequence).collect()
}

/// The DER of the one certificate in nginx's `$ssl_client_escaped_cert`.
pub(crate) fn escaped_pem(header: &str) -> Result<Vec<u8>, BadForward> {
    let pem = percent_decoded(bounded(header)?).ok_or(BadForward::NotEscapedPem)?;
    let mut certificates = CertificateDer::pem_slice_iter(&pem);
    match (certificates.next(), certificates.next()) {
        (Some(Ok(certificate)), None) => Ok(certificate.to_vec()),
        _ => Err(BadForward::NotEscapedPem),
    }
}

/// The callsign in a subject's name, which must have exactly one attribute for it, given by number or as `AROcallsign`.
///
/// The value is text, or `#` and the hexadecimal DER of a string, as printers write a type they do not know.
pub(crate) fn callsign_of_name(header: &str) -> Result<Callsign, BadForward> {
    let text = bounded(header)?.trim_start_matches(' ');
    if text.starts_with('/') {
        return Err(BadForward::SlashForm);
    }
    let attributes = parse_name(text).ok_or(BadForward::NotRfc2253)?;
    let mut calls = attributes.into_iter().filter(|attribute| attribute.is_callsign());
    match (calls.next(), calls.count()) {
        (None, _) => Err(Refusal::NoCallsign.into()),
        (Some(call), 0) => Ok(callsign(&call.text().ok_or(BadForward::NotRfc2253)?)?),
        (Some(_), more) => Err(Refusal::SeveralCallsigns(more + 1).into()),
    }
}

fn bounded(header: &str) -> Result<&str, BadForward> {
    if header.len() > LONGEST {
        Err(BadForward::TooLong)
    } else {
        Ok(header)
    }
}

/// RFC 8941: `:base64:`, blanks around it allowed.
fn byte_sequence(text: &str) -> Result<Vec<u8>, BadForward> {
    let text = text.trim_matches([' ', '\t']);
    let inside = text.strip_prefix(':').and_then(|text| text.strip_suffix(':'));
    let bytes = inside.and_then(|inside| BASE64.decode(inside).ok());
    bytes
        .filter(|bytes| !bytes.is_empty())
        .ok_or(BadForward::NotByteSequence)
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'%' {
            let (&[high, low], after) = rest.split_first_chunk()?;
            bytes.push(hex_digit(high)? << 4 | hex_digit(low)?);
            rest = after;
        } else {
            bytes.push(byte);
        }
    }
    Some(bytes)
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// One attribute of a name as text.
struct Attribute {
    name: String,
    value: Value,
}

enum Value {
    Text(Vec<u8>),
    Der(Vec<u8>),
}

impl Attribute {
    fn is_callsign(&self) -> bool {
        let name = self.name.as_str();
        let number = name
            .get(..4)
            .filter(|start| start.eq_ignore_ascii_case("OID."))
            .map_or(name, |_| &name[4..]);
        number == name::dotted(name::CALLSIGN) || name.eq_ignore_ascii_case("AROcallsign")
    }

    fn text(self) -> Option<String> {
        match self.value {
            Value::Text(bytes) => String::from_utf8(bytes).ok(),
            Value::Der(bytes) => {
                let string = der::first(&bytes).filter(|string| string.rest.is_empty())?;
                name::string(string.tag, string.content).map(str::to_owned)
            }
        }
    }
}

/// RFC 2253 (and the laxer 1779): attributes between `,`, `;` or `+`, blanks allowed around them and around `=`.
fn parse_name(text: &str) -> Option<Vec<Attribute>> {
    let mut attributes = Vec::new();
    let mut rest = text.as_bytes();
    loop {
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let name = std::str::from_utf8(&rest[..equals]).ok()?.trim_matches(' ');
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
        if name.is_empty() || !name.bytes().all(is_name) {
            return None;
        }
        let (value, after) = value(rest[equals + 1..].trim_ascii_start())?;
        attributes.push(Attribute {
            name: name.to_owned(),
            value,
        });
        match after.split_first() {
            None => return Some(attributes),
            Some((b',' | b';' | b'+', after)) => rest = after,
            Some(_) => return None,
        }
    }
}

/// The value at the beginning, and what follows it: nothing, or a separator first.
fn value(input: &[u8]) -> Option<(Value, &[u8])> {
    match input.first() {
        Some(b'#') => {
            let end = input
                .iter()
                .position(|byte| b",;+".contains(byte))
                .unwrap_or(input.len());
            let (hex, rest) = input.split_at(end);
            let (pairs, odd) = hex[1..].trim_ascii_end().as_chunks::<2>();
            let byte = |[high, low]: &[u8; 2]| Some(hex_digit(*high)? << 4 | hex_digit(*low)?);
            let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
            bytes
                .filter(|_| odd.is_empty())
                .map(|bytes| (Value::Der(bytes), rest))
        }
        Some(b'"') => quoted(&input[1..]),
        _ => plain(input),
    }
}

/// A value up to its closing quote; only blanks may follow before the separator.
fn quoted(mut input: &[u8]) -> Option<(Value, &[u8])> {
    let mut bytes = Vec::new();
    loop {
        let (&byte, after) = input.split_first()?;
        input = after;
        match byte {
            b'"' => return Some((Value::Text(bytes), input.trim_ascii_start())),
            b'\\' => input = unescape(input, &mut bytes)?,
            byte => bytes.push(byte),
        }
    }
}

/// A value without quotes: blanks at its end do not count unless escaped.
fn plain(mut input: &[u8]) -> Option<(Value, &[u8])> {
    let mut bytes = Vec::new();
    let mut kept = 0;
    while let Some((&byte, after)) = input.split_first() {
        match byte {
            b',' | b';' | b'+' => break,
            b'"' | b'<' | b'>' => return None,
            b'\\' => {
                input = unescape(after, &mut bytes)?;
                kept = bytes.len();
                continue;
            }
            byte => bytes.push(byte),
        }
        if byte != b' ' {
            kept = bytes.len();
        }
        input = after;
    }
    bytes.truncate(kept);
    Some((Value::Text(bytes), input))
}

/// What follows a backslash: two hexadecimal digits, or one special character.
fn unescape<'a>(input: &'a [u8], bytes: &mut Vec<u8>) -> Option<&'a [u8]> {
    if let Some((&[high, low], after)) = input.split_first_chunk()
        && let (Some(high), Some(low)) = (hex_digit(high), hex_digit(low))
    {
        bytes.push(high << 4 | low);
        return Some(after);
    }
    let (&special, after) = input.split_first()?;
    bytes.push(special);
    b" ,;+\"\\<>=#/".contains(&special).then_some(after)
}
