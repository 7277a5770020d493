"""CPU time of other processes, where the system tells it."""

import os
import subprocess
import sys

import pytest

from adbench.gate.measure import clocks, instructions
from adbench.gate.measure.clocks import Family, NoClock

pytestmark = pytest.mark.skipif(not clocks.available(), reason="this system does not tell other processes' CPU time")

BUSY = "import time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\ninput()"


def test_the_clock_counts_work_and_not_waiting() -> None:
    """A process that has worked a fifth of a second has that on its clock, however long it took."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        worked = clocks.cpu_s(process.pid)
        assert worked >= 0.2
        family = Family(os.getpid())
        assert process.pid in family.members
        assert family.cpu_s() >= worked
        process.communicate(b"\n")
    with pytest.raises(NoClock):
        family.cpu_s()  # one has ended: its share would be missing
    family.refresh()
    assert process.pid not in family.members


def test_perf_is_read_only_where_it_counts() -> None:
    """The output of perf is read with a counter, without one, and when it is empty."""
    assert instructions.read("# started on …\n\n1234567,,instructions:u,812345,100.00,,\n") == 1_234_567
    assert instructions.read("<not supported>,,instructions:u,0,100.00,,\n") is None
    assert instructions.read("") is None
