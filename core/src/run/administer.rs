//! Making and destroying the database itself.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::supervise::supervised;
use super::{Database, RunError, RunOptions, Runner};
use crate::config::DatabaseUrl;
use crate::driver::{Access, Administration, ConnectOptions, Failure, Session};

impl Database {
    /// Makes the database, empty. Says whether it had to be made.
    ///
    /// # Errors
    ///
    /// If the server refuses, the file cannot be made, or the driver does not make databases.
    pub async fn create(&self, options: &RunOptions, runner: Runner<'_>) -> Result<bool, RunError> {
        match self.administration()? {
            Administration::Statements {
                on, exists, create, ..
            } => {
                self.administer(&on, &exists, false, &create, options, runner)
                    .await
            }
            Administration::File { path, .. } => {
                match OpenOptions::new().write(true).create_new(true).open(&path) {
                    Ok(_) => Ok(true),
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                    Err(error) => Err(on_file("create", &path, &error)),
                }
            }
        }
    }

    /// Destroys the database and all that it holds. Says whether there was one.
    ///
    /// # Errors
    ///
    /// If the server refuses (others may be connected), or the file is none of the engine's.
    pub async fn destroy(
        &self,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<bool, RunError> {
        match self.administration()? {
            Administration::Statements {
                on, exists, drop, ..
            } => {
                self.administer(&on, &exists, true, &drop, options, runner)
                    .await
            }
            Administration::File {
                path,
                beside,
                magic,
            } => remove(&path, &beside, &magic),
        }
    }

    fn administration(&self) -> Result<Administration, RunError> {
        let url = self.url()?;
        let administration = self.options.driver.administration(url);
        administration.map_err(|message| RunError::Refused {
            code: "administration",
            message,
            help: "create or drop it with the engine's own tools".into(),
        })
    }

    /// Runs `statement` if whether the database exists is as `wanted`.
    async fn administer(
        &self,
        on: &DatabaseUrl,
        exists: &str,
        wanted: bool,
        statement: &str,
        options: &RunOptions,
        runner: Runner<'_>,
    ) -> Result<bool, RunError> {
        let mut how = ConnectOptions::new(Access::Write);
        how.timeout = options.connect_timeout;
        let connected = self.options.driver.connect(on, &how).await;
        let mut session = connected.map_err(RunError::from_failure)?;
        let done = run(session.as_mut(), exists, wanted, statement, runner).await;
        session.close().await;
        done.map_err(RunError::from_failure)
    }
}

async fn run(
    session: &mut dyn Session,
    exists: &str,
    wanted: bool,
    statement: &str,
    runner: Runner<'_>,
) -> Result<bool, Failure> {
    let found = session.query(exists).await?;
    if found.rows.is_empty() == wanted {
        return Ok(false);
    }
    let interrupt = session.interrupt();
    supervised(interrupt, runner.cancel, session.send(&[statement])).await?;
    Ok(true)
}

/// Removes a database's files, if they are a database's.
fn remove(path: &Path, beside: &[PathBuf], magic: &[u8]) -> Result<bool, RunError> {
    // What it leads to would stay, and the next run would make another file in its place.
    if std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        return Err(RunError::Refused {
            code: "symbolic-link",
            message: format!(
                "`{}` is a symbolic link, so nothing is deleted",
                path.display()
            ),
            help: "give the URL of the file that it leads to".into(),
        });
    }
    let mut begin = Vec::new();
    let length = u64::try_from(magic.len()).unwrap_or(u64::MAX);
    let read = File::open(path).and_then(|file| file.take(length).read_to_end(&mut begin));
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(on_file("read", path, &error)),
        Ok(_) if begin.is_empty() || begin == magic => {}
        Ok(_) => {
            return Err(RunError::Refused {
                code: "not-a-database",
                message: format!("`{}` is no database, so it is not deleted", path.display()),
                help: "see whether the URL leads where you mean".into(),
            });
        }
    }
    // The main file goes last: while it is there, those beside it belong to it.
    for file in beside.iter().map(PathBuf::as_path).chain([path]) {
        match std::fs::remove_file(file) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(on_file("delete", file, &error)),
        }
    }
    Ok(true)
}

fn on_file(verb: &str, path: &Path, error: &io::Error) -> RunError {
    RunError::Refused {
        code: "file",
        message: format!("cannot {verb} `{}`: {error}", path.display()),
        help: "see whether its directory exists and may be written".into(),
    }
}
