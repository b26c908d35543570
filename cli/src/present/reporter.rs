//! The reporter: events and problems, for people on stderr or as JSON lines on stdout.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aludel::plan::Why;
use aludel::run::{Event, Events};

use miette::{GraphicalReportHandler, GraphicalTheme};
use owo_colors::OwoColorize;
use textwrap::{WordSeparator, WordSplitter};

use super::excerpt::AROUND;
use super::{Drawn, Problem, count};
use crate::args::Format;
use crate::context::Target;
use crate::signals;

/// How wide a problem is drawn at most: wider lines are hard to read.
const WIDEST: usize = 100;

/// Where answers and events go.
#[derive(Clone)]
pub(crate) struct Out {
    pub(crate) format: Format,
    pub(crate) quiet: bool,
    pub(crate) verbose: u8,
    /// Whether stdout can be written still.
    stdout: Arc<Mutex<Stdout>>,
}

/// What became of stdout.
#[derive(Default)]
enum Stdout {
    #[default]
    Open,
    /// The reader has seen enough: nothing more is written, and that is no error.
    Broken,
    /// It could not be written, at the disk's end say: nothing more is written.
    Failed,
}

impl Out {
    pub(crate) fn new(format: Format, quiet: bool, verbose: u8) -> Self {
        Self {
            format,
            quiet,
            verbose,
            stdout: Arc::default(),
        }
    }

    /// The same, saying nothing of events: for commands whose answer is one document.
    pub(crate) fn silent(&self) -> Self {
        Self {
            format: Format::Human,
            quiet: true,
            ..self.clone()
        }
    }

    pub(crate) fn json(&self) -> bool {
        self.format == Format::Json
    }

    /// Writes to stdout. A broken pipe is not an error; a full disk is, which is told once.
    pub(crate) fn answer(&self, text: &str) -> Result<(), Problem> {
        let mut state = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*state, Stdout::Open) {
            return Ok(());
        }
        let mut stdout = anstream::stdout().lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                *state = Stdout::Broken;
                Ok(())
            }
            Err(error) => {
                *state = Stdout::Failed;
                Err(Problem::refused(
                    "output",
                    format!("the answer could not be written: {error}"),
                ))
            }
            Ok(()) => Ok(()),
        }
    }

    /// Writes a part of an answer while work goes on, which a full disk does not stop: what could
    /// not be written is told on stderr, and by the exit code in the end.
    fn part(&self, text: &str) {
        if let Err(problem) = self.answer(text) {
            to_stderr(&format!(
                "{}; work goes on, and `aludel status` says what is committed",
                problem.message
            ));
        }
    }

    /// Whether something of the answer could not be written.
    pub(crate) fn is_cut(&self) -> bool {
        let state = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(*state, Stdout::Failed)
    }

    /// Writes one JSON document.
    pub(crate) fn document(&self, document: &serde_json::Value) -> Result<(), Problem> {
        self.answer(&format!("{document}\n"))
    }

    /// Says something to people; programs do not hear it.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet && !self.json() {
            to_stderr(text);
        }
    }

    /// Shows a problem.
    pub(crate) fn problem(&self, problem: &Problem, database: Option<&str>) {
        if self.json() {
            self.part(&format!("{}\n", problem.json(database)));
            if self.is_cut() {
                to_stderr(&problem.message);
            }
            return;
        }
        let theme = if has_colour() {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        // Ids, paths and SQL stay whole: people copy them. What is no terminal gets whole lines.
        let width = terminal_size::terminal_size_of(io::stderr());
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_width(width.map_or(WIDEST, |(width, _)| usize::from(width.0).min(WIDEST)))
            .with_wrap_lines(width.is_some())
            .with_word_separator(WordSeparator::AsciiSpace)
            .with_word_splitter(WordSplitter::NoHyphenation)
            .with_break_words(false)
            .with_context_lines(AROUND);
        let mut text = String::new();
        if handler
            .render_report(&mut text, &Drawn::new(problem))
            .is_err()
        {
            text = problem.to_string();
        }
        if let Some(database) = database {
            to_stderr(&format!("{} {}", "database".dimmed(), database.bold()));
        }
        to_stderr(&text);
    }
}

/// Writes a line to stderr. Where that is closed or full nobody can be told, and the run goes on:
/// its exit code still says how it ended.
///
/// One write for the whole line, and one question for the whole run whether somebody looks: stderr
/// has no buffer, and a run of a thousand revisions says a thousand lines.
pub(crate) fn to_stderr(text: &str) {
    static IS_PLAIN: OnceLock<bool> = OnceLock::new();
    let is_plain = IS_PLAIN.get_or_init(|| !has_colour());
    let mut line = if *is_plain {
        anstream::adapter::strip_str(text).to_string()
    } else {
        text.to_owned()
    };
    line.push('\n');
    let _ = if *is_plain {
        io::stderr().write_all(line.as_bytes())
    } else {
        anstream::stderr().write_all(line.as_bytes())
    };
}

