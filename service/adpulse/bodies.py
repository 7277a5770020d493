"""Reading a request body: media type, size, time and compression, all bounded before anything is decoded."""

import asyncio
import zlib

from fastapi import Request

from adpulse.events import BodyError
from adpulse.settings import Settings


def is_ndjson(content_type: str) -> bool:
    """Whether a Content-Type says NDJSON and not JSON. Raises BodyError (415) for anything else."""
    kind, *parameters = [part.strip().lower() for part in content_type.split(";")]
    if kind not in ("application/json", "application/x-ndjson"):
        raise BodyError(415, "content_type", "Send application/json or application/x-ndjson.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') not in ("utf-8", "utf8"):
            raise BodyError(415, "charset", "Send UTF-8.")
    return kind == "application/x-ndjson"


async def read_body(request: Request, settings: Settings) -> bytes:
    """The whole body, decompressed; never more than the cap in memory, and not for longer than the deadline."""
    most = settings.max_body_bytes
    too_large = BodyError(413, "too_large", f"The body has more than {most} bytes; split the batch.")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise BodyError(415, "content_encoding", "Send the body plain or as gzip.")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(settings.body_timeout_s):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise too_large
                chunks.append(chunk)
    except TimeoutError:
        raise BodyError(408, "timeout", f"The body took longer than {settings.body_timeout_s:g} s.") from None
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    if encoding == "gzip":
        body = _gunzip(body, most)
        if len(body) > most:
            raise too_large
    return body


def _gunzip(data: bytes, most: int) -> bytes:
    """The content of one or more gzip members; stops one byte past `most`. Raises BodyError when it is no gzip."""
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
            break
        if not member.eof:
            raise corrupt
        data = member.unused_data
    return b"".join(parts)
