//! `adopt`: another tool's directory and ledger, taken over without running anything.

use std::path::Path;

use aludel::adopt::{self, AdoptProblem, Adopted, Tool};
use aludel::config::DatabaseSettings;
use aludel::run::{Adoption, RunError, Runner};
use tokio_util::sync::CancellationToken;

use super::{Answer, block_on};
use crate::args::Adopt;
use crate::context::{Context, Need, Target, load};
use crate::exit::Exit;
use crate::present::{Problem, Reporter};

pub(crate) fn adopt(context: &Context, words: &Adopt) -> Answer {
    let tool: Tool = words.from.parse().map_err(shown_one)?;
    let need = match words.files_only {
        true => Need::Files,
        false => Need::Session,
    };
    let settings = context.settings(need, false)?;
    let [settings] = settings.as_slice() else {
        return Err(vec![
            Problem::refused(
                "adopt-several",
                "a directory and its ledger are one database's",
            )
            .help("choose it with `-d NAME`"),
        ]);
    };
    let Some(directory) = settings.migrations.value.first() else {
        return Err(vec![Problem::refused(
            "adopt-directory",
            "there is no migrations directory to write to",
        )]);
    };
    let adopted = files(context, words, tool, directory)?;
    if words.files_only {
        write(context, words, directory, &adopted)?;
        return Ok(Exit::Done);
    }
    // The database is asked before anything is written, with the revisions that are to be.
    let tried = tempfile::tempdir()
        .map_err(|error| vec![Problem::refused("adopt-try", error.to_string())])?;
    let target = tried_target(context, settings, directory, &adopted, tried.path())?;
    let call = format!("adopt --from {}", tool.name());
    let fails = |error: RunError, target: &Target| {
        let problems = Problem::of_run(error, target, &call);
        problems.into_iter().fold(Exit::Done, |worst, problem| {
            context.out.problem(&problem, None);
            worst.worse(problem.exit)
        })
    };
    block_on(async |cancel| {
        if words.dry_run {
            if let Err(problems) = write(context, words, directory, &adopted) {
                return told(context, &problems);
            }
            let done = ledger(context, words, tool, &target, &cancel).await;
            return done.map_or_else(|error| fails(error, &target), |()| Exit::Done);
        }
        if let Err(error) = would(context, tool, &target, &cancel).await {
            return fails(error, &target);
        }
        let written = write(context, words, directory, &adopted);
        let targets = written.and_then(|()| context.targets(Need::Session));
        let targets = match targets {
            Ok(targets) => targets,
            Err(problems) => return told(context, &problems),
        };
        let mut worst = Exit::Done;
        for target in &targets {
            if let Err(error) = ledger(context, words, tool, target, &cancel).await {
                worst = worst.worse(fails(error, target));
            }
        }
        worst
    })
}

fn told(context: &Context, problems: &[Problem]) -> Exit {
    problems.iter().fold(Exit::Done, |worst, problem| {
        context.out.problem(problem, None);
        worst.worse(problem.exit)
    })
}

/// The database with the revisions that are there and those that would be, which are written to `tried`.
fn tried_target(
    context: &Context,
    settings: &DatabaseSettings,
    directory: &Path,
    adopted: &[Adopted],
    tried: &Path,
) -> Result<Target, Vec<Problem>> {
    let missing: Vec<Adopted> = adopted
        .iter()
        .filter(|revision| !directory.join(&revision.name).exists())
        .cloned()
        .collect();
    adopt::place(tried, &missing).map_err(shown)?;
    let mut with_them = settings.clone();
    let directories = &mut with_them.migrations.value;
    directories.retain(|path| path.is_dir());
    directories.push(tried.to_path_buf());
    let files = load(&with_them)?;
    let unread = context.unread(settings.clone(), Need::Session)?;
    Ok(context.read(unread, files))
}

