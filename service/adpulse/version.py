"""The version of this code, and the revision that it was built of where that is known."""

import json
import subprocess
from importlib import metadata
from pathlib import Path

from adpulse import shell

_CHECKOUT = Path(__file__).parents[2]
_BUILT_OF = Path(__file__).with_name("revision.txt")


def version() -> str:
    """Return the version of the installed package."""
    return metadata.version("adpulse")


def revision() -> str | None:
    """Return the git revision; None for a package that does not know it.

    That of a checkout ends with "-dirty" where its files have changed since. A release has it in a file
    (hatch_build.py), and pip notes that of a package that it has installed from git (PEP 610).
    """
    if (_CHECKOUT / ".git").exists():
        command = ["git", "-C", str(_CHECKOUT), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=shell.without("GIT_"))
        except OSError:  # git is not installed
            return None
        return done.stdout.strip() or None
    if _BUILT_OF.exists():
        return _BUILT_OF.read_text().strip()
    origin = json.loads(metadata.distribution("adpulse").read_text("direct_url.json") or "{}")
    commit: str | None = origin.get("vcs_info", {}).get("commit_id")
    return commit
