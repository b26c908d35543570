ALTER TABLE profiles
    ADD COLUMN default_key_id BIGINT NULL,
    ADD CONSTRAINT profiles_default_key_id_fkey FOREIGN KEY (default_key_id) REFERENCES api_keys (id) ON DELETE SET NULL;
