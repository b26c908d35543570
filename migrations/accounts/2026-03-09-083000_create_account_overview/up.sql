CREATE VIEW account_overview AS
SELECT
    accounts.id,
    accounts.email,
    accounts.status,
    profiles.full_name,
    profiles.locale,
    (SELECT count(*) FROM sessions WHERE sessions.account_id = accounts.id) AS session_count,
    (SELECT count(*) FROM api_keys WHERE api_keys.account_id = accounts.id AND api_keys.revoked_at IS NULL) AS key_count
FROM accounts
LEFT JOIN profiles ON profiles.account_id = accounts.id;
