"""The time from the end of an outage to the first acknowledged event, taken by threads apart from the other senders.

A probe apart from the services finds out when PostgreSQL accepts connections. Meanwhile each service gets the same
event, under one key, again and again. The harness's own delay is the time between the last answer that was none and the
request that was acknowledged: the service may have been ready all that time, so it is taken out, and kept.
"""

import http.client
import socket
import struct
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from adbench.faults.traffic.journal import Batch

PAUSE_S = 0.005
ANSWER_S = 0.5  # one request may wait that long, behind a connection that is held back
_PROTOCOL_3 = 196_608
_AUTHENTICATION = b"R"  # first byte of a server that accepts; one that recovers sends "E"


@dataclass(frozen=True)
class Knock:
    """An event for one service, whose repeats count as one."""

    batch: Batch
    port: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Recovery:
    """An outage that is over. Moments are those of time.monotonic()."""

    accepted: float  # connections, by PostgreSQL
    acknowledged: float | None  # the first event, by any service; None: none in time
    harness_s: float  # the part of that time in which the harness did not ask the service
    batches: Sequence[Batch] = ()  # the acknowledged batches

    @property
    def seconds(self) -> float | None:
        """Return how long the services took."""
        if self.acknowledged is None:
            return None
        return max(0.0, self.acknowledged - self.accepted - self.harness_s)


def measure(server: Path, database: str, knocks: Sequence[Knock], patience_s: float) -> Recovery:
    """Wait until the server at that Unix socket accepts connections and one of the services acknowledges its event."""
    give_up = time.monotonic() + patience_s
    over = threading.Event()
    with ThreadPoolExecutor(1 + len(knocks), "recovery") as threads:
        accepting = threads.submit(_until_accepted, server, database, give_up)
        asking = [threads.submit(_until_acknowledged, knock, over, give_up) for knock in knocks]
        accepted = accepting.result()
        answers = [(each.result(), knock.batch) for knock, each in zip(knocks, asking, strict=True)]
    first = min((answer for answer, _ in answers if answer), default=None)
    if first is None:
        return Recovery(accepted, None, 0.0)
    acknowledged, sent, refused = first
    harness_s = max(0.0, sent - max(refused, accepted))
    return Recovery(accepted, acknowledged, harness_s, [batch for answer, batch in answers if answer])


def _until_accepted(server: Path, database: str, give_up: float) -> float:
    """Return when the server accepted a connection. Raise TimeoutError when it does not."""
    while time.monotonic() < give_up:
        with suppress(OSError):
            if _accepts(server, database):
                return time.monotonic()
        time.sleep(PAUSE_S)
    raise TimeoutError(f"{server} accepts no connections")


def _accepts(server: Path, database: str) -> bool:
    words = f"user\0postgres\0database\0{database}\0application_name\0probe\0\0".encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(server))
        connection.sendall(struct.pack("!ii", len(words) + 8, _PROTOCOL_3) + words)
        return connection.recv(1) == _AUTHENTICATION


def _until_acknowledged(knock: Knock, over: threading.Event, give_up: float) -> tuple[float, float, float] | None:
    """Return when the event was acknowledged, when that request was sent, and when the one before had its answer.

    None when another service was first, which sets `over`.
    """
    refused = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", knock.port, timeout=ANSWER_S)
    try:
        while not over.is_set() and time.monotonic() < give_up:
            sent = time.monotonic()
            try:
                connection.request("POST", "/events", knock.body, knock.headers)
                reply = connection.getresponse()
                reply.read()
            except (OSError, http.client.HTTPException):  # not yet there, or it says nothing: again, on a new one
                connection.close()
            else:
                if reply.status == http.client.OK:
                    over.set()
                    return time.monotonic(), sent, refused
            refused = time.monotonic()
            time.sleep(PAUSE_S)
    finally:
        connection.close()
    return None
