-- variant: heap, taken away completely.

DROP TABLE events;
