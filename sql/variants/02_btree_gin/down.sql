-- variant: btree_gin, taken away completely.

DROP TABLE events;
