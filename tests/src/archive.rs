//! Archives: pages of Markdown that are read as documentation and run as tests.
//!
//! A page says on which engines it holds, makes files, and gives commands with their whole answer:
//!
//! ````text
//! # A script without statements
//!
//! On every engine. One revision is applied.
//!
//! `migrations/2026-01-06-101500_b/up.sql`:
//!
//! ```sql
//! -- nothing here
//! ```
//!
//! ```console
//! $ aludel upgrade
//! exit 1
//! == stderr
//! …
//! ```
//! ````
//!
//! - The first paragraph names the engines: `On every engine.`, `On sqlite and postgres.`; `mysql`
//!   means MariaDB too. `One revision is applied.` makes the files of [`FIRST`] and applies it.
//! - A block after a line that ends with a file's name in backticks and a colon is that file.
//! - `sh` is run by bash, `sql` by the engine's own client: what happened before.
//! - `console` holds commands, run by bash, and what they answer. They must change no file and
//!   nothing in the database, unless the block says `console changes`.
//! - A line `On postgres:`, or ``On postgres, `FILE`:``, before a block restricts it.
//!
//! `DATABASE_URL` is the page's own database; `DATABASE`, `SERVER` (host and port) and `SCHEME` are
//! its parts. What differs from run to run is written `[DIR]`, `[DATABASE]`, `[SERVER]`, `[PORT]`,
//! `[VERSION]`.
//! `SNAPSHOTS=overwrite` writes the answers into the pages: read them before you commit.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::database::Database;
use crate::desk::{Place, Ran};
use crate::engine::{Engine, engines};

/// The revision that is applied where a page says that one is.
pub const FIRST: &str = "2026-01-05-101500_a";

