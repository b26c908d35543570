//! `translate`: each revision's scripts in another dialect.

use std::fmt::Write;
use std::path::Path;

use aludel::driver::Dialect;
use aludel::ledger::Direction;
use aludel::plan::WorkScript;
use aludel::run::{Omitted, ScriptIssue, TranslatedRevision, script_file};
use serde_json::{Value, json};

use super::Answer;
use crate::args::Translate;
use crate::context::{Context, Need, Target};
use crate::exit::Exit;
use crate::present::Problem;

/// What became of one script: its text, or what is in the way.
struct Made {
    revision: String,
    direction: Direction,
    script: Result<String, Vec<ScriptIssue>>,
}

pub(crate) fn translate(context: &Context, words: &Translate) -> Answer {
    let targets = context.targets_to_read(Need::Dialect)?;
    if words.out.is_some() && targets.len() > 1 {
        return Err(vec![
            Problem::refused(
                "translate-out",
                "`--out` takes the revisions of one database",
            )
            .help("choose one with `-d NAME`"),
        ]);
    }
    let mut problems = Vec::new();
    let mut documents = Vec::new();
    for target in &targets {
        let (found, document) = one(context, words, target)?;
        problems.extend(found);
        documents.push(document);
    }
    if context.out.json() {
        let document = json!({ "databases": documents });
        context.out.document(&document).map_err(|p| vec![p])?;
    }
    if problems.is_empty() {
        return Ok(Exit::Done);
    }
    if context.out.json() {
        // They stand in the document.
        return Ok(Exit::Refused);
    }
    Err(problems)
}

fn one(
    context: &Context,
    words: &Translate,
    target: &Target,
) -> Result<(Vec<Problem>, Value), Vec<Problem>> {
    let refused = |error| Problem::of_run(error, target, "translate");
    let database = &target.database;
    let dialect = database.offline_dialect().map_err(refused)?;
    let revisions = database
        .translate(&words.target, dialect.as_ref())
        .map_err(refused)?;
    let mut omitted = Vec::new();
    let mut made = Vec::new();
    for revision in revisions {
        let TranslatedRevision {
            name,
            up,
            down,
            omitted: left,
            ..
        } = revision;
        omitted.extend(left);
        made.push(script(&name, Direction::Up, up, dialect.as_ref()));
        if let Some(down) = down {
            made.push(script(&name, Direction::Down, down, dialect.as_ref()));
        }
    }
    let whole = made.iter().all(|made| made.script.is_ok());
    if whole || words.keep_going {
        match &words.out {
            Some(directory) => write(directory, &made).map_err(|problem| vec![problem])?,
            None if !context.out.json() => print(context, &made)?,
            None => {}
        }
    }
    report(context, &made, &omitted, words);
    let document = document(target, dialect.as_ref(), &made, &omitted);
    let problems = made.into_iter().filter_map(|made| made.script.err());
    Ok((problems.flatten().map(Problem::from).collect(), document))
}

fn script(
    revision: &str,
    direction: Direction,
    script: Result<WorkScript, Vec<ScriptIssue>>,
    dialect: &dyn Dialect,
) -> Made {
    Made {
        revision: revision.to_owned(),
        direction,
        script: script.map(|script| script_file(&script, dialect)),
    }
}

fn write(directory: &Path, made: &[Made]) -> Result<(), Problem> {
    for made in made {
        let Ok(text) = &made.script else { continue };
        let folder = directory.join(&made.revision);
        let file = folder.join(format!("{}.sql", made.direction));
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&file, text))
            .map_err(|error| {
                Problem::refused(
                    "write",
                    format!("cannot write `{}`: {error}", file.display()),
                )
            })?;
    }
    Ok(())
}

fn print(context: &Context, made: &[Made]) -> Result<(), Vec<Problem>> {
    let mut text = String::new();
    for made in made.iter().filter(|made| made.direction == Direction::Up) {
        if let Ok(script) = &made.script {
            let _ = writeln!(text, "-- {}\n{script}", made.revision);
        }
    }
    context.out.answer(&text).map_err(|p| vec![p])
}

/// What was left out, and how much was done.
fn report(context: &Context, made: &[Made], omitted: &[Omitted], words: &Translate) {
    for left in omitted {
        context.out.say(&format!(
            "omitted: {}/{}.sql:{}: {} ({})",
            left.revision, left.direction, left.line, left.message, left.code
        ));
    }
    let refused = made.iter().filter(|made| made.script.is_err()).count();
    let written = match &words.out {
        Some(_) if refused > 0 && !words.keep_going => "; nothing was written",
        _ => "",
    };
    context.out.say(&format!(
        "{} scripts translated, {refused} refused, {} omissions{written}",
        made.len() - refused,
        omitted.len(),
    ));
}

fn document(target: &Target, dialect: &dyn Dialect, made: &[Made], omitted: &[Omitted]) -> Value {
    let scripts: Vec<Value> = made
        .iter()
        .map(|made| {
            let mut script = json!({
                "revision": made.revision,
                "direction": made.direction,
            });
            match &made.script {
                Ok(text) => script["sql"] = json!(text),
                Err(issues) => {
                    let issues = issues.iter().cloned().map(Problem::from);
                    script["refused"] = issues.map(|p| p.json(None)).collect();
                }
            }
            script
        })
        .collect();
    json!({
        "database": target.settings.name,
        "server": dialect.server(),
        "scripts": scripts,
        "omitted": omitted,
    })
}
