//! What is told of a statement that failed, made fit to be shown: a server quotes statements and
//! rows, where the value of a variable may be a secret, and where there may be megabytes.
//!
//! A value is hidden as it is and as a quoted text holds it, wherever it stands, and its beginning
//! where the server has cut it off. A value of one or two characters is hidden only where it is all
//! that stands between two quotes or parentheses: elsewhere it would be found in every word.
//!
//! Deliberately absent: what is no text of a server's. A printed script holds the values, as it must.

use std::collections::{BTreeMap, BTreeSet};

use super::StatementFailure;
use crate::driver::Failure;

/// Longest text of a server that is told, in characters.
const MESSAGE: usize = 2_000;
/// Longest statement that is told, in characters.
const STATEMENT: usize = 4_000;
/// A shorter value stands in words by chance.
const SHORTEST: usize = 3;
/// As much of a value as this is found nowhere by chance.
const TELLING: usize = 16;
/// From this length on, in bytes, a server may have cut off its message (MySQL: at 512).
const CUT_OFF: usize = 500;

/// Hides the values of variables, and cuts what is long.
pub(crate) struct Discreet<'a> {
    /// What may stand for a value, longest first, and the variable's name.
    forms: Vec<(String, &'a str)>,
}

impl<'a> Discreet<'a> {
    pub(crate) fn new(variables: &'a BTreeMap<String, String>) -> Self {
        let mut forms: Vec<_> = variables
            .iter()
            .flat_map(|(name, value)| written(value).into_iter().map(|form| (form, name.as_str())))
            .filter(|(form, _)| !form.trim().is_empty())
            .collect();
        forms.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        Self { forms }
    }

    pub(crate) fn statement_failure(&self, told: &mut StatementFailure) {
        self.failure(&mut told.failure);
        // Of a script it is the author's text, which holds names and no values.
        told.statement = match told.script {
            Some(_) => shortened(&told.statement, STATEMENT),
            None => self.text(&told.statement, STATEMENT),
        };
        if let Some(sql) = &mut told.translated {
            *sql = self.text(sql, STATEMENT);
        }
    }

    fn failure(&self, failure: &mut Failure) {
        failure.message = self.text(&failure.message, MESSAGE);
        for text in [&mut failure.detail, &mut failure.hint, &mut failure.context] {
            *text = text.take().map(|text| self.text(&text, MESSAGE));
        }
    }

    /// A message about a script, its values hidden.
    pub(crate) fn message(&self, text: &str) -> String {
        self.text(text, MESSAGE)
    }

    fn text(&self, text: &str, longest: usize) -> String {
        if self.forms.is_empty() {
            return shortened(text, longest);
        }
        // What is far behind the end of what is told is not looked at.
        let near = end_of(text, longest.saturating_mul(8)).unwrap_or(text.len());
        let hidden = self.hidden(&text[..near]);
        let left = text[near..].chars().count();
        shortened_by(&hidden, longest, left)
    }

    fn hidden(&self, text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let before = result.chars().next_back();
            let found = self.forms.iter().find_map(|(form, name)| {
                let length = match_at(form, rest, before, text.len() >= CUT_OFF)?;
                Some((length, name))
            });
            let length = if let Some((length, name)) = found {
                result.push_str("${");
                result.push_str(name);
                result.push('}');
                length
            } else {
                result.push(first);
                first.len_utf8()
            };
            rest = &rest[length..];
        }
        result
    }
}

/// A value as it is, and as texts and names in quotes hold it.
fn written(value: &str) -> BTreeSet<String> {
    let plain = [value.to_owned(), value.replace('\\', "\\\\")];
    let quoted = plain.iter().flat_map(|value| {
        ['\'', '"', '`'].map(|quote| value.replace(quote, &format!("{quote}{quote}")))
    });
    quoted.chain(plain.clone()).collect()
}