/// Runs every page of a directory below `tests/archives`.
///
/// # Panics
///
/// If an answer is not the page's, or a command changed what it should not: all of them at once.
pub fn run(directory: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("archives")
        .join(directory);
    let mut pages: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    assert!(!pages.is_empty(), "{} has no page", folder.display());
    let mut wrong = String::new();
    for page in &pages {
        for engine in engines_of(page) {
            let expected = snapbox::Data::read_from(page, None).raw();
            let mut run = Run::new(page, engine);
            let actual = run.page(&expected.to_string());
            wrong.push_str(&run.changed);
            let compared = snapbox::Assert::new()
                .action_env(snapbox::assert::DEFAULT_ACTION_ENV)
                .try_eq(Some(&page.display()), actual.into(), expected);
            if let Err(difference) = compared {
                let _ = writeln!(wrong, "{} on {engine:?}:\n{difference}", page.display());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The engines that a page's first paragraph names.
fn engines_of(page: &Path) -> Vec<Engine> {
    let text = fs::read_to_string(page).unwrap();
    let line = text.lines().find(|line| line.starts_with("On "));
    let line = line.unwrap_or_else(|| panic!("{} names no engines", page.display()));
    let names = line.split(['.', ':']).next().unwrap_or_default();
    // A page may be about a server that only `--all-servers` starts.
    let there = engines().into_iter();
    there.filter(|engine| is_meant(*engine, names)).collect()
}

/// Whether `On sqlite, postgres and mysql` means an engine.
fn is_meant(engine: Engine, line: &str) -> bool {
    let names = line.trim_start_matches("On ").replace(" and ", ", ");
    names.split(", ").any(|name| match name {
        "every engine" => true,
        "mariadb" => engine == Engine::Mariadb,
        "mysql 9" => engine == Engine::Mysql9,
        "sqlite" | "postgres" | "mysql" => engine.driver() == name,
        // The name of a file, which stands in the same line.
        name => {
            assert!(name.starts_with('`'), "no engine is called `{name}`");
            false
        }
    })
}

/// One page on one engine.
struct Run<'a> {
    page: &'a Path,
    engine: Engine,
    place: Place,
    database: Database,
    /// What commands changed that should have changed nothing.
    changed: String,
}

impl<'a> Run<'a> {
    fn new(page: &'a Path, engine: Engine) -> Self {
        let place = Place::new();
        let database = match engine {
            Engine::Sqlite => Database::file_at(place.path().join("it.db")),
            _ => Database::new(engine),
        };
        let url = match engine {
            Engine::Sqlite => "sqlite:it.db",
            _ => &database.url,
        };
        let (scheme, _) = url.split_once(':').unwrap();
        let server = match engine {
            Engine::Sqlite => "",
            _ => database.address(),
        };
        let place = place
            .variable("DATABASE_URL", url)
            .variable("DATABASE", database.name())
            .variable("SERVER", server)
            .variable("SCHEME", scheme);
        Self {
            page,
            engine,
            place,
            database,
            changed: String::new(),
        }
    }

    /// Does what the page says; the page as it should be.
    fn page(&mut self, text: &str) -> String {
        let mut actual = String::new();
        let mut lines = text.lines();
        // The last line of text before a block.
        let mut caption = "";
        while let Some(line) = lines.next() {
            actual.push_str(line);
            actual.push('\n');
            let Some(info) = line.strip_prefix("```") else {
                if line.contains("One revision is applied.") {
                    self.apply_first();
                }
                if !line.is_empty() {
                    caption = line;
                }
                continue;
            };
            let mut body = String::new();
            for line in lines.by_ref().take_while(|line| *line != "```") {
                body.push_str(line);
                body.push('\n');
            }
            actual.push_str(&self.block(caption, info, body));
            actual.push_str("```\n");
            caption = "";
        }
        actual
    }

    fn apply_first(&self) {
        self.place
            .revision(FIRST, "CREATE TABLE a (id INT);\n", "DROP TABLE a;\n");
        let ran = self.place.run("upgrade");
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    fn block(&mut self, caption: &str, info: &str, body: String) -> String {
        let file = caption
            .strip_suffix("`:")
            .and_then(|c| c.rsplit('`').next());
        if caption.starts_with("On ") && caption.ends_with(':') {
            let names = caption.trim_end_matches(':');
            if !is_meant(self.engine, names) {
                return body;
            }
        }
        match (info, file) {
            ("console", _) => return self.console(&body, false),
            ("console changes", _) => return self.console(&body, true),
            (_, Some(file)) => {
                self.place.write(file, &body);
            }
            ("sh", _) => {
                let output = self.place.command("bash").args(["-ec", &body]).output();
                let output = output.unwrap();
                assert!(
                    output.status.success(),
                    "{}: {output:?}",
                    self.page.display()
                );
            }
            ("sql", _) => {
                let sql = body.replace("[DATABASE]", self.database.name());
                let output = self.database.client(&sql);
                let quiet = output.status.success() && output.stderr.is_empty();
                assert!(quiet, "{}: {output:?}", self.page.display());
            }
            _ => panic!("{}: what is `{info}`?", self.page.display()),
        }
        body
    }

    fn console(&mut self, body: &str, may_change: bool) -> String {
        let mut actual = String::new();
        for command in body.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let before = (!may_change).then(|| self.everything());
            let ran = self.place.bash(command);
            if let Some(before) = before {
                let after = self.everything();
                let differs = |thing: &&String| before.get(*thing) != after.get(*thing);
                let changed: Vec<_> = before.keys().chain(after.keys()).filter(differs).collect();
                if !changed.is_empty() {
                    let page = self.page.display();
                    let engine = self.engine;
                    let _ = writeln!(
                        self.changed,
                        "{page} on {engine:?}: `{command}` changed {changed:?}"
                    );
                }
            }
            let answer = self.redacted(&ran);
            let _ = writeln!(actual, "$ {command}\n{}", answer.trim_end());
        }
        assert!(!actual.is_empty(), "{}: no command", self.page.display());
        actual
    }

    /// Every file by its name, and what the database holds.
    fn everything(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files: BTreeMap<_, _> = self.place.everything().into_iter().collect();
        // SQLite's own file is compared by what it holds.
        files.remove("it.db");
        files.insert("the database".into(), self.database.dump().into_bytes());
        files
    }

    fn redacted(&self, ran: &Ran) -> String {
        let mut text = ran.text();
        if self.engine != Engine::Sqlite {
            let address = self.database.address();
            let port = address.rsplit(':').next().unwrap_or_default();
            text = text
                .replace(address, "[SERVER]")
                // Where a message takes the address apart.
                .replace(&format!(" port {port}"), " port [PORT]")
                .replace(self.database.name(), "[DATABASE]");
        }
        text
    }
}
