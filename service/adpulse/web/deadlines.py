"""The deadline of the next head of a connection."""


class HeadDeadline:
    """The time for which a connection has had no new request, measured by looking at it now and then.

    Noting the time of each request would cost every request.
    """

    def __init__(self) -> None:
        self._last: object = None  # the last request at the last look
        self._idle_s = 0.0  # for how long no other request has come
        self._head_s: float | None = None  # for how long the next head has been incomplete; None: it has not begun

    def restart(self, last: object) -> None:
        """Note that a connection is busy, or has had another request since the last look: `last`."""
        self._last, self._idle_s, self._head_s = last, 0.0, None

    def is_late(self, last: object, *, in_head: bool, passed_s: float, rest_s: float, timeout_s: float) -> bool:
        """Return True if the next head is late, on a connection without a request that is answered.

        `passed_s` is the time since the last look. A head has `timeout_s` from the look that finds its first bytes. It
        begins within `rest_s + timeout_s` of the last answer; the rest of a body that nobody reads begins no head.
        """
        if last is not self._last:
            self.restart(last)
            return False
        self._idle_s += passed_s
        if not in_head:
            self._head_s = None
        elif self._head_s is None:
            self._head_s = 0.0
        else:
            self._head_s += passed_s
        return (self._head_s or 0.0) >= timeout_s or self._idle_s >= rest_s + timeout_s
