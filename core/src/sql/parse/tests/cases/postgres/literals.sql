SELECT 1, 1.5, .5, 1., 1e10, 1.5E-3, 1_000, 0xFF, -1, - 1;
SELECT 0b101;
SELECT 'a''b', 'a\nb', E'a\nb\t\\ \'q\' \x41 \101 \u00e9 \U0001F600', E'\xC3\xA9', U&'d\0061t\+000061', N'x';
SELECT 'a'
  'b', E'a\n' -- more
  'b';
SELECT $$it's$$, $tag$a $$ b$tag$, B'0101';
SELECT X'1F';
SELECT true, FALSE, null, DATE '2026-01-01', timestamp with time zone '2026-01-01', mood 'sad';
SELECT E'\xFF';
SELECT "a""b", U&"d\0061t";
SELECT 'é', "é", É FROM Ünïcode;
