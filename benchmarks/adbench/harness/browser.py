"""Chromium without a window, driven through a pipe by its DevTools protocol.

https://chromedevtools.github.io/devtools-protocol/: JSON messages, each ended by a zero byte. Our end of the pipe needs
no port and no library.
"""

import asyncio
import base64
import fcntl
import json
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adbench.errors import LabError
from adbench.harness.patience import PATIENCE_S

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_CLOSE_S = 10.0
_OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",  # small in a container
    "--disable-gpu",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)
# Chromium reads at descriptor 3 and writes at 4. subprocess could not put a pipe there without closing one of its own.
_BEGIN = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)


class BrowserError(LabError):
    """The browser cannot be started, or does not do what it is told."""


def program() -> str | None:
    """Return the path of Chromium or Chrome; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """A running browser: tells it what to do, and passes on what it says."""

    def __init__(self, reader: asyncio.StreamReader, write: int) -> None:
        self._reader, self._write, self._sent = reader, write, 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._tabs: dict[str, Tab] = {}

    async def call(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """Call a method of the protocol and return its result. Raise BrowserError."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": parameters}
        answer = self._answers[self._sent] = asyncio.get_running_loop().create_future()
        os.write(self._write, json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        async with asyncio.timeout(PATIENCE_S):
            return await answer

    async def open(
        self, url: str, *, width: int = 1280, height: int = 900, scale: float = 1, dark: bool = False
    ) -> "Tab":
        """Open a page in a context of its own and return when it is loaded; the window's size is in pixels of CSS."""
        context = (await self.call("Target.createBrowserContext"))["browserContextId"]
        target = (await self.call("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
        session = (await self.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        tab = self._tabs[session] = Tab(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            await tab.call(f"{domain}.enable")
        screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600}
        await tab.call("Emulation.setDeviceMetricsOverride", **screen)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await tab.call("Emulation.setEmulatedMedia", features=[scheme])
        await tab.go(url)
        return tab

    async def listen(self) -> None:
        """Pass on what the browser says until it ends."""
        try:
            while True:
                message = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                if (number := message.get("id")) is not None:
                    answer = self._answers.pop(number)
                    if "error" in message:
                        answer.set_exception(BrowserError(message["error"]["message"]))
                    elif not answer.cancelled():
                        answer.set_result(message["result"])
                elif tab := self._tabs.get(message.get("sessionId", "")):
                    tab.hear(message["method"], message["params"])
        except asyncio.IncompleteReadError:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(BrowserError("the browser has ended"))


@dataclass
class Tab:
    """A page in the browser. `requests` are the addresses that it has asked for, `complaints` what its console says."""

    browser: Browser
    session: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _loaded: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, method: str, **parameters: Any) -> Any:
        """Call a method of the protocol for this page."""
        return await self.browser.call(method, self.session, **parameters)

    async def go(self, url: str) -> None:
        """Go to an address; return when it is loaded. Raise BrowserError when it cannot be."""
        self._loaded.clear()
        if error := (await self.call("Page.navigate", url=url)).get("errorText"):
            raise BrowserError(f"{url}: {error}")
        async with asyncio.timeout(PATIENCE_S):
            await self._loaded.wait()

    async def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, of a promise when it is there. Raise BrowserError."""
        done = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if details := done.get("exceptionDetails"):
            raise BrowserError(_said(details))
        return done["result"].get("value")

    async def until(self, expression: str) -> Any:
        """Return the value of the expression as soon as it is true. Raise BrowserError after PATIENCE_S seconds."""
        look = f"const look = () => {{ const value = {expression}; value ? done(value) : setTimeout(look, 50); }}"
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    try:
                        return await self.evaluate(f"new Promise((done) => {{ {look}; look(); }})")
                    except BrowserError as error:
                        if "navigated" not in str(error):  # the page has gone to another address; look at that one next
                            raise
        except TimeoutError:
            raise BrowserError(f"never true: {expression}; the console says {self.complaints}") from None

    async def screenshot(self, *, whole: bool = False) -> bytes:
        """Return a PNG of the visible part of the page; with `whole`, of all of it."""
        done = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(done["data"])

    def hear(self, method: str, said: Mapping[str, Any]) -> None:
        """Note an event of the DevTools protocol about this page."""
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Log.entryAdded":
            self.complaints.append(f"{said['entry']['level']}: {said['entry']['text']}")
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(_said(said["exceptionDetails"]))


def _said(details: Mapping[str, Any]) -> str:
    """Return the text of an exception in a page."""
    return str(details.get("exception", {}).get("description", details["text"]))


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Yield a running browser with a profile of its own. Raise BrowserError where there is none."""
    if (path := program()) is None:
        raise BrowserError(f"there is no {NAMES[0]} here; Debian's package is called {NAMES[0]}")
    with tempfile.TemporaryDirectory(prefix="adbench-browser-", ignore_cleanup_errors=True) as profile:
        options = [*_OPTIONS, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        read, its_write = _pipe()
        its_read, write = _pipe()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _BEGIN, str(its_read), str(its_write), path, *options,
            pass_fds=(its_read, its_write), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
        )  # fmt: skip
        os.close(its_read)
        os.close(its_write)
        reader = asyncio.StreamReader(limit=2**26)  # a screenshot is one message
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb"))
        browser = Browser(reader, write)
        listening = asyncio.create_task(browser.listen())
        try:
            yield browser
        finally:
            os.close(write)  # Chromium ends when nobody can tell it anything any more
            try:
                await asyncio.wait_for(process.wait(), _CLOSE_S)
            except TimeoutError:
                process.kill()
                await process.wait()
            await listening
            transport.close()


def _pipe() -> tuple[int, int]:
    """Return the two ends of a pipe, whose numbers differ from those of Chromium's ends."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
