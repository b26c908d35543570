//! What may be typed. Definitions only: what the words mean is decided in `context`.
//!
//! A target may begin with a hyphen only as a number (`-1`): a misspelled option must not become one.

mod frequent;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::drawing::Syntax;

/// Multi-database migrations over a graph of revisions, online or as an SQL script.
#[derive(Debug, Parser)]
#[command(name = "aludel", version, about, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 refused, 2 usage, 3 pending, 4 a difference, 5 the database \
refused a statement, 6 lock, 7 part-way, 8 connection, 9 driver, 70 a bug, 130 interrupted."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A path that may be empty: clap's own parser refuses that before the variable can be unset.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

impl Cli {
    /// Reads what was typed, the program's name first.
    ///
    /// # Errors
    /// The words are wrong, or ask for help or the version.
    pub(crate) fn read(words: &[OsString]) -> Result<Self, clap::Error> {
        let cli = match frequent::read(words) {
            Some(cli) => cli,
            None => Self::try_parse_from(words)?,
        };
        Ok(cli.without_empty_variables())
    }

    /// A variable that is set to nothing sets nothing. A flag with nothing behind it is a mistake,
    /// and stays.
    fn without_empty_variables(mut self) -> Self {
        let is_empty = |name: &str| std::env::var_os(name).is_some_and(|value| value.is_empty());
        let global = &mut self.global;
        if is_empty("ALUDEL_CONFIG") {
            global.config = global
                .config
                .take()
                .filter(|path| !path.as_os_str().is_empty());
        }
        if is_empty("ALUDEL_ENV") {
            global.environment = global.environment.take().filter(|name| !name.is_empty());
        }
        self
    }
}

