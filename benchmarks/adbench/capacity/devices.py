"""Resources that requests compete for: cores that are shared evenly, and a disk that flushes for all who wait."""

import heapq
from collections.abc import Generator
from itertools import count

from simpy import Environment, Event

_NEGLIGIBLE_S = 1e-12
SEGMENT_BYTES = 16 * 2**20  # wal_segment_size, as PostgreSQL is built


class Cores:
    """Cores of one machine. Every job runs on one core at most, and all get the same share: processor sharing.

    That is what a fair scheduler does with many short time slices (Kleinrock, Queueing Systems II, 1976, chapter 4).
    With equal shares the order of completion is the order of `virtual time at arrival + work`, where virtual time is
    the work that a job has been given so far; so a heap is enough for any number of jobs.
    """

    def __init__(self, env: Environment, number: int) -> None:
        self._env = env
        self.number = number
        self._jobs: list[tuple[float, int, Event]] = []
        self._names = count()
        self._due = 0  # number of the next completion; older ones are void
        self._virtual_s = 0.0
        self._seen_s, self._busy_s = env.now, 0.0

    def work(self, seconds: float) -> Event:
        """Return an event that happens when one core has worked on it for `seconds`."""
        self._catch_up()
        done = self._env.event()
        heapq.heappush(self._jobs, (self._virtual_s + seconds, next(self._names), done))
        self._expect()
        return done

    def busy_s(self) -> float:
        """Return the core seconds spent since the beginning."""
        self._catch_up()
        return self._busy_s

    def _share(self) -> float:
        return min(1.0, self.number / len(self._jobs))

    def _catch_up(self) -> None:
        elapsed, self._seen_s = self._env.now - self._seen_s, self._env.now
        if self._jobs:
            self._virtual_s += elapsed * self._share()
            self._busy_s += elapsed * min(len(self._jobs), self.number)

    def _expect(self) -> None:
        self._due += 1
        if self._jobs:
            left_s = max(self._jobs[0][0] - self._virtual_s, 0) / self._share()
            timeout = self._env.timeout(left_s, value=self._due)
            assert timeout.callbacks is not None
            timeout.callbacks.append(self._complete)

    def _complete(self, timeout: Event) -> None:
        if timeout.value != self._due:
            return
        self._catch_up()
        while self._jobs and self._jobs[0][0] <= self._virtual_s + _NEGLIGIBLE_S:
            heapq.heappop(self._jobs)[2].succeed()
        self._expect()


class Disk:
    """The disk of the write-ahead log: one flush at a time, and the next one serves all who came during the last.

    That is PostgreSQL's group commit (DeWitt et al., Implementation Techniques for Main Memory Database Systems,
    SIGMOD 1984). The log is made of segments: the flush that comes to the end of one makes the next, which is written
    full of zeros and flushed itself, while all others wait. `slowness` multiplies every time.
    """

    def __init__(self, env: Environment, seconds_of: "Curve", log_bytes: float = 0.0, segment_s: float = 0.0) -> None:
        """Take `seconds_of` rows for a flush, `log_bytes` of a row, `segment_s` for a new segment."""
        self._env, self._seconds_of = env, seconds_of
        self._log_bytes, self._segment_s = log_bytes, segment_s
        self._left = float(SEGMENT_BYTES)
        self._waiting: list[tuple[Event, int]] = []
        self._flushing = False
        self.slowness = 1.0
        self.busy_s = 0.0

    def flush(self, rows: int) -> Event:
        """Return an event that happens when a commit of `rows` is durable."""
        done = self._env.event()
        self._waiting.append((done, rows))
        if not self._flushing:
            self._flushing = True
            self._env.process(self._work())
        return done

    def _work(self) -> Generator[Event, object, None]:
        while self._waiting:
            served, self._waiting = self._waiting, []
            rows = sum(rows for _, rows in served)
            self._left -= rows * self._log_bytes
            segments = 0
            while self._left <= 0:
                self._left += SEGMENT_BYTES
                segments += 1
            seconds = (self._seconds_of(rows) + segments * self._segment_s) * self.slowness
            yield self._env.timeout(seconds)
            self.busy_s += seconds
            for done, _ in served:
                done.succeed()
        self._flushing = False


class Curve:
    """Seconds by number of events: straight lines between measured points, the last one drawn on."""

    def __init__(self, points: dict[int, float]) -> None:
        """Fit a line through the points. Raise ValueError without two points."""
        self._points = sorted(points.items())
        if len(self._points) < 2:
            raise ValueError("a curve needs two points at least")

    def __call__(self, events: float) -> float:
        """Interpolate between the points, never below zero. Below the first point, extend the first line."""
        lines = zip(self._points, self._points[1:], strict=False)
        for (left, low), (right, high) in lines:  # noqa: B007  # the last one stays when none ends beyond
            if events <= right:
                break
        return max(low + (high - low) * (events - left) / (right - left), 0.0)
