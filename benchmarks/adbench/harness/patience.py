"""The time that the lab waits for what must come. Only a fault makes it give up, and no busy machine."""

PATIENCE_S = 300
