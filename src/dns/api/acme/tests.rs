//! Bodies of certificate clients.

use super::*;

fn proof(body: &str) -> Result<Proof> {
    let mut headers = HeaderMap::new();
    if !body.starts_with('{') {
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, form);
    }
    Body::read(&headers, body.as_bytes())?.proof()
}

#[test]
fn a_proof_is_named_by_its_record_or_by_its_domain() {
    let wanted = Proof {
        place: "_acme-challenge.k6bp.club.example.".parse().unwrap(),
        value: "abc-DEF_1".to_owned(),
    };
    for body in [
        r#"{"fqdn":"_acme-challenge.k6bp.club.example.","value":"abc-DEF_1"}"#,
        r#"{"domain":"k6bp.club.example","value":"abc-DEF_1","token":"t"}"#,
        r#"{"domain":"*.k6bp.club.example","value":"abc-DEF_1"}"#,
        r#"{"domain":"_acme-challenge.K6BP.club.example","value":"abc-DEF_1"}"#,
        "domain=k6bp.club.example&value=abc-DEF_1",
        "fqdn=_acme-challenge.k6bp.club.example&value=abc-DEF_1&more=x",
    ] {
        assert_eq!(proof(body).unwrap(), wanted, "{body}");
    }
}

#[test]
fn in_raw_mode_the_record_is_made_of_the_key_authorization() {
    let body = r#"{"domain":"k6bp.club.example","token":"token","keyAuth":"token.thumbprint"}"#;
    // sha256 of token.thumbprint, in base64url.
    let wanted = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(b"token.thumbprint"));
    assert_eq!(proof(body).unwrap().value, wanted);
    assert_eq!(wanted.len(), 43);
}

#[test]
fn what_is_no_proof_is_named() {
    let refused = |body: &str| {
        let problem = proof(body).unwrap_err();
        let field = problem.body().errors.first().map(|error| error.field.clone());
        (problem.status().as_u16(), field.unwrap_or_default())
    };
    assert_eq!(refused("{}"), (422, "value".to_owned()));
    assert_eq!(refused(r#"{"value":"x"}"#), (422, "fqdn".to_owned()));
    assert_eq!(
        refused(r#"{"fqdn":"a..b","value":"x"}"#),
        (422, "fqdn".to_owned())
    );
    assert_eq!(
        refused(r#"{"fqdn":"a.b","value":"x y"}"#),
        (422, "value".to_owned())
    );
    let long = format!(r#"{{"fqdn":"a.b","value":"{}"}}"#, "x".repeat(256));
    assert_eq!(refused(&long), (422, "value".to_owned()));
    assert_eq!(refused("{").0, 400);
}
