"""The longest that a test waits for what will come: on the busiest machine, too, only a fault makes it give up."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any, TypeVar

from adbench.harness.patience import PATIENCE_S as PATIENCE_S

# Settings of a service that answers, however slow the machine is.
PATIENT = {"report_timeout_ms": 1_000 * PATIENCE_S, "write_timeout_s": PATIENCE_S}
LOOK_S = 0.02

T = TypeVar("T")


async def until(look: Callable[[], object], holds: Callable[[Any], object] = bool) -> Any:
    """Look again and again, at most PATIENCE_S seconds, until `holds` is true of what is found; return that.

    `look` may be asynchronous. Without `holds`, it returns something true.
    """
    found: object = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = look()
                if inspect.isawaitable(found):
                    found = await found
                if holds(found):
                    return found
                await asyncio.sleep(LOOK_S)
    except TimeoutError as error:
        error.add_note(f"last found: {found!r}")
        raise


def wait_for(what: str, look: Callable[[], T | None]) -> T:
    """Look until something true is found, at most PATIENCE_S seconds, in a test without an event loop; return it."""
    give_up = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < give_up, f"not in {PATIENCE_S} s: {what}"
        time.sleep(LOOK_S)
    return found
