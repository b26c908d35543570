//! What the program writes for programs, against the schemas in `docs/schema`.
//!
//! To a reader the schemas allow what they do not name: fields are added. Here they do not: what is
//! written and not described fails the test that saw it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

use jsonschema::{Registry, Validator};
use serde_json::Value;

use crate::program::root;

/// Checks what a command line with `--format json` wrote to stdout, line by line.
///
/// # Panics
///
/// If a line is no document of a known kind, or not what its schema says.
pub fn check(words: &str, stdout: &str) {
    for line in stdout.lines() {
        let document: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("`{words}`: {error}: {line}"));
        let kind = match document.get("event") {
            Some(_) => "events",
            None => kind_of(words),
        };
        let validator = &validators()[kind];
        let wrong: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(
            wrong.is_empty(),
            "`{words}` wrote {line}\nwhich is not what docs/schema/{kind}.schema.json says:\n{}",
            wrong.join("\n")
        );
    }
}

/// The kind of document that a command answers with.
fn kind_of(words: &str) -> &'static str {
    let mut words = words.split_whitespace();
    let kind = words.find_map(|word| match word {
        "merge" => Some("revision"),
        word => validators().keys().copied().find(|kind| *kind == word),
    });
    kind.unwrap_or_else(|| panic!("no schema is known for what this command answers"))
}

fn validators() -> &'static BTreeMap<&'static str, Validator> {
    static VALIDATORS: OnceLock<BTreeMap<&'static str, Validator>> = OnceLock::new();
    VALIDATORS.get_or_init(|| {
        let schemas = schemas();
        let mut registry = Registry::new();
        for schema in schemas.values() {
            let id = schema["$id"].as_str().unwrap().to_owned();
            registry = registry.add(id, schema.clone()).unwrap();
        }
        let registry = registry.prepare().unwrap();
        let names = schemas.into_iter();
        names
            .map(|(name, schema)| {
                let options = jsonschema::options().with_registry(&registry);
                let name: &'static str = Box::leak(name.into_boxed_str());
                (name, options.build(&schema).unwrap())
            })
            .collect()
    })
}

/// Every schema by its name, closed to what it does not name.
fn schemas() -> BTreeMap<String, Value> {
    let folder: PathBuf = root().join("docs/schema");
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let name = name.strip_suffix(".schema.json").unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let mut schema: Value = serde_json::from_str(&text).unwrap();
            close(&mut schema);
            (name, schema)
        })
        .collect()
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields
                .get("properties")
                .is_some_and(|p| !p["type"].is_string())
            {
                fields.insert("additionalProperties".into(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
