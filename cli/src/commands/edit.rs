//! `edit`: a revision's scripts in the user's editor.

use std::path::PathBuf;
use std::process::Command;

use aludel::graph::Applied;

use super::Answer;
use crate::context::{Context, Need};
use crate::exit::Exit;
use crate::present::Problem;

pub(crate) fn edit(context: &Context, target: &str) -> Answer {
    let targets = context.targets(Need::Files)?;
    let mut files: Vec<PathBuf> = Vec::new();
    for database in &targets {
        let graph = database.database.graph();
        let nothing = Applied::new(graph, []);
        let revisions = graph
            .resolve(target, &nothing)
            .map_err(|error| vec![Problem::refused(error.code(), &error)])?;
        for ix in revisions {
            let directory = &database.database.revision(ix).path;
            // Those that are there; an up script always is.
            let scripts = ["up.sql", "down.sql"].map(|script| directory.join(script));
            files.extend(scripts.into_iter().filter(|script| script.exists()));
        }
    }
    if files.is_empty() {
        return Err(vec![Problem::refused(
            "no-revision",
            format!("`{target}` names no revision with scripts"),
        )]);
    }
    let editor = editor(context)?;
    let unclear = || {
        vec![
            Problem::refused(
                "editor",
                format!("`{editor}` is no command: a quote has no end"),
            )
            .help("set VISUAL or EDITOR as a shell would read it"),
        ]
    };
    let mut words = shlex::split(&editor).ok_or_else(unclear)?.into_iter();
    let program = words.next().ok_or_else(unclear)?;
    let status = Command::new(&program).args(words).args(&files).status();
    match status {
        Ok(status) if status.success() => Ok(Exit::Done),
        Ok(status) => Err(vec![Problem::refused(
            "editor",
            format!("`{program}` ended with {status}"),
        )]),
        Err(error) => Err(vec![
            Problem::refused("editor", format!("`{program}` cannot be run: {error}"))
                .help("set VISUAL or EDITOR to an editor that is installed"),
        ]),
    }
}

fn editor(context: &Context) -> Result<String, Vec<Problem>> {
    ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| context.variable(name))
        .find(|editor| !editor.trim().is_empty())
        .ok_or_else(|| {
            vec![
                Problem::refused("editor", "no editor is known")
                    .help("set VISUAL or EDITOR, such as `EDITOR=vi`"),
            ]
        })
}
