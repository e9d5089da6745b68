//! Rules tell whom they should, once, and nobody else.

use std::time::Duration;

use super::matching::{Alerts, Watching};
use super::model::{Fault, Quiet, Rule, SavedFilter};
use super::write;
use crate::bus::{Delivery, Subscription};
use crate::dx::testing::{World, member, raw};
use crate::env::Mailer;
use crate::identity::{Actor, Role};
use crate::store::{Store, StoreConfig};

fn rule(name: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        enabled: true,
        ..Rule::default()
    }
}

fn calls(list: &[&str]) -> Rule {
    Rule {
        calls: list.iter().map(|call| (*call).to_owned()).collect(),
        ..rule("calls")
    }
}

#[test]
fn a_rule_that_cannot_be_meant_is_refused_with_its_field() {
    let fault = |rule: Rule| rule.ready().unwrap_err();
    assert_eq!(fault(rule("everything")), Fault::Everything);
    assert_eq!(
        fault(Rule {
            name: " ".into(),
            ..calls(&["K1A"])
        }),
        Fault::Name
    );
    let field = |rule: Rule| fault(rule).field();
    assert_eq!(field(calls(&["K1 A"])), "calls");
    assert_eq!(
        field(Rule {
            bands: vec!["11m".into()],
            ..rule("x")
        }),
        "bands"
    );
    assert_eq!(
        field(Rule {
            refs: vec!["parks".into()],
            ..rule("x")
        }),
        "refs"
    );
    assert_eq!(
        field(Rule {
            needs: vec!["money".into()],
            ..rule("x")
        }),
        "needs"
    );
    let quiet = |from: &str| Quiet {
        from: from.into(),
        to: "06:00".into(),
    };
    for text in ["25:00", "6:00", "", "06:0x", "-1:00"] {
        let late = Rule {
            quiet: Some(quiet(text)),
            ..calls(&["K1A"])
        };
        assert_eq!(field(late), "quiet", "{text}");
    }
    assert!(calls(&["K1A", "3Y0*"]).ready().is_ok());
}

#[test]
fn quiet_hours_go_over_midnight() {
    let spot = World::new().new_spot(raw("K1ABC", "3Y0J", 14_025_000, "CW"));
    let wants = |from: &str, to: &str, at: &str| {
        let quiet = Quiet {
            from: from.into(),
            to: to.into(),
        };
        let rule = Rule {
            quiet: Some(quiet),
            ..calls(&["3Y0*"])
        };
        let now = format!("2026-11-21T{at}:00Z").parse().unwrap();
        rule.ready().unwrap().wants(&spot, now)
    };
    assert!(!wants("22:00", "06:00", "23:30"));
    assert!(!wants("22:00", "06:00", "05:59"));
    assert!(wants("22:00", "06:00", "06:00"));
    assert!(!wants("12:00", "13:00", "12:00"));
    assert!(wants("12:00", "13:00", "13:00"));
}

#[test]
fn skimmers_count_only_where_a_rule_says_so() {
    let spot = World::new().new_spot(raw("KM3T-2-#", "3Y0J", 14_025_000, "CW 20 dB 24 WPM CQ"));
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let mut rule = calls(&["3Y0J"]);
    assert!(!rule.ready().unwrap().wants(&spot, now));
    rule.skimmers = true;
    assert!(rule.ready().unwrap().wants(&spot, now));
}

/// Alerts over a store of their own.
struct Fixture {
    world: World,
    alerts: Alerts,
    owner: Actor,
    _dir: tempfile::TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let world = World::new();
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(dir.path())).unwrap();
        let alerts = Alerts::new(Watching {
            store,
            bus: world.bus.clone(),
            clock: world.clock.clone(),
            mailer: Mailer::off(world.clock.clone()),
        });
        alerts
            .start(tokio_util::sync::CancellationToken::new())
            .await
            .unwrap();
        Self {
            owner: member("K6BP", Role::Member, None),
            world,
            alerts,
            _dir: dir,
        }
    }

    async fn add(&self, rule: Rule) -> Result<u32, write::Error> {
        let owner = self.owner.clone();
        self.alerts
            .store()
            .write(move |tx| write::add_rule(tx, &owner, &rule))
            .await
    }

    fn listen(&self) -> Subscription {
        self.world.bus.subscribe(["notifications"], None)
    }
}

async fn heard(subscription: &mut Subscription) -> serde_json::Value {
    let next = tokio::time::timeout(Duration::from_secs(5), subscription.next());
    match next.await.expect("an alert in time").pop() {
        Some(Delivery::Message(message)) => serde_json::from_slice(&message.payload).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn rules_are_kept_in_bounds_and_only_by_their_owner_in_person() {
    let fixture = Fixture::new().await;
    for _ in 0..50 {
        fixture.add(calls(&["3Y0J"])).await.unwrap();
    }
    let full = fixture.add(calls(&["3Y0J"])).await.unwrap_err();
    assert!(matches!(full, write::Error::Fault(Fault::Rules)), "{full}");
    let key = member("K6BP", Role::Member, Some(&[crate::identity::Scope::Full]));
    for nobody in [Actor::Guest, key] {
        let refused = fixture
            .alerts
            .store()
            .write(move |tx| write::remove_rule(tx, &nobody, 1))
            .await;
        assert!(matches!(refused, Err(write::Error::Denied(_))));
    }
    let filter = SavedFilter {
        name: "DX".into(),
        filter: serde_json::json!({"bands": ["20m"]}),
    };
    let owner = fixture.owner.clone();
    let many = vec![filter; 31];
    let refused = fixture
        .alerts
        .store()
        .write(move |tx| write::save_filters(tx, &owner, &many))
        .await;
    assert!(matches!(refused, Err(write::Error::Fault(Fault::Filters))));
}

#[tokio::test]
async fn a_change_of_an_account_that_is_gone_takes_its_rules_out_of_memory() {
    let fixture = Fixture::new().await;
    fixture.add(calls(&["3Y0J"])).await.unwrap();
    // There is no account record: nobody to be told.
    fixture.alerts.refresh(crate::identity::AccountId(7)).await;
    let mut told = fixture.listen();
    fixture.world.new_spot(raw("K1ABC", "3Y0J", 14_025_000, "CW"));
    fixture.world.bus.send([crate::bus::Outgoing {
        topic: "notifications".into(),
        kind: "end".into(),
        audience: crate::bus::Audience::Everyone,
        payload: serde_json::json!({"end": true}),
    }]);
    assert_eq!(heard(&mut told).await["end"], true);
}
