"""The longest that a test waits for what will come: on the busiest machine, too, only a fault makes it give up."""

from adbench.harness.patience import PATIENCE_S as PATIENCE_S

# Settings of a service that answers, however slow the machine is.
PATIENT = {"report_timeout_ms": 1_000 * PATIENCE_S, "write_timeout_s": PATIENCE_S}
