"""A server process for test_floods.py: the service's protocol and processes, around an application of large answers."""

import sys

import uvicorn
from starlette.types import Receive, Scope, Send

from adpulse.settings import Settings
from adpulse.web import server


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer `GET /n` and `GET /n/…` with n bytes; with a body, without reading it."""
    content = b"x" * int(scope["path"].split("/")[1])
    headers = [(b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


if __name__ == "__main__":
    options = {**server.options(Settings(port=int(sys.argv[1]))), "factory": False, "lifespan": "off"}
    server.Server(uvicorn.Config(app, **options)).run()
