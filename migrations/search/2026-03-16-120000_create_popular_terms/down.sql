DROP VIEW popular_terms;
