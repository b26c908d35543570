//! The options that lead to a database again, for the command that an error tells to type next.
//!
//! Deliberately absent: what may be a secret. A URL that holds one stands as the word `URL`, and
//! the values of variables (`-x`) are left out.

use aludel::config::{DatabaseSettings, DatabaseUrl};

use crate::args::Global;

/// The options as one types them, each with a blank after it.
pub(super) fn options(global: &Global, settings: &DatabaseSettings) -> String {
    let one = |option, value: Option<String>| value.map(|value| (option, value));
    let named = global.all || !global.database.is_empty();
    let config = global.config.as_deref();
    let url = global.url.as_ref().and(settings.url.as_ref());
    let migrations = global.migrations.iter();
    let options = [
        one("-c", config.map(|path| path.display().to_string())),
        one("-e", global.environment.clone()),
        one("-d", named.then(|| settings.name.clone())),
        one("--url", url.map(|setting| safe(&setting.value))),
        one("--dialect", global.dialect.clone()),
        one("--driver", global.driver.clone()),
    ];
    let migrations = migrations.map(|path| ("--migrations", path.display().to_string()));
    let options = options.into_iter().flatten().chain(migrations);
    options
        .map(|(option, value)| format!("{option} {} ", quoted(&value)))
        .collect()
}

/// The option that names the configuration, for a project that has no settings yet.
pub(super) fn configuration(global: &Global) -> String {
    let path = global.config.as_deref();
    path.map_or_else(String::new, |path| {
        format!("-c {} ", quoted(&path.display().to_string()))
    })
}

fn safe(url: &DatabaseUrl) -> String {
    let shown = url.to_string();
    if shown == url.secret() {
        shown
    } else {
        "URL".into()
    }
}

/// As a shell reads it; no argument of a process holds the NUL that alone cannot be quoted.
fn quoted(value: &str) -> String {
    shlex::try_quote(value).map_or_else(|_| value.to_owned(), Into::into)
}
