"""Decode bodies that would hold the event loop for too long: one at a time, in a thread, while requests go on."""

import asyncio
from functools import partial

from adpulse.ingest.batch import Batch, Overloaded
from adpulse.ingest.body import BodyReader
from adpulse.ingest.decoder import Decoder, Unwrap
from adpulse.ingest.effort import PausingEffort
from adpulse.settings import Settings


class Aside:
    """The thread's decoder of a process. What waits for it counts among the bodies that arrive."""

    def __init__(self, settings: Settings, bodies: BodyReader) -> None:
        self._decoder = Decoder(settings, PausingEffort())
        self._bodies = bodies
        self._wait_s = settings.write_timeout_s
        self._turns = asyncio.Lock()

    async def decode(
        self, body: bytes, *, ndjson: bool, unwrap: Unwrap | None, campaigns: frozenset[str] | None
    ) -> Batch:
        """Return what Decoder.decode returns. Raises ArrivingFull and Overloaded when too many bodies wait."""
        with self._bodies.held(body):
            try:
                async with asyncio.timeout(self._wait_s):
                    await self._turns.acquire()
            except TimeoutError:
                raise Overloaded from None
            decode = partial(self._decoder.decode, body, ndjson=ndjson, unwrap=unwrap, campaigns=campaigns)
            work = asyncio.get_running_loop().run_in_executor(None, decode)
            # A request that is cancelled does not stop the thread, which has the decoder until it ends.
            work.add_done_callback(lambda _: self._turns.release())
            return await asyncio.shield(work)
