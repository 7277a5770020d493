"""File systems so small that they can be full: a tmpfs each, whose size is what changes. The real disk is never filled.

Mounting needs root and a kernel that lets it; elsewhere there are none, and the harms that need one are left out.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE_MB = 6_144  # an upper bound, above what a minute of overload stores: a tmpfs takes the memory that its files take


@dataclass(frozen=True)
class SmallDisk:
    """A mounted tmpfs."""

    path: Path

    def fill(self) -> None:
        """Shrink the disk to its content and 64 KiB; to more, if more is written before the size is set."""
        more = 64
        while True:
            found = os.statvfs(self.path)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize // 1024
            try:
                return self._resize(f"{used + more}k")
            except subprocess.CalledProcessError:
                # More has been written since we looked, and a tmpfs cannot be smaller than its content.
                if more > 65_536:
                    raise
                more *= 2

    def free(self) -> None:
        """Make it large again."""
        self._resize(f"{SIZE_MB}m")

    def _resize(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.path)], check=True, capture_output=True)


@contextmanager
def small_disks(folder: Path, *names: str) -> Iterator[dict[str, SmallDisk]]:
    """Yield disks of those names below the folder, unmounted at the end; none where mounting is not possible."""
    mounted: dict[str, SmallDisk] = {}
    try:
        for name in names:
            path = folder / name
            path.mkdir()
            command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0711", "faults", str(path)]
            if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
                path.rmdir()
                break
            mounted[name] = SmallDisk(path)
        yield mounted if len(mounted) == len(names) else {}
    finally:
        for disk in mounted.values():
            subprocess.run(["umount", "--lazy", str(disk.path)], check=False, capture_output=True)
            disk.path.rmdir()
