//! What a failed concurrent build leaves behind: an invalid index, which costs and does not serve
//! (docs: PostgreSQL manual, CREATE INDEX, "Building Indexes Concurrently").

use aludel::driver::ResultSet;

/// Invalid indexes that no running build accounts for. A partitioned table's index is invalid as
/// long as a partition lacks its own; that is nothing to drop.
pub(crate) const INVALID: &str = "\
SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i \
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
WHERE NOT i.indisvalid AND c.relkind = 'i' AND NOT EXISTS \
(SELECT 1 FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) \
ORDER BY 1";

/// Whether a failed statement may have left an invalid index. Only a hint depends on it, so words
/// in a string or a comment may deceive it.
pub(crate) fn may_be_left_by(statement: &str) -> bool {
    let words: Vec<_> = statement
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map(str::to_ascii_uppercase)
        .collect();
    let has = |word: &str| words.iter().any(|w| w == word);
    has("CONCURRENTLY") && (has("REINDEX") || (has("CREATE") && has("INDEX")))
}

/// What to do about the indexes that were found, if any were.
pub(crate) fn advice(found: &ResultSet) -> Option<String> {
    let drops: Vec<_> = found
        .rows
        .iter()
        .filter_map(|row| row.first()?.as_deref())
        .map(|name| format!("DROP INDEX CONCURRENTLY {name};"))
        .collect();
    (!drops.is_empty()).then(|| {
        format!(
            "invalid indexes are left in this database; before trying again run: {}",
            drops.join(" ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::may_be_left_by;

    #[test]
    fn knows_concurrent_builds() {
        assert!(may_be_left_by(
            "create unique index concurrently i on t (a)"
        ));
        assert!(may_be_left_by("REINDEX TABLE CONCURRENTLY t"));
        assert!(!may_be_left_by("CREATE INDEX i ON t (a)"));
        assert!(!may_be_left_by("DROP INDEX CONCURRENTLY i"));
        assert!(!may_be_left_by("REFRESH MATERIALIZED VIEW CONCURRENTLY m"));
    }
}
