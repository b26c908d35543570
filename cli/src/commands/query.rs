//! Commands that read the database and write nothing: `current`, `status`, `history`, `show`, and
//! `repair` without a revision.

use std::fmt::Write as _;

use aludel::ledger::Snapshot;
use aludel::run::{Drift, Runner, Status};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Answer, block_on, files, reply};
use crate::context::{Context, Need, OneTarget, Target};
use crate::exit::Exit;
use crate::present::{Problem, Reporter, count, drift_lines, settle};

/// What the databases answered.
struct Answers<T> {
    /// Those that could be asked.
    given: Vec<(Target, T)>,
    /// Those that could not, for the document: the name and the error. People are told at once.
    failed: Vec<Value>,
    /// The worst of what they met.
    exit: Exit,
}

impl<T> Answers<T> {
    fn fail(&mut self, context: &Context, problems: &[Problem], name: &str, several: bool) {
        for problem in problems {
            self.exit = self.exit.worse(problem.exit);
            if context.out.json() {
                let error = problem.json(None);
                let failed = json!({ "database": name, "error": error });
                self.failed.push(failed);
            } else {
                context.out.problem(problem, several.then_some(name));
            }
        }
    }
}

/// Asks each database in turn; a database that cannot be asked does not keep the others from
/// answering.
fn ask<T>(
    context: &Context,
    question: impl AsyncFn(&Target, Runner<'_>) -> Result<T, aludel::run::RunError>,
    words: &str,
) -> Result<Answers<T>, Vec<Problem>> {
    let targets = context.each_target_to_read(Need::Session)?;
    let several = targets.len() > 1;
    block_on(async |cancel: CancellationToken| {
        let mut answers = Answers {
            given: Vec::new(),
            failed: Vec::new(),
            exit: Exit::Done,
        };
        for OneTarget { name, found } in targets {
            let target = match found {
                Ok(target) => target,
                Err(problems) => {
                    answers.fail(context, &problems, &name, several);
                    continue;
                }
            };
            let reporter = Reporter::new(context.out.silent(), &target, several);
            let runner = Runner {
                events: &reporter,
                cancel: &cancel,
            };
            match question(&target, runner).await {
                Ok(answer) => answers.given.push((target, answer)),
                Err(error) => {
                    let problems = Problem::of_run(error, &target, words);
                    answers.fail(context, &problems, &name, several);
                }
            }
        }
        answers
    })
}

fn snapshots(context: &Context, words: &str) -> Result<Answers<Snapshot>, Vec<Problem>> {
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
    let Answers {
        given,
        failed,
        mut exit,
    } = snapshots(context, "current")?;
    let several = given.len() > 1;
    let mut documents = Vec::new();
    let mut text = String::new();
    for (target, snapshot) in &given {
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
    documents.extend(failed);
    reply(context, &text, documents)?;
    Ok(exit)
}

/// What is part-way, and what to do about it.
pub(crate) fn part_way(context: &Context) -> Answer {
    let answers = snapshots(context, "repair")?;
    let several = answers.given.len() > 1;
    let mut documents = Vec::new();
    let mut text = String::new();
    for (target, snapshot) in &answers.given {
        let parts = snapshot.part_way();
        documents.push(json!({
            "database": target.settings.name,
            "driver": target.database.options().driver.info().name,
            "part_way": parts,
        }));
        if several {
            let _ = writeln!(text, "{}:", target.settings.name);
        }
        if parts.is_empty() {
            let _ = writeln!(text, "no revision is part-way");
        }
        for part in &parts {
            let (id, direction) = (&part.revision, part.direction);
            let _ = writeln!(text, "{id}: of its {direction} script {}", part.standing());
            let help = settle(part).replace("`aludel ", &format!("`aludel {}", target.options));
            let _ = writeln!(text, "  {help}");
        }
    }
    documents.extend(answers.failed);
    reply(context, &text, documents)?;
    Ok(answers.exit)
}

pub(crate) fn status(context: &Context, check: bool, drift: bool) -> Answer {
    let Answers {
        given,
        failed,
        mut exit,
    } = ask(
        context,
        async |target: &Target, runner: Runner<'_>| {
            let options = context.run_options(&target.settings, None);
            let status = target.database.status(&options, runner).await?;
            let drift = match drift {
                true => Some(target.database.drift(&options, runner).await?),
                false => None,
            };
            Ok((status, drift))
        },
        "status",
    )?;
    let mut documents = Vec::new();
    let mut text = String::new();
    for (target, (status, drift)) in &given {
        if drift.as_ref().is_some_and(Drift::differs) {
            exit = exit.worse(Exit::Difference);
        }
        if check && status.is_pending() {
            exit = exit.worse(Exit::Pending);
        }
        if check && status.differs() {
            exit = exit.worse(Exit::Difference);
        }
        let mut document = serde_json::to_value(status).unwrap_or(Value::Null);
        if let Some(fields) = document.as_object_mut() {
            fields.insert("database".into(), target.settings.name.clone().into());
            if let Some(drift) = drift {
                let drift = serde_json::to_value(drift).unwrap_or(Value::Null);
                fields.insert("drift".into(), drift);
            }
        }
        documents.push(document);
        describe(&mut text, target, status, drift.as_ref());
    }
    documents.extend(failed);
    reply(context, &text, documents)?;
    Ok(exit)
}

fn describe(text: &mut String, target: &Target, status: &Status, drift: Option<&Drift>) {
    let _ = writeln!(text, "{} ({})", target.settings.name, status.server);
    let mut line = |what: &str, value: String| {
        let _ = writeln!(text, "  {what:<11} {value}");
    };
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
    line("applied", count(status.applied.len(), "revision"));
    match status.pending.as_slice() {
        [] => line("pending", "nothing".into()),
        pending => {
            line("pending", count(pending.len(), "revision"));
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
        line(
            "part-way",
            format!("{}: {}", part.revision, part.standing()),
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
    for (what, value) in drift.map(drift_lines).unwrap_or_default() {
        line(what, value);
    }
}

pub(crate) fn history(context: &Context, range: Option<&str>, indicate_current: bool) -> Answer {
    let relative = range.is_some_and(|range| {
        range.contains("current") || range.contains('+') || range.starts_with('-')
    });
    if !indicate_current && !relative {
        return files::history(context, range, None);
    }
    let answers = snapshots(context, "history")?;
    let given: Vec<_> = answers
        .given
        .iter()
        .map(|(target, snapshot)| (target, Some(target.database.applied(snapshot))))
        .collect();
    files::print_history(context, range, &given, answers.failed, indicate_current)?;
    Ok(answers.exit)
}

pub(crate) fn show(context: &Context, target: &str) -> Answer {
    if target != "current" && !target.starts_with(['+', '-']) {
        return files::show(context, target);
    }
    let answers = snapshots(context, "show")?;
    let given: Vec<_> = answers
        .given
        .iter()
        .map(|(target, snapshot)| (target, target.database.applied(snapshot)))
        .collect();
    files::print_show(context, target, &given, answers.failed)?;
    Ok(answers.exit)
}
