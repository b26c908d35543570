//! Commands about aludel itself: `drivers`, `config`.

use std::fmt::Write as _;

use aludel::driver::Driver;
use serde_json::json;

use super::Answer;
use crate::args::DriversCommand;
use crate::context::{Context, Need};
use crate::exit::Exit;
use crate::present::Problem;

pub(crate) fn drivers(context: &Context, command: Option<DriversCommand>) -> Answer {
    let drivers: Vec<_> = match command {
        None => context.registry.drivers().cloned().collect(),
        Some(DriversCommand::Show { name }) => {
            let found = context.registry.by_name(&name);
            let driver =
                found.map_err(|error| vec![Problem::new("unknown-driver", Exit::Driver, error)])?;
            vec![driver.clone()]
        }
    };
    if context.out.json() {
        let drivers: Vec<_> = drivers
            .iter()
            .map(|driver| describe(driver.as_ref()))
            .collect();
        let document = json!({ "drivers": drivers });
        context.out.document(&document).map_err(|p| vec![p])?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for driver in drivers {
        let info = driver.info();
        let schemes: Vec<_> = info.schemes.iter().map(|(s, _)| format!("{s}:")).collect();
        let _ = writeln!(
            text,
            "{:<10} {:<8} linked  {}",
            info.name,
            info.version,
            schemes.join(" ")
        );
        for (flavour, major, minor) in info.floor {
            let server = aludel::driver::Server::new(*flavour, *major, *minor);
            let Ok(dialect) = driver.dialect(&server) else {
                continue;
            };
            let able = dialect.capabilities();
            let ddl = if able.transactional_ddl {
                "transactional DDL"
            } else {
                "DDL commits by itself"
            };
            let lock = match able.lock {
                aludel::driver::LockKind::Session => "a named lock per run",
                _ => "the write lock of each transaction",
            };
            let _ = writeln!(text, "           {server} or newer: {ddl}, {lock}");
        }
    }
    context.out.answer(&text).map_err(|p| vec![p])?;
    Ok(Exit::Done)
}

fn describe(driver: &dyn Driver) -> serde_json::Value {
    let info = driver.info();
    let servers: Vec<_> = info
        .floor
        .iter()
        .filter_map(|(flavour, major, minor)| {
            let server = aludel::driver::Server::new(*flavour, *major, *minor);
            let dialect = driver.dialect(&server).ok()?;
            Some(json!({ "oldest": server, "capabilities": dialect.capabilities() }))
        })
        .collect();
    json!({
        "name": info.name,
        "version": info.version,
        "origin": "linked",
        "schemes": info.schemes.iter().map(|(scheme, _)| *scheme).collect::<Vec<_>>(),
        "flavours": info.flavours,
        "servers": servers,
    })
}

pub(crate) fn config(context: &Context, explain: bool) -> Answer {
    let settings = context.settings(Need::Session, true)?;
    if context.out.json() {
        let databases: Vec<_> = settings
            .iter()
            .map(|settings| {
                let lines: Vec<_> = settings
                    .explain()
                    .into_iter()
                    .map(|line| {
                        json!({ "key": line.key, "value": line.value, "origin": line.origin.to_string() })
                    })
                    .collect();
                json!({ "database": settings.name, "settings": lines })
            })
            .collect();
        let document = json!({ "databases": databases });
        context.out.document(&document).map_err(|p| vec![p])?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    if let Some(config) = &context.config {
        let _ = writeln!(text, "# {}", config.file().display());
    }
    for settings in &settings {
        let _ = writeln!(text, "[databases.{}]", settings.name);
        for line in settings.explain() {
            let Some(value) = line.value else { continue };
            if explain {
                let _ = writeln!(text, "{:<14} = {value:<40} # {}", line.key, line.origin);
            } else {
                let _ = writeln!(text, "{:<14} = {value}", line.key);
            }
        }
    }
    context.out.answer(&text).map_err(|p| vec![p])?;
    Ok(Exit::Done)
}
