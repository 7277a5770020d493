"""One HTTP connection that costs next to nothing: what it times is the service, not the client."""

import socket
import time
from urllib.parse import urlsplit

from adbench.harness.patience import PATIENCE_S
from adbench.harness.service import ServiceError


class HttpClient:
    """A keep-alive connection to an address such as http://127.0.0.1:8080. Use as a context manager."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None
        self._host = f"Host: {parts.netloc}\r\n"
        self._socket = socket.create_connection((parts.hostname, parts.port or 80), timeout=PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "HttpClient":
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def get(self, path: str) -> tuple[float, bytes]:
        """Return seconds from the first byte sent to the last received, and the body. Raise ServiceError."""
        return self._exchange(path, f"GET {path} HTTP/1.1\r\n{self._host}\r\n".encode())

    def post(self, path: str, body: bytes) -> tuple[float, bytes]:
        """Return the same with a body of JSON."""
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return self._exchange(path, f"POST {path} HTTP/1.1\r\n{self._host}{kind}\r\n".encode() + body)

    def _exchange(self, path: str, request: bytes) -> tuple[float, bytes]:
        began = time.perf_counter()
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        at = head.index(b"content-length:") + len(b"content-length:")
        whole = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        while len(received) < whole:
            received += self._more()
        took = time.perf_counter() - began
        if head.split()[1] != b"200":
            raise ServiceError(f"{path} was answered with {received.decode(errors='replace')}")
        return took, received[end + 4 :]

    def _more(self) -> bytes:
        piece = self._socket.recv(65_536)
        if not piece:
            raise ServiceError("the service closed the connection")
        return piece
