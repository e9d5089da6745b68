use std::path::Path;

use proptest::prelude::*;

use super::*;

const OWN_CASES: &str = include_str!("../../../fixtures/dxcc/cases.csv");
const CLUBLOG: &[u8] = include_bytes!("../../../fixtures/dxcc/clublog-small.xml");

/// Noon of a day.
fn day(text: &str) -> jiff::Timestamp {
    format!("{text}T12:00:00Z").parse().unwrap()
}

/// A file of real inputs, where there is one; see the contributor's notes.
fn shared(path: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/logbook/dxcc")
        .join(path);
    std::fs::read(path).ok()
}

fn shared_clublog() -> Option<Vec<u8>> {
    let packed = shared("clublog-cty-20260401.xml.gz")?;
    let mut xml = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut xml).unwrap();
    Some(xml)
}

/// Checks every row `call,date,dxcc,cqz,why`; an empty `dxcc` means unresolved.
fn assert_cases(resolver: &Resolver, cases: &str, zones: bool) {
    let mut reader = csv::Reader::from_reader(cases.as_bytes());
    let mut wrong = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        let found = resolver.resolve(&row[0], day(&row[1]));
        let dxcc = found.dxcc().map(|n| n.to_string()).unwrap_or_default();
        // Rows of the shared list write 0 also where no prefix fits.
        let dxcc_right = dxcc == row[2] || (dxcc.is_empty() && &row[2] == "0");
        let zone_right = row[3].is_empty() || !zones || found.cq_zone == row[3].parse().ok();
        if !dxcc_right || !zone_right {
            wrong.push(format!("{row:?}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn embedded_table_decides_our_cases() {
    assert_cases(&Resolver::embedded(), OWN_CASES, true);
}

#[test]
fn embedded_table_decides_the_shared_cases() {
    if let Some(cases) = shared("cases.csv") {
        assert_cases(&Resolver::embedded(), std::str::from_utf8(&cases).unwrap(), true);
    }
}

#[test]
fn clublog_fixture_decides_the_shared_cases() {
    if let Some(cases) = shared("cases.csv") {
        let resolver = Resolver::from_clublog_xml(CLUBLOG).unwrap();
        assert_cases(&resolver, std::str::from_utf8(&cases).unwrap(), true);
    }
}

#[test]
fn whole_clublog_table_decides_the_shared_cases() {
    if let (Some(cases), Some(xml)) = (shared("cases.csv"), shared_clublog()) {
        let resolver = Resolver::from_clublog_xml(&xml).unwrap();
        assert_eq!(
            (resolver.source().entities, resolver.source().calls),
            (402, 24_755)
        );
        assert_cases(&resolver, std::str::from_utf8(&cases).unwrap(), true);
        assert_cases(&resolver, OWN_CASES, false);
    }
}

#[test]
fn fetched_country_files_decide_like_the_embedded_table() {
    if let Some(text) = shared("cty-20260915.csv") {
        let resolver = Resolver::from_cty_csv(&String::from_utf8_lossy(&text)).unwrap();
        assert_eq!(resolver.source().release, Some(jiff::civil::date(2026, 9, 15)));
        assert_cases(&resolver, OWN_CASES, true);
        let embedded = Resolver::embedded();
        assert_eq!(
            TableInfo {
                kind: TableKind::CtyCsv,
                ..embedded.source().clone()
            },
            *resolver.source()
        );
        assert!(embedded.entities().eq(resolver.entities()));
    }
    if let Some(text) = shared("cty-20230502.dat") {
        let resolver = Resolver::from_cty_dat(&String::from_utf8_lossy(&text)).unwrap();
        assert_eq!(resolver.source().release, Some(jiff::civil::date(2023, 5, 2)));
        assert_cases(&resolver, OWN_CASES, true);
    }
}

#[test]
fn embedded_table_knows_all_entities() {
    let resolver = Resolver::embedded();
    assert_eq!(resolver.entities().len(), 402);
    assert_eq!(resolver.entities().filter(|entity| entity.deleted).count(), 62);
    assert_eq!(resolver.source().kind, TableKind::Embedded);
    assert!(resolver.source().release.is_some());
    let germany = resolver.entity(EntityId(230)).unwrap();
    assert_eq!(
        (germany.prefix.as_str(), germany.continent, germany.cq_zone),
        ("DL", Continent::Eu, 14)
    );
    assert_eq!(
        resolver.entity(EntityId(229)).unwrap().valid_until,
        Some("1990-10-02T23:59:59Z".parse().unwrap())
    );
    assert_eq!(resolver.entity(EntityId(0)), None);
}

#[test]
fn position_and_zones_come_with_the_entity() {
    let resolver = Resolver::embedded();
    let found = resolver.resolve("W6ABC/P", day("2024-01-02"));
    assert_eq!(
        (found.decided_by, found.name, found.verified),
        (DecidedBy::Prefix, "United States", true)
    );
    assert_eq!(
        (found.cq_zone, found.itu_zone, found.continent),
        (Some(3), Some(6), Some(Continent::Na))
    );
    assert!(found.position.unwrap().lon() < -60.0);
    let listed = resolver.resolve("4U1UN", day("2024-01-02"));
    assert_eq!(
        (listed.decided_by, listed.entity),
        (DecidedBy::Exact, Some(EntityId(289)))
    );
    let dated = resolver.resolve("3Y0J", day("2023-02-08"));
    assert_eq!(
        (dated.decided_by, dated.entity),
        (DecidedBy::Exception, Some(EntityId(24)))
    );
}

#[test]
fn listed_calls_are_found_with_markers_too() {
    let resolver = Resolver::embedded();
    let plain = resolver.resolve("KG4NE", day("2024-01-02"));
    for call in ["KG4NE/P", "KG4NE/QRP", "kg4ne/m"] {
        assert_eq!(resolver.resolve(call, day("2024-01-02")), plain);
    }
    assert_ne!(
        resolver.resolve("KG4NE/3", day("2024-01-02")).entity,
        plain.entity
    );
}

#[test]
fn mobile_invalid_and_unresolved_are_three_states() {
    let resolver = Resolver::from_clublog_xml(CLUBLOG).unwrap();
    let state = |call: &str, at| {
        let found = resolver.resolve(call, day(at));
        (found.decided_by, found.dxcc())
    };
    assert_eq!(state("W1AW/MM", "2024-01-02"), (DecidedBy::Mobile, Some(0)));
    assert_eq!(state("W1AW/AM", "2024-01-02"), (DecidedBy::Mobile, Some(0)));
    assert_eq!(state("W9ZZZ/6", "2024-01-02"), (DecidedBy::Mobile, Some(0)));
    assert_eq!(state("VP8STI", "2016-02-20"), (DecidedBy::Invalid, Some(0)));
    assert_eq!(state("DL9ZZZ", "2020-06-01"), (DecidedBy::Invalid, Some(0)));
    assert_eq!(state("DL9ZZZ", "2021-06-01"), (DecidedBy::Prefix, Some(230)));
    assert_eq!(state("RS0ISS", "2021-06-01"), (DecidedBy::Invalid, Some(0)));
    assert_eq!(state("ZZ1ZZ", "2021-06-01"), (DecidedBy::Unresolved, None));
    assert_eq!(state("3Y0J", "2023-02-05"), (DecidedBy::Unresolved, None));
}

#[test]
fn clublog_zone_exceptions_and_listed_operations() {
    let resolver = Resolver::from_clublog_xml(CLUBLOG).unwrap();
    assert_eq!(resolver.resolve("VE3ZZZ", day("2015-06-01")).cq_zone, Some(2));
    assert_eq!(resolver.resolve("VE3ZZZ", day("2016-06-01")).cq_zone, Some(4));
    let unlisted = resolver.resolve("3D2AG/C", day("2024-01-02"));
    assert_eq!((unlisted.entity, unlisted.verified), (Some(EntityId(489)), false));
    assert!(unlisted.note.is_some());
    assert!(resolver.resolve("3D2AG/R", day("2024-01-02")).verified);
    // Mount Athos is listed since 2000 only, and one operation of 2010 is.
    assert!(!resolver.resolve("SV2XYZ/A", day("2012-01-01")).verified);
    assert!(resolver.resolve("SV2XYZ/A", day("1999-01-01")).verified);
    let listed = resolver.resolve("SV2XYZ/A", day("2010-06-15"));
    assert_eq!((listed.decided_by, listed.verified), (DecidedBy::Exception, true));
}

#[test]
fn clublog_itu_zones_come_from_the_embedded_table() {
    let resolver = Resolver::from_clublog_xml(CLUBLOG).unwrap();
    assert_eq!(resolver.resolve("W6ABC", day("2024-01-02")).itu_zone, Some(6));
    assert_eq!(resolver.resolve("DL1ABC", day("2024-01-02")).itu_zone, Some(28));
    assert_eq!(
        resolver.entity(EntityId(10)).unwrap().name,
        "Amsterdam & St. Paul Is."
    );
    assert_eq!(resolver.source().release, Some(jiff::civil::date(2026, 1, 15)));
}

#[test]
fn damaged_tables_are_refused_with_the_line() {
    let line = |error: TableError| match error {
        TableError::Line { line, .. } => line,
        TableError::Whole(_) => 0,
    };
    assert_eq!(line(Resolver::from_cty_csv("").unwrap_err()), 0);
    assert_eq!(
        line(Resolver::from_cty_csv("<html>\nnot found</html>").unwrap_err()),
        1
    );
    let good = "DL,Germany,230,EU,14,28,51.00,-10.00,-1.0,DA DL;\n";
    assert!(Resolver::from_cty_csv(good).is_ok());
    assert_eq!(
        line(Resolver::from_cty_csv(&format!("{good}{}", good.replace("51.00", "951"))).unwrap_err()),
        2
    );
    assert_eq!(
        line(Resolver::from_cty_csv(&good.replace("DA ", "DA(x) ")).unwrap_err()),
        1
    );
    let dat =
        "Germany: 14: 28: EU: 51.0: -10.0: -1.0: DL:\n    DA,DL,\n    DK(14)[28]<50.0/-9.0>{EU}~-2.0~;\n";
    assert!(Resolver::from_cty_dat(dat).is_ok());
    assert_eq!(
        line(Resolver::from_cty_dat(&dat.replace("DK(14)", "DK(14")).unwrap_err()),
        3
    );
    assert_eq!(
        line(Resolver::from_cty_dat(&dat.replace(" DL:", " X9:")).unwrap_err()),
        1
    );
    assert_eq!(
        line(Resolver::from_clublog_xml(b"<clublog></clublog>").unwrap_err()),
        0
    );
    assert_eq!(
        line(Resolver::from_clublog_xml(b"<clublog>\n<entities>\n</clublog>").unwrap_err()),
        3
    );
    let text = String::from_utf8(CLUBLOG.to_vec()).unwrap();
    let damaged = text.replacen("<adif>1</adif>", "<adif>one</adif>", 1);
    assert!(line(Resolver::from_clublog_xml(damaged.as_bytes()).unwrap_err()) > 3);
}

#[test]
fn search_finds_entities_by_name_prefix_and_number() {
    let resolver = Resolver::embedded();
    let first = |text: &str| resolver.find(text).first().map(|entity| entity.id.0);
    assert_eq!(first("dl"), Some(230));
    assert_eq!(first("339"), Some(339));
    assert_eq!(first("germany"), Some(230));
    assert_eq!(first("kingman"), Some(134));
    assert_eq!(first("japan"), Some(339));
    assert_eq!(first("zealand"), Some(170));
    assert_eq!(first("united st"), Some(291));
    assert_eq!(first("yemen"), Some(492));
    assert_eq!(first("3y/b"), Some(24));
    assert_eq!(first(" "), None);
    assert_eq!(first("atlantis"), None);
}

#[test]
fn wpx_prefixes() {
    for (call, prefix) in [
        ("N8BJQ", "N8"),
        ("WS7I", "WS7"),
        ("LY1000AA", "LY1000"),
        ("S59AA", "S59"),
        ("3DA0RS", "3DA0"),
        ("XEFTJW", "XE0"),
        ("RAEM", "RA0"),
        ("N8BJQ/KH9", "KH9"),
        ("KH9/N8BJQ", "KH9"),
        ("PA/N8BJQ", "PA0"),
        ("LX/W1AW", "LX0"),
        ("G/W1AW", "G0"),
        ("9A/S59AA", "9A0"),
        ("VP2E/K1AB", "VP2"),
        ("N8BJQ/4", "N4"),
        ("A45XR/0", "A40"),
        ("dl1abc/p", "DL1"),
        ("DL1ABC/QRP", "DL1"),
        ("DL1ABC/MM", "DL1"),
        ("TF/DL2NWK/MM", "TF0"),
        ("W1AW/SOTA", "W1"),
    ] {
        assert_eq!(wpx_prefix(call).as_deref(), Some(prefix), "{call}");
    }
    for text in ["", "/", "MM", "A", "DL 1ABC", "599"] {
        assert_eq!(wpx_prefix(text), None, "{text:?}");
    }
}

#[test]
fn titles_are_made_of_capitals_only() {
    assert_eq!(builder::title_case("MOUNT ATHOS"), "Mount Athos");
    assert_eq!(builder::title_case("COTE D'IVOIRE"), "Cote D'ivoire");
    assert_eq!(builder::title_case("Mount Athos"), "Mount Athos");
}

proptest! {
    #[test]
    fn any_text_is_resolved_without_panic(text in ".{0,40}", t in -4_000_000_000_i64..4_000_000_000) {
        let at = jiff::Timestamp::from_second(t).unwrap();
        let resolver = fixture();
        let found = resolver.resolve(&text, at);
        prop_assert_eq!(found.entity.is_some(), !found.name.is_empty());
        let _ = wpx_prefix(&text);
        let _ = resolver.find(&text);
    }

    #[test]
    fn anything_like_a_call_is_resolved_without_panic(text in "[A-Z0-9]{0,6}(/[A-Z0-9]{0,5}){0,3}") {
        let found = fixture().resolve(&text, day("2024-01-02"));
        prop_assert!(found.entity.is_some() || found.note.is_some());
        let _ = wpx_prefix(&text);
    }

}

proptest! {
    // Every case reads the embedded table as well.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_text_is_read_as_a_table_without_panic(text in ".{0,200}") {
        let _ = Resolver::from_cty_csv(&text);
        let _ = Resolver::from_cty_dat(&text);
        let _ = Resolver::from_clublog_xml(text.as_bytes());
    }
}

fn fixture() -> &'static Resolver {
    static RESOLVER: std::sync::OnceLock<Resolver> = std::sync::OnceLock::new();
    RESOLVER.get_or_init(Resolver::embedded)
}
