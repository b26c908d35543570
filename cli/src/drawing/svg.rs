//! SVG: newest on top, a row for each revision, lanes on the left and words on the right.

use std::fmt::Write as _;

use super::lanes::{Lanes, Line, lay_out};
use super::{Mark, Picture, escaped};

/// Pixels from row to row, from lane to lane, around everything, and above words.
const ROW: usize = 26;
const LANE: usize = 20;
const EDGE: usize = 20;
const TITLE: usize = 38;
const LEGEND: usize = 40;
/// Of a character, at most, in tenths of a pixel.
const NARROW: usize = 79;
/// How many colours lanes take turns with.
const COLOURS: usize = 6;

/// How things look. Fonts are the reader's own; what does not know `@media` shows the light one.
pub(super) const STYLE: &str = "\
.page{fill:#fff}
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}
.title{font-size:16px;font-weight:bold}
.name{font-weight:bold}
.soft{fill:#59636e}
.line{fill:none;stroke-width:2}
.dashed{stroke-dasharray:5 4}
.dot{stroke-width:2}
.ring{stroke-width:2;fill:#fff}
.c0{stroke:#0072b2}.c1{stroke:#d55e00}.c2{stroke:#009e73}.c3{stroke:#b0558b}.c4{stroke:#8a6d00}.c5{stroke:#5b5fc7}
.dot.c0{fill:#0072b2}.dot.c1{fill:#d55e00}.dot.c2{fill:#009e73}.dot.c3{fill:#b0558b}.dot.c4{fill:#8a6d00}.dot.c5{fill:#5b5fc7}
@media (prefers-color-scheme:dark){
.page,.ring{fill:#0d1117}
text{fill:#f0f6fc}
.soft{fill:#9198a1}
.c0{stroke:#58a6e0}.c1{stroke:#f0883e}.c2{stroke:#3fbf8f}.c3{stroke:#d98cbd}.c4{stroke:#d9b64a}.c5{stroke:#9a9df5}
.dot.c0{fill:#58a6e0}.dot.c1{fill:#f0883e}.dot.c2{fill:#3fbf8f}.dot.c3{fill:#d98cbd}.dot.c4{fill:#d9b64a}.dot.c5{fill:#9a9df5}
}
";

/// All pictures below each other, each under its name if there are several.
pub(super) fn document(pictures: &[Picture]) -> String {
    let drawn: Vec<Drawn<'_>> = pictures.iter().map(Drawn::new).collect();
    let title = if drawn.len() > 1 { TITLE } else { 0 };
    let width = drawn.iter().map(Drawn::width).max().unwrap_or(0);
    let rows: usize = drawn.iter().map(|drawn| drawn.height() + title).sum();
    let mut out = String::new();
    let names: Vec<&str> = pictures.iter().map(|p| p.title.as_str()).collect();
    open(
        &mut out,
        width.max(LEGEND_WIDTH),
        EDGE + rows + LEGEND,
        &format!("Revisions of {}", names.join(", ")),
    );
    let _ = writeln!(out, "<style>\n{STYLE}</style>");
    out.push_str("<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    let mut top = EDGE / 2;
    for drawn in &drawn {
        if title > 0 {
            let picture = drawn.picture;
            let _ = writeln!(
                out,
                "<text class=\"title\" x=\"{EDGE}\" y=\"{}\">{}<tspan class=\"soft\" font-size=\"13\" font-weight=\"normal\" dx=\"14\">{}</tspan></text>",
                top + 24,
                escaped(&picture.title),
                picture.summary()
            );
            top += title;
        }
        drawn.rows(&mut out, top);
        top += drawn.height();
    }
    legend(&mut out, top + LEGEND / 2);
    out.push_str("</svg>\n");
    out
}

/// Opens a drawing, with what a screen reader says of it.
pub(super) fn open(out: &mut String, width: usize, height: usize, title: &str) {
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{}</title>",
        escaped(title)
    );
}

pub(super) const LEGEND_WIDTH: usize = 540;

/// What the forms mean.
pub(super) fn legend(out: &mut String, y: usize) {
    let words = |out: &mut String, x: usize, text: &str| {
        let _ = writeln!(
            out,
            "<text class=\"soft\" x=\"{x}\" y=\"{}\">{text}</text>",
            y + 4
        );
    };
    let x = x(0);
    let _ = writeln!(
        out,
        "<circle class=\"dot c0\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>\n\
         <circle class=\"ring c0\" cx=\"130\" cy=\"{y}\" r=\"8\"/><circle class=\"dot c0\" cx=\"130\" cy=\"{y}\" r=\"4\"/>\n\
         <path class=\"line c0\" d=\"M210 {y}h34\"/>\n\
         <path class=\"line dashed c0\" d=\"M350 {y}h34\"/>"
    );
    words(out, x + 14, "revision");
    words(out, 146, "head");
    words(out, 252, "parent");
    words(out, 392, "depends on");
}

/// A picture that is laid out.
pub(super) struct Drawn<'p> {
    picture: &'p Picture,
    lanes: Lanes,
}

impl<'p> Drawn<'p> {
    pub(super) fn new(picture: &'p Picture) -> Self {
        let lanes = lay_out(&picture.marks);
        Self { picture, lanes }
    }

    /// Where words begin.
    fn words(&self) -> usize {
        EDGE + self.lanes.width * LANE + 8
    }

    pub(super) fn width(&self) -> usize {
        let marks = self.picture.marks.iter();
        let longest = marks.map(|mark| {
            let message = mark.message.as_deref().map_or(0, |text| columns(text) + 2);
            columns(&mark.heading()) + message
        });
        self.words() + longest.max().unwrap_or(0) * NARROW / 10 + EDGE
    }

    pub(super) fn height(&self) -> usize {
        self.picture.marks.len() * ROW
    }

    /// The rows, from `top` on.
    pub(super) fn rows(&self, out: &mut String, top: usize) {
        let at = |row: usize| top + row * ROW + ROW / 2;
        for line in &self.lanes.lines {
            self.line(out, line, at);
        }
        let rows = self.picture.marks.iter().zip(&self.lanes.of);
        for (row, (mark, &lane)) in rows.enumerate() {
            dot(out, mark, x(lane), at(row), lane);
            self.row_words(out, mark, at(row));
        }
    }

    /// Down from one revision to another: over to the line's lane in the first row, back in the last.
    fn line(&self, out: &mut String, line: &Line, at: impl Fn(usize) -> usize) {
        let (from, to) = (x(self.lanes.of[line.from]), x(self.lanes.of[line.to]));
        let (top, bottom) = (at(line.from), at(line.to));
        let dashed = if line.dashed { " dashed" } else { "" };
        let colour = line.lane % COLOURS;
        let _ = write!(
            out,
            "<path class=\"line{dashed} c{colour}\" d=\"M{from} {top}"
        );
        if bottom - top == ROW {
            curve(out, (from, top), (to, bottom));
        } else {
            let lane = x(line.lane);
            curve(out, (from, top), (lane, top + ROW));
            let _ = write!(out, "V{}", bottom - ROW);
            curve(out, (lane, bottom - ROW), (to, bottom));
        }
        out.push_str("\"/>\n");
    }

    fn row_words(&self, out: &mut String, mark: &Mark, y: usize) {
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{}\"><tspan class=\"name\">{}</tspan>",
            self.words(),
            y + 4,
            escaped(&mark.name)
        );
        for label in &mark.labels {
            let _ = write!(out, "<tspan dx=\"7\">[{}]</tspan>", escaped(label));
        }
        if !mark.remark().is_empty() {
            let _ = write!(out, "<tspan dx=\"7\">{}</tspan>", mark.remark().trim());
        }
        if let Some(message) = &mark.message {
            let _ = write!(
                out,
                "<tspan class=\"soft\" dx=\"14\">{}</tspan>",
                escaped(message)
            );
        }
        out.push_str("</text>\n");
    }
}

/// From one place down to another.
fn curve(out: &mut String, (x0, y0): (usize, usize), (x1, y1): (usize, usize)) {
    let middle = (y0 + y1) / 2;
    let _ = match x0 == x1 {
        true => write!(out, "V{y1}"),
        false => write!(out, "C{x0} {middle} {x1} {middle} {x1} {y1}"),
    };
}

/// The middle of a lane.
fn x(lane: usize) -> usize {
    EDGE + lane * LANE + LANE / 2
}

/// How many columns of a terminal a text takes, or more.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| if c < '\u{1100}' { 1 } else { 2 })
        .sum()
}

/// A revision: a head has a ring around it.
fn dot(out: &mut String, mark: &Mark, x: usize, y: usize, lane: usize) {
    let colour = lane % COLOURS;
    let mut circle = |class: &str, r: usize| {
        let _ = writeln!(
            out,
            "<circle class=\"{class} c{colour}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>"
        );
    };
    if mark.head {
        circle("ring", 8);
    }
    circle("dot", 4);
}
