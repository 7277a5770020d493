"""Read a request body: encoding, size, time and compression, all bounded before anything is decoded."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from adpulse.ingest.batch import BodyError
from adpulse.ingest.formats import encodings
from adpulse.settings import Settings

# A key in the scope of a request: the whole body has arrived. It nearly always arrives together with its head.
WHOLE = "adpulse.whole_body"


class ArrivingFull(Exception):
    """The bodies that are arriving together have more bytes than may wait."""


class BodyReader:
    """The reader of the bodies of one process; all that are arriving at a time share `queue_bytes`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._arriving = 0  # bytes

    async def read(self, headers: Mapping[bytes, bytes], receive: Receive, *, whole: bool = False) -> bytes:
        """Return the whole body, decompressed; never more than the cap in memory, and not for longer than the deadline.

        `whole`: it has arrived, so that nothing is waited for.

        Raises BodyError, ArrivingFull, or starlette's ClientDisconnect when it does not arrive whole.
        """
        most = self._settings.max_body_bytes
        name = headers.get(b"content-encoding")
        encoding = None if name is None else encodings.find(name)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 15 or int(length) > most:
            raise encodings.too_many_bytes(most)
        if whole:  # a deadline costs as much as the rest of this
            body = await self._receive(receive, most)
        else:
            try:
                async with asyncio.timeout(self._settings.body_timeout_s):
                    body = await self._receive(receive, most)
            except TimeoutError:
                limit = self._settings.body_timeout_s
                raise BodyError(408, "timeout", f"The body took longer than {limit:g} s.") from None
        if encoding is not None:
            body = encodings.decompress(body, encoding, most, self._settings.max_gzip_ratio)
        return body

    @contextmanager
    def held(self, body: bytes) -> Iterator[None]:
        """Count a body, which has arrived, among those that arrive. Raises ArrivingFull beside too many others."""
        if self._arriving and self._arriving + len(body) > self._settings.queue_bytes:
            raise ArrivingFull
        self._arriving += len(body)
        try:
            yield
        finally:
            self._arriving -= len(body)

    async def _receive(self, receive: Receive, most: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                self._arriving += len(chunk)
                if size > most:
                    raise encodings.too_many_bytes(most)
                if not message.get("more_body", False):
                    return b"".join([*chunks, chunk]) if chunks else chunk
                if self._arriving > self._settings.queue_bytes and self._arriving > size:
                    raise ArrivingFull
                chunks.append(chunk)
        finally:
            self._arriving -= size
