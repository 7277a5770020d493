"""Rounds of requests that are drawn and of many that are made from them; every reply is judged."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from schemathesis import Case, GenerationMode

from adbench.fuzz import bodies, draws, envelopes, heads, queries, rules
from adbench.fuzz.contract import Contract
from adbench.fuzz.heads import Mutation
from adbench.fuzz.wire import Reply, Request, Wire
from adbench.harness.patience import PATIENCE_S

WIRES = 8  # connections that send at a time, so that requests meet in the queue
LISTED = 50  # faults that are kept in full
CORPUS = 5_000  # requests that others are made of; beyond, new ones replace old ones


@dataclass(slots=True)
class Tally:
    """A count of requests and replies. Keys of `replies`: origin, method and path, status."""

    replies: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    faulty: int = 0
    accepted: int = 0  # events, as the replies said
    untold: int = 0  # events at most that a reply without a count stands for: of a picture, or to Firehose

    def count(self, origin: str, request: Request, status: int) -> None:
        """Note one reply; of methods and paths only those of the document have a name of their own."""
        known = (request.method, request.path) in KNOWN
        self.replies[origin, f"{request.method} {request.path}" if known else "other", status] += 1

    def blame(self, request: Request, fault: str) -> None:
        """Note what was wrong, with the request that shows it."""
        self.faulty += 1
        if len(self.faults) < LISTED:
            self.faults.append(f"{fault} after {request!r}"[:4_000])

    def explains(self, stored: int) -> bool:
        """Return True if the replies allow this number of stored events."""
        return self.accepted <= stored <= self.accepted + self.untold

    @property
    def cases(self) -> int:
        """Return the number of answered requests."""
        return self.replies.total()


KNOWN = {
    ("POST", "/events"),
    ("POST", envelopes.FIREHOSE),
    ("GET", envelopes.PIXEL),
    ("GET", "/report"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
}
_ACCEPTED = re.compile(r'^adpulse_events_total\{outcome="accepted"\} (\S+)$', re.MULTILINE)


def mutate(rng: random.Random, corpus: Sequence[Request]) -> Request:
    """Return another request: one of the corpus, spoilt one to four times. The same numbers give the same request.

    Nearly valid is where parsers differ.
    """
    request = rng.choice(corpus)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        kinds: Sequence[Mutation] = queries.SPOILT
        if request.method == "POST" and rng.random() < 0.8:
            kinds = (*bodies.SPOILT, *envelopes.SPOILT, *envelopes.SPOILT)
        if rng.random() < 0.15:
            kinds = heads.SPOILT
        request = rng.choice(kinds)(rng, request, corpus)
    return request


class Fuzzer:
    """A running service, its document, and what has been found so far. The same seed sends the same requests."""

    def __init__(self, address: str, seed: int) -> None:
        self.tally = Tally()
        self.address = address
        self._address = urlsplit(address)
        self._seed = seed
        self._schema = draws.load(address)
        self._contract = Contract(requests.get(f"{address}/openapi.json", timeout=PATIENCE_S).json())
        self._corpus: list[Request] = []
        self._rng = random.Random(seed)
        self._round = 0

    def round(self, drawn: int, made: int, enough: Callable[[], bool] = lambda: False) -> None:
        """Draw `drawn` requests of every operation, valid and invalid ones, and then make `made` others."""
        self._round += 1
        with requests.Session() as session:
            for operation in draws.operations(self._schema):
                for mode in GenerationMode:
                    draws.draw(operation, mode, drawn, self._rng.getrandbits(32), lambda case: self._use(case, session))
        asyncio.run(self._make(made, enough))

    def _use(self, case: Case[Any], session: requests.Session) -> None:
        response = case.call(session=session)
        request = draws.sent(response)
        self.tally.count("drawn", request, response.status_code)
        for fault in draws.check(case, response):
            self.tally.blame(request, fault)
        self._judge(
            request, Reply(response.status_code, {k: v[0] for k, v in response.headers.items()}, response.content)
        )
        if len(self._corpus) < CORPUS:
            self._corpus.append(request)
        else:
            self._corpus[self._rng.randrange(CORPUS)] = request

    async def _make(self, count: int, enough: Callable[[], bool]) -> None:
        async def send(number: int) -> None:
            rng = random.Random(f"{self._seed} {self._round} {number}")
            async with Wire(self._address.hostname or "", self._address.port or 80) as wire:
                for _ in range(count // WIRES):
                    if enough():
                        return
                    request = mutate(rng, self._corpus)
                    try:
                        reply = await wire.send(request)
                    except (OSError, EOFError, ValueError) as error:
                        self.tally.blame(request, f"no reply: {error!r}")
                        continue
                    self.tally.count("made", request, reply.status)
                    self._judge(request, reply)

        await asyncio.gather(*(send(number) for number in range(WIRES)))

    def _judge(self, request: Request, reply: Reply) -> None:
        content, fault = self._contract.judge(request, reply)
        if fault is not None:
            self.tally.blame(request, fault)
        if content is not None and (request.method, request.path, reply.status) == ("POST", "/events", 200):
            self.tally.accepted += content["accepted"]
        elif (request.method, request.path) == ("POST", envelopes.FIREHOSE):
            self.tally.untold += rules.events_in_delivery(request)
        elif (request.method, request.path, reply.status) == ("GET", envelopes.PIXEL, 200):
            self.tally.untold += 1

    def counted(self) -> int:
        """Return how many events the service says that it has accepted."""
        found = _ACCEPTED.search(requests.get(f"{self.address}/metrics", timeout=PATIENCE_S).text)
        return int(float(found[1])) if found else 0
