//! Commands that write: `upgrade`, `downgrade`, `stamp`, `repair`, `ensure-version`.

use std::io::Write;

use aludel::config::Origin;
use aludel::driver::Client;
use aludel::run::{Done, Drift, Move, Omitted, RunError, Runner};
use tokio_util::sync::CancellationToken;

use super::{Answer, block_on};
use crate::args::{Downgrade, Repair, Run, ScriptClient, Stamp, Upgrade};
use crate::context::{Context, Files, Need, Selected, Target, Unread, load};
use crate::exit::Exit;
use crate::present::{Problem, Reporter, count, drift_lines};

/// What to do with one database.
enum Work<'a> {
    Upgrade {
        target: &'a str,
        no_holes: bool,
    },
    Downgrade(&'a str),
    Stamp {
        targets: &'a [String],
        purge: bool,
        verify: bool,
    },
    Forget(&'a [String]),
    Repair {
        revision: &'a str,
        applied: bool,
    },
    Ensure,
}

impl<'a> Work<'a> {
    fn upgrade(words: &'a Upgrade) -> Self {
        Self::Upgrade {
            target: &words.target,
            no_holes: words.no_holes,
        }
    }
}

pub(crate) fn upgrade(context: &Context, words: &Upgrade) -> Answer {
    let work = Work::upgrade(words);
    if words.run.sql {
        return print(context, &work, &words.run);
    }
    refuse_range(&words.target)?;
    match context.selected()? {
        Selected::One(unread) => alone(context, *unread, words),
        Selected::Several(targets) => each(context, targets, &work, Some(&words.run)),
    }
}

pub(crate) fn downgrade(context: &Context, words: &Downgrade) -> Answer {
    let work = Work::Downgrade(&words.target);
    if words.run.sql {
        if !words.target.contains(':') {
            return Err(vec![
                Problem::refused(
                    "downgrade-sql-range",
                    "`downgrade --sql` cannot ask a database where it is",
                )
                .help("give `from:to`, such as `heads:base`"),
            ]);
        }
        return print(context, &work, &words.run);
    }
    refuse_range(&words.target)?;
    online(context, &work, Some(&words.run), true)
}

pub(crate) fn stamp(context: &Context, words: &Stamp) -> Answer {
    let work = if words.forget.is_empty() {
        Work::Stamp {
            targets: &words.targets,
            purge: words.purge,
            verify: words.verify,
        }
    } else {
        Work::Forget(&words.forget)
    };
    if words.run.sql {
        if words.purge || !words.forget.is_empty() {
            return Err(vec![
                Problem::refused(
                    "stamp-sql",
                    "`--purge` and `--forget` need to read the ledger, which `--sql` never does",
                )
                .help("use `stamp from:to --sql`"),
            ]);
        }
        return print(context, &work, &words.run);
    }
    for target in &words.targets {
        refuse_range(target)?;
    }
    online(context, &work, Some(&words.run), words.purge)
}

pub(crate) fn repair(context: &Context, words: &Repair, revision: &str) -> Answer {
    let work = Work::Repair {
        revision,
        applied: words.applied,
    };
    let run = Run {
        lock_timeout: words.lock_timeout,
        ..Run::quiet()
    };
    online(context, &work, Some(&run), false)
}

pub(crate) fn ensure(context: &Context, sql: bool) -> Answer {
    if sql {
        let run = Run {
            sql: true,
            ..Run::quiet()
        };
        return print(context, &Work::Ensure, &run);
    }
    online(context, &Work::Ensure, None, false)
}

fn refuse_range(target: &str) -> Result<(), Vec<Problem>> {
    if target.contains(':') {
        return Err(vec![
            Problem::refused(
                "range-online",
                format!("`{target}` is a range, for `--sql` only"),
            )
            .help("online the database itself says where it is: give the target alone"),
        ]);
    }
    Ok(())
}

fn print(context: &Context, work: &Work<'_>, run: &Run) -> Answer {
    let client = match run.client {
        ScriptClient::Usual => Client::Usual,
        ScriptClient::None => Client::None,
    };
    let targets = context.targets(Need::Dialect)?;
    if targets.len() > 1 {
        let words = verb(work);
        let one = |target: &Target| format!("`aludel {}{words} --sql`", target.options);
        let each: Vec<_> = targets.iter().map(one).collect();
        return Err(vec![
            Problem::refused(
                "sql-several",
                "a script is for one database, whose client reads it, and several are selected",
            )
            .help(format!("print one for each: {}", each.join(", "))),
        ]);
    }
    for target in &targets {
        // The whole script or nothing: half a script in a pipe would run.
        let mut text = Vec::new();
        let omitted = script(target, work, client, &mut text)
            .map_err(|error| Problem::of_run(error, target, &verb(work)))?;
        context
            .out
            .answer(&String::from_utf8_lossy(&text))
            .map_err(|problem| vec![problem])?;
        for left in omitted {
            context.out.say(&format!("omitted: {left}"));
        }
    }
    Ok(Exit::Done)
}

fn script(
    target: &Target,
    work: &Work<'_>,
    client: Client,
    out: &mut dyn Write,
) -> Result<Vec<Omitted>, RunError> {
    let database = &target.database;
    match work {
        Work::Upgrade { target, .. } => database.upgrade_sql(target, client, out),
        Work::Downgrade(range) => database.downgrade_sql(range, client, out),
        Work::Stamp { targets, .. } => {
            database.stamp_sql(targets, client, out)?;
            Ok(Vec::new())
        }
        Work::Forget(_) | Work::Repair { .. } => Ok(Vec::new()),
        Work::Ensure => {
            database.ensure_sql(client, out)?;
            Ok(Vec::new())
        }
    }
}

fn online(context: &Context, work: &Work<'_>, run: Option<&Run>, destroys: bool) -> Answer {
    let targets = context.targets(Need::Session)?;
    if destroys && !run.is_some_and(|run| run.dry_run) {
        confirm(
            context,
            &targets,
            run.map_or(&[], |run| run.yes_on.as_slice()),
        )?;
    }
    each(context, targets, work, run)
}

/// Databases one after the other.
fn each(context: &Context, targets: Vec<Target>, work: &Work<'_>, run: Option<&Run>) -> Answer {
    let several = targets.len() > 1;
    let answer = block_on(async |cancel| {
        let mut worst = Exit::Done;
        for target in &targets {
            if cancel.is_cancelled() {
                context
                    .out
                    .say(&format!("{}: not begun", target.settings.name));
                worst = worst.worse(Exit::Interrupted);
                continue;
            }
            let exit = one(context, target, work, run, several, &cancel).await;
            worst = worst.worse(exit);
        }
        worst
    });
    leave(targets);
    answer
}

async fn one(
    context: &Context,
    target: &Target,
    work: &Work<'_>,
    run: Option<&Run>,
    several: bool,
    cancel: &CancellationToken,
) -> Exit {
    let name = target.settings.name.clone();
    let mut options = context.run_options(&target.settings, run);
    let reporter = Reporter::new(context.out.clone(), target, several).only_tried(options.dry_run);
    let runner = Runner {
        events: &reporter,
        cancel,
    };
    let database = &target.database;
    let done = match work {
        Work::Upgrade { target, no_holes } => {
            options.no_holes = *no_holes;
            database.upgrade(target, &options, runner).await
        }
        Work::Downgrade(target) => database.downgrade(target, &options, runner).await,
        Work::Stamp {
            targets,
            purge,
            verify,
        } => {
            let drift = match verify {
                true => Some(
                    database
                        .stamp_drift(targets, *purge, &options, runner)
                        .await,
                ),
                false => None,
            };
            match drift.transpose() {
                Ok(Some(drift)) if !drift.is_as_scripted() => {
                    unlike(&reporter, &drift);
                    return Exit::Difference;
                }
                Ok(_) => database.stamp(targets, *purge, &options, runner).await,
                Err(error) => Err(error),
            }
        }
        Work::Forget(ids) => database.forget(ids, &options, runner).await,
        Work::Repair { revision, applied } => {
            database.repair(revision, *applied, &options, runner).await
        }
        Work::Ensure => database.ensure(&options, runner).await,
    };
    match done {
        Ok(done) => {
            finish(&reporter, work, &done, options.dry_run);
            Exit::Done
        }
        Err(error) => failed(
            context,
            target,
            work,
            error,
            several.then_some(name.as_str()),
        ),
    }
}

/// Shows why a run stopped; `name` is the database's among several.
fn failed(
    context: &Context,
    target: &Target,
    work: &Work<'_>,
    error: RunError,
    name: Option<&str>,
) -> Exit {
    let problems = Problem::of_run(error, target, &verb(work));
    problems.iter().fold(Exit::Done, |worst, problem| {
        context.out.problem(problem, name);
        worst.worse(problem.exit)
    })
}

/// An upgrade of one database, which is connected to while its files are read.
fn alone(context: &Context, unread: Unread, words: &Upgrade) -> Answer {
    let mut options = context.run_options(&unread.settings, Some(&words.run));
    options.no_holes = words.no_holes;
    block_on(async |cancel| {
        let settings = unread.settings.clone();
        let mut reading = tokio::task::spawn_blocking(move || load(&settings));
        let place = unread.options.clone();
        let mut opening = Box::pin(place.open(options.access(), &options, &cancel));
        // What is wrong with the files is told first, whatever becomes of the connection.
        let (files, session) = tokio::select! {
            biased;
            files = &mut reading => match joined(files) {
                Ok(files) => (files, opening.await),
                Err(problems) => {
                    // SQLite's connection may not be dropped while it opens, and the program ends here.
                    leave(opening);
                    return Err(problems);
                }
            },
            session = &mut opening => match (joined(reading.await), session) {
                (Ok(files), session) => (files, session),
                (Err(problems), session) => {
                    if let Ok(session) = session {
                        session.close().await;
                    }
                    return Err(problems);
                }
            },
        };
        let target = context.read(unread, files);
        let reporter =
            Reporter::new(context.out.clone(), &target, false).only_tried(options.dry_run);
        let runner = Runner {
            events: &reporter,
            cancel: &cancel,
        };
        let to = Move::upgrade(&*words.target);
        let done = match session {
            Ok(session) => {
                target
                    .database
                    .run_opened(session, &to, &options, runner)
                    .await
            }
            Err(error) => Err(error),
        };
        let work = Work::upgrade(words);
        let exit = match done {
            Ok(done) => {
                finish(&reporter, &work, &done, options.dry_run);
                Exit::Done
            }
            Err(error) => failed(context, &target, &work, error, None),
        };
        leave(target);
        Ok(exit)
    })?
}

/// What a thread found that read files.
fn joined(
    files: Result<Result<Files, Vec<Problem>>, tokio::task::JoinError>,
) -> Result<Files, Vec<Problem>> {
    files.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => Err(vec![Problem::refused("runtime", error)]),
    })
}

