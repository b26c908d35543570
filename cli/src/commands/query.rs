//! Commands that read the database and write nothing: `current`, `status`, `history`, `show`.

use std::fmt::Write as _;

use aludel::ledger::Snapshot;
use aludel::run::{Runner, Status};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Answer, block_on, files};
use crate::context::{Context, Need, Target};
use crate::exit::Exit;
use crate::present::{Problem, Reporter};

/// What each database that could be asked answered, and the worst of what the others met.
type Answers<T> = Result<(Vec<(Target, T)>, Exit), Vec<Problem>>;

/// Asks each database in turn; a database that cannot be asked does not keep the others from
/// answering.
fn ask<T>(
    context: &Context,
    question: impl AsyncFn(&Target, Runner<'_>) -> Result<T, aludel::run::RunError>,
    words: &str,
) -> Answers<T> {
    let targets = context.targets_to_read(Need::Session)?;
    let several = targets.len() > 1;
    block_on(async |cancel: CancellationToken| {
        let mut answers = Vec::new();
        let mut worst = Exit::Done;
        for target in targets {
            let reporter = Reporter {
                out: context.out.silent(),
                database: target.settings.name.clone(),
                several,
            };
            let runner = Runner {
                events: &reporter,
                cancel: &cancel,
            };
            match question(&target, runner).await {
                Ok(answer) => answers.push((target, answer)),
                Err(error) => {
                    let name = several.then(|| target.settings.name.clone());
                    for problem in Problem::of_run(error, &target, words) {
                        context.out.problem(&problem, name.as_deref());
                        worst = worst.worse(problem.exit);
                    }
                }
            }
        }
        (answers, worst)
    })
}

fn snapshots(context: &Context, words: &str) -> Answers<Snapshot> {
    ask(
        context,
        async |target: &Target, runner: Runner<'_>| {
            let options = context.run_options(&target.settings, None);
            target.database.snapshot(&options, runner).await
        },
        words,
    )
}

pub(crate) fn current(context: &Context, check_heads: bool) -> Answer {
    let (answers, mut exit) = snapshots(context, "current")?;
    let several = answers.len() > 1;
    let mut documents = Vec::new();
    let mut text = String::new();
    for (target, snapshot) in &answers {
        let database = &target.database;
        let graph = database.graph();
        let applied = database.applied(snapshot);
        let heads = graph.current_heads(&applied);
        let mut ids: Vec<String> = heads
            .iter()
            .map(|&ix| graph.node(ix).id.to_string())
            .collect();
        ids.sort();
        let all_heads = graph.effective_heads();
        let at_head = all_heads.iter().all(|&ix| applied.contains(ix));
        let mut all = snapshot.applied.clone();
        all.sort();
        documents.push(json!({
            "database": target.settings.name,
            "driver": database.options().driver.info().name,
            "heads": ids,
            "applied": all,
            "missing": applied.missing,
            "at_head": at_head,
        }));
        if several {
            let _ = writeln!(text, "{}:", target.settings.name);
        }
        for &ix in &heads {
            let node = graph.node(ix);
            let mark = if all_heads.contains(&ix) {
                " (head)"
            } else {
                ""
            };
            let _ = writeln!(text, "{}{mark}", node.name);
        }
        for id in &applied.missing {
            let _ = writeln!(text, "{id} (missing: its file is gone)");
        }
        if check_heads && !at_head {
            exit = exit.worse(Exit::Pending);
        }
    }
    if context.out.json() {
        let document = json!({ "databases": documents });
        context.out.document(&document).map_err(|p| vec![p])?;
    } else {
        context.out.answer(&text).map_err(|p| vec![p])?;
    }
    Ok(exit)
}

