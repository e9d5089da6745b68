//! Refusals of spots as problems.

use std::time::Duration;

use super::*;
use crate::identity::Denied;

#[test]
fn refusals_have_their_status_and_name_the_field() {
    let status = |refused: Refused| Problem::from(refused).status().as_u16();
    assert_eq!(status(Refused::Denied(Denied::SignIn)), 403, "guests do not spot");
    assert_eq!(status(Refused::Denied(Denied::Listener)), 403);
    assert_eq!(status(Refused::NotYours), 403);
    assert_eq!(status(Refused::TooMany(Duration::from_secs(3))), 429);
    let problem = Problem::from(Refused::Call("NO".into()));
    assert_eq!(
        (problem.status().as_u16(), problem.body().errors[0].field.as_str()),
        (422, "call")
    );
    let problem = Problem::from(Refused::Frequency);
    assert_eq!(problem.body().errors[0].field, "freq_hz");
}
