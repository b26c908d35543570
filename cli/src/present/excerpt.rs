//! A frame for a place in a text that is too long to be shown whole: a script may be one statement
//! of many megabytes, or one line.
//!
//! The line and column that are named stay those of the file.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::Place;

/// Most lines of a frame, besides those around the place.
const LINES: usize = 20;
/// Most characters of a line.
const CHARACTERS: usize = 400;
/// Most characters of a line before the place.
const BEFORE: usize = 100;
/// Lines around the place.
pub(super) const AROUND: usize = 2;

/// A part of a place's text, and the place in it.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    pub(super) start: usize,
    pub(super) length: usize,
    /// Lines of the file before the part.
    before: usize,
    /// Line and column in the file, from 0.
    place: (usize, usize),
    /// What of the place itself does not stand in the part.
    pub(super) left_out: Option<String>,
}

impl Excerpt {
    /// `None` if the place's lines are few and short: then they are shown as they are.
    pub(super) fn of(place: &Place) -> Option<Self> {
        let whole = place.text.as_deref()?;
        let span = place.span.clone();
        let first = line_start(whole, span.start);
        let begin = (0..AROUND).fold(first, |at, _| line_start(whole, at.saturating_sub(1)));
        let before = whole[begin..first].matches('\n').count();
        let placed = whole.get(span.clone())?;
        let lines = placed.matches('\n').count() + 1;
        let shown = before + lines.min(LINES) + AROUND;
        let long = |line: &str| line.chars().nth(CHARACTERS).is_some();
        if lines <= LINES && !whole[begin..].lines().take(shown).any(long) {
            return None;
        }
        let mut excerpt = Self {
            name: place.path.display().to_string(),
            text: String::new(),
            start: 0,
            length: 0,
            before: (place.line - 1).saturating_sub(before),
            place: (place.line - 1, place.column - 1),
            left_out: None,
        };
        let mut at = begin;
        // How much of the place stands in the part.
        let mut kept = 0;
        for line in whole[begin..].split_inclusive('\n').take(shown) {
            let body = line.trim_end_matches(['\n', '\r']);
            let holds_start = at == first;
            let from = if holds_start {
                back(body, span.start - at)
            } else {
                0
            };
            let to = body[from..]
                .char_indices()
                .nth(CHARACTERS)
                .map_or(body.len(), |(end, _)| from + end);
            if from > 0 {
                excerpt.text.push('…');
            }
            let written = excerpt.text.len();
            if holds_start {
                excerpt.start = written + (span.start - at) - from;
            }
            excerpt.text.push_str(&body[from..to]);
            let (placed_from, placed_to) = (span.start.max(at + from), span.end.min(at + to));
            if placed_from < placed_to {
                kept += whole[placed_from..placed_to].chars().count();
                excerpt.length = written + (placed_to - at - from) - excerpt.start;
            }
            if to < body.len() {
                excerpt.text.push('…');
            }
            excerpt.text.push('\n');
            at += line.len();
        }
        let characters = placed.chars().filter(|c| !matches!(c, '\n' | '\r')).count();
        if characters > kept {
            excerpt.left_out = Some(format!(
                "shown is the beginning of it: it has {} characters in {lines} line{}",
                placed.chars().count(),
                if lines == 1 { "" } else { "s" }
            ));
        }
        Some(excerpt)
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where a line is begun to be shown whose place is `at`.
fn back(line: &str, at: usize) -> usize {
    if line[..at].chars().nth(BEFORE).is_none() || line.chars().nth(CHARACTERS).is_none() {
        return 0;
    }
    let mut earlier = line[..at].char_indices().rev();
    earlier.nth(BEFORE - 1).map_or(0, |(start, _)| start)
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.text.read_span(span, before, after)?;
        // Asked for nothing around it, it is asked for the place itself.
        let (line, column) = if (before, after) == (0, 0) {
            self.place
        } else {
            (self.before + read.line(), read.column())
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            read.data(),
            *read.span(),
            line,
            column,
            read.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::present::{Drawn, Problem};

    fn drawn(text: &str, span: std::ops::Range<usize>) -> String {
        let line = text[..span.start].matches('\n').count() + 1;
        let column = text[line_start(text, span.start)..span.start]
            .chars()
            .count()
            + 1;
        let mut problem = Problem::new("code", Exit::Database, "refused");
        problem.place = Some(Place {
            path: "up.sql".into(),
            text: Some(text.to_owned()),
            span,
            line,
            column,
            label: None,
        });
        let theme = miette::GraphicalTheme::unicode_nocolor();
        let mut drawn = String::new();
        miette::GraphicalReportHandler::new_themed(theme)
            .with_context_lines(AROUND)
            .render_report(&mut drawn, &Drawn::new(&problem))
            .expect("a text");
        drawn
    }

    #[test]
    fn a_line_of_megabytes_is_shown_around_its_place() {
        let values = "(1, 'é'), ".repeat(1_000_000);
        let text = format!("SELECT 1;\n\nINSERT INTO t VALUES {values}(2, nothing);\nSELECT 2;\n");
        let at = text.find("nothing").expect("it is there");
        let drawn = drawn(&text, at..at + 7);
        assert!(drawn.len() < 3_000, "{drawn}");
        assert!(drawn.contains("[up.sql:3:10000026]"), "{drawn}");
        assert!(drawn.contains("3 │ …"), "{drawn}");
        assert!(drawn.contains("(2, nothing);"), "{drawn}");
        assert!(drawn.contains("4 │ SELECT 2;"), "{drawn}");
        assert!(!drawn.contains("characters in"), "{drawn}");
    }

    #[test]
    fn of_a_statement_of_megabytes_the_beginning_is_shown() {
        for (row, lines) in [("(1, 'x'), ", 1), ("(1, 'x'),\n", 100_001)] {
            let statement = format!("INSERT INTO nowhere VALUES {}(2)", row.repeat(100_000));
            let text = format!("SELECT 1;\n{statement};\nSELECT 2;\n");
            let drawn = drawn(&text, 10..10 + statement.len());
            assert!(drawn.len() < 3_000, "{drawn}");
            assert!(drawn.contains("[up.sql:2:1]"), "{drawn}");
            assert!(drawn.contains("INSERT INTO nowhere"), "{drawn}");
            let told = format!("it has {} characters in {lines} line", statement.len());
            assert!(drawn.contains(&told), "{drawn}");
        }
    }

    #[test]
    fn what_is_short_is_shown_whole() {
        let text = "SELECT 1;\nSELECT 2\n  FROM t;\n";
        let place = Place {
            path: "up.sql".into(),
            text: Some(text.to_owned()),
            span: 10..27,
            line: 2,
            column: 1,
            label: None,
        };
        assert!(Excerpt::of(&place).is_none());
    }
}
