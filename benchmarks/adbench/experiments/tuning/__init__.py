"""`adbench run tuning`: settings on the way of an event against the default, one at a time."""
