"""Instructions that a batch takes to decode, where Linux's `perf` may count them: on most hosted machines it may not.

The probe runs twice, the second time with more work; the difference is free of starting the interpreter.
"""

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from adbench.gate.measure.sides import PROBE, variables
from adbench.gate.measure.trees import Tree

FEW, MANY = 20, 120  # batches


def available() -> bool:
    """Return True if perf is there, may be used, and has a counter."""
    return _count(["true"], "", {}) is not None


def per_batch(tree: Tree, body: Path) -> float | None:
    """Return the user-space instructions for decoding the body once; None when they are not counted here."""
    totals = []
    for times in (FEW, MANY):
        question = json.dumps({"body": str(body), "times": times})
        counted = _count([str(tree.python), str(PROBE)], question, variables(tree))
        if counted is None:
            return None
        totals.append(counted)
    return (totals[1] - totals[0]) / (MANY - FEW)


def _count(command: list[str], text: str, environment: dict[str, str]) -> int | None:
    perf = shutil.which("perf")
    if perf is None:
        return None
    with tempfile.NamedTemporaryFile("r", suffix=".csv") as counts:
        arguments = [perf, "stat", "-x", ",", "-e", "instructions:u", "-o", counts.name, "--", *command]
        done = subprocess.run(arguments, input=text, text=True, capture_output=True, env=environment, check=False)
        return read(counts.read()) if done.returncode == 0 else None


def read(text: str) -> int | None:
    """Return the count in the output of `perf stat -x ,`; None when it says `<not supported>` or `<not counted>`."""
    for line in text.splitlines():
        fields = line.split(",")
        if len(fields) > 2 and fields[2].startswith("instructions"):
            return int(fields[0]) if fields[0].isdigit() else None
    return None
