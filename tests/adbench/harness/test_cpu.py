"""Processor time is that of the whole family."""

import os
import subprocess
import sys

from adbench.harness import cpu

WORK = "import time\nwhile time.process_time() < 0.3: pass\n"


def test_children_count_whether_they_live_or_not() -> None:
    """The CPU time of an ended child stays, and counts once."""
    before = cpu.seconds(os.getpid())
    subprocess.run([sys.executable, "-c", WORK], check=True)
    after = cpu.seconds(os.getpid())
    assert before is not None
    assert after is not None
    assert after - before >= 0.25
    with subprocess.Popen([sys.executable, "-c", WORK + "print(flush=True)\ninput()"], stdin=-1, stdout=-1) as child:
        assert child.stdin
        assert child.stdout
        child.stdout.readline()
        assert cpu.parent(child.pid, "python") == os.getpid()
        assert cpu.parent(child.pid, "postgres") is None
        assert (cpu.seconds(child.pid) or 0) >= 0.25
        with_living = cpu.seconds(os.getpid())
        assert with_living is not None
        assert with_living - after >= 0.25
        child.stdin.close()


def test_a_process_that_is_not_there_has_no_figure() -> None:
    """A process that is not on this machine has no figure."""
    assert cpu.seconds(2**22 + 1) is None
    assert cpu.parent(2**22 + 1, "python") is None
