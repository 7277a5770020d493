"""The parser of a connection: uvicorn's, which gets one request at a time, and refuses each that is ambiguous."""

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from adpulse.ingest.body import WHOLE
from adpulse.web.framing import MalformedError, authority_of, why_malformed, without_offer
from adpulse.web.request_bytes import RequestBytes


class RequestParser(HttpToolsProtocol):
    """The part of a connection that turns bytes into requests, and starts them."""

    received: RequestBytes
    head_bytes = 0  # size of the head of the current request
    incomplete = False  # the parser has begun a request and not ended it

    @property
    def answering(self) -> bool:
        """Return True while a request has no complete answer."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def closing(self) -> bool:
        """Return True when no more requests are taken."""
        raise NotImplementedError  # the connection knows, in protocol.py

    def refuse(self, status: int, code: str, detail: str) -> None:
        """Answer bytes that are not a request, and close."""
        raise NotImplementedError  # the connection does, in protocol.py

    def parse(self) -> None:
        """Give the parser the bytes of the current request, and none of the next one before its turn."""
        received = self.received
        piece: bytes | None = None
        try:
            while received and not self.closing:
                if received.in_body:
                    piece = received.take_body()
                    self.parser.feed_data(piece)
                    received.check_framing()
                elif self.answering or self.flow.write_paused or (piece := received.take_head()) is None:
                    break
                else:
                    self._feed_head(piece)
                if self.incomplete and not received.in_body:
                    raise MalformedError  # the parser expects more than the head has said
        except httptools.HttpParserError:
            self.refuse(400, "malformed_http", why_malformed(piece or b"", 0))
        except MalformedError as error:
            self.refuse(error.status, error.code, str(error))

    def _feed_head(self, head: bytes) -> None:
        self.head_bytes = len(head)
        try:
            self.parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            # The parser has skipped the body. Feed the head again without its offer to upgrade, which a server may
            # ignore (RFC 9110, 7.8).
            self.parser = httptools.HttpRequestParser(self)
            try:
                self.parser.feed_data(without_offer(head))
            except httptools.HttpParserUpgrade:
                self.refuse(501, "not_implemented", "CONNECT is for proxies; this is none.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or drop a trailer: a field after the body must not pass for one of the head."""
        if not self.incomplete:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Start the request, unless its head has to be read again without its offer to upgrade."""
        if self.parser.should_upgrade():
            return
        headers = dict(self.headers)
        coding = headers.get(b"transfer-encoding")
        if coding is not None and (coding.lower() != b"chunked" or self.parser.get_http_version() != "1.1"):
            self.refuse(501, "not_implemented", "Of transfer encodings, only chunked in HTTP/1.1 is known here.")
            return
        self.received.expect_body(int(headers.get(b"content-length", 0)), chunked=coding is not None)
        self.incomplete = True
        if b"expect" in headers:  # HTTP/1.0 has no "100 Continue"
            expects = headers[b"expect"].lower() == b"100-continue"
            self.expect_100_continue = expects and self.parser.get_http_version() == "1.1"
        if (authority := authority_of(self.url)) is not None:
            self.headers[:] = [(name, authority if name == b"host" else value) for name, value in self.headers]
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body, or drop it after the answer."""
        self.received.note_data()
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.body += body
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            cycle.message_event.set()

    def on_message_complete(self) -> None:
        """Note that the next byte belongs to another request."""
        if not self.incomplete:
            return  # a head that will be read again
        self.incomplete = False
        self.received.end_body()
        if not self.cycle.response_complete:
            self.cycle.more_body = False
            self.cycle.scope[WHOLE] = True  # type: ignore[literal-required]  # a key of ours
            self.cycle.message_event.set()
