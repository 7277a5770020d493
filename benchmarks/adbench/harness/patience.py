"""How long the lab waits for what must come: only a fault makes it give up, and no busy machine."""

PATIENCE_S = 300
