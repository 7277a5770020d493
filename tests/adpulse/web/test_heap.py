"""Freed memory goes back to the system, wherever it lies in the heap."""

import asyncio
import time
from collections.abc import Callable

import pytest

from adpulse.web import heap
from adpulse.web.heap import HeapWatch, resident_bytes
from tests.services import Client

MB = 2**20

pytestmark = pytest.mark.skipif(heap._malloc_trim is None or not heap._HAS_PROC, reason="needs glibc and /proc")


async def test_memory_behind_a_small_object_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many freed blocks, each with one behind it that is still used: `free` gives none of them back."""
    monkeypatch.setattr(heap, "TRIM_AFTER_S", 0)
    blocks, small = [], []
    for _ in range(640):
        blocks.append(bytearray(100_000))  # too small for a mapping of its own
        small.append(bytes(1000))
    used = resident_bytes()
    blocks.clear()
    assert resident_bytes() > used - 32 * MB, "nothing to show here"
    heap.Heap().trim_soon()
    await asyncio.sleep(0.01)
    assert resident_bytes() < used - 32 * MB
    assert len(small) == 640


async def test_many_requests_are_one_trim(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more trim follows for the requests that came meanwhile: their memory may have been freed later."""
    loop = asyncio.get_running_loop()
    now_s = loop.time()
    trims: list[int] = []
    later: list[Callable[[], None]] = []
    monkeypatch.setattr(heap, "_malloc_trim", trims.append)
    monkeypatch.setattr(loop, "time", lambda: now_s)
    monkeypatch.setattr(loop, "call_at", lambda when, call: later.append(call))
    some = heap.Heap()
    for _ in range(5):
        some.trim_soon()
    for expected in (1, 2):
        assert len(later) == 1
        now_s += heap.TRIM_AFTER_S
        later.pop()()
        assert len(trims) == expected
    assert not later


class Clock:
    """The readings of a HeapWatch: the clocks of the process in seconds, its memory in MB, and the trims."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.worked = 0.0
        self.resident, self.used = 60, 60
        self.trims = 0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        monkeypatch.setattr(time, "process_time", lambda: self.worked)
        monkeypatch.setattr(heap, "resident_bytes", lambda: self.resident * MB)
        monkeypatch.setattr(heap, "_malloc_trim", self.trim)

    def trim(self, keep: int) -> None:
        self.trims += 1
        self.resident = self.used

    def pass_by(self, watch: HeapWatch, *, work: float) -> int:
        """Let the time between two looks pass, of which the process works that part; return the trims of the look."""
        before = self.trims
        self.now += heap.LOOK_S
        self.worked += work * heap.LOOK_S
        watch._look()
        return self.trims - before


def test_a_process_at_rest_gives_back_what_it_has_grown_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """Again and again while there is more to give back. A process that has not grown, or little, is left alone."""
    clock = Clock(monkeypatch)
    watch = HeapWatch()
    assert not clock.pass_by(watch, work=0)
    clock.resident = 70
    assert not clock.pass_by(watch, work=0)
    for used in (180, 120, 65):
        clock.resident, clock.used = 200, used
        assert clock.pass_by(watch, work=0)
        assert clock.resident == used
    assert not clock.pass_by(watch, work=0)


def test_memory_in_use_is_seldom_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trims in vain become rare, and what is freed in the end is still given back."""
    clock = Clock(monkeypatch)
    watch = HeapWatch()
    clock.pass_by(watch, work=0)
    clock.resident = clock.used = 200
    trims = sum(clock.pass_by(watch, work=0) for _ in range(int(600 / heap.LOOK_S)))
    assert 5 <= trims <= 15
    clock.used = 61
    looks = next(look for look in range(100) if clock.pass_by(watch, work=0))
    assert looks * heap.LOOK_S <= heap.MOST_PAUSE_S


def test_a_process_at_work_keeps_its_memory_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs it again at once. A process that never rests gives back what it does not use, now and then."""
    clock = Clock(monkeypatch)
    watch = HeapWatch()
    clock.pass_by(watch, work=1)
    trims = 0
    for _ in range(int(600 / heap.LOOK_S)):
        clock.resident = 200
        trims += clock.pass_by(watch, work=1)
    assert 5 <= trims <= 600 / heap.MOST_PAUSE_S


async def test_the_service_watches_its_heap(client: Client) -> None:
    """It begins with the service and ends with it."""
    names = [task.get_name() for task in asyncio.all_tasks()]
    assert names.count("heap") == 1