/// The program ends with this command, and giving back 20,000 revisions one by one takes a while.
fn leave<T>(targets: T) {
    std::mem::forget(targets);
}

/// The database does not hold what the revisions make that it was to be stamped with, or that is not
/// known.
fn unlike(reporter: &Reporter, drift: &Drift) {
    if reporter.out.json() {
        let document = serde_json::json!({
            "event": "unlike",
            "database": reporter.database,
            "drift": drift,
        });
        // A stdout that cannot be written leaves nobody to tell.
        let _ = reporter.out.document(&document);
        return;
    }
    for (what, text) in drift_lines(drift) {
        reporter.line(&format!("  {what:<11} {text}"));
    }
    let help = if drift.differs() {
        "stamp what the database holds, or mend it first"
    } else {
        "compare the tables that were not compared by the engine's own tools, then stamp without --verify"
    };
    reporter.line(&format!("the ledger is as it was: {help}"));
}

fn finish(reporter: &Reporter, work: &Work<'_>, done: &Done, dry_run: bool) {
    if reporter.out.json() {
        let document = serde_json::json!({
            "event": "finished",
            "database": reporter.database,
            "revisions": done.revisions,
            "dry_run": dry_run,
        });
        // A stdout that cannot be written leaves nobody to tell.
        let _ = reporter.out.document(&document);
        return;
    }
    let text = match work {
        _ if dry_run && !done.revisions.is_empty() => {
            for name in &done.revisions {
                reporter.deed(&format!("  would run {name}"));
            }
            "nothing was changed".to_owned()
        }
        Work::Upgrade { .. } | Work::Downgrade(_) if done.revisions.is_empty() => {
            "nothing to do".into()
        }
        Work::Upgrade { .. } => format!("{} applied", count(done.revisions.len(), "revision")),
        Work::Downgrade(_) => format!("{} reverted", count(done.revisions.len(), "revision")),
        Work::Stamp { .. } | Work::Forget(_) | Work::Repair { .. } | Work::Ensure if dry_run => {
            "nothing was changed".into()
        }
        Work::Stamp { .. } | Work::Forget(_) | Work::Repair { .. } if done.stamped => {
            "the ledger is set".into()
        }
        Work::Stamp { .. } | Work::Forget(_) | Work::Repair { .. } => "nothing to do".into(),
        Work::Ensure => "the ledger's tables exist".into(),
    };
    reporter.line(&text);
}

