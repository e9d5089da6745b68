//! Writing: a whole index built in the order of its keys, and changes to one that is being searched.
//!
//! A built index is one segment whose keys ascend; merging leaves it alone, so that it stays so, and only joins the
//! small segments that changes make.

use std::path::{Path, PathBuf};

use tantivy::directory::MmapDirectory;
use tantivy::indexer::{LogMergePolicy, NoMergePolicy};
use tantivy::{IndexWriter, TantivyDocument, Term};

use super::error::SearchError;
use super::index::{Fields, Index, payload, schema};
use super::key::Key;
use super::top::Columns;
use super::{Document, Layout};

/// Memory of a bulk build before a segment is written out.
const BUILD_HEAP: usize = 40 << 20;
/// The least the engine takes.
const CHANGE_HEAP: usize = 15 << 20;
/// A segment with more documents is never merged with others.
const LARGEST_MERGED: usize = 50_000;

/// A whole index in the making.
pub(crate) struct Build {
    dir: PathBuf,
    layout: Layout,
    fields: Fields,
    writer: IndexWriter,
}

impl Build {
    /// Begins in an empty directory, which is made.
    pub(crate) fn create(dir: &Path, layout: Layout) -> Result<Self, SearchError> {
        std::fs::create_dir_all(dir)?;
        let (schema, fields) = schema(layout);
        let directory = MmapDirectory::open(dir).map_err(SearchError::unavailable)?;
        let settings = tantivy::IndexSettings::default();
        let index = tantivy::Index::create(directory, schema, settings).map_err(SearchError::unavailable)?;
        let writer = index.writer_with_num_threads(1, BUILD_HEAP)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        Ok(Self {
            dir: dir.to_owned(),
            layout,
            fields,
            writer,
        })
    }

    /// Adds a document; keys must ascend, or searches by key are slow.
    pub(crate) fn add(&mut self, document: Document) -> Result<(), SearchError> {
        self.writer
            .add_document(engine_document(&self.fields, &document))?;
        Ok(())
    }

    /// Joins everything into one segment, makes it durable, and opens it.
    pub(crate) fn finish(mut self, number: u64) -> Result<Index, SearchError> {
        commit(&mut self.writer, self.layout, number)?;
        let mut segments = Vec::new();
        for segment in self.writer.index().searchable_segments()? {
            let reader = tantivy::SegmentReader::open(&segment)?;
            segments.push((Columns::of(&reader)?.key(0), segment.id()));
        }
        segments.sort_unstable();
        if segments.len() > 1 {
            let ids: Vec<_> = segments.into_iter().map(|(_, id)| id).collect();
            self.writer.merge(&ids).wait()?;
            self.writer.garbage_collect_files().wait()?;
        }
        self.writer.wait_merging_threads()?;
        sync_all(&self.dir)?;
        Index::open(&self.dir, self.layout)
    }
}

/// Changes an index that is being searched; there is one of them for an index.
pub(crate) struct Writer {
    engine: IndexWriter,
    fields: Fields,
    layout: Layout,
}

impl Writer {
    /// Claims the index. What a writer before left uncommitted is gone.
    pub(crate) fn open(index: &Index) -> Result<Self, SearchError> {
        let writer = index.engine.writer_with_num_threads(1, CHANGE_HEAP)?;
        let mut policy = LogMergePolicy::default();
        policy.set_max_docs_before_merge(LARGEST_MERGED);
        writer.set_merge_policy(Box::new(policy));
        Ok(Self {
            engine: writer,
            fields: index.fields().clone(),
            layout: index.layout(),
        })
    }

    /// Removes the document of a key.
    pub(crate) fn remove(&mut self, key: Key) {
        let term = Term::from_field_text(self.fields.backwards, &key.backwards());
        self.engine.delete_term(term);
    }

    /// Puts a document in the place of the one with its key.
    pub(crate) fn put(&mut self, document: &Document) -> Result<(), SearchError> {
        self.remove(document.key);
        self.engine
            .add_document(engine_document(&self.fields, document))?;
        Ok(())
    }

    /// Makes the changes durable under `number` and lets `index`, which this was opened on, show them.
    pub(crate) fn commit(mut self, index: &Index, number: u64) -> Result<(), SearchError> {
        commit(&mut self.engine, self.layout, number)?;
        self.engine.wait_merging_threads()?;
        index.reload()
    }
}

fn commit(writer: &mut IndexWriter, layout: Layout, number: u64) -> Result<(), SearchError> {
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&payload(layout, number));
    prepared.commit()?;
    Ok(())
}

fn engine_document(fields: &Fields, document: &Document) -> TantivyDocument {
    let mut made = TantivyDocument::new();
    let (high, low) = document.key.numbers();
    made.add_u64(fields.high, high);
    made.add_u64(fields.low, low);
    made.add_u64(fields.traits, document.traits);
    made.add_text(fields.backwards, document.key.backwards());
    for (field, word) in &document.words {
        made.add_text(fields.of(*field), word);
    }
    made
}

/// Makes every file of a directory durable, and then the directory.
fn sync_all(dir: &Path) -> Result<(), SearchError> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_file() {
            std::fs::File::open(path)?.sync_all()?;
        }
    }
    std::fs::File::open(dir)?.sync_all()?;
    Ok(())
}
