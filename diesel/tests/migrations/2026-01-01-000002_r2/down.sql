DELETE FROM trace WHERE revision = '2';
