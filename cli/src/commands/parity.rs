//! `parity A B`: whether two databases hold the same schema.

use std::fmt::Write as _;

use aludel::run::{Held, Runner};
use aludel::schema::{Side, parity as compare, uncompared};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Answer, block_on};
use crate::context::{Context, Need, Target};
use crate::exit::Exit;
use crate::present::{Problem, Reporter, count};

pub(crate) fn parity(context: &Context, left: &str, right: &str) -> Answer {
    let targets = [one(context, left)?, one(context, right)?];
    let [a, b] = targets;
    let held = block_on(async |cancel: CancellationToken| {
        let a = hold(context, &a, &cancel).await?;
        let b = hold(context, &b, &cancel).await?;
        Ok::<_, Vec<Problem>>((a, b))
    })?;
    let (a, b) = held?;
    if a.applied != b.applied {
        return Err(vec![apart(&a, &b)]);
    }
    let differences = compare(side(&a), side(&b));
    let passed_over = uncompared(&a.schema, &b.schema);
    let (server_a, server_b) = (a.dialect.server(), b.dialect.server());
    if context.out.json() {
        let differences: Vec<_> = differences
            .iter()
            .map(|found| json!({ "place": found.place, "left": found.left, "right": found.right }))
            .collect();
        let uncompared: Vec<_> = passed_over
            .iter()
            .map(|(table, because)| json!({ "table": table.to_string(), "because": because }))
            .collect();
        let document = json!({
            "left": server_a,
            "right": server_b,
            "revisions": a.applied.len(),
            "differences": differences,
            "uncompared": uncompared,
        });
        context.out.document(&document).map_err(|p| vec![p])?;
    } else {
        let mut text = String::new();
        let names = (format!("A ({server_a})"), format!("B ({server_b})"));
        for found in &differences {
            let _ = writeln!(text, "{}", found.words(&names.0, &names.1));
        }
        for (table, because) in &passed_over {
            let _ = writeln!(text, "table `{table}` was not compared: {because}");
        }
        let _ = writeln!(
            text,
            "{} and {} at {}: {}",
            names.0,
            names.1,
            count(a.applied.len(), "revision"),
            match differences.len() {
                0 => "the same schema".to_owned(),
                number => count(number, "difference"),
            }
        );
        context.out.answer(&text).map_err(|p| vec![p])?;
    }
    Ok(if differences.is_empty() {
        Exit::Done
    } else {
        Exit::Difference
    })
}

fn side(held: &Held) -> Side<'_> {
    Side {
        syntax: held.dialect.syntax(),
        schema: &held.schema,
    }
}

/// The one database at a place.
fn one(context: &Context, place: &str) -> Result<Target, Vec<Problem>> {
    let mut targets = context.at(place).targets(Need::Session)?;
    match (targets.pop(), targets.is_empty()) {
        (Some(target), true) => Ok(target),
        _ => Err(vec![
            Problem::refused(
                "parity-several",
                format!("`{place}` is several databases, and two are compared"),
            )
            .help("choose one with `-d NAME`"),
        ]),
    }
}

async fn hold(
    context: &Context,
    target: &Target,
    cancel: &CancellationToken,
) -> Result<Held, Vec<Problem>> {
    let reporter = Reporter::new(context.out.silent(), target, false);
    let runner = Runner {
        events: &reporter,
        cancel,
    };
    let options = context.run_options(&target.settings, None);
    let held = target.database.held(&options, runner).await;
    held.map_err(|error| Problem::of_run(error, target, "upgrade"))
}

/// The two are at different places of the graph.
fn apart(a: &Held, b: &Held) -> Problem {
    let mut problem = Problem::refused(
        "parity-apart",
        "the two databases do not have the same revisions applied",
    )
    .help("bring both to the same revisions with `aludel upgrade`");
    for (name, these, those) in [("A", a, b), ("B", b, a)] {
        let here = these.applied.iter();
        let alone: Vec<&str> = here
            .filter(|id| !those.applied.contains(id))
            .map(String::as_str)
            .collect();
        if !alone.is_empty() {
            let fact = format!("applied in {name} alone: {}", alone.join(", "));
            problem.facts.push(fact);
        }
    }
    problem
}
