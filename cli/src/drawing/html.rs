//! One HTML page around the drawings: it needs nothing else, and allows nothing else.

use std::fmt::Write as _;

use super::svg::{self, Drawn};
use super::{Picture, escaped};

const STYLE: &str = "\
:root{color-scheme:light dark}
body{margin:0;padding:1rem 1.5rem;font:15px/1.5 system-ui,sans-serif;background:#fff;color:#1f2328}
h1{font-size:1.4rem;margin:0 0 .5rem}
h2{font-size:1.1rem;margin:1.5rem 0 0}
h2 small,footer{font-weight:normal;color:#59636e}
nav a{margin-right:1rem;color:#0969da}
figure{margin:0;overflow-x:auto}
@media (prefers-color-scheme:dark){
body{background:#0d1117;color:#f0f6fc}
h2 small,footer{color:#9198a1}
nav a{color:#58a6ff}
}
";

/// The page.
pub(super) fn page(pictures: &[Picture]) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Revisions</title>\n\
         <style>\n{STYLE}{}</style>\n</head>\n<body>\n<h1>Revisions</h1>\n",
        svg::STYLE
    );
    if pictures.len() > 1 {
        out.push_str("<nav>");
        for (at, picture) in pictures.iter().enumerate() {
            let _ = write!(out, "<a href=\"#d{at}\">{}</a>", escaped(&picture.title));
        }
        out.push_str("</nav>\n");
    }
    for (at, picture) in pictures.iter().enumerate() {
        let title = escaped(&picture.title);
        let _ = writeln!(
            out,
            "<section id=\"d{at}\">\n<h2>{title} <small>{}</small></h2>\n<figure>",
            picture.summary()
        );
        let drawn = Drawn::new(picture);
        let name = format!("Revisions of {}", picture.title);
        svg::open(&mut out, drawn.width(), drawn.height() + 16, &name);
        drawn.rows(&mut out, 8);
        out.push_str("</svg>\n</figure>\n</section>\n");
    }
    out.push_str("<footer>\n");
    svg::open(&mut out, svg::LEGEND_WIDTH, 40, "What the forms mean");
    svg::legend(&mut out, 20);
    out.push_str("</svg>\n</footer>\n</body>\n</html>\n");
    out
}
