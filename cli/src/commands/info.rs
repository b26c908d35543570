//! Commands about aludel itself: `config`.

use std::fmt::Write as _;

use serde_json::json;

use super::Answer;
use crate::context::Context;
use crate::exit::Exit;

pub(crate) fn config(context: &Context, explain: bool) -> Answer {
    let settings = context.settings_as_known()?;
    if context.out.json() {
        let databases: Vec<_> = settings
            .iter()
            .map(|(settings, missing)| {
                let lines: Vec<_> = settings
                    .explain()
                    .into_iter()
                    .map(|line| {
                        let mut shown = json!({
                            "key": line.key,
                            "value": line.value,
                            "origin": line.origin.to_string(),
                        });
                        if line.key == "url" && !missing.is_empty() {
                            shown["problem"] = missing.join("; ").into();
                        }
                        shown
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
    for (settings, missing) in &settings {
        let _ = writeln!(text, "[databases.{}]", settings.name);
        for line in settings.explain() {
            if line.key == "url" {
                for problem in missing {
                    let _ = writeln!(text, "# url: {problem}");
                }
            }
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
