"""Freed memory goes back to the system, wherever it lies in the heap."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from adpulse.web import heap

STATM = Path("/proc/self/statm")
MB = 2**20

pytestmark = pytest.mark.skipif(heap._malloc_trim is None or not STATM.exists(), reason="needs glibc and /proc")


def resident() -> int:
    """Return the resident memory of this process in pages of the kernel, here taken as 4 KB."""
    return int(STATM.read_text().split()[1]) * 4096


async def test_what_lies_behind_a_small_object_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many freed blocks, each with one behind it that is still used: `free` gives none of them back."""
    monkeypatch.setattr(heap, "TRIM_AFTER_S", 0)
    blocks, small = [], []
    for _ in range(640):
        blocks.append(bytearray(100_000))  # too small for a mapping of its own
        small.append(bytes(1000))
    used = resident()
    blocks.clear()
    assert resident() > used - 32 * MB, "nothing to show here"
    heap.Heap().trim_soon()
    await asyncio.sleep(0.01)
    assert resident() < used - 32 * MB
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
