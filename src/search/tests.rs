//! Tests of the engine: what it finds is what a plain walk over the documents finds, through every kind of change.

use std::collections::BTreeMap;

use proptest::prelude::*;
use smol_str::SmolStr;

use super::query::finds;
use super::*;

const LAYOUT: Layout = Layout {
    version: 1,
    fields: &["name", "place"],
};
const NAME: Field = Field(0);
const PLACE: Field = Field(1);

/// Edits between two words; swapping two neighbours is one.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, _) => j,
                (_, 0) => i,
                _ => {
                    let other = usize::from(a[i - 1] != b[j - 1]);
                    let mut least = (rows[i - 1][j] + 1)
                        .min(rows[i][j - 1] + 1)
                        .min(rows[i - 1][j - 1] + other);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(rows[i - 2][j - 2] + 1);
                    }
                    least
                }
            };
        }
    }
    rows[a.len()][b.len()]
}

fn document(key: &str, traits: u64, name: &str, place: &str) -> Document {
    let words = |field, text: &str| -> Vec<_> {
        text.split_whitespace()
            .map(|word| (field, SmolStr::new(word)))
            .collect()
    };
    Document {
        key: Key::new(key).unwrap(),
        traits,
        words: [words(NAME, name), words(PLACE, place)].concat(),
    }
}

fn built(dir: &std::path::Path, documents: &BTreeMap<Key, Document>, number: u64) -> Index {
    let mut build = Build::create(dir, LAYOUT).unwrap();
    for document in documents.values() {
        build.add(document.clone()).unwrap();
    }
    build.finish(number).unwrap()
}

fn by_key(documents: impl IntoIterator<Item = Document>) -> BTreeMap<Key, Document> {
    documents.into_iter().map(|d| (d.key, d)).collect()
}

/// Ranks by the last digit, and hides what ends in 9.
fn rank(traits: u64) -> Option<u8> {
    let digit = u8::try_from(traits % 10).unwrap();
    (digit != 9).then_some(digit / 3)
}

const ORDER: Order<'static> = Order { rank: &rank, best: 0 };

fn expected(documents: &BTreeMap<Key, Document>, query: &Query) -> Vec<Place> {
    let mut places: Vec<_> = documents
        .values()
        .filter(|document| finds(query, document))
        .filter_map(|document| {
            Some(Place {
                rank: rank(document.traits)?,
                key: document.key,
            })
        })
        .collect();
    places.sort_unstable();
    places
}

fn all_pages(index: &Index, query: &Query, size: usize) -> Vec<Place> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = index.search(query, ORDER, after, size).unwrap();
        after = page.last().copied();
        let last = page.len() < size;
        all.extend(page);
        if last {
            return all;
        }
    }
}

fn any_word() -> impl Strategy<Value = String> {
    "[a-c]{1,5}"
}

fn any_key() -> impl Strategy<Value = String> {
    "[KW][0-2][A-C]{1,3}(/P)?"
}

fn any_document() -> impl Strategy<Value = Document> {
    (
        any_key(),
        0_u64..40,
        proptest::collection::vec(any_word(), 0..4),
        any_word(),
    )
        .prop_map(|(key, traits, names, place)| document(&key, traits, &names.join(" "), &place))
}

