-- variant: btree, taken away completely.

DROP TABLE events;