/// Whether stderr is to have colour: `NO_COLOR` and what is no terminal are honoured.
fn has_colour() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Reads the events of one database's run.
pub(crate) struct Reporter {
    pub(crate) out: Out,
    pub(crate) database: String,
    /// Name the database in every line: there are several.
    several: bool,
    /// What leads to this database again, for the commands that are named.
    options: String,
    /// What would be done is the answer that was asked for.
    only_tried: bool,
}

impl Reporter {
    pub(crate) fn new(out: Out, target: &Target, several: bool) -> Self {
        Self {
            out,
            database: target.settings.name.clone(),
            several,
            options: target.options.clone(),
            only_tried: false,
        }
    }

    /// For a run that only says what it would do.
    pub(crate) fn only_tried(mut self, only_tried: bool) -> Self {
        self.only_tried = only_tried;
        self
    }

    /// Says something to people.
    pub(crate) fn line(&self, text: &str) {
        self.out.say(&self.named(text));
    }

    /// A line of what is done, or of what would be.
    pub(crate) fn deed(&self, text: &str) {
        if !self.only_tried || self.out.json() {
            return self.line(text);
        }
        self.out.part(&format!("{}\n", self.named(text)));
    }

    fn named(&self, text: &str) -> String {
        match self.several {
            true => format!("{} {text}", self.database.dimmed()),
            false => text.to_owned(),
        }
    }
}

impl Events for Reporter {
    fn event(&self, event: Event) {
        match &event {
            Event::RevisionStarted {
                name,
                transaction: false,
                ..
            } => signals::begins_in_steps(name.clone()),
            Event::RevisionDone { name, .. } => signals::is_done(name),
            _ => {}
        }
        if self.out.json() {
            let Ok(mut value) = serde_json::to_value(&event) else {
                return;
            };
            if let Some(fields) = value.as_object_mut() {
                fields.insert("database".into(), self.database.clone().into());
            }
            self.out.part(&format!("{value}\n"));
            return;
        }
        match event {
            Event::Connected { driver, server } if self.out.verbose > 0 => {
                self.line(&format!("connected by {driver} to {server}"));
            }
            Event::LockWaiting {
                holder,
                timeout_seconds,
            } => {
                let whom = holder.map_or("another process".to_owned(), |holder| {
                    format!("session {} ({})", holder.session, holder.description)
                });
                self.line(&format!(
                    "waiting for the lock, at most {timeout_seconds} s: {whom} holds it"
                ));
            }
            Event::Planned {
                direction,
                revisions,
                holes,
            } => {
                if revisions.is_empty() {
                    return;
                }
                let verb = match direction {
                    aludel::ledger::Direction::Up => "apply",
                    aludel::ledger::Direction::Down => "revert",
                };
                let what = count(revisions.len(), "revision");
                self.deed(&format!("{what} to {verb}"));
                for hole in holes {
                    self.deed(&format!(
                        "  {hole} fills a hole: later revisions are applied already"
                    ));
                }
            }
            Event::Omitted { omissions } => {
                for left in omissions {
                    self.deed(&format!("  omitted: {left}"));
                }
            }
            Event::Warning { message, .. } => {
                let message = message.replace("`aludel ", &format!("`aludel {}", self.options));
                self.line(&format!("{} {message}", "warning:".yellow().bold()));
            }
            Event::RevisionStarted {
                name,
                reason: Some(Why::Alone),
                ..
            } => {
                self.line(&format!(
                    "  {name} runs without a transaction: its only statement is refused inside one"
                ));
            }
            Event::RevisionStarted {
                name,
                transaction: false,
                ..
            } if self.out.verbose > 0 => {
                self.line(&format!("  {name} runs without a transaction"));
            }
            Event::RevisionDone {
                name, direction, ..
            } => {
                let (sign, word) = match direction {
                    aludel::ledger::Direction::Up => ("+", "applied"),
                    aludel::ledger::Direction::Down => ("-", "reverted"),
                };
                self.line(&format!(
                    "  {} {name} {}",
                    sign.green().bold(),
                    word.dimmed()
                ));
            }
            Event::WouldStamp { added, removed } => {
                for id in added {
                    self.deed(&format!("  would enter {id} in the ledger"));
                }
                for id in removed {
                    self.deed(&format!("  would remove {id} from the ledger"));
                }
            }
            Event::Stamped { added, removed } => {
                let entered = added.iter().map(|id| ("+", id, "entered in the ledger"));
                let removed = removed
                    .iter()
                    .map(|id| ("-", id, "removed from the ledger"));
                for (sign, id, word) in entered.chain(removed) {
                    self.line(&format!("  {} {id} {}", sign.green().bold(), word.dimmed()));
                }
            }
            _ => {}
        }
    }
}
