//! Errors as problems, and names as they are written.

use std::time::Duration;

use super::*;
use crate::dns::model::Why;
use crate::identity::Denied;

fn name(text: &str) -> Name {
    absolute(text).unwrap()
}

fn fault(index: Option<usize>) -> Fault {
    Fault {
        index,
        of: None,
        field: "content",
        rule: "alone".into(),
        text: "an alias stands alone".to_owned(),
    }
}

#[test]
fn errors_have_their_status_and_code() {
    let told = |error: Error| {
        let problem = Problem::from(error);
        (problem.status().as_u16(), problem.body().code)
    };
    assert_eq!(told(Error::NoZone(name("x.example"))), (404, "not_found"));
    assert_eq!(told(Error::Denied(Denied::SignIn)), (401, "unauthenticated"));
    assert_eq!(told(Error::Changed), (412, "precondition_failed"));
    assert_eq!(
        told(Error::TooFast(Duration::from_secs(2))),
        (429, "rate_limited")
    );
    let suspended = Error::Suspended {
        name: name("k6bp.club.example"),
        why: Why::LicenceLapsed,
    };
    let problem = Problem::from(suspended);
    assert_eq!(
        (problem.status().as_u16(), problem.body().code),
        (403, "name_suspended")
    );
    assert_eq!(problem.body().extra["why"], "licence_lapsed");
    let many = Error::Quota {
        what: "tokens",
        most: 50,
    };
    assert_eq!(told(many), (422, "quota"));
}

#[test]
fn rules_name_the_change_and_the_field_or_the_field_alone() {
    let problem = Problem::from(Error::Rules(vec![fault(Some(2)), fault(None)]));
    let fields: Vec<&str> = problem
        .body()
        .errors
        .iter()
        .map(|error| error.field.as_str())
        .collect();
    assert_eq!(fields, ["changes[2].content", "content"]);
    assert_eq!(problem.body().errors[0].rule.as_deref(), Some("alone"));
    let problem = of_one(Error::Rules(vec![fault(Some(0)), fault(Some(1))]));
    assert_eq!(problem.body().errors.len(), 1);
    assert_eq!(problem.body().errors[0].field, "content");
}

#[test]
fn a_zone_is_called_with_and_without_its_dot() {
    for text in ["k6bp.club.example", "K6BP.Club.Example.", " k6bp.club.example "] {
        assert_eq!(shown(&top(text).unwrap()), "k6bp.club.example", "{text}");
    }
    assert_eq!(top("a..b").unwrap_err().status().as_u16(), 404);
    assert_eq!(shown(&Name::root()), ".");
}

#[test]
fn if_match_is_a_mark_in_quotes_or_a_star() {
    let read = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, HeaderValue::from_str(text).unwrap());
        expected(&headers)
    };
    assert_eq!(read("\"2026112201\"").unwrap().as_deref(), Some("2026112201"));
    assert_eq!(read("*").unwrap(), None);
    assert_eq!(read("2026112201").unwrap_err().status().as_u16(), 412);
    assert_eq!(expected(&HeaderMap::new()).unwrap(), None);
}
