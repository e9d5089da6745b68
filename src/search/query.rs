//! Queries as plain values, and their translation for the engine.
//!
//! Keys are found by the column they are ordered by: in a segment whose keys ascend, those that begin alike are one
//! stretch, found by halving. Endings, and patterns that begin with a wildcard, go by the key written backwards.

use std::collections::HashSet;
use std::sync::Arc;

use smol_str::SmolStr;
use tantivy::index::SegmentId;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScorer, EmptyQuery, EnableScoring, Explanation, FuzzyTermQuery, Occur,
    Query as EngineQuery, RegexQuery, Scorer, TermQuery, Weight,
};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, TantivyError, Term};

use super::Field;
use super::index::Fields;
use super::key::{Key, Pattern};
use super::top::Columns;

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Query {
    Everything,
    Nothing,
    /// A word of a field.
    Word(Field, SmolStr),
    /// Words of a field that begin so.
    Start(Field, SmolStr),
    /// Words of a field that are as far from this as `distance` (1 or 2) wrong, missing, surplus or swapped letters.
    Like {
        field: Field,
        word: SmolStr,
        distance: u8,
    },
    /// One document.
    Key(Key),
    /// Keys that begin so.
    KeyStart(SmolStr),
    /// Keys like this.
    KeyPattern(Pattern),
    All(Vec<Query>),
    Any(Vec<Query>),
    /// The first, without what the second finds.
    Without(Box<Query>, Box<Query>),
}

impl Query {
    /// All of these; of one, that one.
    pub(crate) fn all(mut queries: Vec<Query>) -> Query {
        match queries.len() {
            0 => Query::Everything,
            1 => queries.swap_remove(0),
            _ => Query::All(queries),
        }
    }

    /// Any of these; of one, that one.
    pub(crate) fn any(mut queries: Vec<Query>) -> Query {
        match queries.len() {
            0 => Query::Nothing,
            1 => queries.swap_remove(0),
            _ => Query::Any(queries),
        }
    }
}

/// Segments whose keys ascend.
pub(super) type Ascending = Arc<HashSet<SegmentId>>;

pub(super) fn translate(
    query: &Query,
    fields: &Fields,
    ascending: &Ascending,
) -> Result<Box<dyn EngineQuery>, TantivyError> {
    let term = |field: Field, word: &str| Term::from_field_text(fields.of(field), word);
    let several = |queries: &[Query]| -> Result<Vec<_>, TantivyError> {
        queries
            .iter()
            .map(|query| translate(query, fields, ascending))
            .collect()
    };
    let keys = |wanted: Wanted| {
        Box::new(KeyQuery {
            wanted,
            ascending: Arc::clone(ascending),
        })
    };
    Ok(match query {
        Query::Everything => Box::new(AllQuery),
        Query::Nothing => Box::new(EmptyQuery),
        Query::Word(field, word) => Box::new(TermQuery::new(term(*field, word), IndexRecordOption::Basic)),
        Query::Start(field, word) => Box::new(FuzzyTermQuery::new_prefix(term(*field, word), 0, true)),
        Query::Like {
            field,
            word,
            distance,
        } => Box::new(FuzzyTermQuery::new(term(*field, word), *distance, true)),
        Query::Key(key) => keys(Wanted::One(*key)),
        Query::KeyStart(start) => keys(Wanted::Start(start.clone(), None)),
        Query::KeyPattern(pattern) if pattern.start().is_empty() => Box::new(RegexQuery::from_pattern(
            &pattern.backwards_regex(),
            fields.backwards,
        )?),
        Query::KeyPattern(pattern) => keys(Wanted::Start(pattern.start().into(), Some(pattern.clone()))),
        Query::All(queries) => Box::new(BooleanQuery::intersection(several(queries)?)),
        Query::Any(queries) => Box::new(BooleanQuery::union(several(queries)?)),
        Query::Without(wanted, unwanted) => Box::new(BooleanQuery::new(vec![
            (Occur::Must, translate(wanted, fields, ascending)?),
            (Occur::MustNot, translate(unwanted, fields, ascending)?),
        ])),
    })
}

/// Keys that are looked for.
#[derive(Debug, Clone)]
enum Wanted {
    One(Key),
    Start(SmolStr, Option<Pattern>),
}

