INSERT INTO pages (id, path) VALUES (1, '/');