/// A protected database is destroyed only by somebody who types its name.
pub(super) fn confirm(
    context: &Context,
    targets: &[Target],
    yes_on: &[String],
) -> Result<(), Vec<Problem>> {
    let environment = context.global.environment.as_deref();
    let confirmed = |name: &String| yes_on.contains(name);
    let problems: Vec<_> = targets
        .iter()
        .map(|target| &target.settings)
        .filter(|settings| settings.protected.value && !confirmed(&settings.name))
        .map(|settings| {
            Problem::refused(
                "protected",
                format!("database `{}` is protected", settings.name),
            )
            .help(format!(
                "if you mean it, add `--yes-on {}` ({})",
                settings.name,
                match (&settings.protected.origin, environment) {
                    (Origin::Default, Some(environment)) => format!(
                        "in the environment `{environment}`, as in every one but `dev`, databases are protected \
                         unless they say `protected = false`"
                    ),
                    (origin, _) => format!("protected by {origin}"),
                }
            ))
        })
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn verb(work: &Work<'_>) -> String {
    match work {
        Work::Upgrade { target, .. } if *target == "heads" => "upgrade".into(),
        Work::Upgrade { target, .. } => format!("upgrade {target}"),
        Work::Downgrade(target) => format!("downgrade {target}"),
        Work::Stamp { targets, .. } => format!("stamp {}", targets.join(" ")),
        Work::Forget(ids) => format!("stamp --forget {}", ids.join(" --forget ")),
        Work::Repair {
            revision,
            applied: true,
        } => format!("repair {revision} --applied"),
        Work::Repair { revision, .. } => format!("repair {revision} --not-applied"),
        Work::Ensure => "ensure-version".into(),
    }
}