/// Asks the database, and changes nothing.
async fn would(
    context: &Context,
    tool: Tool,
    target: &Target,
    cancel: &CancellationToken,
) -> Result<(), RunError> {
    let mut options = context.run_options(&target.settings, None);
    options.dry_run = true;
    let runner = Runner {
        events: &|_| {},
        cancel,
    };
    target
        .database
        .adopt(tool, &options, runner)
        .await
        .map(drop)
}

/// The revisions that the tool's files make, where there are such files.
fn files(
    context: &Context,
    words: &Adopt,
    tool: Tool,
    directory: &Path,
) -> Result<Vec<Adopted>, Vec<Problem>> {
    let usual = tool.usual_source().map(|usual| context.base().join(usual));
    let Some(source) = words.source.clone().or(usual.filter(|path| path.is_dir())) else {
        if tool == Tool::Alembic && !directory.is_dir() {
            return Err(vec![
                Problem::refused(
                    "adopt-source",
                    "Alembic's revisions are Python, which cannot be read",
                )
                .help(
                    "print them, `alembic upgrade head --sql > up.sql`, and give `--source up.sql`",
                ),
            ]);
        }
        return Ok(Vec::new());
    };
    match adopt::read(tool, &source, words.down.as_deref()) {
        Ok(adopted) => Ok(adopted),
        // The second database of a project whose files were taken over with the first.
        Err(problems) if words.source.is_none() && is_nothing(&problems) => Ok(Vec::new()),
        Err(problems) => Err(shown(problems)),
    }
}

/// Writes revisions, or says that it would.
fn write(
    context: &Context,
    words: &Adopt,
    directory: &Path,
    adopted: &[Adopted],
) -> Result<(), Vec<Problem>> {
    if adopted.is_empty() {
        return Ok(());
    }
    if words.dry_run {
        for revision in adopted {
            context.out.say(&format!("would write {}", revision.name));
        }
        return Ok(());
    }
    let placed = adopt::place(directory, adopted).map_err(shown)?;
    for path in &placed.written {
        context
            .out
            .say(&format!("wrote {}", crate::present::shown(path).display()));
    }
    if !placed.kept.is_empty() {
        let count = placed.kept.len();
        context.out.say(&format!("{count} were there already"));
    }
    Ok(())
}

async fn ledger(
    context: &Context,
    words: &Adopt,
    tool: Tool,
    target: &Target,
    cancel: &CancellationToken,
) -> Result<(), RunError> {
    let reporter = Reporter::new(context.out.clone(), target, false).only_tried(words.dry_run);
    let mut options = context.run_options(&target.settings, None);
    options.dry_run = words.dry_run;
    let runner = Runner {
        events: &reporter,
        cancel,
    };
    let Adoption {
        found, recorded, ..
    } = target.database.adopt(tool, &options, runner).await?;
    if reporter.out.json() {
        let document = serde_json::json!({
            "event": "finished",
            "database": reporter.database,
            "revisions": recorded,
            "dry_run": options.dry_run,
        });
        // A stdout that cannot be written leaves nobody to tell.
        let _ = reporter.out.document(&document);
        return Ok(());
    }
    let count = recorded.len();
    let revisions = if count == 1 { "revision" } else { "revisions" };
    reporter.deed(&match found {
        false => format!(
            "the database has no table of {}'s: nothing was recorded",
            tool.name()
        ),
        true if count == 0 => "the ledger has it all already".into(),
        true if options.dry_run => format!("would record {count} {revisions} as applied"),
        true => format!("{count} {revisions} recorded as applied"),
    });
    Ok(())
}

fn is_nothing(problems: &[AdoptProblem]) -> bool {
    matches!(problems, [AdoptProblem::Nothing { .. }])
}

fn shown_one(problem: AdoptProblem) -> Vec<Problem> {
    shown(vec![problem])
}

fn shown(problems: Vec<AdoptProblem>) -> Vec<Problem> {
    let problems = problems.into_iter();
    problems
        .map(|problem| Problem::refused(problem.code(), problem))
        .collect()
}
