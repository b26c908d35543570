DELETE FROM pages WHERE id = 1;
