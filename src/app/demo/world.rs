//! The invented stations that the demo works: where they are, what they are called, how often one meets them.
//!
//! Positions are rounded centres of regions, good for a picture on a map; nothing here is used outside the demo.

/// A region from which demo stations call.
pub(super) struct Region {
    /// Callsign prefixes, without the call-area digit where one follows.
    pub(super) prefixes: &'static [&'static str],
    /// Whether a digit belongs between prefix and suffix.
    pub(super) digit: bool,
    pub(super) lat: f64,
    pub(super) lon: f64,
    /// Degrees that stations scatter around the centre.
    pub(super) spread: (f64, f64),
    /// How often, relative to the others.
    pub(super) weight: u32,
    pub(super) names: &'static [&'static str],
    /// First letters of its park references.
    pub(super) park: &'static str,
}

const ENGLISH: &[&str] = &[
    "John", "Mike", "Dave", "Bob", "Jim", "Steve", "Mary", "Linda", "Paul", "Mark", "Susan", "Ken", "Tom",
    "Gary", "Anne", "Rick", "Bill", "Carol", "Ed", "Joe", "Ruth", "Frank", "Kate", "Ron",
];
const GERMAN: &[&str] = &[
    "Hans", "Peter", "Jürgen", "Uwe", "Klaus", "Anke", "Bernd", "Dieter", "Günter", "Heike", "Wolfgang",
    "Jörg",
];
const ROMANCE: &[&str] = &[
    "Carlos",
    "Luis",
    "Marco",
    "Paolo",
    "José",
    "Jean",
    "Pierre",
    "María",
    "Luca",
    "Antonio",
    "François",
    "Ana",
];
const SLAVIC: &[&str] = &[
    "Jan", "Pavel", "Sergey", "Ivan", "Petr", "Marek", "Olga", "Andrzej", "Tomasz", "Vlad", "Goran", "Mirek",
];
const NORDIC: &[&str] = &[
    "Lars", "Kari", "Björn", "Ole", "Pekka", "Juha", "Anders", "Nils", "Ingrid", "Timo",
];
const JAPANESE: &[&str] = &[
    "Taka", "Hiro", "Ken", "Yoshi", "Masa", "Kazu", "Aki", "Yuki", "Shin", "Nobu",
];
const WORLD: &[&str] = &[
    "Ali", "Wei", "Budi", "Ravi", "Omar", "Sam", "Chen", "Siti", "David", "Joseph",
];

const fn region(
    prefixes: &'static [&'static str],
    digit: bool,
    place: (f64, f64),
    spread: (f64, f64),
    weight: u32,
    names: &'static [&'static str],
    park: &'static str,
) -> Region {
    Region {
        prefixes,
        digit,
        lat: place.0,
        lon: place.1,
        spread,
        weight,
        names,
        park,
    }
}

