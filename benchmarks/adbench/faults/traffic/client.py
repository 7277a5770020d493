"""The client: it sends batches at full speed, each 1 to 5 times, in any order, to any service, and keeps the journal.

It is as careless as clients are: some leave before the answer comes. And as careful as they must be: what has neither
key nor ids is sent once.
"""

import asyncio
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Protocol

import httpx
import orjson

from adbench.faults.system.cluster import until
from adbench.faults.traffic.batches import Source, body
from adbench.faults.traffic.bypass import Bypass, write
from adbench.faults.traffic.journal import Batch, Journal, Kind
from adbench.faults.traffic.recovery import Knock, Recovery
from adpulse.database.connections import Connection
from adpulse.terminal import counted

SENDERS = 6
DELIVERIES = {1: 6, 2: 4, 3: 2, 4: 1, 5: 1}  # number of deliveries of a batch with key or ids: its weight
LEAVES = 0.02  # share of deliveries whose sender does not wait
UNSETTLED = 0.2  # share of batches without an answer that nobody asks for again
REPORT_EVERY_S = 0.1
ANSWER_S = 30.0
BACK_OFF_S = 0.02
LONELY = 5
# Events after which a long cycle goes on at this part of the rate, so that recounts stay short.
FULL, AFTER_FULL = 150_000, 0.05

_GEO = re.compile(rb'"geo":"[^"]*"')

# Allowed answers to a good batch: taken, too much at the moment, or the database is away.
ALLOWED = {200, 429, 503}
# A cancelled report may get this too.
TIMED_OUT = 504
# A revoked key, or a question about archived raw events, may get these too.
UNAUTHORIZED, ARCHIVED = 401, 422


class Target(Protocol):
    """A service, or what stands before several."""

    name: str
    address: str


