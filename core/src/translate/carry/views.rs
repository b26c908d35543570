//! Views. One that has no form on the target is left out, and that is said: no row is lost with it, and
//! what reads it fails there and then (`docs/adr/0015`). A statement of the scripts that reads it is
//! refused.

use super::{Carrier, Out, Outcome, depends, fresh};
use crate::schema::{Name, Schema, View};
use crate::sql::Syntax;
use crate::translate::target::{Omission, Refusal, Rendered};

impl Carrier<'_> {
    /// Carries over that a view was made, changed or dropped.
    pub(super) fn view(
        &mut self,
        source: usize,
        before: Option<&View>,
        after: Option<&View>,
        authored: &Schema,
    ) {
        let held = before.and_then(|view| self.held.remove_view(&view.name));
        if let (Some(before), Some(after)) = (before, after)
            && fresh::differ_in_indexes(before, after)
        {
            held.into_iter().for_each(|view| self.held.put_view(view));
            return;
        }
        if let Some(before) = before {
            self.left_out.remove(&before.name);
        }
        if before.is_some() && held.is_none() && after.is_none() {
            return;
        }
        if let (Some(before), None) = (before, after)
            && self.reader(&before.name).is_some()
        {
            held.into_iter().for_each(|view| self.held.put_view(view));
            self.refuse(source, depends(&before.name));
            return;
        }
        let said = after.and_then(fresh::omission);
        let after = after.map(fresh::plain);
        let after = after.as_ref();
        let refused = after.and_then(|view| self.clash(view, held.as_ref()));
        let refused =
            refused.or_else(|| after.and_then(|view| self.full_texts_of_view(view, authored)));
        let mut rendered = match refused {
            Some(refusal) => Err(vec![refusal]),
            None => self
                .target
                .view(held.as_ref(), after, &self.scope(authored)),
        };
        if let Ok(rendered) = &mut rendered {
            rendered.omissions.extend(said);
        }
        if let (Ok(rendered), Some(view)) = (&rendered, after)
            && let Some(text) = rendered.statements.last()
        {
            let mut reads = view.reads.iter();
            if let Some(read) = reads.find(|name| self.lacks(name, text, authored)) {
                let missing = vec![self.missing(read)];
                self.without_view(source, view, held.as_ref(), missing, authored);
                return;
            }
            self.views.insert(view.name.clone(), view.text.clone());
            let mut view = view.clone();
            view.text.clone_from(text);
            self.held.put_view(view);
        }
        match (rendered, after) {
            (Err(refusals), Some(view)) => {
                self.without_view(source, view, held.as_ref(), refusals, authored);
            }
            (rendered, _) => self.push(source, rendered),
        }
    }

    /// Leaves a view out that has no form. `held`: the one that it would take the place of.
    fn without_view(
        &mut self,
        source: usize,
        view: &View,
        held: Option<&View>,
        refusals: Vec<Refusal>,
        authored: &Schema,
    ) {
        // A view that is held reads it: SQLite would fail at the next change of any table.
        let read = self.reader(&view.name).is_some();
        if self.needs_views || read {
            if read {
                held.into_iter()
                    .for_each(|view| self.held.put_view(view.clone()));
            }
            self.push(source, Err(refusals));
            return;
        }
        let reasons: Vec<String> = refusals
            .into_iter()
            .map(|refusal| refusal.message)
            .collect();
        let reason = reasons.join("; ");
        let gone = match held {
            None => Ok(Rendered::default()),
            Some(held) => self.target.view(Some(held), None, &self.scope(authored)),
        };
        let rendered = gone.map(|mut rendered| {
            let message = format!("the view `{}`, which nothing can read: {reason}", view.name);
            rendered.omissions.push(Omission::new("view", message));
            rendered
        });
        match rendered {
            // One that says no more than that is no statement, and is told all the same.
            Ok(rendered) => self.out.push(Out {
                source,
                what: Outcome::Rendered(rendered),
            }),
            refused => self.push(source, refused),
        }
        self.left_out.insert(view.name.clone(), reason);
    }

    /// A target without schemas has one thing of a name.
    fn clash(&self, view: &View, held: Option<&View>) -> Option<Refusal> {
        if self.own == Syntax::Postgres {
            return None;
        }
        let alike = |other: &&Name| other.name.eq_ignore_ascii_case(&view.name.name);
        let mut views = self.held.views().map(|view| &view.name);
        let other = views
            .find(|name| alike(name) && held.is_none_or(|held| held.name != **name))
            .cloned();
        let bare = Name::bare(view.name.name.clone());
        let other = other.or_else(|| self.held.table(&bare).map(|table| table.name.clone()));
        other.map(|other| {
            let message = format!(
                "`{}` would have the name of another table or view, `{other}`",
                view.name
            );
            Refusal::new("name-clash", message)
        })
    }

    /// Why what is authored is not there to be read.
    pub(super) fn missing(&self, name: &Name) -> Refusal {
        match self.left_out.get(name) {
            None => depends(name),
            Some(reason) => Refusal::new(
                "no-view",
                format!("it reads the view `{name}`, which is left out: {reason}"),
            )
            .help("write an override that makes the view, or one that does without it"),
        }
    }
}
