"""Read a request body: media type, size, time and compression, all bounded before anything is decoded."""

import asyncio
import zlib
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from adpulse.ingest.batch import BodyError
from adpulse.settings import Settings

# A body that is no larger than this is never too well compressed: a thousand equal events are no bomb.
RATIO_FROM_BYTES = 1_000_000
# zlib copies what is left of the input for each member: thousands of empty ones would take minutes.
GZIP_MEMBERS = 100
# What a 415 for the Content-Type says is taken (RFC 9110 15.5.16).
TAKEN = {"Accept": "application/json, application/x-ndjson"}

_PLAIN = (b"", b"identity")
_GZIP = (b"gzip", b"x-gzip")  # the same (RFC 9110 8.4.1.3)


class ArrivingFull(Exception):
    """The bodies that are arriving together have more bytes than may wait."""


def is_ndjson(content_type: str) -> bool:
    """Return True for the Content-Type of NDJSON, False for that of JSON. Raises BodyError (415) for any other."""
    if content_type == "application/json":
        return False
    kind, *parameters = [part.strip().lower() for part in content_type.split(";")]
    if kind not in ("application/json", "application/x-ndjson"):
        raise BodyError(415, "content_type", "Send application/json or application/x-ndjson.", TAKEN)
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            raise BodyError(415, "charset", "Send UTF-8.")
    return kind == "application/x-ndjson"


class BodyReader:
    """Reads the bodies of one process; all that are arriving at a time share `queue_bytes`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._arriving = 0  # bytes

    async def read(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """Return the whole body, decompressed; never more than the cap in memory, and not for longer than the deadline.

        Raises BodyError, ArrivingFull, or starlette's ClientDisconnect when it does not arrive whole.
        """
        most = self._settings.max_body_bytes
        encoding = headers.get(b"content-encoding", b"").strip().lower()
        if encoding not in _PLAIN + _GZIP:
            raise BodyError(415, "content_encoding", "Send the body plain or as gzip.", {"Accept-Encoding": "gzip"})
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 15 or int(length) > most:
            raise _too_large(most)
        try:
            async with asyncio.timeout(self._settings.body_timeout_s):
                body = await self._receive(receive, most)
        except TimeoutError:
            limit = self._settings.body_timeout_s
            raise BodyError(408, "timeout", f"The body took longer than {limit:g} s.") from None
        if encoding in _GZIP:
            ratio = self._settings.max_gzip_ratio
            fair = max(RATIO_FROM_BYTES, ratio * len(body))
            body = gunzip(body, most, _too_large(most)) if fair >= most else gunzip(body, fair, _bomb(ratio))
        return body

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
                    raise _too_large(most)
                if not message.get("more_body", False):
                    return b"".join([*chunks, chunk]) if chunks else chunk
                if self._arriving > self._settings.queue_bytes and self._arriving > size:
                    raise ArrivingFull
                chunks.append(chunk)
        finally:
            self._arriving -= size


def gunzip(data: bytes, most: int, too_large: BodyError) -> bytes:
    """Return the content of one or more gzip members.

    Raises BodyError when it is no gzip, `too_large` when it has more than `most` bytes; stops one byte past that.
    """
    corrupt = BodyError(400, "malformed_gzip", "The body is not valid gzip.")
    parts: list[bytes] = []
    left = most + 1
    while data:
        member = zlib.decompressobj(wbits=31)
        try:
            part = member.decompress(data, left)
        except zlib.error:
            raise corrupt from None
        parts.append(part)
        left -= len(part)
        if left <= 0:
            raise too_large
        if not member.eof or len(parts) > GZIP_MEMBERS:
            raise corrupt
        data = member.unused_data
    return b"".join(parts)


def _too_large(most: int) -> BodyError:
    return BodyError(413, "too_large", f"The body has more than {most} bytes; split the batch.")


def _bomb(ratio: int) -> BodyError:
    detail = f"Past {RATIO_FROM_BYTES} bytes, gzip may expand at most {ratio} times; split the batch, or send it plain."
    return BodyError(413, "too_large", detail)
