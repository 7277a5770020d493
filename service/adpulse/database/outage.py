"""Say in the log that the database is away: once, and once more when that is over."""

import logging
import time

from adpulse.database.errors import names_its_cause

QUIET_S = 60.0  # the least time between two equal warnings, where the database comes and goes


class Outage:
    """The log of one user of the database, which tries again and again.

    `texts`: log the texts of errors, too. It must be False where a text may hold what a client sent.
    """

    def __init__(self, log: logging.Logger, user: str, *, texts: bool = False) -> None:
        self._log = log
        self._texts = texts
        self._user = user
        self._kinds: set[str] = set()  # kinds of the errors since the last success
        self._said_at: dict[str, float] = {}
        self._told = False

    def failed(self, error: BaseException) -> None:
        """Log a warning, unless this outage has had it, or the last one less than QUIET_S ago."""
        kind = type(error).__name__
        now = time.monotonic()
        known = kind in self._kinds or now - self._said_at.get(kind, float("-inf")) < QUIET_S
        self._kinds.add(kind)
        if known:
            return
        self._said_at[kind] = now
        self._told = True
        said = f"{kind}: {error}" if self._texts or names_its_cause(error) else kind
        self._log.warning("%s cannot use the database, will try again until it can: %s", self._user, said)

    def over(self) -> None:
        """Log that the database can be used again, if the log says that it cannot."""
        if self._told:
            self._log.info("%s can use the database again", self._user)
        self._told = False
        self._kinds.clear()
