"""The lock files agree: what is tested is what runs."""

import re
from collections import defaultdict
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "requirements"
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)


def test_a_package_has_the_same_versions_in_all_locks() -> None:
    """An environment that grows replaces nothing; more than one version are for different versions of Python."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for lock in FOLDER.glob("*.txt"):
        for package, version in PIN.findall(lock.read_text()):
            found[package][lock.name].add(version)
    assert {"asyncpg", "hatchling", "jupyterlab", "numpy", "sphinx"} <= set(found)
    differing = {name: dict(locks) for name, locks in found.items() if len(set(map(frozenset, locks.values()))) > 1}
    assert differing == {}
