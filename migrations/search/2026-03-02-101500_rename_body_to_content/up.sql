ALTER TABLE documents RENAME COLUMN body TO content;
ALTER TABLE documents ADD COLUMN content_length INTEGER NOT NULL DEFAULT 0;

UPDATE documents SET content_length = length(content);
