-- Parts 20260202140000 and 20260210160000; there is nothing to do
SELECT 1;
