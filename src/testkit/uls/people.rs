//! Words that made-up licensees are made of, drawn as unevenly as real ones are.

use super::Chance;

const FIRST: [&str; 96] = [
    "James", "John", "Robert", "Michael", "William", "David", "Richard", "Charles", "Joseph", "Thomas",
    "Mary", "Mark", "Donald", "George", "Kenneth", "Steven", "Edward", "Brian", "Ronald", "Anthony", "Kevin",
    "Jason", "Jeffrey", "Gary", "Timothy", "Larry", "Frank", "Scott", "Eric", "Stephen", "Andrew", "Raymond",
    "Gregory", "Joshua", "Jerry", "Dennis", "Walter", "Patrick", "Peter", "Harold", "Douglas", "Henry",
    "Carl", "Arthur", "Ryan", "Roger", "Joe", "Juan", "Jack", "Albert", "Jonathan", "Justin", "Terry",
    "Gerald", "Keith", "Samuel", "Willie", "Ralph", "Lawrence", "Nicholas", "Roy", "Benjamin", "Bruce",
    "Brandon", "Adam", "Harry", "Fred", "Wayne", "Billy", "Steve", "Louis", "Jeremy", "Aaron", "Randy",
    "Howard", "Eugene", "Carlos", "Russell", "Bobby", "Victor", "Martin", "Ernest", "Patricia", "Linda",
    "Barbara", "Susan", "Jennifer", "Karen", "Nancy", "Donna", "Carol", "Sandra", "Sharon", "Michelle",
    "Laura", "Deborah",
];

const ONSETS: [&str; 40] = [
    "An", "Bar", "Bel", "Ber", "Bran", "Car", "Chan", "Col", "Dan", "Del", "Dor", "El", "Far", "Fitz", "Gar",
    "Gold", "Hal", "Har", "Hol", "Jan", "Kel", "Kin", "Lan", "Mac", "Mal", "Mar", "Mor", "Nor", "Ol", "Par",
    "Per", "Ros", "Ran", "San", "Shel", "Stan", "Ter", "Van", "Wal", "Win",
];
const MIDDLES: [&str; 25] = [
    "", "a", "der", "e", "in", "l", "len", "man", "mer", "ne", "ni", "o", "ri", "ro", "s", "ster", "ta",
    "ten", "ti", "ver", "vi", "wi", "za", "el", "or",
];
const CODAS: [&str; 40] = [
    "", "berg", "by", "croft", "dale", "den", "don", "dorf", "ell", "er", "ers", "es", "feld", "ford", "gan",
    "ham", "hart", "hill", "ing", "ington", "kins", "land", "ley", "low", "man", "mann", "mond", "more",
    "nell", "ner", "ney", "sen", "ski", "smith", "son", "stein", "ton", "well", "wood", "worth",
];
const ACCENTED: [&str; 8] = [
    "Muñoz", "Peña", "Müller", "Núñez", "Östberg", "Lefèvre", "García", "Ibáñez",
];
const SUFFIXES: [&str; 4] = ["Jr", "Sr", "III", "II"];

