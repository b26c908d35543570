//! `graph`: the revisions drawn, from the files alone.

use std::fmt::Write as _;

use aludel::graph::{Applied, NodeIx};
use owo_colors::OwoColorize;
use serde_json::{Value, json};

use super::Answer;
use super::files::{line_of, refused};
use crate::args::GraphWords;
use crate::context::{Context, Need, Target};
use crate::drawing::{self, Picture};
use crate::exit::Exit;
use crate::present::Problem;

pub(crate) fn graph(context: &Context, words: &GraphWords) -> Answer {
    let targets = context.targets_to_read(Need::Files)?;
    let problem = |problem| vec![problem];
    let drawing = words.syntax().map(|syntax| {
        let pictures: Vec<Picture> = targets
            .iter()
            .map(|target| Picture::new(&target.settings.name, target.database.graph()))
            .collect();
        (syntax, drawing::draw(&pictures, syntax))
    });
    if context.out.json() {
        let databases: Vec<Value> = targets.iter().map(document).collect();
        let mut answer = json!({ "databases": databases });
        if let Some((syntax, text)) = drawing {
            answer["drawing"] = json!({ "syntax": syntax.name(), "text": text });
        }
        context.out.document(&answer).map_err(problem)?;
        return Ok(Exit::Done);
    }
    let text = match drawing {
        Some((_, text)) => text,
        None => tree(&targets)?,
    };
    context.out.answer(&text).map_err(problem)?;
    Ok(Exit::Done)
}

/// As `history` draws it, with what revisions depend on.
fn tree(targets: &[Target]) -> Result<String, Vec<Problem>> {
    let mut text = String::new();
    for target in targets {
        let graph = target.database.graph();
        if targets.len() > 1 {
            let _ = writeln!(text, "{}:", target.settings.name);
        }
        let entries = graph
            .history(":", &Applied::new(graph, []))
            .map_err(|error| refused(target, error, "graph"))?;
        for entry in entries {
            for line in &entry.before {
                let _ = writeln!(text, "{line}");
            }
            let _ = write!(text, "{}{}", entry.prefix, line_of(target, &entry, None));
            let needs = graph.dependencies(entry.ix).iter();
            let needs: Vec<&str> = needs.map(|&ix| graph.node(ix).name.as_str()).collect();
            if !needs.is_empty() {
                let needs = format!("(needs {})", needs.join(", "));
                let _ = write!(text, " {}", needs.dimmed());
            }
            text.push('\n');
        }
    }
    Ok(text)
}

fn document(target: &Target) -> Value {
    let graph = target.database.graph();
    let id = |ix: &NodeIx| graph.node(*ix).id.as_str();
    let revisions = graph.topological().iter().rev().map(|&ix| {
        let node = graph.node(ix);
        json!({
            "revision": node.id.as_str(),
            "name": node.name,
            "message": node.message,
            "labels": node.labels,
            "parents": graph.parents(ix).iter().map(id).collect::<Vec<_>>(),
            "depends_on": graph.dependencies(ix).iter().map(id).collect::<Vec<_>>(),
            "head": graph.children(ix).is_empty(),
        })
    });
    json!({
        "database": target.settings.name,
        "revisions": revisions.collect::<Vec<_>>(),
    })
}
