//! A problem as it is shown: one shape for everything that can go wrong, for people and programs.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use super::excerpt::Excerpt;
use crate::exit::Exit;

/// A problem to show. Lower-case, no full stop; it never holds a credential.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) code: String,
    pub(crate) exit: Exit,
    pub(crate) message: String,
    pub(crate) place: Option<Place>,
    /// What ran, what is committed, what is not: sentences.
    pub(crate) facts: Vec<String>,
    /// The exact next step.
    pub(crate) help: Option<String>,
    /// For programs: further fields of the JSON object.
    pub(crate) data: serde_json::Map<String, serde_json::Value>,
}

/// A place in a file.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) text: Option<String>,
    pub(crate) span: Range<usize>,
    pub(crate) line: usize,
    pub(crate) column: usize,
    /// What to write at the place, where that is not the message itself.
    pub(crate) label: Option<String>,
}

impl Place {
    /// Shows the file, if it can be read, at the line and column. For files without secrets.
    pub(crate) fn draw(&mut self) {
        let Ok(text) = std::fs::read_to_string(&self.path) else {
            return;
        };
        let before: usize = text
            .split_inclusive('\n')
            .take(self.line - 1)
            .map(str::len)
            .sum();
        let column = text[before..].char_indices().nth(self.column - 1);
        let at = column.map_or(text.len(), |(offset, _)| before + offset);
        self.span = at..at;
        self.text = Some(text);
    }
}

impl Problem {
    pub(crate) fn new(code: impl Into<String>, exit: Exit, message: impl fmt::Display) -> Self {
        Self {
            code: code.into(),
            exit,
            message: message.to_string(),
            place: None,
            facts: Vec::new(),
            help: None,
            data: serde_json::Map::new(),
        }
    }

    pub(crate) fn refused(code: impl Into<String>, message: impl fmt::Display) -> Self {
        Self::new(code, Exit::Refused, message)
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As one event of a run.
    pub(crate) fn json(&self, database: Option<&str>) -> serde_json::Value {
        let mut object = serde_json::json!({
            "event": "error",
            "code": self.code,
            "exit_code": self.exit.code(),
            "message": self.message,
        });
        let fields = object.as_object_mut();
        if let Some(fields) = fields {
            if let Some(database) = database {
                fields.insert("database".into(), database.into());
            }
            if let Some(place) = &self.place {
                fields.insert("file".into(), place.path.display().to_string().into());
                fields.insert("line".into(), place.line.into());
                fields.insert("column".into(), place.column.into());
            }
            if let Some(help) = &self.help {
                fields.insert("help".into(), help.as_str().into());
            }
            if !self.facts.is_empty() {
                fields.insert("facts".into(), self.facts.clone().into());
            }
            fields.extend(self.data.clone());
        }
        object
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        // Where the text is at hand its frame names the place.
        if let Some(place) = self.place.as_ref().filter(|place| place.text.is_none()) {
            write!(
                f,
                "\nat {}:{}:{}",
                place.path.display(),
                place.line,
                place.column
            )?;
        }
        for fact in &self.facts {
            write!(f, "\n{fact}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// A problem with its source attached, as miette draws it.
#[derive(Debug)]
pub(crate) struct Drawn<'a> {
    problem: &'a Problem,
    source: Option<Source>,
}

/// What a frame is drawn from.
#[derive(Debug)]
enum Source {
    Whole(NamedSource<String>),
    Part(Excerpt),
}

impl<'a> Drawn<'a> {
    pub(crate) fn new(problem: &'a Problem) -> Self {
        let source = problem.place.as_ref().and_then(|place| {
            if let Some(part) = Excerpt::of(place) {
                return Some(Source::Part(part));
            }
            let name = place.path.display().to_string();
            Some(Source::Whole(NamedSource::new(name, place.text.clone()?)))
        });
        Self { problem, source }
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)?;
        match &self.source {
            Some(Source::Part(Excerpt {
                left_out: Some(left_out),
                ..
            })) => write!(f, "\n{left_out}"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.problem.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.problem.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| match source {
            Source::Whole(whole) => whole as &dyn SourceCode,
            Source::Part(part) => part as &dyn SourceCode,
        })
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.problem.place.as_ref()?;
        let (start, length) = match self.source.as_ref()? {
            Source::Whole(_) => (place.span.start, place.span.len()),
            Source::Part(part) => (part.start, part.length),
        };
        let label = LabeledSpan::new(place.label.clone(), start, length);
        Some(Box::new(std::iter::once(label)))
    }
}
