ALTER TABLE documents RENAME COLUMN body TO content;
ALTER TABLE documents ADD COLUMN content_length INTEGER NOT NULL DEFAULT 0;

-- MySQL's length() counts bytes.
UPDATE documents SET content_length = char_length(content);
