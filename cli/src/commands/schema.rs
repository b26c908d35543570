//! `schema print`: Diesel's `schema.rs`, from the live database or from the scripts alone.

use std::path::{Path, PathBuf};

use aludel::driver::Dialect;
use aludel::run::Runner;
use aludel::schema::Schema;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Answer, block_on, reply};
use crate::args::SchemaPrint;
use crate::context::{Context, Need, Target};
use crate::exit::Exit;
use crate::present::{Problem, Reporter, shown};
use crate::schema_rs::{self, Engine};

pub(crate) fn print(context: &Context, words: &SchemaPrint) -> Answer {
    let need = if words.offline {
        Need::Dialect
    } else {
        Need::Session
    };
    let mut targets = context.targets_to_read(need)?;
    let (Some(target), true) = (targets.pop(), targets.is_empty()) else {
        return Err(vec![
            Problem::refused(
                "schema-several",
                "a schema.rs is of one database, and several are selected",
            )
            .help("choose one with `-d NAME`"),
        ]);
    };
    let chosen = settings(context, words).map_err(|problem| vec![problem])?;
    let (schema, engine) = if words.offline {
        offline(context, &target, &words.target)?
    } else {
        online(context, &target)?
    };
    let mut text = schema_rs::print(&schema, engine, &chosen.settings).map_err(unprintable)?;
    if let Some(patch) = &chosen.patch {
        text = patched(&text, patch).map_err(|problem| vec![problem])?;
    }
    let file = words.file.clone().or(chosen.file);
    if words.check {
        return check(context, &target, &text, file.as_deref());
    }
    let document = json!({
        "database": target.settings.name,
        "schema": text,
        "file": file.as_deref().map(|file| shown(file).display().to_string()),
    });
    reply(context, &text, vec![document])?;
    Ok(Exit::Done)
}

/// What `diesel.toml` says.
fn settings(context: &Context, words: &SchemaPrint) -> Result<schema_rs::Chosen, Problem> {
    let named = words
        .diesel_toml
        .clone()
        .or_else(|| context.variable("DIESEL_CONFIG_FILE").map(PathBuf::from));
    let path = named.unwrap_or_else(nearest);
    schema_rs::chosen(&path, &words.schema_key).map_err(
        |schema_rs::SettingsProblem { code, message }| {
            Problem::refused(code, message)
                .help("`--diesel-toml FILE` names the file, `--schema-key KEY` the section")
        },
    )
}

/// The nearest `diesel.toml`, searched upwards.
fn nearest() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let found = here
        .ancestors()
        .map(|directory| directory.join("diesel.toml"))
        .find(|path| path.exists());
    found.unwrap_or_else(|| PathBuf::from("diesel.toml"))
}

fn engine(dialect: &dyn Dialect, live: bool) -> Engine {
    Engine {
        syntax: dialect.syntax(),
        mariadb: dialect.server().flavour() == "mariadb",
        live,
    }
}

/// What the scripts make.
fn offline(context: &Context, target: &Target, to: &str) -> Result<(Schema, Engine), Vec<Problem>> {
    let refused = |error| Problem::of_run(error, target, "schema print");
    let database = &target.database;
    let dialect = database.offline_dialect().map_err(refused)?;
    let model = database.model(to, dialect.as_ref()).map_err(refused)?;
    for gap in &model.gaps {
        context.out.say(&format!(
            "unmodelled: {}/up.sql:{}: {}",
            gap.revision, gap.line, gap.what
        ));
    }
    Ok((model.schema, engine(dialect.as_ref(), false)))
}

/// What the database holds.
fn online(context: &Context, target: &Target) -> Result<(Schema, Engine), Vec<Problem>> {
    block_on(async |cancel: CancellationToken| {
        let reporter = Reporter::new(context.out.silent(), target, false);
        let runner = Runner {
            events: &reporter,
            cancel: &cancel,
        };
        let options = context.run_options(&target.settings, None);
        target.database.live_schema(&options, runner).await
    })?
    .map(|(schema, dialect)| (schema, engine(dialect.as_ref(), true)))
    .map_err(|error| Problem::of_run(error, target, "schema print"))
}

/// What is printed after `patch_file` of diesel.toml has changed it.
fn patched(text: &str, path: &Path) -> Result<String, Problem> {
    let shown = shown(path).display().to_string();
    let patch = std::fs::read_to_string(path)
        .map_err(|error| Problem::refused("read", format!("cannot read `{shown}`: {error}")))?;
    let refused = |error: &dyn std::fmt::Display| {
        let message = format!("`{shown}` cannot be applied to what is printed: {error}");
        Problem::refused("patch-file", message).help(
            "leave `patch_file` out of diesel.toml, print, and make the patch anew with `diff -u`",
        )
    };
    let patch = diffy::Patch::from_str(&patch).map_err(|error| refused(&error))?;
    diffy::apply(text, &patch).map_err(|error| refused(&error))
}

fn unprintable(found: Vec<schema_rs::Unprintable>) -> Vec<Problem> {
    let problems = found.into_iter().map(|found| {
        Problem::refused(found.code, found.message)
            .help("leave the table out: `filter = { except_tables = [\"^name$\"] }` in diesel.toml")
    });
    problems.collect()
}

/// Whether a file is what would be printed.
fn check(context: &Context, target: &Target, text: &str, file: Option<&Path>) -> Answer {
    let Some(file) = file else {
        return Err(vec![
            Problem::refused("schema-file", "`--check` needs a file to compare with")
                .help("give `--file src/schema.rs`, or set `file` in diesel.toml"),
        ]);
    };
    let held = std::fs::read_to_string(file).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", shown(file).display());
        vec![Problem::refused("read", message)]
    })?;
    let path = shown(file).display().to_string();
    let held = held.replace("\r\n", "\n");
    let line = first_difference(&held, text);
    let document = json!({
        "database": target.settings.name,
        "file": path,
        "up_to_date": line.is_none(),
    });
    let words = match &line {
        None => format!("`{path}` is up to date\n"),
        Some((number, held, wanted)) => format!(
            "`{path}` is out of date from line {number} on:\n  it says    {held}\n  should be  {wanted}\n"
        ),
    };
    reply(context, &words, vec![document])?;
    Ok(match line {
        None => Exit::Done,
        Some(_) => Exit::Difference,
    })
}

/// The number of the first line that differs, from 1, and both.
fn first_difference<'t>(held: &'t str, wanted: &'t str) -> Option<(usize, &'t str, &'t str)> {
    if held == wanted {
        return None;
    }
    const END: &str = "(the end of the file)";
    let (mut held, mut wanted) = (held.lines(), wanted.lines());
    for number in 1.. {
        match (held.next(), wanted.next()) {
            (None, None) => return Some((number, "(no line end)", "(a line end)")),
            (a, b) if a == b => {}
            (a, b) => return Some((number, a.unwrap_or(END), b.unwrap_or(END))),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some((2, "b", "c")));
        let end = first_difference("a\n", "a\nb\n");
        assert_eq!(end, Some((2, "(the end of the file)", "b")));
        assert!(first_difference("a\nb", "a\nb\n").is_some());
    }
}
