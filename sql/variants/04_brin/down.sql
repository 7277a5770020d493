-- variant: brin, taken away completely.

DROP TABLE events;
