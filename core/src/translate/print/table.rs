//! Definitions: tables, columns, constraints, indexes, views.

use super::{Level, Printer, join};
use crate::schema::{
    Column, Constraint, ConstraintKind, Expr, ForeignKey, Index, IndexKey, IndexPart, Literal,
    Name, Nulls, ReferentialAction, Table, Type, UnaryOp, View,
};

impl Printer<'_> {
    /// `CREATE TABLE`, one column or constraint a line. Indexes are statements of their own.
    pub fn create_table(&mut self, table: &Table) -> String {
        let name = self.name(&table.name);
        let mut lines: Vec<String> = table
            .columns
            .iter()
            .map(|column| self.column(column, table))
            .collect();
        lines.extend(
            table
                .constraints
                .iter()
                .map(|constraint| self.constraint(constraint, table))
                .filter(|text| !text.is_empty()),
        );
        let options = self.spelling.table_options(table);
        let options = self.take(options);
        let word = if table.options.temporary {
            "TEMPORARY "
        } else {
            ""
        };
        format!(
            "CREATE {word}TABLE {name} (\n    {}\n){options}",
            lines.join(",\n    ")
        )
    }

    /// A column's definition.
    pub fn column(&mut self, column: &Column, table: &Table) -> String {
        let spelling = self.spelling;
        if let Some(text) = spelling.column(self, column, table) {
            return text;
        }
        self.plain_column(column)
    }

    /// A column's definition in the standard's form.
    pub fn plain_column(&mut self, column: &Column) -> String {
        let mut text = self.ident(&column.name);
        let ty = self.ty(&column.ty);
        if !ty.is_empty() {
            text.push_str(&format!(" {ty}"));
        }
        if let Some(collation) = &column.collation {
            text.push_str(&format!(" COLLATE {}", self.name(collation)));
        }
        if !column.nullable {
            text.push_str(" NOT NULL");
        }
        if let Some(default) = &column.default {
            text.push_str(&format!(" DEFAULT {}", self.default_value(default)));
        }
        if let Some(identity) = &column.identity {
            let when = if identity.always {
                "ALWAYS"
            } else {
                "BY DEFAULT"
            };
            text.push_str(&format!(" GENERATED {when} AS IDENTITY"));
        }
        if let Some(generated) = &column.generated {
            let kind = if generated.stored {
                "STORED"
            } else {
                "VIRTUAL"
            };
            let expr = self.at(&generated.expr, Level::Or);
            text.push_str(&format!(" GENERATED ALWAYS AS ({expr}) {kind}"));
        }
        text
    }

    /// A column's type.
    pub fn ty(&mut self, ty: &Type) -> String {
        let text = self.spelling.ty(ty);
        self.take(text)
    }

    /// A default: in parentheses unless every engine takes it without.
    pub fn default_value(&mut self, value: &Expr) -> String {
        let text = self.at(value, Level::Or);
        let bare = match value {
            Expr::Literal(literal) => !matches!(literal, Literal::Typed(..)),
            Expr::Unary {
                op: UnaryOp::Minus,
                expr,
            } => {
                matches!(&**expr, Expr::Literal(Literal::Number(_)))
            }
            Expr::Keyword(word, _) => {
                matches!(*word, "CURRENT_TIMESTAMP" | "CURRENT_DATE" | "CURRENT_TIME")
            }
            _ => false,
        };
        if bare { text } else { format!("({text})") }
    }

    /// A table's constraint.
    pub fn constraint(&mut self, constraint: &Constraint, table: &Table) -> String {
        let spelling = self.spelling;
        if let Some(text) = spelling.constraint(self, constraint, table) {
            return text;
        }
        self.plain_constraint(constraint)
    }

    /// A constraint in the standard's form.
    pub fn plain_constraint(&mut self, constraint: &Constraint) -> String {
        let name = self.optional("CONSTRAINT ", constraint.name.as_ref(), |p, name| {
            p.ident(name) + " "
        });
        let kind = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } => {
                format!("PRIMARY KEY ({})", self.parts(columns))
            }
            ConstraintKind::Unique {
                columns,
                nulls_not_distinct,
            } => {
                let nulls = if *nulls_not_distinct {
                    " NULLS NOT DISTINCT"
                } else {
                    ""
                };
                format!("UNIQUE{nulls} ({})", self.parts(columns))
            }
            ConstraintKind::ForeignKey(key) => {
                let columns = self.idents(&key.columns);
                format!("FOREIGN KEY ({columns}) {}", self.references(key))
            }
            ConstraintKind::Check { expr, not_enforced } => {
                let end = if *not_enforced { " NOT ENFORCED" } else { "" };
                format!("CHECK ({}){end}", self.at(expr, Level::Or))
            }
            ConstraintKind::Exclude(_) => self.no_form("an exclusion constraint"),
        };
        format!("{name}{kind}{}", deferrable(constraint))
    }

    /// Columns of a key.
    pub fn parts(&self, parts: &[IndexPart]) -> String {
        join(parts, |part| match part.length {
            Some(length) => format!("{}({length})", self.ident(&part.column)),
            None => self.ident(&part.column),
        })
    }

    /// `REFERENCES …` with its actions.
    pub fn references(&mut self, key: &ForeignKey) -> String {
        let table = self.name(&key.table);
        let referred = if key.referred.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.idents(&key.referred))
        };
        let full = if key.match_full { " MATCH FULL" } else { "" };
        let (delete, update) = (
            action("DELETE", key.on_delete),
            action("UPDATE", key.on_update),
        );
        format!("REFERENCES {table}{referred}{full}{delete}{update}")
    }

    /// `CREATE INDEX`.
    pub fn create_index(&mut self, index: &Index, table: &Name) -> String {
        let spelling = self.spelling;
        if let Some(text) = spelling.index(self, index, table) {
            return text;
        }
        let unique = if index.unique { "UNIQUE " } else { "" };
        let name = self.ident(&index.name);
        let table = self.name(table);
        let method = self.optional(" USING ", index.method.as_ref(), |_, method| method.clone());
        let keys = join(&index.keys, |key| self.index_key(key));
        let include = if index.include.is_empty() {
            String::new()
        } else {
            format!(" INCLUDE ({})", self.idents(&index.include))
        };
        let nulls = if index.nulls_not_distinct {
            " NULLS NOT DISTINCT"
        } else {
            ""
        };
        let filter = self.filter(index.filter.as_ref());
        format!("CREATE {unique}INDEX {name} ON {table}{method} ({keys}){include}{nulls}{filter}")
    }

    /// One key of an index.
    pub fn index_key(&mut self, key: &IndexKey) -> String {
        let expr = self.at(&key.expr, Level::Or);
        let mut text = match &key.expr {
            Expr::Column { table: None, .. } => expr,
            _ => format!("({expr})"),
        };
        if let Some(length) = key.length {
            text.push_str(&format!("({length})"));
        }
        if let Some(collation) = &key.collation {
            text.push_str(&format!(" COLLATE {}", self.name(collation)));
        }
        if let Some(class) = &key.class {
            text.push_str(&format!(" {class}"));
        }
        if key.descending {
            text.push_str(" DESC");
        }
        match key.nulls {
            Some(Nulls::First) => text.push_str(" NULLS FIRST"),
            Some(Nulls::Last) => text.push_str(" NULLS LAST"),
            None => {}
        }
        text
    }

    /// `CREATE VIEW`; one whose query was not understood has no form.
    pub fn create_view(&mut self, view: &View) -> String {
        let name = self.name(&view.name);
        let columns = if view.columns.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.idents(&view.columns))
        };
        let query = match &view.query {
            Some(query) => self.query(query),
            None => self.no_form(&format!("the query of view `{}`", view.name)),
        };
        let word = if view.materialized {
            "MATERIALIZED "
        } else {
            ""
        };
        format!("CREATE {word}VIEW {name}{columns} AS {query}")
    }
}

fn action(event: &str, action: ReferentialAction) -> String {
    let word = match action {
        ReferentialAction::NoAction => return String::new(),
        ReferentialAction::Restrict => "RESTRICT",
        ReferentialAction::Cascade => "CASCADE",
        ReferentialAction::SetNull => "SET NULL",
        ReferentialAction::SetDefault => "SET DEFAULT",
    };
    format!(" ON {event} {word}")
}

fn deferrable(constraint: &Constraint) -> &'static str {
    match (constraint.deferrable, constraint.initially_deferred) {
        (_, true) => " DEFERRABLE INITIALLY DEFERRED",
        (true, false) => " DEFERRABLE",
        (false, false) => "",
    }
}
