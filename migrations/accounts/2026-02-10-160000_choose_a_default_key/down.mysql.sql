-- Two statements: the column cannot go while its foreign key stands.
ALTER TABLE profiles DROP FOREIGN KEY profiles_default_key_id_fkey;
ALTER TABLE profiles DROP COLUMN default_key_id;
