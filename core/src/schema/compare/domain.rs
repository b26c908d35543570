//! Two states of the domains of a schema.

use super::super::{ConstraintKind, Domain, Expr, Literal, Schema, Type};
use super::words::{Words, type_words};
use super::{Found, Normal, canonical};

/// What of a domain is compared.
#[derive(PartialEq)]
struct Said {
    base: Type,
    nullable: bool,
    default: Option<Expr>,
    collation: Option<String>,
    checks: Vec<(Option<String>, bool, Expr)>,
}

impl Found {
    pub(super) fn domains(&mut self, left: &Schema, right: &Schema) {
        // What nobody knows cannot be compared.
        let shown = |domain: &&Domain| {
            let mut both = [left, right]
                .into_iter()
                .filter_map(|s| s.domain(&domain.name));
            both.all(|known| known.opaque.is_none())
        };
        let normal = self.normal;
        self.all(
            "domain",
            left.domains().filter(shown).map(|d| (&d.name, d)),
            right.domains().filter(shown).map(|d| (&d.name, d)),
            |domain: &Domain| said(normal, domain, left),
            words,
        );
    }
}

fn said(normal: Normal, domain: &Domain, schema: &Schema) -> Said {
    let check = |kind: &ConstraintKind| match kind {
        ConstraintKind::Check { expr, .. } => Some(canonical(expr, None)),
        _ => None,
    };
    let checks = domain.constraints.iter();
    let checks =
        checks.filter_map(|one| Some((one.name.clone(), one.not_valid, check(&one.kind)?)));
    let mut checks: Vec<_> = checks.collect();
    checks.sort_by(|a, b| a.0.cmp(&b.0));
    let below = normal.ty(&schema.below(&domain.base));
    let default = domain.default.as_ref();
    let default = default.map(|default| canonical(default, Some(&below)));
    Said {
        base: normal.ty(&domain.base),
        nullable: domain.nullable,
        // No default is NULL too.
        default: default.filter(|default| *default != Expr::Literal(Literal::Null)),
        collation: domain.collation.as_ref().map(ToString::to_string),
        checks,
    }
}

fn words(domain: &Domain) -> String {
    let mut words = type_words(&domain.base);
    if let Some(collation) = &domain.collation {
        words.push_str(&format!(" COLLATE {collation}"));
    }
    if !domain.nullable {
        words.push_str(" NOT NULL");
    }
    if let Some(default) = &domain.default {
        words.push_str(&format!(" DEFAULT {}", Words.text(|p| p.expr(default))));
    }
    for constraint in &domain.constraints {
        if let ConstraintKind::Check { expr, .. } = &constraint.kind {
            let name = constraint.name.as_deref().unwrap_or_default();
            let text = Words.text(|p| p.expr(expr));
            let valid = if constraint.not_valid {
                " NOT VALID"
            } else {
                ""
            };
            words.push_str(&format!(" CONSTRAINT {name} CHECK ({text}){valid}"));
        }
    }
    words
}
