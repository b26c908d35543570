//! What `diesel.toml` says about `schema.rs`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;

/// How a schema is printed. The default is Diesel's.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The schema whose tables are printed, in a module of its name (PostgreSQL, MySQL).
    pub(super) schema: Option<String>,
    pub(super) docs: Docs,
    pub(super) groups: Groups,
    pub(super) filter: Filter,
    /// Columns are sorted by their names.
    pub(super) sorts_columns: bool,
    /// Imported into every table.
    pub(super) imports: Vec<String>,
    /// Types that Diesel lacks are defined.
    pub(super) defines_types: bool,
    /// Of those, the ones that are not.
    pub(super) except_types: Vec<Regex>,
    pub(super) derives: Vec<String>,
    /// SQLite's row ids are `BigInt`.
    pub(super) row_ids_are_big: bool,
    /// PostgreSQL's domains that are types of their own, by name.
    pub(super) domains: Vec<Regex>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            schema: None,
            docs: Docs::Never,
            groups: Groups::All,
            filter: Filter::All,
            sorts_columns: false,
            imports: Vec::new(),
            defines_types: true,
            except_types: Vec::new(),
            derives: vec![SQL_TYPE.to_owned()],
            row_ids_are_big: false,
            domains: Vec::new(),
        }
    }
}

/// The derive that every type needs.
const SQL_TYPE: &str = "diesel::sql_types::SqlType";

/// Which documentation comments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Docs {
    /// The database's, or what the thing is.
    Always,
    /// The database's alone.
    Comments,
    Never,
}

/// Which tables may appear in one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Groups {
    #[serde(rename = "all_tables")]
    All,
    #[serde(rename = "fk_related_tables")]
    Related,
    #[serde(rename = "none")]
    None,
}

/// Which tables are printed.
#[derive(Debug, Clone)]
pub(super) enum Filter {
    All,
    Only(Vec<Regex>),
    Except(Vec<Regex>),
}

impl Filter {
    pub(super) fn takes(&self, table: &str) -> bool {
        let any = |list: &[Regex]| list.iter().any(|regex| regex.is_match(table));
        match self {
            Self::All => true,
            Self::Only(list) => any(list),
            Self::Except(list) => !any(list),
        }
    }
}

/// The settings of one file that is printed, and where it lies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chosen {
    pub(crate) settings: Settings,
    pub(crate) file: Option<PathBuf>,
    /// A patch that is applied to what is printed.
    pub(crate) patch: Option<PathBuf>,
}

