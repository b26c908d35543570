//! `adopt`: another tool's directory and ledger, taken over without running anything.

use std::path::Path;

use aludel::adopt::{self, AdoptProblem, Tool};
use aludel::run::{Adoption, RunError, Runner};
use tokio_util::sync::CancellationToken;

use super::{Answer, block_on};
use crate::args::Adopt;
use crate::context::{Context, Need, Target};
use crate::exit::Exit;
use crate::present::{Problem, Reporter};

pub(crate) fn adopt(context: &Context, words: &Adopt) -> Answer {
    let tool: Tool = words.from.parse().map_err(shown_one)?;
    let settings = context.settings(Need::Files, false)?;
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
    files(context, words, tool, directory)?;
    if words.files_only {
        return Ok(Exit::Done);
    }
    let targets = context.targets(Need::Session)?;
    block_on(async |cancel| {
        let mut worst = Exit::Done;
        for target in &targets {
            if let Err(error) = ledger(context, words, tool, target, &cancel).await {
                let words = format!("adopt --from {}", tool.name());
                for problem in Problem::of_run(error, target, &words) {
                    context.out.problem(&problem, None);
                    worst = worst.worse(problem.exit);
                }
            }
        }
        worst
    })
}

/// Writes the revisions that the tool's files make, where there are such files.
fn files(
    context: &Context,
    words: &Adopt,
    tool: Tool,
    directory: &Path,
) -> Result<(), Vec<Problem>> {
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
        return Ok(());
    };
    let adopted = match adopt::read(tool, &source, words.down.as_deref()) {
        Ok(adopted) => adopted,
        // The second database of a project whose files were taken over with the first.
        Err(problems) if words.source.is_none() && is_nothing(&problems) => return Ok(()),
        Err(problems) => return Err(shown(problems)),
    };
    if words.dry_run {
        for revision in &adopted {
            context.out.say(&format!("would write {}", revision.name));
        }
        return Ok(());
    }
    let placed = adopt::place(directory, &adopted).map_err(shown)?;
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
