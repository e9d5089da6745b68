//! What a proxy forwards.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::identity::lotw::forwarded::{
    BadForward, callsign_of_name, client_cert, client_cert_chain, escaped_pem,
};
use crate::testkit::lotw::{Key, Template, pem, production};

fn user() -> Vec<u8> {
    Template::user("N0CALL").signed_by(Key::Production)
}

fn field(bytes: &[u8]) -> String {
    format!(":{}:", BASE64_STANDARD.encode(bytes))
}

#[test]
fn a_byte_sequence_is_read_with_and_without_padding() {
    assert_eq!(client_cert(&field(&user())), Ok(user()));
    assert_eq!(client_cert(&format!(" {}\t", field(&user()))), Ok(user()));
    assert_eq!(client_cert(":AAE=:"), Ok(vec![0, 1]));
    assert_eq!(client_cert(":AAE:"), Ok(vec![0, 1]));
}

#[test]
fn other_forms_of_client_cert_are_refused() {
    for text in [
        "",
        ":",
        "::",
        "AAE=",
        ":AAE=",
        "AAE=:",
        ":AA E=:",
        ":A*E=:",
        ":AAE=:;a=1",
        ":AAE=:, :AAE=:",
        "\"AAE=\"",
    ] {
        assert_eq!(client_cert(text), Err(BadForward::NotByteSequence), "{text:?}");
    }
    assert_eq!(
        client_cert(&format!(":{}:", "A".repeat(16 * 1024))),
        Err(BadForward::TooLong)
    );
}

#[test]
fn a_chain_is_a_list() {
    let header = format!("{}, {}", field(&production()), field(&user()));
    assert_eq!(client_cert_chain(&header), Ok(vec![production(), user()]));
    assert_eq!(client_cert_chain(":AAE=:,"), Err(BadForward::NotByteSequence));
}

/// As nginx writes `$ssl_client_escaped_cert`.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(escape).collect()
}

#[test]
fn escaped_pem_is_read() {
    assert_eq!(escaped_pem(&escaped(&pem(&user()))), Ok(user()));
    let only_spaces_and_ends = pem(&user()).replace(' ', "%20").replace('\n', "%0a");
    assert_eq!(escaped_pem(&only_spaces_and_ends), Ok(user()), "a plus is a plus");
}

#[test]
fn other_forms_of_escaped_pem_are_refused() {
    let two = escaped(&format!("{}{}", pem(&user()), pem(&production())));
    for text in ["", "%", "%2", "%G0", "MIIC", &two, &escaped(&pem(&user()))[..200]] {
        assert_eq!(escaped_pem(text), Err(BadForward::NotEscapedPem), "{text:?}");
    }
}

#[test]
fn the_call_in_a_name_is_read_in_every_safe_spelling() {
    for name in [
        "emailAddress=op@example.org,CN=Test Operator,1.3.6.1.4.1.12348.1.1=#0C064E3043414C4C",
        "emailAddress=op@example.org,CN=Test Operator,1.3.6.1.4.1.12348.1.1=#13064e3043414c4c",
        "emailAddress=op@example.org,CN=Test Operator,1.3.6.1.4.1.12348.1.1=N0CALL",
        "emailAddress=op@example.org,CN=Test Operator,AROcallsign=N0CALL",
        "1.3.6.1.4.1.12348.1.1 = N0CALL, CN = Test Operator, emailAddress = op@example.org",
        "OID.1.3.6.1.4.1.12348.1.1=N0CALL;CN=\"Operator, Test\"",
        "CN=Operator\\, Test\\0A\\\\+1.3.6.1.4.1.12348.1.1=\\4e0CALL",
        "CN=,1.3.6.1.4.1.12348.1.1=N0CALL",
    ] {
        assert_eq!(callsign_of_name(name).unwrap().as_str(), "N0CALL", "{name}");
    }
}

#[test]
fn no_call_is_read_from_inside_another_attribute() {
    for (name, found) in [
        ("CN=Eve\\,1.3.6.1.4.1.12348.1.1=W1AW,C=US", "no-callsign"),
        ("CN=\"Eve,1.3.6.1.4.1.12348.1.1=W1AW\",C=US", "no-callsign"),
        ("CN=Eve/1.3.6.1.4.1.12348.1.1=W1AW", "no-callsign"),
        ("CN=W1AW", "no-callsign"),
        (
            "AROcallsign=N0CALL,1.3.6.1.4.1.12348.1.1=#0C04573141 57",
            "malformed",
        ),
        (
            "AROcallsign=N0CALL,1.3.6.1.4.1.12348.1.1=#0C0457314157",
            "several-callsigns",
        ),
        ("AROcallsign=N0CALL+AROcallsign=N0CALL", "several-callsigns"),
        ("1.3.6.1.4.1.12348.1.1=n0call", "malformed-callsign"),
        ("1.3.6.1.4.1.12348.1.1=N0CALL\\ ", "malformed-callsign"),
        ("1.3.6.1.4.1.12348.1.1=#0C05573141570A", "malformed-callsign"),
    ] {
        let code = match callsign_of_name(name).unwrap_err() {
            BadForward::Callsign(refusal) => refusal.code(),
            _ => "malformed",
        };
        assert_eq!(code, found, "{name}");
    }
}

#[test]
fn names_in_other_forms_are_refused() {
    let slashes = "/1.3.6.1.4.1.12348.1.1=N0CALL/CN=Test Operator";
    assert_eq!(callsign_of_name(slashes), Err(BadForward::SlashForm));
    for name in [
        "",
        "N0CALL",
        "=N0CALL",
        "CN=Eve,",
        "CN=\"Eve",
        "CN=\"Eve\"x,C=US",
        "CN=Eve\\",
        "CN=Eve\\x",
        "CN=#0",
        "CN=#GG",
        "C N=x",
        "1.3.6.1.4.1.12348.1.1=#0C0457314157FF",
        "1.3.6.1.4.1.12348.1.1=#1E0457314157",
        "1.3.6.1.4.1.12348.1.1=#",
    ] {
        assert_eq!(callsign_of_name(name), Err(BadForward::NotRfc2253), "{name:?}");
    }
}