pub(crate) fn status(context: &Context, check: bool) -> Answer {
    let (answers, mut exit) = ask(
        context,
        async |target: &Target, runner: Runner<'_>| {
            let options = context.run_options(&target.settings, None);
            target.database.status(&options, runner).await
        },
        "status",
    )?;
    let mut documents = Vec::new();
    let mut text = String::new();
    for (target, status) in &answers {
        if check && status.is_pending() {
            exit = exit.worse(Exit::Pending);
        }
        if check && status.differs() {
            exit = exit.worse(Exit::Difference);
        }
        let mut document = serde_json::to_value(status).unwrap_or(Value::Null);
        if let Some(fields) = document.as_object_mut() {
            fields.insert("database".into(), target.settings.name.clone().into());
        }
        documents.push(document);
        describe(&mut text, target, status);
    }
    if context.out.json() {
        let document = json!({ "databases": documents });
        context.out.document(&document).map_err(|p| vec![p])?;
    } else {
        context.out.answer(&text).map_err(|p| vec![p])?;
    }
    Ok(exit)
}

fn describe(text: &mut String, target: &Target, status: &Status) {
    let _ = writeln!(text, "{} ({})", target.settings.name, status.server);
    let mut line = |what: &str, value: String| {
        let _ = writeln!(text, "  {what:<11} {value}");
    };
    let count = |n: usize| format!("{n} revision{}", if n == 1 { "" } else { "s" });
    if !status.ledger {
        line("ledger", "absent: nothing was ever applied here".into());
    }
    let graph = target.database.graph();
    let names = status.heads.iter().map(|id| match graph.ix(id) {
        Some(ix) => graph.node(ix).name.clone(),
        None => id.clone(),
    });
    let heads = names.collect::<Vec<_>>().join(", ");
    line(
        "current",
        if heads.is_empty() {
            "base".into()
        } else {
            heads
        },
    );
    line("applied", count(status.applied.len()));
    match status.pending.as_slice() {
        [] => line("pending", "nothing".into()),
        pending => {
            line("pending", count(pending.len()));
            for name in pending {
                let hole = if status.holes.contains(name) {
                    "  (a hole: later revisions are applied)"
                } else {
                    ""
                };
                line("", format!("{name}{hole}"));
            }
        }
    }
    for id in &status.missing {
        line("missing", format!("{id}: applied, but its file is gone"));
    }
    for file in &status.files {
        let why = match file.state {
            "changed" => "its file has changed since it was applied",
            _ => "applied without a checksum (by Diesel, or another tool)",
        };
        line(file.state, format!("{}: {why}", file.name));
    }
    for part in &status.part_way {
        let of = part
            .statements
            .map_or(String::new(), |n| format!(" of {n}"));
        line(
            "part-way",
            format!(
                "{}: {} statements{of} committed",
                part.revision, part.completed
            ),
        );
    }
    for name in &status.reordered {
        line(
            "reordered",
            format!("{name}: applied before the revision that now comes before it"),
        );
    }
    if let Some(holder) = &status.locked_by {
        line(
            "locked by",
            format!("session {}: {}", holder.session, holder.description),
        );
    }
}

pub(crate) fn history(context: &Context, range: Option<&str>, indicate_current: bool) -> Answer {
    let relative = range.is_some_and(|range| {
        range.contains("current") || range.contains('+') || range.starts_with('-')
    });
    if !indicate_current && !relative {
        return files::history(context, range, None);
    }
    let (answers, exit) = snapshots(context, "history")?;
    let answers: Vec<_> = answers
        .iter()
        .map(|(target, snapshot)| (target, Some(target.database.applied(snapshot))))
        .collect();
    files::print_history(context, range, &answers, indicate_current)?;
    Ok(exit)
}

pub(crate) fn show(context: &Context, target: &str) -> Answer {
    if target != "current" && !target.starts_with(['+', '-']) {
        return files::show(context, target, None);
    }
    let (answers, exit) = snapshots(context, "show")?;
    for (database, snapshot) in &answers {
        let applied = database.database.applied(snapshot);
        files::print_show(context, database, target, &applied)?;
    }
    Ok(exit)
}