/// How much of the beginning of `text` shows a form.
fn match_at(form: &str, text: &str, before: Option<char>, may_be_cut: bool) -> Option<usize> {
    let common: usize = form
        .chars()
        .zip(text.chars())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    if common == 0 {
        return None;
    }
    let after = &text[common..];
    if common == form.len() {
        let long = form.chars().count() >= SHORTEST;
        return (long || is_enclosed(before, after.chars().next())).then_some(common);
    }
    let length = form[..common].chars().count();
    let is_cut = after.starts_with("...")
        || after.starts_with('…')
        || after.starts_with("' at line ")
        || (after.is_empty() && may_be_cut);
    (length >= TELLING || (length >= SHORTEST && is_cut)).then_some(common)
}

fn is_enclosed(before: Option<char>, after: Option<char>) -> bool {
    matches!(
        (before, after),
        (Some('\''), Some('\''))
            | (Some('"'), Some('"'))
            | (Some('`'), Some('`'))
            | (Some('('), Some(')'))
            | (Some('“'), Some('”'))
    )
}

/// Where a text of more than `longest` characters is cut.
fn end_of(text: &str, longest: usize) -> Option<usize> {
    text.char_indices().nth(longest).map(|(at, _)| at)
}

fn shortened(text: &str, longest: usize) -> String {
    shortened_by(text, longest, 0)
}

/// The beginning of a text, and how much is left out; `left` characters of it are gone already.
fn shortened_by(text: &str, longest: usize, left: usize) -> String {
    let end = end_of(text, longest).unwrap_or(text.len());
    match text[end..].chars().count() + left {
        0 => text.to_owned(),
        left => format!("{} … ({left} more characters)", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(value: &str, text: &str) -> String {
        let variables = BTreeMap::from([("pw".to_owned(), value.to_owned())]);
        Discreet::new(&variables).message(text)
    }

    #[test]
    fn values_are_hidden_as_servers_quote_them() {
        for (value, text, shown) in [
            (
                "hunter2",
                "near 'identifed by 'hunter2'' at line 1",
                "near 'identifed by '${pw}'' at line 1",
            ),
            (
                "hunter2",
                "Key (s)=(hunter2) already exists.",
                "Key (s)=(${pw}) already exists.",
            ),
            ("hunter2", "name xhunter2y", "name x${pw}y"),
            ("it's", "near 'it''s'", "near '${pw}'"),
            ("a\\'b", "near 'a\\\\''b'", "near '${pw}'"),
            (
                "hunter2-and-more",
                "Failing row contains (1, hunter2-an...).",
                "Failing row contains (1, ${pw}...).",
            ),
            (
                "hunter2-and-more",
                "near 'by 'hunter2-an' at line 3",
                "near 'by '${pw}' at line 3",
            ),
            (
                "0123456789abcdefghij",
                "value: '0123456789abcdefgh'",
                "value: '${pw}'",
            ),
        ] {
            assert_eq!(hidden(value, text), shown);
        }
    }

    #[test]
    fn a_short_value_is_hidden_only_where_it_stands_alone() {
        let text = "Key (a)=(ab), 'ab', about";
        assert_eq!(hidden("ab", text), "Key (a)=(${pw}), '${pw}', about");
        assert_eq!(hidden("", text), text);
    }

    #[test]
    fn the_longest_value_is_hidden_first() {
        let variables = BTreeMap::from([
            ("a".to_owned(), "hunter".to_owned()),
            ("b".to_owned(), "hunter2".to_owned()),
        ]);
        let discreet = Discreet::new(&variables);
        assert_eq!(discreet.message("hunter hunter2"), "${a} ${b}");
    }

    #[test]
    fn what_a_server_has_cut_off_is_hidden_too() {
        let value = "s3cret-of-many-words";
        let text = format!("{}{}", "-".repeat(505), &value[..7]);
        assert!(hidden(value, &text).ends_with("-${pw}"));
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        let text = "é".repeat(1_000_000);
        let shown = hidden("hunter2", &text);
        assert!(shown.ends_with("é … (998000 more characters)"), "{shown}");
        assert_eq!(shortened(&text, MESSAGE), shown);
    }
}
