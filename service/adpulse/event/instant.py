"""The time of an event: from RFC 3339 to an instant."""

import re
from datetime import datetime, timedelta

import msgspec

from adpulse.event.limits import EARLIEST

_TOO_FINE = re.compile(r"(?<=\.[0-9]{6})[0-9]+", re.ASCII)


def parse_instant(text: str) -> datetime:
    """Return the instant of an RFC 3339 time; without an offset it is naive. Raises ValueError.

    What is finer than a microsecond is cut off. A leap second is the last microsecond of its minute.
    """
    leap = text[16:19] == ":60"
    if leap:
        text = f"{text[:16]}:59{text[19:]}"
    instant = msgspec.convert(_TOO_FINE.sub("", text, 1), datetime)
    if leap:
        if instant.tzinfo is None or (instant - EARLIEST) % timedelta(days=1) < timedelta(hours=23, minutes=59):
            raise ValueError("a leap second comes at the end of a day in UTC")
        instant = instant.replace(microsecond=999_999)
    return instant
