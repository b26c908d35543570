//! The `aludel` command: words typed → a command ready to run → a reporter.

mod args;
mod commands;
mod context;
mod drawing;
mod drivers;
mod exit;
mod present;
mod schema_rs;
mod signals;

use std::process::ExitCode;
use std::time::Duration;

use crate::args::Cli;
use crate::context::Context;
use crate::exit::Exit;
use crate::present::Out;

/// How long loaded drivers may take to end.
const SHUTDOWN: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        // A panic is a bug of ours, whatever was typed; the location is all that is safe to show.
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        present::to_stderr(&format!(
            "aludel has a bug, and stopped at {place}; please report it"
        ));
    }));
    let words: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::read(&words) {
        Ok(cli) => cli,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            // Help and version go to stdout, which may be closed: nothing is left to tell then.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let exit = std::panic::catch_unwind(|| run(cli));
    // Loaded drivers close what is open and end their threads.
    aludel_plugin::host::shutdown(SHUTDOWN);
    ExitCode::from(exit.unwrap_or(70))
}

fn run(cli: Cli) -> u8 {
    let out = Out::new(cli.global.format, cli.global.quiet, cli.global.verbose);
    let context = match Context::new(cli.global, &cli.command, out.clone()) {
        Ok(context) => context,
        Err(problems) => return show(&out, &problems).code(),
    };
    let exit = match commands::run(cli.command, &context) {
        Ok(exit) => exit,
        Err(problems) => show(&out, &problems),
    };
    match out.is_cut() {
        true => exit.worse(Exit::Refused).code(),
        false => exit.code(),
    }
}

fn show(out: &Out, problems: &[present::Problem]) -> Exit {
    problems.iter().fold(Exit::Done, |worst, problem| {
        out.problem(problem, None);
        worst.worse(problem.exit)
    })
}
