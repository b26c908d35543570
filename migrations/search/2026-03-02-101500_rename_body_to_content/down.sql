ALTER TABLE documents DROP COLUMN content_length;
ALTER TABLE documents RENAME COLUMN content TO body;
