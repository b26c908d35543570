//! The contestants: how each keeps its migrations, and which words make it do a task.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aludel_tests::engine::Engine;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// Apply all revisions to an empty database.
    Empty,
    /// Find nothing to do.
    Head,
    /// Apply one more.
    One,
    /// Revert all.
    Down,
    /// Print the script of all.
    Offline,
    /// Show the tips of the graph.
    Heads,
    /// Show all of it.
    History,
    /// Show where the database stands.
    Current,
}

impl Task {
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("empty", Self::Empty),
        ("head", Self::Head),
        ("one", Self::One),
        ("down", Self::Down),
        ("offline", Self::Offline),
        ("heads", Self::Heads),
        ("history", Self::History),
        ("current", Self::Current),
    ];

    /// It finds the database at the head, and leaves it there.
    pub(crate) fn is_at_head(self) -> bool {
        matches!(
            self,
            Self::Head | Self::Heads | Self::History | Self::Current
        )
    }
}

/// A contestant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    /// Ours.
    Aludel,
    /// Another build of ours: `ALUDEL_BENCH_BASELINE`.
    Baseline,
    /// The engine's own client with the script that ours prints: `sqlite3` in one transaction,
    /// `psql` with one message per revision, `mariadb` as it is.
    Client,
    /// The least that a run could do, connect and select once: `tests/examples/floor.rs`.
    Floor,
    /// The least that a start could do, list the revisions and read their metadata: the same.
    List,
    Sqlx,
    Diesel,
    Refinery,
    Dbmate,
    Alembic,
}

impl Tool {
    pub(crate) const ALL: [(&'static str, Self); 10] = [
        ("aludel", Self::Aludel),
        ("baseline", Self::Baseline),
        ("client", Self::Client),
        ("floor", Self::Floor),
        ("list", Self::List),
        ("sqlx", Self::Sqlx),
        ("diesel", Self::Diesel),
        ("refinery", Self::Refinery),
        ("dbmate", Self::Dbmate),
        ("alembic", Self::Alembic),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, tool)| *tool == self).unwrap().0
    }

    /// The program, if it is there.
    pub(crate) fn program(self, engine: Engine) -> Option<PathBuf> {
        let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let built = |path: &str| {
            let root = aludel_tests::program::root();
            let target = variable("CARGO_TARGET_DIR").unwrap_or(root.join("target"));
            Some(root.join(target).join("release").join(path)).filter(|path| path.exists())
        };
        match self {
            Self::Aludel => variable("ALUDEL_BENCH_PROGRAM").or_else(|| built("aludel")),
            Self::Baseline => variable("ALUDEL_BENCH_BASELINE"),
            Self::Floor | Self::List => built("examples/floor"),
            Self::Client => found(match engine {
                Engine::Sqlite => "sqlite3",
                Engine::Postgres | Engine::Postgres18 => "psql",
                Engine::Mariadb | Engine::Mysql9 => "mariadb",
            }),
            _ => found(self.name()),
        }
    }

    /// Whether it can do a task at all.
    pub(crate) fn does(self, task: Task) -> bool {
        match (self, task) {
            (Self::Aludel | Self::Baseline, _) => true,
            (Self::Client, task) => task == Task::Empty,
            (Self::Floor, task) => task == Task::Head,
            (Self::List, task) => task.is_at_head(),
            (Self::Alembic, _) => true,
            (_, Task::Offline | Task::Heads | Task::History | Task::Current) => false,
            // One at a time only, or not at all.
            (Self::Dbmate | Self::Refinery, Task::Down) => false,
            _ => true,
        }
    }

    /// Adds revision `number`, from 1, to a project in `directory`.
    pub(crate) fn add(self, directory: &Path, number: usize) {
        let version = format!("{}", 20_260_101_000_000_u64 + number as u64);
        let up = format!(
            "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);\n"
        );
        let down = format!("DROP TABLE t{number};\n");
        let write = |name: String, text: &str| {
            let path = directory.join("migrations").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        match self {
            Self::Aludel
            | Self::Baseline
            | Self::Diesel
            | Self::Client
            | Self::Floor
            | Self::List => {
                // As `aludel revision` writes them.
                let name = format!("{version}_r{number}");
                let parent = match number {
                    1 => String::new(),
                    _ => format!("\"{}\"", 20_260_101_000_000_u64 + number as u64 - 1),
                };
                let metadata = format!("run_in_transaction = true\ndown_revision = [{parent}]\n");
                write(format!("{name}/up.sql"), &up);
                write(format!("{name}/down.sql"), &down);
                write(format!("{name}/metadata.toml"), &metadata);
            }
            Self::Sqlx => {
                write(format!("{version}_r{number}.up.sql"), &up);
                write(format!("{version}_r{number}.down.sql"), &down);
            }
            Self::Refinery => write(format!("V{number}__r{number}.sql"), &up),
            Self::Dbmate => write(
                format!("{version}_r{number}.sql"),
                &format!("-- migrate:up\n{up}\n-- migrate:down\n{down}"),
            ),
            Self::Alembic => {
                let parent = match number {
                    1 => "None".to_owned(),
                    _ => format!("\"r{}\"", number - 1),
                };
                let text = format!(
                    "from alembic import op\nrevision = \"r{number}\"\ndown_revision = {parent}\n\
                     def upgrade():\n    op.execute(\"{}\")\ndef downgrade():\n    op.execute(\"{}\")\n",
                    up.trim(),
                    down.trim()
                );
                write(format!("versions/r{number}.py"), &text);
            }
        }
    }

    /// The command that does a task; `script` is what the client reads.
    pub(crate) fn command(self, work: &Work<'_>) -> Command {
        let Work {
            engine,
            directory,
            url,
            task,
            script,
        } = *work;
        let mut command = Command::new(self.program(engine).unwrap());
        command
            .current_dir(directory)
            .env("NO_COLOR", "1")
            .env_remove("DATABASE_URL");
        // To every other tool MariaDB is MySQL, and SQLite's file is written its own way.
        let path = url.strip_prefix("sqlite:");
        let foreign = match engine {
            Engine::Mariadb | Engine::Mysql9 => url.replacen("mariadb:", "mysql:", 1),
            Engine::Sqlite if self == Self::Alembic => format!("sqlite:///{}", path.unwrap()),
            Engine::Postgres | Engine::Postgres18
                if self == Self::Dbmate && !url.contains("sslmode") =>
            {
                format!("{url}?sslmode=disable")
            }
            _ => url.to_owned(),
        };
        let words = |words: &'static str| words.split(' ');
        match self {
            Self::Aludel | Self::Baseline => {
                command.args(["--url", url]).args(match task {
                    Task::Down => vec!["downgrade", "base"],
                    Task::Offline => vec!["upgrade", "--sql"],
                    Task::Heads => vec!["heads"],
                    Task::History => vec!["history"],
                    Task::Current => vec!["current"],
                    _ => vec!["upgrade"],
                });
            }
            Self::Client => client(&mut command, engine, url, script.unwrap()),
            Self::Floor => {
                command.args(["connect", url]);
            }
            Self::List => {
                command.args(["list", "migrations"]);
            }
            Self::Sqlx => {
                command.args(words(match task {
                    Task::Down => "migrate revert --target-version 0 --database-url",
                    _ => "migrate run --database-url",
                }));
                command.arg(if engine == Engine::Sqlite {
                    format!("{foreign}?mode=rwc")
                } else {
                    foreign
                });
            }
            Self::Diesel => {
                command.args(words(match task {
                    Task::Down => "migration revert --all --database-url",
                    _ => "migration run --database-url",
                }));
                command.arg(path.unwrap_or(&foreign)).arg("--migration-dir");
                command.arg(directory.join("migrations"));
            }
            Self::Refinery => {
                command.env("DATABASE_URL", foreign);
                command.args(words("migrate -e DATABASE_URL -p migrations"));
            }
            Self::Dbmate => {
                command.args([
                    "--url",
                    &foreign,
                    "-d",
                    "migrations",
                    "--no-dump-schema",
                    "migrate",
                ]);
            }
            Self::Alembic => {
                command
                    .env("ALEMBIC_URL", alembic_url(&foreign))
                    .args(match task {
                        Task::Down => vec!["downgrade", "base"],
                        Task::Offline => vec!["upgrade", "head", "--sql"],
                        Task::Heads => vec!["heads"],
                        Task::History => vec!["history"],
                        Task::Current => vec!["current"],
                        _ => vec!["upgrade", "head"],
                    });
            }
        }
        command
    }
}

