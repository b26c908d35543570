//! `drivers`: every driver, linked in or found, and why one was refused.

use std::fmt::Write as _;
use std::path::Path;

use aludel::driver::{Capabilities, Driver, LockKind, Server};
use aludel_plugin::host::{self, Entry, Loader, Origin};
use serde_json::{Value, json};

use super::Answer;
use crate::args::DriversCommand;
use crate::context::Context;
use crate::exit::Exit;
use crate::present::Problem;

pub(crate) fn drivers(context: &Context, command: Option<DriversCommand>) -> Answer {
    match command {
        None => list(context),
        Some(DriversCommand::Show { name }) => show(context, &name),
        Some(DriversCommand::Manifest { library }) => manifest(context, &library),
    }
}

fn list(context: &Context) -> Answer {
    let entries = context.drivers.entries();
    let looked = context.drivers.places().lines();
    if context.out.json() {
        let drivers: Vec<_> = entries.iter().map(document).collect();
        let document = json!({ "drivers": drivers, "looked": looked });
        context.out.document(&document).map_err(|p| vec![p])?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for entry in &entries {
        describe(&mut text, entry, false);
    }
    for line in looked {
        let _ = writeln!(text, "{line}");
    }
    context.out.answer(&text).map_err(|p| vec![p])?;
    Ok(Exit::Done)
}

fn show(context: &Context, name: &str) -> Answer {
    let entries: Vec<_> = context
        .drivers
        .entries()
        .into_iter()
        .filter(|entry| answers_to(entry, name))
        .collect();
    if entries.is_empty() {
        context.drivers.knows(name).map_err(|e| vec![e.into()])?;
    }
    if context.out.json() {
        let drivers: Vec<_> = entries.iter().map(document).collect();
        let document = json!({ "drivers": drivers });
        context.out.document(&document).map_err(|p| vec![p])?;
    } else {
        let mut text = String::new();
        for entry in &entries {
            describe(&mut text, entry, true);
        }
        context.out.answer(&text).map_err(|p| vec![p])?;
    }
    match entries.iter().all(|entry| entry.driver.is_err()) {
        true => Ok(Exit::Driver),
        false => Ok(Exit::Done),
    }
}

fn answers_to(entry: &Entry, name: &str) -> bool {
    let by_driver = entry.driver.as_ref().is_ok_and(|(driver, _)| {
        let info = driver.info();
        let scheme = info.schemes.iter().any(|(scheme, _)| *scheme == name);
        scheme || info.flavours.contains(&name)
    });
    let by_manifest = entry.manifest.as_ref().is_some_and(|m| m.answers_to(name));
    entry.name == name || by_driver || by_manifest
}

/// Writes the manifest of a library that somebody built.
fn manifest(context: &Context, library: &Path) -> Answer {
    let problem = |error: host::LoadError| vec![Problem::from(error)];
    let driver = host::load_library(library, &Loader::default()).map_err(problem)?;
    let hash = host::sha256(library).map_err(problem)?;
    let info = driver.info();
    let quoted = |words: Vec<&str>| {
        let words: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
        words.join(", ")
    };
    let (major, minor) = driver.abi();
    let file = library.file_name().unwrap_or_default().to_string_lossy();
    let text = format!(
        "name     = {:?}\nversion  = {:?}\nabi      = \"{major}.{minor}\"\nschemes  = [{}]\nflavours = [{}]\n\n\
         [library.{}]\npath   = {file:?}\nsha256 = \"{hash}\"\n",
        info.name,
        info.version,
        quoted(info.schemes.iter().map(|(scheme, _)| *scheme).collect()),
        quoted(info.flavours.to_vec()),
        host::platform(),
    );
    context.out.answer(&text).map_err(|p| vec![p])?;
    Ok(Exit::Done)
}

/// The oldest server of each flavour, with what it can do.
fn servers(driver: &dyn Driver) -> Vec<(Server, Result<Capabilities, String>)> {
    let floor = driver.info().floor.iter();
    let servers = floor.map(|(flavour, major, minor)| Server::new(*flavour, *major, *minor));
    let able = |server: &Server| Ok(driver.dialect(server)?.capabilities().clone());
    servers
        .map(|server| (server.clone(), able(&server)))
        .collect()
}

fn document(entry: &Entry) -> Value {
    let mut document = of_driver(entry);
    if !entry.clashes.is_empty() {
        let clashes = entry.clashes.iter().map(ToString::to_string);
        document["clashes"] = clashes.collect::<Vec<_>>().into();
    }
    document
}

fn of_driver(entry: &Entry) -> Value {
    let (driver, origin) = match &entry.driver {
        Ok(found) => found,
        Err(error) => {
            let mut document = json!({
                "name": entry.name,
                "origin": "refused",
                "code": error.code(),
                "refused": error.to_string(),
                "help": error.help(),
            });
            if let Some(manifest) = &entry.manifest {
                document["version"] = manifest.version.as_str().into();
                document["schemes"] = manifest.schemes.clone().into();
                document["manifest"] = manifest.file.display().to_string().into();
            }
            return document;
        }
    };
    let info = driver.info();
    let servers = servers(driver.as_ref()).into_iter();
    let servers: Vec<_> = servers
        .filter_map(|(server, able)| Some(json!({ "oldest": server, "capabilities": able.ok()? })))
        .collect();
    let mut document = json!({
        "name": info.name,
        "version": info.version,
        "origin": "linked",
        "schemes": info.schemes.iter().map(|(scheme, _)| *scheme).collect::<Vec<_>>(),
        "flavours": info.flavours,
        "servers": servers,
    });
    if let Origin::Library {
        path,
        manifest,
        abi,
    } = origin
    {
        document["origin"] = "library".into();
        document["library"] = path.display().to_string().into();
        document["abi"] = format!("{}.{}", abi.0, abi.1).into();
        if let Some(manifest) = manifest {
            document["manifest"] = manifest.file.display().to_string().into();
            if let Some(library) = &manifest.library {
                document["sha256"] = library.sha256.as_str().into();
            }
        }
    }
    document
}

fn describe(text: &mut String, entry: &Entry, all: bool) {
    describe_driver(text, entry, all);
    for clash in &entry.clashes {
        let _ = writeln!(text, "           {clash}: a URL of it is refused");
    }
    if let Some(clash) = entry.clashes.first() {
        let _ = writeln!(text, "           {}", clash.help());
    }
}

fn describe_driver(text: &mut String, entry: &Entry, all: bool) {
    let (driver, origin) = match &entry.driver {
        Ok(found) => found,
        Err(error) => {
            let _ = writeln!(text, "{:<10} refused: {error}", entry.name);
            let _ = writeln!(text, "           {}", error.help());
            return;
        }
    };
    let info = driver.info();
    let schemes: Vec<_> = info.schemes.iter().map(|(s, _)| format!("{s}:")).collect();
    let kind = match origin {
        Origin::Linked => "linked",
        Origin::Library { .. } => "library",
    };
    let _ = writeln!(
        text,
        "{:<10} {:<8} {kind:<7} {}",
        info.name,
        info.version,
        schemes.join(" ")
    );
    if let Origin::Library {
        path,
        manifest,
        abi,
    } = origin
    {
        let _ = writeln!(
            text,
            "           {}, ABI {}.{}",
            path.display(),
            abi.0,
            abi.1
        );
        let library = manifest.as_ref().and_then(|m| m.library.as_ref());
        match library.filter(|_| all) {
            Some(library) => {
                let _ = writeln!(text, "           sha256 {}", library.sha256);
            }
            None if manifest.is_none() => {
                let _ = writeln!(
                    text,
                    "           named by its path: no manifest, no hash compared"
                );
            }
            None => {}
        }
    }
    for (server, able) in servers(driver.as_ref()) {
        let able = match able {
            Ok(able) => able,
            Err(error) => {
                let _ = writeln!(text, "           {server}: {error}");
                continue;
            }
        };
        let ddl = if able.transactional_ddl {
            "transactional DDL"
        } else {
            "DDL commits by itself"
        };
        let lock = match able.lock {
            LockKind::Session => "a named lock per run",
            _ => "the write lock of each transaction",
        };
        let _ = writeln!(text, "           {server} or newer: {ddl}, {lock}");
    }
}
