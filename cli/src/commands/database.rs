//! `database`: making and destroying the database itself, as Diesel's command of that name does.

use aludel::run::{RunError, Runner};
use tokio_util::sync::CancellationToken;

use super::run::confirm;
use super::{Answer, block_on};
use crate::args::DatabaseCommand;
use crate::context::{Context, Need, Target, closed};
use crate::exit::Exit;
use crate::present::{Problem, Reporter};

/// What to do, in this order.
#[derive(Debug, Clone, Copy)]
struct Deeds {
    destroy: bool,
    create: bool,
    upgrade: bool,
}

pub(crate) fn database(context: &Context, command: &DatabaseCommand) -> Answer {
    let need = match command {
        DatabaseCommand::Create | DatabaseCommand::Drop(_) => Need::Server,
        DatabaseCommand::Reset(_) | DatabaseCommand::Setup => Need::Session,
    };
    let targets = context.targets(need)?;
    if need == Need::Session {
        // The new database's ledger is empty: found before anything is destroyed.
        for target in &targets {
            closed(target.database.revisions(), target.database.graph())?;
        }
    }
    let (destroy, create, upgrade, words) = match command {
        DatabaseCommand::Create => (false, true, false, "database create"),
        DatabaseCommand::Drop(_) => (true, false, false, "database drop"),
        DatabaseCommand::Reset(_) => (true, true, true, "database reset"),
        DatabaseCommand::Setup => (false, true, true, "database setup"),
    };
    if let DatabaseCommand::Drop(words) | DatabaseCommand::Reset(words) = command {
        confirm(context, &targets, &words.yes_on)?;
    }
    let deeds = Deeds {
        destroy,
        create,
        upgrade,
    };
    let several = targets.len() > 1;
    block_on(async |cancel| {
        let mut worst = Exit::Done;
        for target in &targets {
            if let Err((deed, error)) = one(context, deeds, target, several, &cancel).await {
                let problems = match deed {
                    Some(deed) => Problem::of_administration(error, target, words, deed),
                    None => Problem::of_run(error, target, words),
                };
                for problem in problems {
                    let name = several.then_some(target.settings.name.as_str());
                    context.out.problem(&problem, name);
                    worst = worst.worse(problem.exit);
                }
            }
        }
        worst
    })
}

/// One database's. What fails is told with what was done to the database as a whole, if that failed.
async fn one(
    context: &Context,
    deeds: Deeds,
    target: &Target,
    several: bool,
    cancel: &CancellationToken,
) -> Result<(), (Option<&'static str>, RunError)> {
    let reporter = Reporter::new(context.out.clone(), target, several);
    let runner = Runner {
        events: &reporter,
        cancel,
    };
    let options = context.run_options(&target.settings, None);
    let database = &target.database;
    let mut done = Vec::new();
    if deeds.destroy && deeds.upgrade {
        // What cannot be made again is not destroyed.
        match database.check_up_scripts(None, &options, runner).await {
            // There may be no database.
            Ok(()) | Err(RunError::Session(_)) => {}
            Err(error) => return Err((None, error)),
        }
    }
    if deeds.destroy {
        let dropped = database.destroy(&options, runner).await;
        let dropped = dropped.map_err(|error| (Some("dropped"), error))?;
        done.push(if dropped {
            "the database is dropped"
        } else {
            "there was no database to drop"
        });
    }
    if deeds.create {
        let created = database.create(&options, runner).await;
        let created = created.map_err(|error| (Some("created"), error))?;
        done.push(if created {
            "the database is created"
        } else {
            "the database exists"
        });
    }
    if !reporter.out.json() {
        for line in done {
            reporter.line(line);
        }
    }
    let mut revisions = Vec::new();
    if deeds.upgrade {
        let upgraded = database.upgrade("heads", &options, runner).await;
        revisions = upgraded.map_err(|error| (None, error))?.revisions;
    }
    if reporter.out.json() {
        let document = serde_json::json!({
            "event": "finished",
            "database": reporter.database,
            "revisions": revisions,
            "dry_run": false,
        });
        // A stdout that cannot be written leaves nobody to tell.
        let _ = reporter.out.document(&document);
    } else if deeds.upgrade {
        let count = revisions.len();
        let word = if count == 1 { "revision" } else { "revisions" };
        reporter.line(&format!("{count} {word} applied"));
    }
    Ok(())
}
