//! The files of tools that keep SQL files: names and markers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{AdoptProblem, Adopted, Tool};
use crate::revision::write::slug;

/// What a file's name says.
struct Named {
    version: String,
    description: String,
    part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Up,
    Down,
    Both,
}

/// A migration, as far as its files were read.
#[derive(Default)]
struct Found {
    description: String,
    up: Option<(PathBuf, String)>,
    down: Option<String>,
    in_transaction: bool,
}

/// Reads the files of a directory; those below it too, where the tool does.
pub(super) fn read(tool: Tool, directory: &Path) -> Result<Vec<Adopted>, Vec<AdoptProblem>> {
    let mut problems = Vec::new();
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for path in files(directory, tool == Tool::Flyway).map_err(|problem| vec![problem])? {
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let named = match named(tool, file) {
            Ok(Some(named)) => named,
            Ok(None) => continue,
            Err(why) => {
                problems.push(AdoptProblem::File { path, why });
                continue;
            }
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let id = tool.id(&named.version);
                if let Err(problem) = add(found.entry(id).or_default(), tool, named, path, &text) {
                    problems.push(problem);
                }
            }
            Err(source) => problems.push(AdoptProblem::Io { path, source }),
        }
    }
    let mut adopted: Vec<Adopted> = Vec::new();
    for (id, found) in found {
        let Some((from, up)) = found.up else {
            problems.push(AdoptProblem::File {
                path: directory.join(&found.description),
                why: "it is a down script without an up script",
            });
            continue;
        };
        let slug = slug(&found.description);
        adopted.push(Adopted {
            name: if slug.is_empty() {
                id.clone()
            } else {
                format!("{id}_{slug}")
            },
            up,
            down: found.down.filter(|text| has_statement(text)),
            in_transaction: found.in_transaction,
            parents: adopted
                .last()
                .map(|last| last.id().to_owned())
                .into_iter()
                .collect(),
            from,
        });
    }
    if adopted.is_empty() && problems.is_empty() {
        problems.push(AdoptProblem::Nothing {
            path: directory.to_path_buf(),
            tool,
        });
    }
    if problems.is_empty() {
        Ok(adopted)
    } else {
        Err(problems)
    }
}

impl Adopted {
    /// The revision's id.
    pub fn id(&self) -> &str {
        self.name.split('_').next().unwrap_or(&self.name)
    }
}

fn files(directory: &Path, below: bool) -> Result<Vec<PathBuf>, AdoptProblem> {
    let refused = |source| AdoptProblem::Io {
        path: directory.to_path_buf(),
        source,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        if path.is_file() {
            files.push(path);
        } else if below && path.is_dir() {
            files.extend(self::files(&path, below)?);
        }
    }
    files.sort();
    Ok(files)
}

/// What a tool reads from a file's name; `None`: it is none of its migrations.
fn named(tool: Tool, file: &str) -> Result<Option<Named>, &'static str> {
    const IN_CODE: &str =
        "it is written in the tool's own language: write what it does as SQL, or in Rust";
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let split = |stem: &str, part| {
        let (version, description) = stem.split_once('_').unwrap_or((stem, ""));
        digits(version).then(|| Named {
            version: version.to_owned(),
            description: description.to_owned(),
            part,
        })
    };
    match tool {
        Tool::Flyway | Tool::Refinery => {
            let code = file.ends_with(".rs") || file.ends_with(".java");
            let stem = file.strip_suffix(".sql").or_else(|| code.then_some(file));
            let Some((prefix, rest)) = stem.and_then(|stem| stem.split_at_checked(1)) else {
                return Ok(None);
            };
            let Some((version, description)) = rest.split_once("__") else {
                return Ok(None);
            };
            let numbers = version.split(['.', '_']).all(digits);
            match (tool, prefix) {
                (Tool::Flyway, "R") => Err(
                    "a repeatable migration has no version: make it a revision each time it changes",
                ),
                (_, "V" | "U") if !numbers => Ok(None),
                (_, "V" | "U") if code => Err(IN_CODE),
                (Tool::Flyway, "B") => Err("a baseline stands for others: leave it out, and stamp"),
                (Tool::Flyway, "U") => Ok(Some(Named {
                    version: version.to_owned(),
                    description: description.to_owned(),
                    part: Part::Down,
                })),
                // refinery's `U` is unversioned only in that it may come late.
                (_, "V" | "U") => Ok(Some(Named {
                    version: version.to_owned(),
                    description: description.trim_end_matches(".rs").to_owned(),
                    part: Part::Up,
                })),
                _ => Ok(None),
            }
        }
        Tool::Goose if file.ends_with(".go") => match split(file, Part::Both) {
            Some(_) if !file.ends_with("_test.go") => Err(IN_CODE),
            _ => Ok(None),
        },
        Tool::Goose | Tool::Dbmate => Ok(file
            .strip_suffix(".sql")
            .and_then(|stem| split(stem, Part::Both))),
        Tool::Sqlx | Tool::GolangMigrate => {
            let up = file.strip_suffix(".up.sql").map(|stem| (stem, Part::Up));
            let down = file
                .strip_suffix(".down.sql")
                .map(|stem| (stem, Part::Down));
            let plain = (tool == Tool::Sqlx)
                .then(|| file.strip_suffix(".sql").map(|stem| (stem, Part::Up)))
                .flatten();
            Ok(up
                .or(down)
                .or(plain)
                .and_then(|(stem, part)| split(stem, part)))
        }
        Tool::Diesel | Tool::Alembic => Ok(None),
    }
}

