//! Commands that write files: `init`, `revision`, `merge`.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use aludel::config::DatabaseUrl;
use aludel::graph::Applied;
use aludel::revision::RevisionId;
use aludel::revision::write::{self, NewRevision, WriteProblem, Written};
use serde_json::json;

use super::Answer;
use crate::args::{Merge, Revision};
use crate::context::{Context, Need, Target};
use crate::exit::Exit;
use crate::present::Problem;

/// What `init` writes: the project of a newcomer, or the one that `--url` and `--dialect` describe; and
/// whether the URL is in it.
fn config_text(context: &Context, migrations: &[PathBuf]) -> Result<(String, bool), Vec<Problem>> {
    let global = &context.global;
    let mut open = true;
    let (url, scheme) = match &global.url {
        None => ("sqlite:default.db".to_owned(), None),
        Some(url) => {
            let problem = |error: aludel::config::UrlError| Problem::refused(error.code(), error);
            let url = DatabaseUrl::parse(url).map_err(|error| vec![problem(error)])?;
            let scheme = url.scheme().to_owned();
            // A file that goes into a repository holds no secret.
            open = is_open(&url);
            let text = if open {
                url.secret()
            } else {
                "${DATABASE_URL}"
            };
            (text.to_owned(), Some(scheme))
        }
    };
    let one = |error: aludel_plugin::host::LoadError| vec![Problem::from(error)];
    let dialect = match (&global.dialect, scheme) {
        (Some(dialect), _) => {
            context.drivers.knows(dialect).map_err(one)?;
            dialect.clone()
        }
        (None, Some(scheme)) => {
            let driver = context.drivers.by_scheme(&scheme).map_err(one)?;
            driver.info().name.to_owned()
        }
        (None, None) => "postgres".to_owned(),
    };
    let quoted = |text: String| toml::Value::String(text).to_string();
    let (dialect, url) = (quoted(dialect), quoted(url));
    let directories = migrations
        .iter()
        .map(|path| quoted(path.display().to_string()));
    let migrations = match directories.collect::<Vec<_>>().as_slice() {
        [only] => only.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    let text = format!(
        r#"# aludel: databases and where their migrations are.
# Every path, a relative SQLite path too, is relative to this file.

[databases.default]
dialect    = {dialect:<19} # what the SQL of the migrations is written in
migrations = {migrations}
url        = {url}

# [environments.prod.databases.default]
# url = "${{DATABASE_URL}}"
"#
    );
    Ok((text, open))
}

/// The migrations directories of all databases of the configuration; the usual one if it has none.
fn configured_directories(context: &Context, beside: &Path) -> Result<Vec<PathBuf>, Vec<Problem>> {
    let usual = vec![beside.join("migrations")];
    let Some(config) = &context.config else {
        return Ok(usual);
    };
    let environment = context.global.environment.as_deref();
    let databases = config
        .databases_without_url(environment, &[], true)
        .map_err(|problems| problems.iter().map(Problem::from).collect::<Vec<_>>())?;
    let mut directories = Vec::new();
    for settings in databases {
        for directory in settings.migrations.value {
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
    }
    if directories.is_empty() {
        return Ok(usual);
    }
    Ok(directories)
}

pub(crate) fn init(context: &Context) -> Answer {
    let config = context
        .global
        .config
        .clone()
        .unwrap_or_else(|| PathBuf::from("aludel.toml"));
    let beside = config.parent().unwrap_or(Path::new(""));
    let migrations = match context.global.migrations.as_slice() {
        // A configuration that is there says itself where they are.
        [] if config.exists() => configured_directories(context, beside)?,
        [] => vec![beside.join("migrations")],
        named => named.to_vec(),
    };
    let from_there: Vec<_> = migrations
        .iter()
        .map(|path| match path.strip_prefix(beside) {
            Ok(relative) => relative.to_owned(),
            Err(_) => std::path::absolute(path).unwrap_or_else(|_| path.clone()),
        })
        .collect();
    let (text, open) = config_text(context, &from_there)?;
    let mut made = Vec::new();
    let mut kept = Vec::new();
    let refused = |path: &Path, error: std::io::Error| {
        vec![Problem::refused(
            "init",
            format!("`{}` cannot be made: {error}", path.display()),
        )]
    };
    for directory in &migrations {
        if directory.is_dir() {
            kept.push(directory);
        } else {
            std::fs::create_dir_all(directory).map_err(|error| refused(directory, error))?;
            made.push(directory);
        }
    }
    match write_new(&config, &text) {
        Ok(()) => made.push(&config),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => kept.push(&config),
        Err(error) => return Err(refused(&config, error)),
    }
    let shown = |paths: &[&PathBuf]| -> Vec<String> {
        paths
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    };
    if context.out.json() {
        let document = json!({ "created": shown(&made), "kept": shown(&kept) });
        context.out.document(&document).map_err(|p| vec![p])?;
        return Ok(Exit::Done);
    }
    let mut answer = String::new();
    for path in shown(&made) {
        answer.push_str(&format!("created {path}\n"));
    }
    for path in shown(&kept) {
        answer.push_str(&format!("kept    {path}\n"));
    }
    context.out.answer(&answer).map_err(|p| vec![p])?;
    if made.contains(&&config) && !open {
        let out = &context.out;
        out.say("the URL may hold a secret and is not written: set DATABASE_URL, in `.env` say");
    }
    context.out.say(&format!(
        "next: `aludel {}revision -m \"create accounts\"`",
        context.config_option()
    ));
    Ok(Exit::Done)
}

/// Whether a URL holds no secret. One of a driver that is not known here is masked as a whole, and
/// open if it is no more than a path.
fn is_open(url: &DatabaseUrl) -> bool {
    let text = url.secret();
    let is_path = !text.contains("//") && !text.contains(['@', '?', '=', ';', '&']);
    is_path || url.to_string() == text
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    std::fs::File::create_new(path)?.write_all(text.as_bytes())
}

pub(crate) fn revision(context: &Context, words: &Revision) -> Answer {
    let target = one(context)?;
    let graph = target.database.graph();
    let refused =
        |error: aludel::graph::TargetError| Problem::of_run(error.into(), &target, "revision");
    let parents = graph
        .new_revision_parents(words.head.as_deref(), words.splice)
        .map_err(refused)?;
    let none = Applied::new(graph, []);
    let mut depends_on = Vec::new();
    for wanted in &words.depends_on {
        // A label stays as it is, so that it follows its line; everything else is written out.
        if graph.has_label(wanted) {
            depends_on.push(wanted.clone());
            continue;
        }
        for ix in graph.resolve(wanted, &none).map_err(refused)? {
            depends_on.push(graph.node(ix).id.to_string());
        }
    }
    readable(&target, &words.branch_label, words.rev_id.as_deref())?;
    let new = NewRevision {
        message: Some(words.message.clone()),
        rev_id: words.rev_id.clone(),
        parents: ids(&target, &parents),
        depends_on,
        branch_labels: words.branch_label.clone(),
        merge: false,
    };
    write(context, &target, &new, words.path.as_deref())
}

pub(crate) fn merge(context: &Context, words: &Merge) -> Answer {
    let target = one(context)?;
    let parents = target
        .database
        .graph()
        .merge_parents(&words.targets, words.splice)
        .map_err(|error| Problem::of_run(error.into(), &target, "merge"))?;
    readable(&target, &words.branch_label, words.rev_id.as_deref())?;
    let new = NewRevision {
        message: Some(words.message.clone().unwrap_or_else(|| "merge".into())),
        rev_id: words.rev_id.clone(),
        parents: ids(&target, &parents),
        depends_on: Vec::new(),
        branch_labels: words.branch_label.clone(),
        merge: true,
    };
    write(context, &target, &new, words.path.as_deref())
}

/// Refuses labels and an id with which the project could not be read again.
fn readable(target: &Target, labels: &[String], rev_id: Option<&str>) -> Result<(), Vec<Problem>> {
    let graph = target.database.graph();
    // What is no id is refused where it would be written.
    let id = rev_id.and_then(|prefix| RevisionId::of_directory(prefix).ok());
    let mut problems = Vec::new();
    let mut refuse = |code, what: &str, name: &str, why: &str| {
        let message = format!("the {what} `{}` {why}", name.escape_debug());
        problems.push(Problem::refused(code, message));
    };
    for (index, label) in labels.iter().enumerate() {
        if graph.has_label(label) || labels[..index].contains(label) {
            refuse("duplicate-label", "label", label, "is in use");
        } else if let Some(why) = graph.new_label_fault(label) {
            refuse("graph-bad-label", "label", label, why);
        } else if id.as_ref().is_some_and(|id| id.as_str() == label) {
            refuse(
                "graph-bad-label",
                "label",
                label,
                "is the id of the new revision",
            );
        }
    }
    if let Some(id) = &id
        && let Some(why) = graph.new_id_fault(id.as_str())
    {
        refuse("write-id", "revision id", id.as_str(), why);
    }
    if problems.is_empty() {
        return Ok(());
    }
    let help = "`aludel branches` and `aludel heads` show the labels";
    Err(problems
        .into_iter()
        .map(|problem| problem.help(help))
        .collect())
}

fn ids(target: &Target, nodes: &[aludel::graph::NodeIx]) -> Vec<RevisionId> {
    let graph = target.database.graph();
    nodes.iter().map(|&ix| graph.node(ix).id.clone()).collect()
}

fn one(context: &Context) -> Result<Target, Vec<Problem>> {
    let mut targets = context.targets(Need::Files)?;
    match targets.pop() {
        Some(target) if targets.is_empty() => Ok(target),
        _ => Err(vec![
            Problem::refused(
                "several-databases",
                "a revision is written for one database",
            )
            .help("choose one with `-d NAME`"),
        ]),
    }
}

fn write(context: &Context, target: &Target, new: &NewRevision, path: Option<&Path>) -> Answer {
    let directories = &target.settings.migrations.value;
    let directory = match (path, directories.as_slice()) {
        (Some(path), _) => {
            let same = |known: &&PathBuf| {
                known.canonicalize().ok() == path.canonicalize().ok() || known.ends_with(path)
            };
            directories.iter().find(same).ok_or_else(|| {
                let known: Vec<_> = directories
                    .iter()
                    .map(|d| d.display().to_string())
                    .collect();
                vec![
                    Problem::refused(
                        "path",
                        format!("`{}` is none of the migrations directories", path.display()),
                    )
                    .help(format!("they are: {}", known.join(", "))),
                ]
            })?
        }
        (None, [only]) => only,
        (None, _) => {
            let known: Vec<_> = directories
                .iter()
                .map(|d| d.display().to_string())
                .collect();
            return Err(vec![
                Problem::refused("path", "there are several migrations directories")
                    .help(format!("choose one with `--path`: {}", known.join(", "))),
            ]);
        }
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let written = write::revision(directory, target.database.revisions(), new, now)
        .map_err(|problem: WriteProblem| vec![Problem::refused(problem.code(), problem)])?;
    let upgrade = format!("`aludel {}upgrade`", target.options);
    let next = match new.merge {
        true => format!("next: {upgrade}"),
        false => format!("next: write its up.sql and down.sql, then {upgrade}"),
    };
    tell(context, &written, &next)
}

fn tell(context: &Context, written: &Written, next: &str) -> Answer {
    let files: Vec<_> = written
        .files
        .iter()
        .map(|f| f.display().to_string())
        .collect();
    if context.out.json() {
        let document = json!({
            "revision": written.id.as_str(),
            "name": written.name,
            "files": files,
        });
        context.out.document(&document).map_err(|p| vec![p])?;
    } else {
        let text: String = files
            .iter()
            .map(|file| format!("created {file}\n"))
            .collect();
        context.out.answer(&text).map_err(|p| vec![p])?;
        context.out.say(next);
    }
    Ok(Exit::Done)
}
