"""Local results into the repository: a folder for each machine and date, a manifest, and nothing overwritten."""

import hashlib
import itertools
import os
import tempfile
import time
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from adbench.errors import LabError
from adbench.records import plausible, store
from adbench.records.model import Disk, Kept, Machine, Manifest, Result
from adbench.records.store import COMMITTED, MANIFEST

FSYNC_S = 1.0
SHOWN = 5  # reasons against a file that are shown
PAGE = bytes(8_192)


class ManifestError(LabError):
    """A file cannot be kept; the text says why."""


def keep(paths: Sequence[Path], home: Path, disk: Disk | None) -> list[Path]:
    """Copy results to <home>/<machine>-<date>/ and add them to the manifests there. Return the copies.

    Looks at all of them first: raises ManifestError, and copies nothing, when one is kept already, cannot be true, or
    holds a path, an address or a name of this machine. `disk` goes into a manifest that does not know its disk yet,
    unless all its servers were elsewhere: their disks are not known here.
    """
    folders: dict[Path, list[Path]] = {}
    taken: dict[Path, Machine] = {}
    for path in paths:
        result = store.read(path)
        if wrong := plausible.problems(result, plausible.of_this_machine()):
            raise ManifestError(f"{path.name} cannot be kept: {'; '.join(wrong[:SHOWN])}")
        folder = _folder(home, result, taken)
        if (folder / path.name).exists() or path.name in [each.name for each in folders.get(folder, [])]:
            raise ManifestError(f"{path.name} is in {folder.name} already; a result is never overwritten")
        folders.setdefault(folder, []).append(path)
    kept = []
    for folder, added in folders.items():
        folder.mkdir(parents=True, exist_ok=True)
        for path in added:
            with (folder / path.name).open("xb") as file:
                file.write(path.read_bytes())
            kept.append(folder / path.name)
        write_manifest(folder, disk)
    return kept


def write_manifest(folder: Path, disk: Disk | None) -> Manifest:
    """Write what the files of a folder say into its manifest. A disk that was measured before stays.

    Raise ManifestError when a file that the manifest knows is gone or is not as it was.
    """
    old = store.read_manifest(folder)
    manifest = _manifest(folder, old.disk if old and old.disk else disk)
    for name, kept in (old.files if old else {}).items():
        if manifest.files.get(name) != kept:
            raise ManifestError(f"{folder.name}/{name} is not what was kept: a result is never changed")
    part = folder / f"{MANIFEST}.part"
    part.write_text(manifest.model_dump_json(indent=2) + "\n")
    part.replace(folder / MANIFEST)
    return manifest


def reference() -> list[Path]:
    """Return the committed results that are shown, oldest first: each kind of the machine that has its newest.

    So no picture mixes two machines, and each says which one it shows.
    """
    return [path for path, _ in _reference()]


def of_one_machine(needed: Collection[str]) -> list[Path]:
    """Return all committed results of one machine, oldest first, for a model that needs results of many kinds.

    It is the machine with the newest result of those that have every kind; where none has, that with the newest.
    """
    found = _committed()
    machines = [machine for *_, machine in reversed(found)]
    whole = (each for each in machines if {kept.what for _, kept, its in found if its == each}.issuperset(needed))
    machine = next(whole, machines[0] if machines else None)
    return [path for path, _, its in found if its == machine]


def last(what: str) -> Path | None:
    """Return the newest reference result of that kind; None when there is none."""
    return next((path for path, kept in reversed(_reference()) if kept.what == what), None)


def _reference() -> list[tuple[Path, Kept]]:
    found = _committed()
    shown = {kept.what: machine for _, kept, machine in found}  # the last one of each kind stays
    return [(path, kept) for path, kept, machine in found if machine == shown[kept.what]]


def _committed() -> list[tuple[Path, Kept, Machine]]:
    found = [
        (path.parent / name, kept, manifest.machine)
        for path in COMMITTED.glob(f"*/{MANIFEST}")
        if (manifest := store.read_manifest(path.parent))
        for name, kept in manifest.files.items()
    ]
    return sorted(found, key=lambda item: item[1].started_at)


def newest(sources: Iterable[Path]) -> dict[str, Result]:
    """Return the newest result of each command; of those that compare designs, the newest with the most."""
    ordered = sorted(store.load(sources).values(), key=lambda result: len(result.variant.split(",")))
    return {result.what: result for result in ordered}


def measure_disk(folder: Path, seconds: float = FSYNC_S) -> Disk:
    """Write a page and wait for the disk, again and again, in a file of `folder`, as a commit writes its log.

    What pg_test_fsync does for `fdatasync`, without needing that program; systems without fdatasync use fsync.
    """
    sync = getattr(os, "fdatasync", os.fsync)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(PAGE * 1_024)  # the file has its length, as a segment of the log has
        file.flush()
        os.fsync(file.fileno())
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            os.pwrite(file.fileno(), PAGE, count % 1_024 * len(PAGE))
            sync(file.fileno())
            count += 1
    return Disk(fsyncs_per_s=round(count / (time.perf_counter() - began), 1), measured_at=datetime.now(UTC))


def _manifest(folder: Path, disk: Disk | None) -> Manifest:
    found = {path.name: result for path, result in store.load([folder]).items()}
    if not any(result.postgres and result.postgres.local is not False for result in found.values()):
        disk = None
    packages: dict[str, set[str]] = {}
    for result in found.values():
        for name, version in result.source.packages.items():
            packages.setdefault(name, set()).add(version)
    return Manifest(
        machine=next(iter(found.values())).machine,
        disk=disk,
        postgres=list({str(server): server for each in found.values() if (server := each.postgres)}.values()),
        packages={name: sorted(versions) for name, versions in sorted(packages.items())},
        revisions=sorted({result.source.revision for result in found.values() if result.source.revision}),
        seeds=sorted({result.data.seed for result in found.values() if result.data}),
        files={name: _kept(folder / name, result) for name, result in found.items()},
    )


def _kept(path: Path, result: Result) -> Kept:
    return Kept(
        what=result.what,
        variant=result.variant,
        started_at=result.started_at,
        revision=result.source.revision,
        changed=result.source.changed,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def _folder(home: Path, result: Result, taken: dict[Path, Machine]) -> Path:
    """Return the folder of a result's machine and date. A second machine of that kind and date has -2 at the end.

    `taken` says which machines the folders are of that this call will make; it learns of this one.
    """
    name = f"{_slug(result.machine)}-{result.started_at.astimezone(UTC):%Y-%m-%d}"
    numbered = (home / f"{name}-{number}" for number in itertools.count(2))
    for folder in itertools.chain([home / name], numbered):
        manifest = store.read_manifest(folder)
        if result.machine == (manifest.machine if manifest else taken.setdefault(folder, result.machine)):
            break
    return folder


def _slug(machine: Machine) -> str:
    system, *_, processor = machine.kernel.split()
    return f"{system.lower()}-{processor}-{machine.cores}-cores"
