//! One file per family of commands.

mod adopt;
mod database;
mod drivers;
mod edit;
mod files;
mod graph;
mod info;
mod new;
mod parity;
mod query;
mod redo;
mod run;
mod schema;
mod translate;
mod words;

use std::future::Future;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::args::{Command, SchemaCommand};
use crate::context::Context;
use crate::exit::Exit;
use crate::present::Problem;
use crate::signals;

/// What a command ends with.
pub(crate) type Answer = Result<Exit, Vec<Problem>>;

/// Runs a command.
pub(crate) fn run(command: Command, context: &Context) -> Answer {
    match command {
        Command::Init => new::init(context),
        Command::Revision(words) => new::revision(context, &words),
        Command::Merge(words) => new::merge(context, &words),
        Command::Upgrade(words) => run::upgrade(context, &words),
        Command::Downgrade(words) => run::downgrade(context, &words),
        Command::Stamp(words) => run::stamp(context, &words),
        Command::Repair(words) => match &words.revision {
            Some(revision) => run::repair(context, &words, revision),
            None => query::part_way(context),
        },
        Command::EnsureVersion { sql } => run::ensure(context, sql),
        Command::Current { check_heads } => query::current(context, check_heads),
        Command::Status { check, drift } => query::status(context, check, drift),
        Command::Heads => files::heads(context),
        Command::Branches => files::branches(context),
        Command::History {
            range,
            indicate_current,
        } => query::history(context, range.as_deref(), indicate_current),
        Command::Graph(words) => graph::graph(context, &words),
        Command::Show { target } => query::show(context, &target),
        Command::Check { .. } => files::check(context),
        Command::Translate(words) => translate::translate(context, &words),
        Command::Parity { left, right } => parity::parity(context, &left, &right),
        Command::Schema {
            command: SchemaCommand::Print(words),
        } => schema::print(context, &words),
        Command::Database { command } => database::database(context, &command),
        Command::Edit { target } => edit::edit(context, &target),
        Command::Redo(words) => redo::redo(context, &words),
        Command::Adopt(words) => adopt::adopt(context, &words),
        Command::Completions { shell } => words::completions(context, shell),
        Command::Man { directory } => words::man(&directory),
        Command::Drivers { command } => drivers::drivers(context, command),
        Command::Config { explain } => info::config(context, explain),
    }
}

/// Answers a question about databases: one document for programs, whatever the number of
/// databases, or the text for people.
fn reply(context: &Context, text: &str, databases: Vec<Value>) -> Result<(), Vec<Problem>> {
    let written = if context.out.json() {
        let document = json!({ "databases": databases });
        context.out.document(&document)
    } else {
        context.out.answer(text)
    };
    written.map_err(|problem| vec![problem])
}

/// Runs asynchronous work: the runtime is made only here, and only for commands that connect.
/// It is this thread; SQLite's calls get one of their own when the first is made.
pub(crate) fn block_on<T, F: Future<Output = T>>(
    work: impl FnOnce(CancellationToken) -> F,
) -> Result<T, Vec<Problem>> {
    let refused = |error: std::io::Error| {
        let message = format!("no threads could be started: {error}");
        vec![Problem::refused("runtime", message)]
    };
    let cancel = CancellationToken::new();
    signals::watch(cancel.clone()).map_err(refused)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(refused)?;
    Ok(runtime.block_on(work(cancel)))
}
