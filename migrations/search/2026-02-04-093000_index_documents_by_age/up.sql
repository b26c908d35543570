-- PostgreSQL builds it while documents are written, and refuses to do so inside a transaction: it is the only statement here.
CREATE INDEX CONCURRENTLY documents_source_updated_at_idx ON documents (source, updated_at);