fn any_query() -> impl Strategy<Value = Query> {
    let field = prop_oneof![Just(NAME), Just(PLACE)];
    let leaf = prop_oneof![
        Just(Query::Everything),
        Just(Query::Nothing),
        (field.clone(), any_word()).prop_map(|(f, w)| Query::Word(f, w.into())),
        (field.clone(), any_word()).prop_map(|(f, w)| Query::Start(f, w.into())),
        (field, any_word(), 1_u8..=2).prop_map(|(field, word, distance)| Query::Like {
            field,
            word: word.into(),
            distance
        }),
        any_key().prop_map(|key| Query::Key(Key::new(&key).unwrap())),
        "[KW][0-2]?[A-C]?".prop_map(|start| Query::KeyStart(start.into())),
        "[KW?*][0-2?]?[A-C?]{0,2}[*]?[ABP]?".prop_map(|p| Query::KeyPattern(Pattern::new(&p).unwrap())),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..3).prop_map(Query::All),
            proptest::collection::vec(inner.clone(), 1..3).prop_map(Query::Any),
            (inner.clone(), inner).prop_map(|(a, b)| Query::Without(Box::new(a), Box::new(b))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn an_index_finds_what_a_walk_over_the_documents_finds(
        first in proptest::collection::vec(any_document(), 0..120),
        changes in proptest::collection::vec((any_document(), any::<bool>()), 0..40),
        queries in proptest::collection::vec(any_query(), 12),
        size in 1_usize..7,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut documents = by_key(first);
        let index = built(dir.path(), &documents, 3);
        for query in &queries {
            prop_assert_eq!(all_pages(&index, query, size), expected(&documents, query), "{:?}", query);
        }
        let mut writer = Writer::open(&index).unwrap();
        for (document, goes) in changes {
            if goes {
                writer.remove(document.key);
                documents.remove(&document.key);
            } else {
                writer.put(&document).unwrap();
                documents.insert(document.key, document);
            }
        }
        writer.commit(&index, 4).unwrap();
        prop_assert_eq!(index.number(), 4);
        prop_assert_eq!(index.len(), documents.len() as u64);
        for query in &queries {
            prop_assert_eq!(all_pages(&index, query, size), expected(&documents, query), "{:?}", query);
        }
    }
}

#[test]
fn keys_sort_as_their_texts_and_come_back_whole() {
    let texts = [
        "1A0KM",
        "A",
        "AA",
        "AA0AA",
        "ABCDEFGHIJKLMNOP",
        "K1A",
        "K1A/P",
        "K1AA",
        "Ø",
    ];
    let keys: Vec<_> = texts.iter().map(|text| Key::new(text).unwrap()).collect();
    assert!(keys.is_sorted());
    for (key, text) in keys.iter().zip(texts) {
        let (high, low) = key.numbers();
        assert_eq!(Key::from_numbers(high, low).as_str(), text);
    }
    assert_eq!(Key::new(""), None);
    assert_eq!(Key::new("ABCDEFGHIJKLMNOPQ"), None);
    assert_eq!(Key::new("A\0B"), None);
}

#[test]
fn patterns_match_whole_keys() {
    for (pattern, key, yes) in [
        ("K?9??", "KA9XY", true),
        ("K?9??", "KA9XYZ", false),
        ("*BP", "K6BP", true),
        ("*BP", "K6BPX", false),
        ("W*A*", "W1AW", true),
        ("W*A*", "K1AW", false),
        ("*", "K1AW", true),
        ("K6BP", "K6BP", true),
        ("K6BP", "K6B", false),
        ("*A*A", "W1AA", true),
    ] {
        assert_eq!(
            Pattern::new(pattern).unwrap().matches(key),
            yes,
            "{pattern} {key}"
        );
    }
    assert_eq!(Pattern::new("k6*"), None);
    assert_eq!(Pattern::new("K[6]"), None);
}

#[test]
fn a_large_build_becomes_one_segment_in_the_order_of_keys() {
    let dir = tempfile::tempdir().unwrap();
    let documents = by_key((0..70_000_u32).map(|n| {
        let name = "abc".repeat(usize::try_from(n % 90).unwrap());
        document(
            &format!("K{n:07}"),
            u64::from(n),
            &format!("{name}{n} common"),
            "here",
        )
    }));
    let index = built(dir.path(), &documents, 1);
    let everywhere = Query::Word(NAME, "common".into());
    let first = index.search(&everywhere, ORDER, None, 3).unwrap();
    assert_eq!(first, expected(&documents, &everywhere)[..3]);
    let start = Query::KeyStart("K004".into());
    assert_eq!(
        index.search(&start, ORDER, None, 20_000).unwrap(),
        expected(&documents, &start)
    );
    let segments = std::fs::read_dir(dir.path()).unwrap().filter(|file| {
        file.as_ref()
            .unwrap()
            .path()
            .extension()
            .is_some_and(|e| e == "idx")
    });
    assert_eq!(segments.count(), 1);
}

#[test]
fn what_was_not_committed_is_gone_and_the_number_tells() {
    let dir = tempfile::tempdir().unwrap();
    let documents = by_key([document("K1A", 0, "one", ""), document("K2B", 0, "two", "")]);
    let index = built(dir.path(), &documents, 7);
    let mut writer = Writer::open(&index).unwrap();
    writer.put(&document("K3C", 0, "three", "")).unwrap();
    writer.remove(Key::new("K1A").unwrap());
    drop(writer);
    drop(index);
    let index = Index::open(dir.path(), LAYOUT).unwrap();
    assert_eq!(index.number(), 7);
    assert_eq!(
        all_pages(&index, &Query::Everything, 5),
        expected(&documents, &Query::Everything)
    );
}

#[test]
fn an_index_that_is_damaged_missing_or_of_another_layout_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let documents = by_key((0..500).map(|n| document(&format!("K{n}A"), 0, "some name", "place")));
    drop(built(dir.path(), &documents, 1));
    let newer = Layout { version: 2, ..LAYOUT };
    assert!(Index::open(dir.path(), newer).unwrap_err().is_damage());
    let other = Layout {
        fields: &["name"],
        ..LAYOUT
    };
    assert!(Index::open(dir.path(), other).unwrap_err().is_damage());
    assert!(
        Index::open(&dir.path().join("none"), LAYOUT)
            .unwrap_err()
            .is_damage()
    );
    for kind in ["term", "idx", "fast"] {
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(dir.path()).unwrap() {
            let from = file.unwrap().path();
            let to = copy.path().join(from.file_name().unwrap());
            let mut bytes = std::fs::read(&from).unwrap();
            if from.extension().is_some_and(|e| e == kind) {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 0x55;
            }
            std::fs::write(to, bytes).unwrap();
        }
        assert!(
            Index::open(copy.path(), LAYOUT).unwrap_err().is_damage(),
            "{kind}"
        );
    }
}