/// Options of every command; they may stand before or after it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The configuration file; default: `aludel.toml`, searched upwards
    #[arg(short, long, value_name = "FILE", global = true, env = "ALUDEL_CONFIG", value_parser = path())]
    pub(crate) config: Option<PathBuf>,
    /// The environment of the configuration: dev, prod …
    #[arg(short, long, value_name = "ENV", global = true, env = "ALUDEL_ENV")]
    pub(crate) environment: Option<String>,
    /// A database of the configuration; may be repeated
    #[arg(short, long, value_name = "NAME", global = true)]
    pub(crate) database: Vec<String>,
    /// Every database of the configuration
    #[arg(long, global = true, conflicts_with = "database")]
    pub(crate) all: bool,
    /// The database's URL; default: DATABASE_URL
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) url: Option<String>,
    /// The migrations directory; may be repeated
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) migrations: Vec<PathBuf>,
    /// The dialect in which the migrations are written
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) dialect: Option<String>,
    /// The driver, instead of the one of the URL's scheme; by path: a library or its manifest
    #[arg(long, value_name = "NAME|PATH", global = true)]
    pub(crate) driver: Option<String>,
    /// The server to plan for: "mariadb 10.11"
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) server: Option<String>,
    /// The value of a variable that scripts declare; may be repeated
    #[arg(short, value_name = "KEY=VALUE", global = true, value_parser = pair)]
    pub(crate) x: Vec<(String, String)>,
    /// How answers and events are written
    #[arg(long, value_name = "FORMAT", global = true, default_value = "human")]
    pub(crate) format: Format,
    /// Say less
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more; may be repeated
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// `KEY=VALUE`; a bare key gives an empty value, as in Alembic.
fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if key.is_empty() || !key.chars().all(plain) {
        return Err("write KEY=VALUE; a key is made of letters, digits and `_`".into());
    }
    Ok((key.to_owned(), value.to_owned()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// For programs: one document, or one event a line
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write `aludel.toml` and a migrations directory; never overwrites
    ///
    /// With `--url` the project is for that database, and its migrations are written in the dialect of
    /// the URL's driver unless `--dialect` names another. A URL that holds a secret is not written.
    Init,
    /// Write a new revision
    Revision(Revision),
    /// Write a revision with several parents
    Merge(Merge),
    /// Apply revisions
    Upgrade(Upgrade),
    /// Revert revisions
    Downgrade(Downgrade),
    /// Write the ledger without running scripts
    Stamp(Stamp),
    /// What to do about part-way revisions; with one: say whether it is applied
    Repair(Repair),
    /// Print the applied heads
    Current {
        /// Exit with 3 unless every head is applied
        #[arg(short = 'C', long)]
        check_heads: bool,
    },
    /// Print the heads of the graph
    Heads,
    /// Print the branch points
    Branches,
    /// Draw the graph, newest first
    History {
        /// From:to; either side may be left out, or relative
        #[arg(short, long, value_name = "A:B", allow_hyphen_values = true)]
        range: Option<String>,
        /// Mark what is applied (needs the database)
        #[arg(short, long)]
        indicate_current: bool,
    },
    /// Draw the graph, for a terminal or as a picture
    ///
    /// Of the files alone: no database is asked. Several databases are one drawing.
    Graph(GraphWords),
    /// Show one revision
    Show {
        /// The revision
        #[arg(value_name = "T", allow_negative_numbers = true)]
        target: String,
    },
    /// Per database: what is applied, pending, changed, missing
    Status {
        /// Exit with 3 if work is pending, 4 if something differs
        #[arg(long)]
        check: bool,
        /// Compare the live schema with what the applied scripts make; exit with 4 if they differ
        #[arg(long)]
        drift: bool,
    },
    /// Everything that can be wrong with the files, without a database
    Check {
        /// For another driver than the URL's: what would not translate
        #[arg(long, value_name = "DRIVER")]
        to: Option<String>,
    },
    /// Each revision's scripts in another dialect, and what is refused, omitted and why
    Translate(Translate),
    /// Open a revision's scripts in $VISUAL or $EDITOR
    Edit {
        /// The revision
        #[arg(value_name = "T", allow_negative_numbers = true)]
        target: String,
    },
    /// Revert the last revisions and apply them again
    Redo(Redo),
    /// Take over another tool's directory and ledger; runs nothing
    Adopt(Adopt),
    /// Compare what two databases hold, on one engine or on two; exit with 4 if they differ
    ///
    /// An empty database that no run has touched is brought to the heads first.
    Parity {
        /// A URL, a database of the configuration, or an environment
        #[arg(value_name = "A")]
        left: String,
        /// Likewise
        #[arg(value_name = "B")]
        right: String,
    },
    /// Diesel's schema.rs
    Schema {
        #[command(subcommand)]
        command: SchemaCommand,
    },
    /// Make or destroy the database itself
    Database {
        #[command(subcommand)]
        command: DatabaseCommand,
    },
    /// Create the ledger's tables
    EnsureVersion {
        /// Print instead of running
        #[arg(long)]
        sql: bool,
    },
    /// Every driver: schemes, version, capabilities
    Drivers {
        #[command(subcommand)]
        command: Option<DriversCommand>,
    },
    /// The databases and their settings
    Config {
        /// Each setting with where it came from, secrets masked
        #[arg(long)]
        explain: bool,
    },
    /// A script that completes aludel's words in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write a manual page for each command
    Man {
        /// The directory, which must exist
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
}

/// What a graph is drawn in; a tree of lines if nothing is said.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct GraphWords {
    /// Print an SVG picture
    #[arg(long)]
    svg: bool,
    /// Print a page with the picture, which needs no other file
    #[arg(long)]
    html: bool,
    /// Print a flowchart of Mermaid
    #[arg(long)]
    mermaid: bool,
    /// Print Graphviz's DOT
    #[arg(long)]
    dot: bool,
}

impl GraphWords {
    /// The language that was chosen.
    pub(crate) fn syntax(&self) -> Option<Syntax> {
        let all = [
            (self.svg, Syntax::Svg),
            (self.html, Syntax::Html),
            (self.mermaid, Syntax::Mermaid),
            (self.dot, Syntax::Dot),
        ];
        all.into_iter()
            .find_map(|(chosen, syntax)| chosen.then_some(syntax))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// Print what `diesel print-schema` prints; settings are those of diesel.toml
    Print(SchemaPrint),
}

#[derive(Debug, Args)]
pub(crate) struct SchemaPrint {
    /// With --offline: of which revision
    #[arg(value_name = "T", default_value = "heads", requires = "offline")]
    pub(crate) target: String,
    /// From the scripts alone: no database is asked
    #[arg(long)]
    pub(crate) offline: bool,
    /// Print nothing; exit with 4 if the file is not what would be printed
    #[arg(long)]
    pub(crate) check: bool,
    /// The file to compare with; default: `file` of diesel.toml
    #[arg(long, value_name = "FILE", requires = "check")]
    pub(crate) file: Option<PathBuf>,
    /// The settings; default: DIESEL_CONFIG_FILE, or the nearest diesel.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) diesel_toml: Option<PathBuf>,
    /// The section `[print_schema.KEY]` of the settings
    #[arg(long, value_name = "KEY", default_value = "default")]
    pub(crate) schema_key: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DatabaseCommand {
    /// Make it, empty, if it is absent
    Create,
    /// Destroy it and all that it holds
    Drop(Confirm),
    /// Destroy it, make it, and apply all revisions
    Reset(Confirm),
    /// Make it if it is absent, and apply all revisions
    Setup,
}

/// The confirmation that destroying a protected database needs.
#[derive(Debug, Args)]
pub(crate) struct Confirm {
    /// Confirm for a protected database, by name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) yes_on: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Adopt {
    /// diesel, alembic, sqlx, refinery, dbmate, golang-migrate, goose or flyway
    #[arg(long, value_name = "TOOL")]
    pub(crate) from: String,
    /// The tool's directory; for alembic what `alembic upgrade head --sql` printed
    #[arg(long, value_name = "PATH")]
    pub(crate) source: Option<PathBuf>,
    /// What `alembic downgrade head:base --sql` printed
    #[arg(long, value_name = "PATH", requires = "source")]
    pub(crate) down: Option<PathBuf>,
    /// Write the revisions and leave the database alone
    #[arg(long)]
    pub(crate) files_only: bool,
    /// Say what would be done, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Redo {
    /// How many
    #[arg(short, value_name = "NUMBER", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) number: u32,
    /// All that are applied
    #[arg(short = 'A', long = "everything", conflicts_with = "number")]
    pub(crate) everything: bool,
    /// How long to wait for the lock, in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) lock_timeout: Option<u64>,
    /// Confirm for a protected database, by name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) yes_on: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DriversCommand {
    /// One driver
    Show {
        /// The driver's name
        name: String,
    },
    /// Print the manifest of a library, to be put beside it as NAME.toml
    Manifest {
        /// The library's file
        library: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Revision {
    /// What it does
    #[arg(short, long, value_name = "MSG")]
    pub(crate) message: String,
    /// Its parent; default: the head
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    pub(crate) head: Option<String>,
    /// Allow a parent that is no head
    #[arg(long)]
    pub(crate) splice: bool,
    /// A label for the line that begins here; may be repeated
    #[arg(long, value_name = "L")]
    pub(crate) branch_label: Vec<String>,
    /// A revision that must be applied before it; may be repeated
    #[arg(long, value_name = "T")]
    pub(crate) depends_on: Vec<String>,
    /// The directory's prefix, instead of the time
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,
    /// Which migrations directory to write to, if there are several
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The revisions to merge, or `heads`
    #[arg(value_name = "T", required = true)]
    pub(crate) targets: Vec<String>,
    /// Allow parents that are no heads
    #[arg(long)]
    pub(crate) splice: bool,
    /// What it does
    #[arg(short, long, value_name = "MSG")]
    pub(crate) message: Option<String>,
    /// A label for the line that begins here; may be repeated
    #[arg(long, value_name = "L")]
    pub(crate) branch_label: Vec<String>,
    /// The directory's prefix, instead of the time
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,
    /// Which migrations directory to write to, if there are several
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<PathBuf>,
}

/// How a run goes.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Print the script instead of running it; needs no database
    #[arg(long)]
    pub(crate) sql: bool,
    /// Say what would run, and change nothing
    #[arg(long, conflicts_with = "sql")]
    pub(crate) dry_run: bool,
    /// The client that the script is for: usual or none
    #[arg(long, value_name = "CLIENT", default_value = "usual", requires = "sql")]
    pub(crate) client: ScriptClient,
    /// How long to wait for the lock, in seconds
    #[arg(long, value_name = "SECONDS")]
    pub(crate) lock_timeout: Option<u64>,
    /// Confirm for a protected database, by name; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) yes_on: Vec<String>,
}

impl Run {
    /// As with no flag.
    pub(crate) fn quiet() -> Self {
        Self {
            sql: false,
            dry_run: false,
            client: ScriptClient::Usual,
            lock_timeout: None,
            yes_on: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScriptClient {
    /// The engine's own: psql, sqlite3, mariadb
    Usual,
    /// None: leave out the lines that only a client understands
    None,
}

#[derive(Debug, Args)]
pub(crate) struct Upgrade {
    /// Where to; with --sql also from:to
    #[arg(
        value_name = "T",
        default_value = "heads",
        allow_negative_numbers = true
    )]
    pub(crate) target: String,
    /// Refuse to fill holes
    #[arg(long)]
    pub(crate) no_holes: bool,
    #[command(flatten)]
    pub(crate) run: Run,
}

#[derive(Debug, Args)]
pub(crate) struct Downgrade {
    /// Where to; with --sql from:to
    #[arg(value_name = "T", allow_negative_numbers = true)]
    pub(crate) target: String,
    #[command(flatten)]
    pub(crate) run: Run,
}

#[derive(Debug, Args)]
pub(crate) struct Translate {
    /// Up to which revision
    #[arg(value_name = "T", default_value = "heads")]
    pub(crate) target: String,
    /// For which driver; default: the URL's
    #[arg(long, value_name = "DRIVER")]
    pub(crate) to: Option<String>,
    /// Write DIR/<revision>/{up,down}.sql instead of printing
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print or write what can be translated, although something was refused
    #[arg(long)]
    pub(crate) keep_going: bool,
}

impl Command {
    /// The driver that the command is about, where it is not the one of the URL.
    pub(crate) fn to(&self) -> Option<&str> {
        match self {
            Self::Check { to } => to.as_deref(),
            Self::Translate(words) => words.to.as_deref(),
            _ => None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Repair {
    /// The part-way revision, which was finished or undone by hand
    #[arg(value_name = "REV", requires = "said")]
    pub(crate) revision: Option<String>,
    /// All of it is done: it is applied
    #[arg(long, group = "said", requires = "revision")]
    pub(crate) applied: bool,
    /// None of it is done, or no longer: it is not applied
    #[arg(long, group = "said", requires = "revision")]
    pub(crate) not_applied: bool,
    /// Wait for the lock no longer than this
    #[arg(long, value_name = "SECONDS")]
    pub(crate) lock_timeout: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Stamp {
    /// Where the database is; with --sql also from:to
    #[arg(
        value_name = "T",
        required_unless_present = "forget",
        allow_negative_numbers = true
    )]
    pub(crate) targets: Vec<String>,
    /// Empty the ledger first
    #[arg(long)]
    pub(crate) purge: bool,
    /// Compare the live schema with what these revisions make first; if they differ, exit with 4
    #[arg(long, conflicts_with_all = ["sql", "forget"])]
    pub(crate) verify: bool,
    /// Remove the row of a revision whose file is gone; may be repeated
    #[arg(long, value_name = "ID", conflicts_with = "targets")]
    pub(crate) forget: Vec<String>,
    #[command(flatten)]
    pub(crate) run: Run,
}
