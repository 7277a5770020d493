-- variant: timescale, taken away; the extension stays, because others in this database may use it.

DROP TABLE events;
