//! Entry points of the fuzz targets on what other people's servers answer: any bytes, no panic.

use crate::env::dns_message;
use crate::identity::ladder::{XmlDocument, holds};

/// Reads any bytes as a callbook's reply and as a biography.
///
/// Panics if reading panics, or if a token that stands in plain sight is not found.
pub fn callbook_reply(bytes: &[u8]) {
    let _: Result<_, _> = XmlDocument::read(bytes);
    let page = String::from_utf8_lossy(bytes);
    let token = "HAMS-7Q4KZ0XW9M";
    holds(&page, token);
    // Whatever comes first, once everything open is closed the token is read.
    if !page.to_ascii_lowercase().contains("<s") {
        let page = format!("{page}--><p> {token} </p>");
        assert!(holds(&page, token), "the token is not found");
    }
}

/// Reads any bytes as a name server's answer.
pub fn dns_answer(bytes: &[u8]) {
    let name = "_shackbox-verify.k1abc.ampr.org";
    let _: Result<_, _> = dns_message::read(bytes, 7, name);
    // With the question in front, so that the records are reached.
    if let Some(mut answer) = dns_message::query(7, name) {
        answer.truncate(answer.len() - 11);
        answer[2] = 0x81;
        answer[7] = 4;
        answer.extend(bytes);
        let _: Result<_, _> = dns_message::read(&answer, 7, name);
    }
}