fn add(
    found: &mut Found,
    tool: Tool,
    named: Named,
    path: PathBuf,
    text: &str,
) -> Result<(), AdoptProblem> {
    let text = text.trim_start_matches('\u{feff}');
    let (up, down, in_transaction) = match named.part {
        Part::Up => (Some(text.to_owned()), None, !declares_none(tool, text)),
        Part::Down => (None, Some(text.to_owned()), true),
        Part::Both if tool == Tool::Goose => goose(text),
        Part::Both => dbmate(text),
    };
    if let Some(up) = up {
        if let Some((first, _)) = &found.up {
            return Err(AdoptProblem::Duplicate {
                path,
                first: first.clone(),
            });
        }
        found.description = named.description;
        found.in_transaction = in_transaction;
        found.up = Some((path, up));
    } else if found.up.is_none() && named.part == Part::Both {
        return Err(AdoptProblem::File {
            path,
            why: "it has no part that the tool would run upwards",
        });
    } else if found.description.is_empty() {
        found.description = named.description;
    }
    found.down = found.down.take().or(down);
    Ok(())
}

/// Whether a file says in the tool's way that it runs outside a transaction.
fn declares_none(tool: Tool, text: &str) -> bool {
    tool == Tool::Sqlx && text.starts_with("-- no-transaction")
}

/// dbmate: `-- migrate:up [transaction:false]`, `-- migrate:down`.
fn dbmate(text: &str) -> (Option<String>, Option<String>, bool) {
    let mut up = None;
    let mut down = None;
    let mut in_transaction = true;
    let mut current: Option<&mut String> = None;
    for line in text.split_inclusive('\n') {
        if let Some(rest) = marker(line, "migrate:up") {
            in_transaction &= !rest.contains("transaction:false");
            current = Some(up.insert(String::new()));
        } else if let Some(rest) = marker(line, "migrate:down") {
            in_transaction &= !rest.contains("transaction:false");
            current = Some(down.insert(String::new()));
        } else if let Some(part) = &mut current {
            part.push_str(line);
        }
    }
    (up, down, in_transaction)
}

/// goose: `-- +goose Up`, `Down`, `NO TRANSACTION`; `StatementBegin` and `StatementEnd` say what the
/// scanner sees by itself.
fn goose(text: &str) -> (Option<String>, Option<String>, bool) {
    let mut up = None;
    let mut down = None;
    let mut in_transaction = true;
    let mut current: Option<&mut String> = None;
    for line in text.split_inclusive('\n') {
        match marker(line, "+goose").map(|rest| rest.trim().to_ascii_lowercase()) {
            None => {
                if let Some(part) = &mut current {
                    part.push_str(line);
                }
            }
            Some(word) => match word.as_str() {
                "up" => current = Some(up.insert(String::new())),
                "down" => current = Some(down.insert(String::new())),
                "no transaction" => in_transaction = false,
                _ => {}
            },
        }
    }
    (up, down, in_transaction)
}

/// What follows `-- WORD` on a line.
fn marker<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let rest = line.trim_start().strip_prefix("--")?.trim_start();
    rest.strip_prefix(word)
}

/// Whether a text holds more than comments.
pub(super) fn has_statement(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.any(|line| !line.is_empty() && !line.starts_with("--"))
}
