CREATE TABLE visits (
    page_id INTEGER NOT NULL REFERENCES pages (id),
    visited_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX visits_of_page ON visits (page_id);