/// Regions of the demo's world, by no means all.
pub(super) const REGIONS: &[Region] = &[
    region(
        &["K", "W", "N", "AA", "KB", "KD", "WB"],
        true,
        (39.0, -83.0),
        (6.0, 10.0),
        210,
        ENGLISH,
        "US",
    ),
    region(
        &["K", "W", "N", "KI", "WA"],
        true,
        (38.0, -115.0),
        (7.0, 7.0),
        70,
        ENGLISH,
        "US",
    ),
    region(&["VE", "VA"], true, (46.0, -80.0), (3.0, 18.0), 45, ENGLISH, "CA"),
    region(
        &["DL", "DJ", "DK", "DF"],
        true,
        (50.8, 10.2),
        (2.5, 3.5),
        95,
        GERMAN,
        "DE",
    ),
    region(&["OE"], true, (47.6, 14.2), (0.8, 2.2), 16, GERMAN, "AT"),
    region(&["HB9"], false, (46.9, 8.2), (0.7, 1.3), 14, GERMAN, "CH"),
    region(
        &["G", "M", "2E"],
        true,
        (52.5, -1.5),
        (1.8, 1.6),
        55,
        ENGLISH,
        "GB",
    ),
    region(&["GM", "MM"], true, (56.6, -3.9), (1.0, 1.2), 12, ENGLISH, "GB"),
    region(&["EI"], true, (53.2, -7.8), (1.0, 1.2), 8, ENGLISH, "IE"),
    region(&["F"], true, (46.8, 2.4), (2.6, 3.0), 45, ROMANCE, "FR"),
    region(
        &["I", "IK", "IZ"],
        true,
        (43.2, 12.0),
        (2.4, 2.0),
        60,
        ROMANCE,
        "IT",
    ),
    region(&["EA"], true, (40.2, -3.7), (2.2, 3.0), 45, ROMANCE, "ES"),
    region(&["EA8"], false, (28.3, -15.9), (0.3, 1.2), 9, ROMANCE, "ES"),
    region(&["CT"], true, (39.6, -8.2), (1.6, 0.5), 10, ROMANCE, "PT"),
    region(&["PA", "PD"], true, (52.2, 5.4), (0.7, 0.9), 26, GERMAN, "NL"),
    region(&["ON"], true, (50.7, 4.5), (0.4, 0.9), 18, ROMANCE, "BE"),
    region(&["SP", "SQ"], true, (52.0, 19.3), (1.8, 2.8), 36, SLAVIC, "PL"),
    region(&["OK"], true, (49.8, 15.3), (0.6, 1.9), 20, SLAVIC, "CZ"),
    region(&["OM"], true, (48.7, 19.6), (0.4, 1.4), 9, SLAVIC, "SK"),
    region(&["S5"], true, (46.1, 14.8), (0.3, 0.8), 12, SLAVIC, "SI"),
    region(&["9A"], true, (45.5, 16.2), (0.6, 1.2), 14, SLAVIC, "HR"),
    region(&["YU"], true, (44.2, 20.8), (0.9, 0.9), 12, SLAVIC, "RS"),
    region(&["LZ"], true, (42.7, 25.3), (0.6, 1.7), 11, SLAVIC, "BG"),
    region(&["YO"], true, (45.9, 25.0), (1.2, 2.2), 14, ROMANCE, "RO"),
    region(&["UA", "RA"], true, (55.0, 40.0), (3.5, 7.0), 45, SLAVIC, "RU"),
    region(&["UR", "UT"], true, (49.2, 31.2), (1.6, 4.0), 24, SLAVIC, "UA"),
    region(&["SM", "SA"], true, (59.6, 15.6), (3.0, 2.0), 20, NORDIC, "SE"),
    region(&["LA"], true, (60.8, 9.4), (2.2, 2.0), 12, NORDIC, "NO"),
    region(&["OH"], true, (62.2, 25.6), (2.0, 2.2), 22, NORDIC, "FI"),
    region(&["OZ"], true, (56.0, 9.8), (0.7, 1.2), 9, NORDIC, "DK"),
    region(&["TF"], true, (64.4, -20.4), (0.6, 1.6), 4, NORDIC, "IS"),
    region(
        &["JA", "JH", "JR"],
        true,
        (35.8, 138.0),
        (2.2, 2.6),
        70,
        JAPANESE,
        "JP",
    ),
    region(&["HL"], true, (36.6, 127.8), (0.9, 0.7), 10, WORLD, "KR"),
    region(&["BY", "BG"], true, (32.0, 114.0), (5.0, 6.0), 14, WORLD, "CN"),
    region(&["YB"], true, (-6.9, 109.5), (0.8, 4.0), 14, WORLD, "ID"),
    region(&["VU"], true, (19.5, 77.0), (5.0, 3.0), 8, WORLD, "IN"),
    region(&["VK"], true, (-34.0, 146.5), (3.0, 4.0), 26, ENGLISH, "AU"),
    region(&["ZL"], true, (-40.6, 174.6), (3.0, 2.0), 13, ENGLISH, "NZ"),
    region(&["KH6"], false, (20.6, -157.0), (0.6, 1.2), 8, ENGLISH, "US"),
    region(&["PY", "PP"], true, (-21.8, -47.0), (3.4, 3.4), 28, ROMANCE, "BR"),
    region(&["LU"], true, (-34.4, -60.2), (2.6, 2.6), 22, ROMANCE, "AR"),
    region(&["CE"], true, (-33.6, -70.8), (2.6, 0.5), 8, ROMANCE, "CL"),
    region(&["XE"], true, (20.6, -100.4), (1.8, 3.0), 12, ROMANCE, "MX"),
    region(&["PJ2"], false, (12.2, -69.0), (0.1, 0.1), 4, ROMANCE, "CW"),
    region(&["KP4"], false, (18.2, -66.4), (0.2, 0.5), 8, ROMANCE, "US"),
    region(&["ZS"], true, (-28.6, 26.2), (2.6, 3.0), 12, ENGLISH, "ZA"),
    region(&["CN"], true, (33.0, -6.6), (1.4, 1.4), 5, WORLD, "MA"),
    region(&["4X", "4Z"], true, (32.0, 34.9), (0.7, 0.2), 8, WORLD, "IL"),
    region(&["TA"], true, (39.6, 32.6), (0.9, 4.0), 9, WORLD, "TR"),
    region(&["A6"], true, (24.6, 54.8), (0.4, 0.7), 5, WORLD, "AE"),
    region(&["UN"], true, (48.6, 68.0), (3.0, 7.0), 7, SLAVIC, "KZ"),
    region(&["5B"], true, (35.0, 33.1), (0.1, 0.4), 4, WORLD, "CY"),
];