/// What a command is to do, and where.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    pub(crate) engine: Engine,
    pub(crate) directory: &'a Path,
    pub(crate) url: &'a str,
    pub(crate) task: Task,
    pub(crate) script: Option<&'a Path>,
}

fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path).map(|place| place.join(program));
    places.find(|path| path.is_file())
}

fn alembic_url(url: &str) -> String {
    url.replacen("postgres:", "postgresql+psycopg2:", 1)
        .replacen("mysql:", "mysql+pymysql:", 1)
}

/// The engine's own client, reading a script.
fn client(command: &mut Command, engine: Engine, url: &str, script: &Path) {
    let file = || fs::File::open(script).unwrap();
    match engine {
        Engine::Sqlite => {
            let path = url.strip_prefix("sqlite:").unwrap();
            command.args(["-batch", "-bail", path]).stdin(file());
        }
        Engine::Postgres | Engine::Postgres18 => {
            command
                .args(["-Xq", "-v", "ON_ERROR_STOP=1", url, "-f"])
                .arg(script);
        }
        Engine::Mariadb | Engine::Mysql9 => {
            let (login, rest) = url
                .strip_prefix("mariadb://")
                .unwrap()
                .split_once('@')
                .unwrap();
            let (user, password) = login.split_once(':').unwrap();
            let (address, database) = rest.split_once('/').unwrap();
            let (host, port) = address.split_once(':').unwrap();
            command.args(["--no-defaults", "-h", host, "-P", port, "-u", user]);
            command
                .arg(format!("-p{password}"))
                .arg(database)
                .stdin(file());
        }
    }
}

/// Alembic's own files; it needs them beside the revisions.
pub(crate) fn alembic_files(directory: &Path) {
    let migrations = directory.join("migrations");
    fs::create_dir_all(migrations.join("versions")).unwrap();
    fs::write(
        directory.join("alembic.ini"),
        "[alembic]\nscript_location = migrations\n",
    )
    .unwrap();
    fs::write(
        migrations.join("env.py"),
        "import os\nfrom alembic import context\nfrom sqlalchemy import create_engine, pool\n\
         url = os.environ['ALEMBIC_URL']\n\
         if context.is_offline_mode():\n    \
         context.configure(url=url, literal_binds=True, transaction_per_migration=True)\n    \
         with context.begin_transaction():\n        context.run_migrations()\n\
         else:\n    \
         with create_engine(url, poolclass=pool.NullPool).connect() as connection:\n        \
         context.configure(connection=connection, transaction_per_migration=True)\n        \
         with context.begin_transaction():\n            context.run_migrations()\n",
    )
    .unwrap();
}
