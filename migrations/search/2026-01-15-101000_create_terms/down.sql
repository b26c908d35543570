DROP TABLE postings;
DROP TABLE terms;
