CREATE VIEW popular_terms AS
SELECT terms.id, terms.term, count(*) AS document_count, sum(postings.frequency) AS occurrence_count
FROM terms
JOIN postings ON postings.term_id = terms.id
GROUP BY terms.id, terms.term;
