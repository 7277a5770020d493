"""Read one request at a time from the bytes of a connection.

uvicorn gives its parser all bytes as they come, so a peer decides how many requests wait in memory. Here the parser
gets the bytes of one request and none of the next: that one waits as bytes, unread in the kernel beyond one packet,
until the answer before it has gone out. What is kept is bounded (docs/explanation/threat-model.md).
"""

from typing import ClassVar

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adpulse.ingest.body import WHOLE
from adpulse.web.framing import (
    ChunkedBody,
    MalformedError,
    authority_of,
    check_request_line,
    end_of_head,
    why_malformed,
    without_offer,
)
from adpulse.web.memory import Memory

MOST_HEAD_BYTES = 65_536
# As Python objects, thousands of short headers would take ten times their bytes.
MOST_HEADERS = 200
# A head that is larger is counted in Memory until its answer, with the parts that are made of it: URL, path and query.
LARGE_HEAD_BYTES = 16_384
COPIES_OF_A_HEAD = 3


class Flow(FlowControl):
    """Flow control that pauses reading while a request waits, also if an endpoint asks for more of a body."""

    waits = False

    def resume_reading(self) -> None:
        if not self.waits:
            super().resume_reading()


class RequestReader(HttpToolsProtocol):
    """The part of a connection that reads."""

    memory: ClassVar[Memory] = Memory()

    flow: Flow
    _data = b""  # received; from `_at` on not given to the parser yet
    _at = 0
    _large_head = 0  # bytes that the head of the request at hand takes, if it is large
    _searched = 0  # up to where `_data` holds no end of a head

    _body_left = 0  # bytes of the body that are still to come, when its length is known
    _chunked: ChunkedBody | None = None  # when it is not known
    _incomplete = False  # the parser has begun a request and not ended it
    _unparsed = 0  # bytes since the last piece of a chunked body: sizes of chunks and trailers
    _kept = 0  # bytes, as `memory` has it
    _ended = False  # the peer sends nothing more, and may still read
    _lingers: int | None = None  # after the last answer: bytes that are still read, and dropped, before the close

    _written = 0  # bytes
    _paused_at = 0  # bytes that had been written before the peer had too much to read

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Answer bytes that are no request, and close."""
        raise NotImplementedError

    def cut(self, reason: str) -> None:
        """End the connection at once, and drop unsent bytes."""
        raise NotImplementedError

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def data_received(self, data: bytes) -> None:
        """Give the parser the request at hand."""
        if self._lingers is not None:
            self._lingers -= len(data)
            if self._lingers < 0:
                self.transport.close()
            return
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0
        self._parse()

    def _parse(self) -> None:
        """Give the parser the bytes of the current request, and none of the next one before its turn."""
        data = self._data
        size = len(data)
        try:
            while self._at < size and self._lingers is None and not self.transport.is_closing():
                start = self._at
                if self._body_left:
                    self._at = min(start + self._body_left, size)
                    self._body_left -= self._at - start
                    self.parser.feed_data(data[start : self._at])
                elif self._chunked:
                    self._at = self._chunked.next_end(data, start)
                    self._unparsed += self._at - start
                    self.parser.feed_data(data[start : self._at])
                    if self._unparsed > MOST_HEAD_BYTES:
                        self._refuse_head()
                elif self._answering or self.flow.write_paused or not self._parse_head():
                    break
                if self._incomplete and not self._body_left and not self._chunked:
                    raise MalformedError  # the parser expects more than the head has said
        except httptools.HttpParserError:
            self._refuse(400, "malformed_http", why_malformed(data, start))
        except MalformedError as error:
            self._refuse(400, "malformed_http", str(error))
        if self._at < len(self._data) or self.flow.read_paused or self._kept or self._ended or self._large_head:
            self._settle()
        else:
            self._data, self._at = b"", 0

    def _parse_head(self) -> bool:
        """Give the parser the next head, when it has come whole. Return False while it has not."""
        data = self._data
        while data[self._at] == 13 and data.startswith(
            b"\r\n", self._at
        ):  # empty lines, which HTTP allows before a request
            self._at += 2
            self._unparsed += 2
            if self._at == len(data):
                break
        end = end_of_head(data, max(self._at, self._searched))
        size = (end or len(data)) - self._at
        if self._unparsed + size > MOST_HEAD_BYTES:
            self._refuse_head()
            return False
        self._large_head = COPIES_OF_A_HEAD * size if end and size > LARGE_HEAD_BYTES else 0
        if not end:
            check_request_line(data, self._at)
            self._searched = max(0, size - 3)  # its last bytes may begin the end
            return False
        head = data[self._at : end]
        if size > 4 * MOST_HEADERS and head.count(b"\n") > MOST_HEADERS + 2:  # the first line and the last are none
            self._refuse(431, "head_too_large", f"The head has more than {MOST_HEADERS} headers.")
            return False
        if b" HTTP/1." not in head:
            raise MalformedError  # a request of another protocol that the parser knows
        self._at = end
        self._searched = self._unparsed = 0
        try:
            self.parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            # The parser has skipped the body. Read the head again without the offer, which we need not take
            # (RFC 9110, 7.8).
            self.parser = httptools.HttpRequestParser(self)
            try:
                self.parser.feed_data(without_offer(head))
            except httptools.HttpParserUpgrade:
                self._refuse(501, "not_implemented", "CONNECT is for proxies; this is none.")
        return True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or drop a trailer: a field after the body must not pass for one of the head."""
        if not self._incomplete:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Start the request, unless its head has to be read again without its offer to upgrade."""
        if self.parser.should_upgrade():
            return
        headers = dict(self.headers)
        coding = headers.get(b"transfer-encoding")
        if coding is not None and (coding.lower() != b"chunked" or self.parser.get_http_version() != "1.1"):
            self._refuse(501, "not_implemented", "Of transfer encodings, only chunked in HTTP/1.1 is known here.")
            return
        self._chunked = ChunkedBody() if coding is not None else None
        self._body_left = int(headers.get(b"content-length", 0))
        self._incomplete = True
        if b"expect" in headers:  # HTTP/1.0 knows no such answer
            expects = headers[b"expect"].lower() == b"100-continue"
            self.expect_100_continue = expects and self.parser.get_http_version() == "1.1"
        if (authority := authority_of(self.url)) is not None:
            self.headers[:] = [(name, authority if name == b"host" else value) for name, value in self.headers]
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body, or drop it after the answer."""
        self._unparsed = 0
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.body += body
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            cycle.message_event.set()

    def on_message_complete(self) -> None:
        """Note that the next byte belongs to another request."""
        if not self._incomplete:
            return  # a head that will be read again
        self._incomplete = False
        self._chunked = None
        if not self.cycle.response_complete:
            self.cycle.more_body = False
            self.cycle.scope[WHOLE] = True  # type: ignore[literal-required]  # a key of ours
            self.cycle.message_event.set()

    def _forget_request(self) -> None:
        """Drop head and body once the answer is out: a connection that is idle keeps nothing of its last request."""
        self.cycle.scope = self.scope = self.headers = None  # type: ignore[assignment]  # the next request has its own
        self.cycle.body = bytearray()
        self.url = b""

    def _settle(self) -> None:
        """Read no more while a request waits for its turn, and note how much is kept."""
        rest = len(self._data) - self._at
        if not rest:
            self._data, self._at = b"", 0
        waits = self._ended or (rest > 0 and (self._answering or self.flow.write_paused))
        if waits != self.flow.waits:
            self.flow.waits = waits
            if waits:
                self.flow.pause_reading()
            else:
                self.flow.resume_reading()
        if self._ended and self._answering and not rest:
            self.cycle.keep_alive = False
        self._count_kept()

    def _count_kept(self) -> None:
        kept = len(self._data) - self._at
        if self.flow.write_paused:
            kept += self._written - self._paused_at  # what is sent of a piece is freed with its last byte
        if self.flow.read_paused and self.cycle is not None:
            kept += len(self.cycle.body)
        if self._answering:
            kept += self._large_head
        if kept != self._kept:
            self._kept = kept
            self.memory.keep(self, kept)

    def _refuse_head(self) -> None:
        self._refuse(431, "head_too_large", f"The head has more than {MOST_HEAD_BYTES} bytes.")
