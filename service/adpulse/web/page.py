"""GET /: a page of current activity, from files beside this module and without a request to other hosts.

It asks /report and /page.json, as every client does. The files hold no data, and so need no key.
"""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from adpulse.auth.guard import guarded
from adpulse.auth.keyring import Keyring
from adpulse.web.counters import Counters

FOLDER = Path(__file__).with_name("static")
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
# Allow only the files below /static and the service itself. No script may turn text into markup.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Cache-Control": "no-cache",  # revalidated each time; the answer has no body while the file is unchanged
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


def add_page(app: FastAPI, keyring: Keyring) -> None:
    """Serve the page at /, its files below /static, and its data at /page.json."""
    for path in sorted(FOLDER.iterdir()):
        route = "/" if path.name == "index.html" else f"/static/{path.name}"
        app.add_api_route(route, _file(path.read_bytes(), TYPES[path.suffix]), include_in_schema=False)
    app.add_api_route("/page.json", guarded(keyring, "read", Counters().get), include_in_schema=False)


def _file(content: bytes, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a file that was read at the start."""
    # The ETag is weak, because it names the content, which may be sent as gzip or not.
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:20]}"'
    headers = _HEADERS | {"ETag": tag}

    async def answer(request: Request) -> Response:
        known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
        if tag in known or "*" in known:
            return Response(status_code=304, headers=headers)
        return Response(content, 200, headers, media_type)

    return answer