@dataclass
class Situation:
    """Facts that senders and readers need: the key to send, and that raw events of days are archived."""

    key: str | None = None
    archived: bool = False
    overflown: bool = False  # a dimension has had more or longer values than it takes

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of every request."""
        return {} if self.key is None else {"X-API-Key": self.key}


class Client:
    """All senders of a cycle, and the readers that ask for reports meanwhile."""

    def __init__(
        self,
        services: Sequence[Target],
        source: Source,
        journal: Journal,
        seed: str,
        rate: float,
        situation: Situation | None = None,
    ) -> None:
        self._situation = situation or Situation()
        self._services = services
        self._source = source
        self._journal = journal
        self._random = random.Random(seed)
        self._rate = rate  # events a second, of different batches
        self._unanswered: list[tuple[Batch, list[bytes]]] = []
        self._due = 0.0
        self._sent = 0  # events
        # No limit of idle connections: a service that was killed and one that was not look the same from here.
        self._http = httpx.AsyncClient(timeout=ANSWER_S, limits=httpx.Limits(max_connections=None))

    async def run(self, until: asyncio.Event) -> None:
        """Send, and ask, until then."""
        self._due = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(SENDERS):
                group.create_task(self._send(until))
            for service in self._services:
                group.create_task(self._ask(service, until))

    async def settle(self) -> None:
        """Get an answer to most batches with key or ids that have none, and close."""
        chosen = [each for each in self._unanswered if self._random.random() >= UNSETTLED]
        for batch, events in chosen:
            if not batch.acknowledged and not await self._acknowledged(batch, events, well=True):
                self._journal.violates(f"unanswered: batch {batch.number} gets no answer though all is well")

    async def flush(self) -> None:
        """Send a few more batches to each service, one by one, so that everything queued before them is taken.

        Each comes alone, right after the one before: nothing but itself can wake the writer.
        """
        for service in [*self._services] * LONELY:
            batch, events = self._source.next(Kind.KEYED, 1)
            self._journal.sends(batch)
            if not await self._acknowledged(batch, events, service, well=True):
                self._journal.violates(f"unanswered: service {service.name} takes nothing though all is well")

    async def send_with_geo(self, values: Sequence[bytes]) -> None:
        """Send a batch whose events have these values of `geo`, until it is acknowledged or everything ends."""
        batch, events = self._source.next(Kind.KEYED, len(values))
        events = [_GEO.sub(b'"geo":"' + value + b'"', event) for value, event in zip(values, events, strict=True)]
        self._journal.sends(batch)
        await self._acknowledged(batch, events)

    def knock(self, service: Target) -> Knock:
        """Return an event for this service, under a key of its own, to be sent until it is acknowledged."""
        batch, events = self._source.next(Kind.KEYED, 1)
        self._journal.sends(batch)
        return Knock(batch, int(service.address.rpartition(":")[2]), body(events), self._headers(batch))

    def _headers(self, batch: Batch) -> dict[str, str]:
        keyed = {"Idempotency-Key": f"batch-{batch.number}"} if batch.kind is Kind.KEYED else {}
        return {"Content-Type": "application/json", **keyed, **self._situation.headers}

    def recovered(self, recovery: Recovery) -> None:
        """Note which of those events were acknowledged, and a violation when none was."""
        if recovery.acknowledged is None:
            self._journal.violates("unanswered: nothing is acknowledged though the server accepts")
        for batch in recovery.batches:
            self._journal.acknowledges(batch, time.monotonic())

    def violates(self, what: str) -> None:
        """Note a violation that a harm has seen."""
        self._journal.violates(what)

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _send(self, until: asyncio.Event) -> None:
        chance = self._random
        probing = False  # while nothing is taken, small batches find out soonest when that is over
        while not until.is_set():
            batch, events = self._source.next(None, 1 if probing else None)
            self._journal.sends(batch)
            if batch.kind is Kind.PLAIN:
                await self.deliver(batch, events)
            else:
                times = chance.choices(list(DELIVERIES), list(DELIVERIES.values()))[0]
                if chance.random() < 0.5:
                    await asyncio.gather(*(self.deliver(batch, events) for _ in range(times)))
                else:
                    for _ in range(times):
                        await self.deliver(batch, events)
                if not batch.acknowledged:
                    self._unanswered.append((batch, events))
            probing = not batch.acknowledged
            self._sent += batch.size
            rate = self._rate if self._sent < FULL else self._rate * AFTER_FULL
            self._due = max(self._due, time.monotonic() - 1) + batch.size / rate
            await asyncio.sleep(BACK_OFF_S if probing else max(0.0, self._due - time.monotonic()))

    async def _acknowledged(
        self, batch: Batch, events: list[bytes], service: Target | None = None, *, well: bool = False
    ) -> bool:
        """Send a batch again and again until it is acknowledged. Return False when that takes PATIENCE_S."""
        return await until(lambda: self.deliver(batch, events, service, well=well), pause_s=BACK_OFF_S)

    async def deliver(
        self, batch: Batch, events: list[bytes], service: Target | None = None, *, well: bool = False
    ) -> bool:
        """Send a batch once; whether it was acknowledged. When all is `well`, silence is a violation."""
        chance, journal = self._random, self._journal
        service = service or chance.choice(self._services)
        if batch.kind is Kind.IDS:
            events = chance.sample(events, len(events))
        key, headers = self._situation.key, self._headers(batch)
        leaves = chance.random() < LEAVES
        journal.deliveries += 1
        try:
            async with asyncio.timeout(chance.uniform(0, 0.05) if leaves else None):
                reply = await self._http.post(f"{service.address}/events", content=body(events), headers=headers)
        except TimeoutError:
            journal.statuses["left"] += 1
            return False
        except httpx.TransportError as error:
            journal.statuses[type(error).__name__] += 1
            if well and isinstance(error, httpx.TimeoutException):
                journal.violates(f"unanswered: batch {batch.number} waited {ANSWER_S:g} s though all is well")
            return False
        journal.statuses[str(reply.status_code)] += 1
        if reply.status_code == 200:
            self._check_answer(batch, reply.content)
            journal.acknowledges(batch, time.monotonic())
            return True
        if reply.status_code != UNAUTHORIZED or key == self._situation.key:  # else: another key since then
            self._check_refusal(f"batch {batch.number} ({batch.kind})", reply)
        return False

    async def bypass(self, connection: Connection, way: Bypass, size: int = 200) -> None:
        """Write a batch past the service, in one transaction, and note it as acknowledged when that has committed."""
        batch, events = self._source.next(Kind.PLAIN, size)
        self._journal.sends(batch)
        await write(connection, way, events)
        self._journal.acknowledges(batch, time.monotonic())

    def _check_answer(self, batch: Batch, content: bytes) -> None:
        answer = orjson.loads(content)
        taken = answer["accepted"] + answer["duplicates"]
        if taken != batch.size or (batch.kind is Kind.PLAIN and answer["duplicates"]):
            what = f"batch {batch.number} ({batch.kind}, {counted(batch.size, 'event')})"
            self._journal.violates(f"answer: {what} got {answer}")

    def _check_refusal(self, what: str, reply: httpx.Response) -> None:
        if reply.status_code not in ALLOWED:
            self._journal.violates(f"status: {what} got {reply.status_code}: {reply.text[:300]}")
        elif "retry-after" not in reply.headers:
            self._journal.violates(f"status: {what} got {reply.status_code} without Retry-After")

    async def _ask(self, service: Target, until: asyncio.Event) -> None:
        """Ask for reports while events come; each must hold at least what was acknowledged before it."""
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        window = {"start": (now - timedelta(days=402)).isoformat(), "end": (now + timedelta(days=3)).isoformat()}
        shapes = cycle(({"group_by": "campaign_id"}, {"granularity": "day"}, {"group_by": "event_type"}, {}))
        while not until.is_set():
            await asyncio.sleep(REPORT_EVERY_S)
            shape = next(shapes)
            least, archived, key = self._journal.events_acknowledged, self._situation.archived, self._situation.key
            asked, headers = window | shape, self._situation.headers
            try:
                reply = await self._http.get(f"{service.address}/report", params=asked, headers=headers)
            except httpx.TransportError:
                continue
            if reply.status_code != 200:
                excused = {
                    TIMED_OUT: True,
                    UNAUTHORIZED: key != self._situation.key,
                    ARCHIVED: archived or self._situation.archived,
                }
                if not excused.get(reply.status_code):
                    self._check_refusal(f"a report {shape}", reply)
                continue
            answer = reply.json()
            seen = _events(answer["totals"])
            most = self._journal.events_sent
            if not least <= seen <= most:
                has = f"report: {shape} has {counted(seen, 'event')}"
                self._journal.violates(f"{has}; {least} were acknowledged, {most} sent")
            if "rows" in answer and sum(map(_events, answer["rows"])) != seen:
                self._journal.violates(f"report: {shape} has rows that do not sum to its totals")


def _events(row: dict[str, int]) -> int:
    return row["impressions"] + row["clicks"] + row["conversions"]