/// City, state, the first three digits of its ZIPs.
const CITIES: [(&str, &str, u32); 60] = [
    ("NEWINGTON", "CT", 61),
    ("Boston", "MA", 21),
    ("Worcester", "MA", 16),
    ("Providence", "RI", 29),
    ("Portland", "ME", 41),
    ("Concord", "NH", 33),
    ("Burlington", "VT", 54),
    ("New York", "NY", 100),
    ("Rochester", "NY", 146),
    ("BUFFALO", "NY", 142),
    ("Newark", "NJ", 71),
    ("Pittsburgh", "PA", 152),
    ("Harrisburg", "PA", 171),
    ("Wilmington", "DE", 198),
    ("Baltimore", "MD", 212),
    ("Richmond", "VA", 232),
    ("Roanoke", "VA", 240),
    ("CHARLESTON", "WV", 253),
    ("Raleigh", "NC", 276),
    ("Charlotte", "NC", 282),
    ("Columbia", "SC", 292),
    ("Atlanta", "GA", 303),
    ("Orlando", "FL", 328),
    ("Tampa", "FL", 336),
    ("Birmingham", "AL", 352),
    ("HUNTSVILLE", "AL", 358),
    ("Nashville", "TN", 372),
    ("Memphis", "TN", 381),
    ("Jackson", "MS", 392),
    ("Louisville", "KY", 402),
    ("Columbus", "OH", 432),
    ("Dayton", "OH", 454),
    ("Cleveland", "OH", 441),
    ("Indianapolis", "IN", 462),
    ("Detroit", "MI", 482),
    ("Grand Rapids", "MI", 495),
    ("Des Moines", "IA", 503),
    ("Milwaukee", "WI", 532),
    ("Minneapolis", "MN", 554),
    ("Sioux Falls", "SD", 571),
    ("Fargo", "ND", 581),
    ("Billings", "MT", 591),
    ("Chicago", "IL", 606),
    ("Springfield", "IL", 627),
    ("SAINT LOUIS", "MO", 631),
    ("Kansas City", "MO", 641),
    ("Topeka", "KS", 666),
    ("Omaha", "NE", 681),
    ("New Orleans", "LA", 701),
    ("Little Rock", "AR", 722),
    ("Tulsa", "OK", 741),
    ("Dallas", "TX", 752),
    ("Houston", "TX", 770),
    ("Austin", "TX", 787),
    ("Denver", "CO", 802),
    ("Phoenix", "AZ", 850),
    ("Los Angeles", "CA", 900),
    ("San Jose", "CA", 951),
    ("Seattle", "WA", 981),
    ("Honolulu", "HI", 968),
];

const STREETS: [&str; 24] = [
    "Main St",
    "Oak Ave",
    "MAPLE DR",
    "2nd St",
    "Park Ave",
    "Washington Blvd",
    "Lake Rd",
    "Hill St",
    "PINE LN",
    "Cedar Ct",
    "Elm St",
    "View Dr",
    "Ridge Rd",
    "Church St",
    "River Rd",
    "SUNSET BLVD",
    "Walnut St",
    "N 5th Ave",
    "County Rd 12",
    "State Hwy 7",
    "Spring St",
    "Highland Ave",
    "Mill Rd",
    "Forest Way",
];

pub(super) fn first(chance: &mut Chance) -> &'static str {
    FIRST[chance.rank(FIRST.len())]
}

/// One of 40,000, a few of them common.
pub(super) fn last(chance: &mut Chance) -> String {
    if chance.below(1000) < 4 {
        return chance.pick(&ACCENTED).to_owned();
    }
    // Neighbouring ranks get unlike names.
    let rank = chance.rank(40_000) * 27_001 % 40_000;
    let (onset, rest) = (rank % 40, rank / 40);
    format!("{}{}{}", ONSETS[onset], MIDDLES[rest % 25], CODAS[rest / 25])
}

pub(super) fn suffix(chance: &mut Chance) -> &'static str {
    if chance.below(100) < 3 {
        chance.pick(&SUFFIXES)
    } else {
        ""
    }
}

pub(super) fn street(chance: &mut Chance) -> String {
    let number = 1 + chance.below(9999);
    let street = chance.pick(&STREETS);
    match chance.below(12) {
        0 => format!("{number} {street} Apt {}", 1 + chance.below(40)),
        1 => format!("{number} {street} #{}", 1 + chance.below(900)),
        _ => format!("{number} {street}"),
    }
}

/// City, state and a ZIP of five or nine digits.
pub(super) fn place(chance: &mut Chance) -> (&'static str, &'static str, String) {
    let (city, state, area) = CITIES[chance.rank(CITIES.len())];
    let five = format!(
        "{:05}",
        area * 100 + u32::try_from(chance.below(100)).unwrap_or(0)
    );
    let zip = if chance.below(100) < 35 {
        format!("{five}{:04}", chance.below(10_000))
    } else {
        five
    };
    (city, state, zip)
}
