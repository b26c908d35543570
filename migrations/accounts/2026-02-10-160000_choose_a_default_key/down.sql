ALTER TABLE profiles DROP COLUMN default_key_id;