/// Why `diesel.toml` cannot be used.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    print_schema: BTreeMap<String, toml::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    file: Option<PathBuf>,
    with_docs: Option<toml::Value>,
    allow_tables_to_appear_in_same_query_config: Option<Groups>,
    filter: Option<FilterSection>,
    column_sorting: Option<Sorting>,
    schema: Option<String>,
    patch_file: Option<PathBuf>,
    import_types: Option<Vec<String>>,
    generate_missing_sql_type_definitions: Option<bool>,
    #[serde(default)]
    except_custom_type_definitions: Vec<String>,
    custom_type_derives: Option<Vec<String>>,
    sqlite_integer_primary_key_is_bigint: Option<bool>,
    #[serde(default)]
    pg_domains_as_custom_types: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterSection {
    only_tables: Option<Vec<String>>,
    except_tables: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
enum Sorting {
    #[serde(rename = "ordinal_position")]
    Place,
    #[serde(rename = "name")]
    Name,
}

/// The settings that a `diesel.toml` gives for `key` (`default`: those of `[print_schema]`
/// itself); Diesel's defaults if there is no file.
///
/// # Errors
///
/// If the file cannot be read, has no such key, or sets what is not honoured here.
pub(crate) fn chosen(path: &Path, key: &str) -> Result<Chosen, Problem> {
    let refused = |message: String| Problem {
        code: "diesel-toml",
        message: format!("`{}`: {message}", path.display()),
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return absent(key, path),
        Err(error) => return Err(refused(error.to_string())),
    };
    let document: Document =
        toml::from_str(&text).map_err(|error| refused(error.message().to_owned()))?;
    // `[print_schema.users]` is a section of its own beside others.
    let is_section = |(name, value): (&String, &toml::Value)| name != "filter" && value.is_table();
    let (keyed, plain): (BTreeMap<_, _>, BTreeMap<_, _>) = document
        .print_schema
        .into_iter()
        .partition(|(name, value)| is_section((name, value)));
    let section = match keyed.get(key) {
        Some(section) => Some(section.clone()),
        // `[print_schema]` itself, which may stand beside others.
        None if key == "default" && (keyed.is_empty() || !plain.is_empty()) => {
            Some(toml::Value::Table(plain.into_iter().collect()))
        }
        None => None,
    };
    let section = section.ok_or_else(|| {
        let there: Vec<_> = keyed.keys().map(|key| format!("`{key}`")).collect();
        refused(match there.as_slice() {
            [] => format!("there is no `[print_schema.{key}]`"),
            there => format!(
                "there is no `[print_schema.{key}]`, but {}",
                there.join(", ")
            ),
        })
    })?;
    let section: Section = section
        .try_into()
        .map_err(|error: toml::de::Error| refused(error.message().to_owned()))?;
    let base = path.parent().unwrap_or_else(|| Path::new(""));
    let file = section.file.as_ref().map(|file| base.join(file));
    let patch = section.patch_file.as_ref().map(|file| base.join(file));
    let settings = settings(section).map_err(refused)?;
    Ok(Chosen {
        settings,
        file,
        patch,
    })
}

fn absent(key: &str, path: &Path) -> Result<Chosen, Problem> {
    if key == "default" {
        return Ok(Chosen::default());
    }
    Err(Problem {
        code: "diesel-toml",
        message: format!(
            "there is no `{}` that could have the key `{key}`",
            path.display()
        ),
    })
}

fn settings(section: Section) -> Result<Settings, String> {
    let mut derives = section.custom_type_derives.unwrap_or_default();
    if !derives.iter().any(|derive| derive == SQL_TYPE) {
        derives.push(SQL_TYPE.to_owned());
    }
    let filter = match section.filter {
        None => Filter::All,
        Some(FilterSection {
            only_tables: Some(_),
            except_tables: Some(_),
        }) => return Err("`only_tables` and `except_tables` exclude each other".into()),
        Some(FilterSection {
            only_tables: Some(list),
            ..
        }) => Filter::Only(regexes(list)?),
        Some(FilterSection {
            except_tables: Some(list),
            ..
        }) => Filter::Except(regexes(list)?),
        Some(_) => Filter::All,
    };
    Ok(Settings {
        schema: section.schema,
        docs: docs(section.with_docs)?,
        groups: section
            .allow_tables_to_appear_in_same_query_config
            .unwrap_or(Groups::All),
        filter,
        sorts_columns: matches!(section.column_sorting, Some(Sorting::Name)),
        imports: section.import_types.unwrap_or_default(),
        defines_types: section
            .generate_missing_sql_type_definitions
            .unwrap_or(true),
        except_types: regexes(section.except_custom_type_definitions)?,
        derives,
        row_ids_are_big: section
            .sqlite_integer_primary_key_is_bigint
            .unwrap_or(false),
        domains: regexes(section.pg_domains_as_custom_types)?,
    })
}

fn docs(value: Option<toml::Value>) -> Result<Docs, String> {
    Ok(match value {
        None | Some(toml::Value::Boolean(false)) => Docs::Never,
        Some(toml::Value::Boolean(true)) => Docs::Always,
        Some(toml::Value::String(word)) => match word.as_str() {
            "database-comments-fallback-to-auto-generated-doc-comment" => Docs::Always,
            "only-database-comments" => Docs::Comments,
            "no-doc-comments" => Docs::Never,
            other => return Err(format!("`with_docs` cannot be `{other}`")),
        },
        Some(other) => return Err(format!("`with_docs` cannot be `{other}`")),
    })
}

fn regexes(list: Vec<String>) -> Result<Vec<Regex>, String> {
    let regexes = list.iter().map(|text| Regex::new(text));
    regexes
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}
