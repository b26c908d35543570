//! Directives: the line comments by which a script tells aludel how to run it.
//!
//! A directive stands on a line of its own, between statements. Whatever looks like one and is
//! not is a problem rather than a comment, since to pass over a misspelt `only=` would run
//! statements that were not meant to run.

use std::ops::Range;

use super::problem::Reason;

/// A directive and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// The comment, without its line's end.
    pub span: Range<usize>,
    /// The index of the statement that follows; the number of statements if none does.
    pub before: usize,
    /// What it says.
    pub kind: DirectiveKind,
}

/// What a [`Directive`] says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DirectiveKind {
    /// `no-transaction`: every statement of the script commits by itself.
    NoTransaction,
    /// `only=NAME,…`: the statements up to `end` are for these drivers or flavours.
    Only(Vec<String>),
    /// `skip=NAME,…`: the statements up to `end` are not for these drivers or flavours.
    Skip(Vec<String>),
    /// `end` of an `only` or `skip` block.
    End,
}

/// A comment that is meant as a directive.
#[derive(Debug, Clone)]
pub(super) struct Sighting {
    pub(super) span: Range<usize>,
    pub(super) before: usize,
    /// Whether nothing else stands on its line.
    pub(super) alone: bool,
    words: Range<usize>,
}

/// Looks for a directive in a line comment.
pub(super) fn sight(text: &str, span: Range<usize>) -> Option<Sighting> {
    let comment = text.get(span.clone())?.trim_end();
    let rest = comment.strip_prefix("--")?.trim_start();
    let name = rest
        .get(..6)
        .filter(|name| name.eq_ignore_ascii_case("aludel"))?;
    let words = rest
        .get(name.len()..)?
        .trim_start()
        .strip_prefix(':')?
        .trim();
    let end = span.start + comment.len();
    let before = text.get(..span.start)?;
    // Only white space may stand before it on the line, and at the very beginning the mark.
    let alone = matches!(
        before
            .trim_end_matches([' ', '\t', '\u{feff}'])
            .chars()
            .next_back(),
        None | Some('\n' | '\r')
    );
    Some(Sighting {
        span: span.start..end,
        before: 0,
        alone,
        words: end - words.len()..end,
    })
}

/// Reads the directives that stand where they may, and notes what is wrong with them.
pub(super) fn read(
    text: &str,
    sightings: Vec<Sighting>,
    found: &mut Vec<(Range<usize>, Reason)>,
) -> Vec<Directive> {
    let mut directives = Vec::with_capacity(sightings.len());
    let mut open: Option<Range<usize>> = None;
    for Sighting {
        span,
        before,
        words,
        ..
    } in sightings
    {
        let words = text.get(words).unwrap_or_default();
        let Some(kind) = parse(words) else {
            found.push((
                span,
                Reason::DirectiveUnknown {
                    word: words.to_owned(),
                },
            ));
            if words.starts_with("only") || words.starts_with("skip") {
                // It was meant to open a block; its `end` is not a second mistake.
                open = open.or(Some(0..0));
            }
            continue;
        };
        match (&kind, &open) {
            (DirectiveKind::End, None) => found.push((span.clone(), Reason::DirectiveStrayEnd)),
            (DirectiveKind::End, Some(_)) => open = None,
            (_, Some(_)) => found.push((span.clone(), Reason::DirectiveNested)),
            (DirectiveKind::NoTransaction, None) => {}
            (_, None) => open = Some(span.clone()),
        }
        directives.push(Directive { span, before, kind });
    }
    if let Some(span) = open.filter(|span| !span.is_empty()) {
        found.push((span, Reason::DirectiveMissingEnd));
    }
    directives
}

fn parse(words: &str) -> Option<DirectiveKind> {
    match words.split_once('=') {
        None if words == "no-transaction" => Some(DirectiveKind::NoTransaction),
        None if words == "end" => Some(DirectiveKind::End),
        Some((word, list)) => {
            let names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
            if names
                .iter()
                .any(|name| name.is_empty() || name.contains(char::is_whitespace))
            {
                return None;
            }
            match word.trim_end() {
                "only" => Some(DirectiveKind::Only(names)),
                "skip" => Some(DirectiveKind::Skip(names)),
                _ => None,
            }
        }
        None => None,
    }
}
