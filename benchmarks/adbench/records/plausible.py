"""The conditions for keeping a result among those of everybody: plausible, and without private values."""

import getpass
import ipaddress
import math
import re
import socket
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from adbench.records.model import Measurement, Result
from adpulse.settings import Settings

FIRST = datetime(2025, 1, 1, tzinfo=UTC)  # no results are older
CLOCKS = timedelta(days=1)  # most that a clock may be ahead
SIGNED = (".error",)  # numbers that may be negative: simulation ÷ measured − 1
LEAST_NAME = 4  # letters of a name: shorter ones are parts of other words
COMMON = {"root", "user", "admin", "postgres", "localhost", "linux", "runner", "ubuntu", "debian"}
# Not those of the service's addresses, such as /events/firehose.
_PATH = re.compile(r"(?<![\w/.:~])(?:~|/(?!events/)[\w.+-]+)/[\w.+-][\w./+-]*|\b[A-Za-z]:\\\w[\w\\]*")
_URL = re.compile(r"\b[a-z][a-z0-9+]*://[^\s\"']+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r"[0-9a-fA-F:.]{3,}")


def problems(result: Result, names: Iterable[str] = ()) -> list[str]:
    """Return all that is wrong with a result, a line each. `names` are words that must not be in it."""
    return [*implausible(result), *(f"{what} at {where}" for where, what in private(result, names))]


def of_this_machine() -> list[str]:
    """Return the names of this machine, its user and its database server that a result must not have."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        user = ""
    hosts = {socket.gethostname(), urlsplit(Settings().database_url or "").hostname or ""}
    words = {*hosts, *(host.partition(".")[0] for host in hosts), user, str(Path.home())}
    return sorted(word for word in words if len(word) >= LEAST_NAME and word.lower() not in COMMON)


def implausible(result: Result) -> Iterator[str]:
    """Yield what cannot be true of a measurement."""
    if not FIRST <= result.started_at <= datetime.now(UTC) + CLOCKS:
        yield f"it was measured at {result.started_at:%Y-%m-%d}: the clock of the machine is wrong"
    if min(result.machine.cores, result.machine.memory_bytes) < 1:
        yield "its machine has no cores or no memory"
    if not (result.measurements or result.checks or result.parameters):
        yield "it holds nothing"
    seen = set()
    for each in result.measurements:
        where = f"{each.name} {each.labels or ''}".rstrip()
        key = (each.name, *sorted(each.labels.items()))
        if key in seen:
            yield f"{where} is there twice"
        seen.add(key)
        if not all(math.isfinite(number) for number in (each.value, *each.ends)):
            yield f"{where} is no number"
        elif each.value < 0 and not each.name.endswith(SIGNED):
            yield f"{where} is negative: {each.value}"
        elif each.ends[0] > each.ends[1]:
            yield f"{where} has an interval from {each.ends[0]} to {each.ends[1]}"
    yield from _falling(result.measurements)


def _falling(measurements: Iterable[Measurement]) -> Iterator[str]:
    """Yield quantiles that are smaller than those below them."""
    found: dict[tuple[Any, ...], list[tuple[float, float]]] = {}
    for each in measurements:
        if "quantile" in each.labels and not each.name.endswith(SIGNED):
            rest = sorted((name, value) for name, value in each.labels.items() if name != "quantile")
            found.setdefault((each.name, *rest), []).append((float(each.labels["quantile"]), each.value))
    for (name, *labels), points in found.items():
        values = [value for _, value in sorted(points)]
        if values != sorted(values):
            yield f"{name} {dict(labels)}: a higher quantile is smaller"


def private(result: Result, names: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield the place and the kind of each private value: paths, addresses, mail addresses, and the `names`."""
    document = result.model_dump(mode="json")
    document["source"].pop("packages")  # a version looks like an address
    yield from private_of(document, names)


def private_of(document: dict[str, Any], names: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield the same of any JSON document."""
    words = [re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])") for name in names]
    for where, text in _texts(document, ()):
        for kind in {
            *_kinds(text),
            *("a name of this machine, its user or its server" for word in words if word.search(text)),
        }:
            yield ".".join(where), kind


def _kinds(text: str) -> Iterator[str]:
    for found in _URL.findall(text):
        if not _is_here(urlsplit(found).hostname or "localhost"):
            yield "an address"
    without = _URL.sub(" ", text)
    if _PATH.search(without):
        yield "a path"
    if _MAIL.search(without):
        yield "a mail address"
    if any(_is_address(token) and not _is_here(token) for token in _TOKEN.findall(without)):
        yield "an address"


def _is_address(token: str) -> bool:
    try:
        ipaddress.ip_address(token)
    except ValueError:
        return False
    return True


def _is_here(host: str) -> bool:
    if not _is_address(host):
        return host == "localhost"
    address = ipaddress.ip_address(host)
    return address.is_loopback or address.is_unspecified


def _texts(value: Any, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each text of a JSON document, keys included, with the path to it."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield (*where, key), key
            yield from _texts(each, (*where, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _texts(each, (*where, str(place)))
