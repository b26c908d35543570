//! `redo`: the last revisions reverted and applied again, to try a script that is being written.

use aludel::run::{RunError, Runner};
use tokio_util::sync::CancellationToken;

use super::run::confirm;
use super::{Answer, block_on};
use crate::args::Redo;
use crate::context::{Context, Need, Target};
use crate::exit::Exit;
use crate::present::{Problem, Reporter};

pub(crate) fn redo(context: &Context, words: &Redo) -> Answer {
    let targets = context.targets(Need::Session)?;
    confirm(context, &targets, &words.yes_on)?;
    let several = targets.len() > 1;
    block_on(async |cancel| {
        let mut worst = Exit::Done;
        for target in &targets {
            if let Err(error) = one(context, words, target, several, &cancel).await {
                for problem in Problem::of_run(error, target, "redo") {
                    let name = several.then_some(target.settings.name.as_str());
                    context.out.problem(&problem, name);
                    worst = worst.worse(problem.exit);
                }
            }
        }
        worst
    })
}

async fn one(
    context: &Context,
    words: &Redo,
    target: &Target,
    several: bool,
    cancel: &CancellationToken,
) -> Result<(), RunError> {
    let reporter = Reporter::new(context.out.clone(), target, several);
    let runner = Runner {
        events: &reporter,
        cancel,
    };
    let mut options = context.run_options(&target.settings, None);
    if let Some(seconds) = words.lock_timeout {
        options.lock_timeout = std::time::Duration::from_secs(seconds);
    }
    let goal = if words.everything {
        "base".to_owned()
    } else {
        format!("-{}", words.number)
    };
    // What could not be applied again is not reverted.
    let mut looking = options.clone();
    looking.dry_run = true;
    let silent = Runner {
        events: &|_| {},
        cancel,
    };
    let would = target.database.downgrade(&goal, &looking, silent).await?;
    let scripts = target
        .database
        .check_up_scripts(Some(&would.revisions), &options, silent);
    scripts.await?;
    let reverted = target.database.downgrade(&goal, &options, runner).await?;
    // One by one and last reverted first: what else is pending stays so.
    for revision in reverted.revisions.iter().rev() {
        target.database.upgrade(revision, &options, runner).await?;
    }
    let count = reverted.revisions.len();
    if reporter.out.json() {
        let document = serde_json::json!({
            "event": "finished",
            "database": reporter.database,
            "revisions": reverted.revisions,
            "dry_run": false,
        });
        // A stdout that cannot be written leaves nobody to tell.
        let _ = reporter.out.document(&document);
    } else {
        let word = if count == 1 { "revision" } else { "revisions" };
        reporter.line(&format!("{count} {word} reverted and applied again"));
    }
    Ok(())
}
