"""The names under which a service without keys answers, and the pages that may write to it.

A page of `evil.example` may ask `evil.example` anything, and the owner of that name can let it lead to 127.0.0.1 (DNS
rebinding). The browser sends the name along as `Host`. An IP address as `Host` leads nowhere else.

A page may also write to 127.0.0.1 as such, without asking first: a text by `sendBeacon`, a picture. The browser says
which page it is.
"""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache

from adpulse.auth.keyring import is_loopback
from adpulse.settings import Settings

_MOST_NAME_BYTES = 261  # a name of 255 and a port


class Hosts:
    """The check of one process. A server for everybody has none, unless the operator names hosts."""

    def __init__(self, settings: Settings) -> None:
        self._named = frozenset(name.lower() for name in settings.allowed_hosts or ())
        self._checked = is_loopback(settings.host) or settings.allowed_hosts is not None
        self._known = lru_cache(maxsize=256)(self._look_up)  # a client sends the same one again and again

    def allow(self, host: bytes) -> bool:
        """Return True if a service without keys may answer to that `Host`; an empty one comes from no browser."""
        return not self._checked or not host or (len(host) <= _MOST_NAME_BYTES and self._known(host))

    def _look_up(self, host: bytes) -> bool:
        name = host.decode("latin-1").lower()
        name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0].rstrip(".")
        if name in self._named or name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


class Pages:
    """The check of one process: pages of other origins write only if ADPULSE_CORS_ORIGINS names them."""

    def __init__(self, settings: Settings) -> None:
        self._named = frozenset(origin.encode() for origin in settings.cors_origins or ())

    def allow(self, headers: Mapping[bytes, bytes]) -> bool:
        """Return True if no browser has sent these headers for a page of another origin that is not named."""
        if (origin := headers.get(b"origin")) is None:
            # A picture comes without Origin.
            if headers.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin"):
                return True
            origin = b"/".join(headers.get(b"referer", b"").split(b"/")[:3])
        return origin in self._named or origin.partition(b"://")[2] == headers.get(b"host")
