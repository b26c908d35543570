//! Where in the metadata a problem of the graph comes from.
//!
//! Loading keeps no places: they would cost every command memory for what an error alone needs.
//! The file is read once more instead.

use std::ops::Range;
use std::sync::Arc;

use super::{Place, RevisionId, RevisionSet};
use crate::config::Document;
use crate::graph::Mention;

/// A stretch of a file, with the file's text to show it in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Passage {
    /// Where it begins.
    pub place: Place,
    /// The text of the file.
    pub text: Arc<str>,
    /// The stretch, in bytes.
    pub span: Range<usize>,
}

impl RevisionSet {
    /// Finds what a problem of the graph mentions: the value, else the list that should hold it.
    /// None where no metadata says it: the parent is implied by the order of the directory.
    pub fn locate(&self, mention: &Mention) -> Option<Passage> {
        let id = RevisionId::of_directory(&mention.revision).ok()?;
        let revision = self.get(id.as_str())?;
        let source = self.sources.get(revision.directory)?;
        let bytes = source.read(&revision.relative(source.as_ref()).join("metadata.toml"));
        let text: Arc<str> = String::from_utf8(bytes.ok()??).ok()?.into();
        let file = revision.metadata_path();
        let span = find(&Document::new(&file, &text), mention)?;
        Some(Passage {
            place: Place::of_offset(&file, &text, span.start),
            span,
            text,
        })
    }
}

fn find(document: &Document<'_>, mention: &Mention) -> Option<Range<usize>> {
    let table = document.parse().ok()?;
    let entries = document.entries("", &table);
    let named = |key| entries.iter().filter(move |entry| entry.name == key);
    let keys = || mention.keys.iter().copied();
    let exact = keys().flat_map(named).find_map(|entry| {
        let mut strings = entry.string_spans().into_iter();
        strings.find_map(|(text, span)| means(text, &mention.value).then_some(span))
    });
    exact.or_else(|| keys().flat_map(named).map(|e| e.value_span()).next())
}

/// A revision may be written as an id, as a dated prefix or as a directory's name.
fn means(written: &str, value: &str) -> bool {
    written == value
        || match (
            RevisionId::of_directory(written),
            RevisionId::of_directory(value),
        ) {
            (Ok(written), Ok(value)) => written == value,
            _ => false,
        }
}
