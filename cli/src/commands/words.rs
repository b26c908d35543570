//! What is made of the definitions of aludel's words: completions and manual pages.

use std::path::Path;

use clap::CommandFactory;

use super::Answer;
use crate::args::Cli;
use crate::context::Context;
use crate::exit::Exit;
use crate::present::Problem;

/// Prints the script that completes words in a shell.
pub(crate) fn completions(context: &Context, shell: clap_complete::Shell) -> Answer {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "aludel", &mut script);
    context
        .out
        .answer(&String::from_utf8_lossy(&script))
        .map_err(|problem| vec![problem])?;
    Ok(Exit::Done)
}

/// Writes `aludel.1` and a page for each command.
pub(crate) fn man(directory: &Path) -> Answer {
    let problem = |error: std::io::Error| {
        let shown = directory.display();
        vec![
            Problem::refused("write", format!("cannot write to `{shown}`: {error}"))
                .help("name a directory that exists and may be written"),
        ]
    };
    clap_mangen::generate_to(Cli::command(), directory).map_err(problem)?;
    Ok(Exit::Done)
}
