//! The index as readers see it: opened and verified, searched, reloaded after a commit.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use tantivy::query::EnableScoring;
use tantivy::schema::{IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::{IndexReader, ReloadPolicy, Searcher};

use super::error::SearchError;
use super::query::{Ascending, Query, translate};
use super::top::{Columns, Order, Place, Top};
use super::{Field, Layout};

pub(super) const HIGH: &str = "~high";
pub(super) const LOW: &str = "~low";
pub(super) const TRAITS: &str = "~traits";
const BACKWARDS: &str = "~key";

/// The engine's names of the fields.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) high: tantivy::schema::Field,
    pub(super) low: tantivy::schema::Field,
    pub(super) traits: tantivy::schema::Field,
    pub(super) backwards: tantivy::schema::Field,
    words: Vec<tantivy::schema::Field>,
}

impl Fields {
    pub(super) fn of(&self, field: Field) -> tantivy::schema::Field {
        self.words[usize::from(field.0)]
    }
}

/// The engine's form of a layout.
pub(super) fn schema(layout: Layout) -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let words = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic),
    );
    let column = NumericOptions::default().set_fast();
    let fields = Fields {
        high: builder.add_u64_field(HIGH, column.clone()),
        low: builder.add_u64_field(LOW, column.clone()),
        traits: builder.add_u64_field(TRAITS, column),
        backwards: builder.add_text_field(BACKWARDS, words.clone()),
        words: layout
            .fields
            .iter()
            .map(|name| builder.add_text_field(name, words.clone()))
            .collect(),
    };
    (builder.build(), fields)
}

/// What a commit says of itself: version of the layout and the caller's number.
pub(super) fn payload(layout: Layout, number: u64) -> String {
    format!("{} {number}", layout.version)
}

fn read_payload(layout: Layout, payload: Option<&str>) -> Result<u64, SearchError> {
    let parts = payload.and_then(|text| text.split_once(' '));
    let (version, number) = parts.ok_or_else(|| SearchError::damaged("it was never finished"))?;
    if version != layout.version.to_string() {
        return Err(SearchError::damaged("it has another layout"));
    }
    number
        .parse()
        .map_err(|_| SearchError::damaged("its number cannot be read"))
}

/// An open index.
pub(crate) struct Index {
    dir: PathBuf,
    layout: Layout,
    fields: Fields,
    pub(super) engine: tantivy::Index,
    reader: IndexReader,
    view: ArcSwap<View>,
}

/// One state of the index.
struct View {
    searcher: Searcher,
    ascending: Ascending,
    number: u64,
}

impl Index {
    /// Opens a directory and verifies the checksums of its files: some milliseconds for each ten megabytes.
    pub(crate) fn open(dir: &Path, layout: Layout) -> Result<Self, SearchError> {
        let engine = tantivy::Index::open_in_dir(dir).map_err(SearchError::damaged)?;
        let (wanted, fields) = schema(layout);
        if engine.schema() != wanted {
            return Err(SearchError::damaged("it has other fields"));
        }
        let damaged = engine.validate_checksum().map_err(SearchError::damaged)?;
        if let Some(file) = damaged.iter().next() {
            return Err(SearchError::damaged(format_args!(
                "{} is not as written",
                file.display()
            )));
        }
        let reader = engine
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(1)
            .try_into()
            .map_err(SearchError::damaged)?;
        let view = View::of(&engine, &reader, layout)?;
        Ok(Self {
            dir: dir.to_owned(),
            layout,
            fields,
            engine,
            reader,
            view: ArcSwap::from_pointee(view),
        })
    }

    /// The number of the commit that is searched.
    pub(crate) fn number(&self) -> u64 {
        self.view.load().number
    }

    /// Documents that can be found.
    #[cfg(test)]
    pub(crate) fn len(&self) -> u64 {
        self.view.load().searcher.num_docs()
    }

    /// The places of the first `limit` documents found behind `after`.
    pub(crate) fn search(
        &self,
        query: &Query,
        order: Order<'_>,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Place>, SearchError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let view = self.view.load();
        let query = translate(query, &self.fields, &view.ascending)?;
        let weight = query.weight(EnableScoring::disabled_from_searcher(&view.searcher))?;
        let mut top = Top::new(order, after, limit);
        for reader in view.searcher.segment_readers() {
            let ascending = view.ascending.contains(&reader.segment_id());
            top.gather(weight.as_ref(), reader, ascending)?;
        }
        Ok(top.into_places())
    }

    /// Shows what has been committed since.
    pub(super) fn reload(&self) -> Result<(), SearchError> {
        self.reader.reload()?;
        let view = View::of(&self.engine, &self.reader, self.layout)?;
        self.view.store(Arc::new(view));
        Ok(())
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }
}

impl View {
    fn of(engine: &tantivy::Index, reader: &IndexReader, layout: Layout) -> Result<Self, SearchError> {
        let payload = engine.load_metas().map_err(SearchError::damaged)?.payload;
        let number = read_payload(layout, payload.as_deref())?;
        let searcher = reader.searcher();
        let mut ascending = HashSet::new();
        for segment in searcher.segment_readers() {
            if Columns::of(segment)?.ascend(segment.max_doc()) {
                ascending.insert(segment.segment_id());
            }
        }
        Ok(Self {
            searcher,
            ascending: Arc::new(ascending),
            number,
        })
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}
