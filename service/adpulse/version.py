"""The version of this code, and the revision that it was built of where that is known."""

import json
import subprocess
from importlib import metadata
from pathlib import Path

_CHECKOUT = Path(__file__).parents[2]


def version() -> str:
    """Return the version of the installed package."""
    return metadata.version("adpulse")


def revision() -> str | None:
    """Return the git revision; None for a package that was not installed from git.

    That of a checkout ends with "-dirty" where its files have changed since. pip notes that of a package that it has
    installed from git (PEP 610).
    """
    if (_CHECKOUT / ".git").exists():
        command = ["git", "-C", str(_CHECKOUT), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except OSError:  # no git here
            return None
        return done.stdout.strip() or None
    origin = json.loads(metadata.distribution("adpulse").read_text("direct_url.json") or "{}")
    commit: str | None = origin.get("vcs_info", {}).get("commit_id")
    return commit
