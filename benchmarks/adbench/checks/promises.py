"""The promises of variants, from their headers, and a check that a run kept them.

`-- promises: report p50 < 200 ms at 1,000,000 events` in up.sql is about the mix of reports in
k6/lib/shapes.json, asked one after another; several are separated by semicolons.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adpulse.terminal import counted
from adpulse.variants.catalogue import Variant

_PROMISE = re.compile(r"report p(\d+) < (\d+(?:\.\d+)?) ms at ([\d,]+) events")


class PromiseError(ValueError):
    """A promise that cannot be read, and so could not be broken."""


@dataclass(frozen=True)
class Promise:
    """So many per cent of the reports take less than `limit_ms` when `events` events are stored."""

    percent: int
    limit_ms: float
    events: int

    def broken(self, durations_ms: Sequence[float]) -> str | None:
        """Return the figure that breaks it; None when it is kept. The percentile is the nearest rank, at least one."""
        rank = max(-(-len(durations_ms) * self.percent // 100), 1)
        figure = sorted(durations_ms)[rank - 1]
        if figure < self.limit_ms:
            return None
        promised = f"report p{self.percent} < {self.limit_ms:g} ms at {counted(self.events, 'event')}"
        return f"{promised}: it was {figure:.1f} ms, over {counted(len(durations_ms), 'report')}"


def read(variant: Variant) -> list[Promise]:
    """Return the promises in the variant's header; none when it makes none. Raise PromiseError."""
    text = variant.header.get("promises", "")
    found = []
    for part in filter(None, map(str.strip, text.split(";"))):
        match = _PROMISE.fullmatch(part)
        if match is None:
            raise PromiseError(
                f"{variant.folder.name} promises {part!r}; write: report p50 < 200 ms at 1,000,000 events"
            )
        found.append(Promise(int(match[1]), float(match[2]), int(match[3].replace(",", ""))))
    return found
