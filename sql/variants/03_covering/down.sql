-- variant: covering, taken away completely.

DROP TABLE events;
