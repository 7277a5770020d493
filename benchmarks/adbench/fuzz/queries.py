"""Questions made from other questions: parameters, filters, windows."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from adbench.fuzz.bodies import spliced
from adbench.fuzz.values import DAYS, METADATA, NAMES, TEXTS, ZONES
from adbench.fuzz.wire import Request


def _parameter(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Replace the value of a parameter, or add a parameter."""
    value = rng.choice(TEXTS)
    written = value if rng.random() < 0.3 else quote(value, safe="")
    return _put(rng, request, (rng.choice(NAMES) + "=" + written).encode())


def _filter(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Add a filter of the long form, or a parameter many times."""
    if rng.random() < 0.2:
        name, count = rng.choice(("filter", "campaign_id")), rng.choice((2, 32, 33, 1_001))
        return _put(rng, request, "&".join(f"{name}=k{number}%3Av" for number in range(count)).encode())
    texts = rng.choices((*TEXTS, "IN", "1", "1.0", '["IN", "US"]', None), k=3)
    value: Any = rng.choice((texts[0], texts[0], {"not": texts}, {"not": []}, {"not": "x"}, 1, True, [], {"a": {}}))
    keys = rng.choices((*METADATA, "campaign_id", "event_type", "user_id", "", "a:b"), k=rng.choice((1, 1, 1, 2)))
    text = json.dumps(dict.fromkeys(keys, value), ensure_ascii=False)
    return _put(rng, request, f"filter={quote(text, safe='', errors='replace')}".encode())


def _put(rng: random.Random, request: Request, pair: bytes) -> Request:
    pairs = request.query.split(b"&") if request.query else []
    at = rng.randint(0, len(pairs))
    return replace(request, query=b"&".join([*pairs[:at], pair, *pairs[at + rng.randint(0, 1) :]]))


def _asked(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    """Build a whole query string of good parameters, most of which go together."""
    values = {
        "start": ("-1h", "-7d", "2024-01-01", "-1d", "1970-01-01"),
        "end": ("", "2024-02-01", "-5m", "1972-12-31"),
        "granularity": ("", "minute", "hour", "day", "week", "month"),
        "group_by": ("", "campaign_id", "event_type", rng.choice(METADATA), rng.choice(TEXTS)),
        "metrics": ("", "", "clicks,ctr", "unique_users", "impressions,unique_users,roas"),
        "order_by": ("", "", "clicks:asc", "group", "cpa:desc"),
        "limit": ("", "", "1", "3"),
        "compare": ("", "previous"),
        "timezone": ("", *ZONES),
        "filter": ("", "", f"{rng.choice(METADATA)}:{rng.choice(TEXTS)}"),
        "format": ("", "csv"),
    }
    parameters = {name: rng.choice(each) for name, each in values.items()}
    if rng.random() < 0.3:
        parameters["start"], parameters["end"] = rng.choice(DAYS)
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items() if value)
    return replace(request, method="GET", path="/report", query=query.encode(), headers=(), body=b"")


def _scratched(rng: random.Random, request: Request, corpus: Sequence[Request]) -> Request:
    return replace(request, query=spliced(rng, request.query, bytes([rng.randrange(256)]), cut=3))


SPOILT = (_parameter, _parameter, _parameter, _filter, _filter, _asked, _asked, _scratched)
