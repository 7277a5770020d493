-- variant: partitioned, taken away completely.

DROP TABLE events;
