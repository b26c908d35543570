CREATE INDEX documents_source_updated_at_idx ON documents (source, updated_at);