impl Wanted {
    /// The first key that can be meant.
    fn first(&self) -> Key {
        match self {
            Wanted::One(key) => *key,
            Wanted::Start(start, _) => Key::first_with(start),
        }
    }

    /// Whether a key can be meant by its beginning.
    fn covers(&self, key: Key) -> bool {
        match self {
            Wanted::One(one) => *one == key,
            Wanted::Start(start, _) => key.bytes().starts_with(start.as_bytes()),
        }
    }

    fn matches(&self, key: Key) -> bool {
        match self {
            Wanted::Start(_, Some(pattern)) => pattern.matches(key.as_str()),
            _ => true,
        }
    }
}

/// Documents by their keys.
#[derive(Debug, Clone)]
struct KeyQuery {
    wanted: Wanted,
    ascending: Ascending,
}

impl EngineQuery for KeyQuery {
    fn weight(&self, _scoring: EnableScoring<'_>) -> Result<Box<dyn Weight>, TantivyError> {
        Ok(Box::new(KeyWeight(self.clone())))
    }
}

struct KeyWeight(KeyQuery);

impl Weight for KeyWeight {
    fn scorer(&self, reader: &SegmentReader, boost: f32) -> Result<Box<dyn Scorer>, TantivyError> {
        let columns = Columns::of(reader)?;
        let (wanted, documents) = (self.0.wanted.clone(), reader.max_doc());
        let ascending = self.0.ascending.contains(&reader.segment_id());
        let start = if ascending {
            first_from(&columns, documents, wanted.first())
        } else {
            0
        };
        let mut docs = KeyDocs {
            columns,
            wanted,
            ascending,
            doc: start,
            end: documents,
        };
        docs.settle();
        Ok(Box::new(ConstScorer::new(docs, boost)))
    }

    fn explain(&self, _reader: &SegmentReader, _doc: DocId) -> Result<Explanation, TantivyError> {
        Ok(Explanation::new("KeyQuery", 1.0))
    }
}

/// The first document of an ascending segment whose key is not below `key`.
fn first_from(columns: &Columns, documents: DocId, key: Key) -> DocId {
    let (mut low, mut high) = (0, documents);
    while low < high {
        let middle = low + (high - low) / 2;
        if columns.key(middle) < key {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Walks the documents whose keys are wanted.
struct KeyDocs {
    columns: Columns,
    wanted: Wanted,
    ascending: bool,
    doc: DocId,
    end: DocId,
}

impl KeyDocs {
    /// Goes to the first wanted document at or behind the present one.
    fn settle(&mut self) {
        while self.doc < self.end {
            let key = self.columns.key(self.doc);
            if self.wanted.covers(key) {
                if self.wanted.matches(key) {
                    return;
                }
            } else if self.ascending {
                break;
            }
            self.doc += 1;
        }
        self.doc = TERMINATED;
    }
}

impl DocSet for KeyDocs {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.doc += 1;
            self.settle();
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = target;
            self.settle();
        }
        self.doc
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        match self.wanted {
            Wanted::One(_) => 1,
            Wanted::Start(..) => self.end / 16 + 1,
        }
    }
}

/// Whether a query finds a document: the rule that an index follows, for tests.
#[cfg(test)]
pub(super) fn finds(query: &Query, document: &super::Document) -> bool {
    let words = |field: Field| {
        document
            .words
            .iter()
            .filter(move |(at, _)| *at == field)
            .map(|(_, word)| word.as_str())
    };
    match query {
        Query::Everything => true,
        Query::Nothing => false,
        Query::Word(field, word) => words(*field).any(|found| found == word),
        Query::Start(field, start) => words(*field).any(|found| found.starts_with(start.as_str())),
        Query::Like {
            field,
            word,
            distance,
        } => words(*field).any(|found| super::tests::distance(found, word) <= usize::from(*distance)),
        Query::Key(key) => *key == document.key,
        Query::KeyStart(start) => document.key.as_str().starts_with(start.as_str()),
        Query::KeyPattern(pattern) => pattern.matches(document.key.as_str()),
        Query::All(queries) => queries.iter().all(|query| finds(query, document)),
        Query::Any(queries) => queries.iter().any(|query| finds(query, document)),
        Query::Without(wanted, unwanted) => finds(wanted, document) && !finds(unwanted, document),
    }
}
