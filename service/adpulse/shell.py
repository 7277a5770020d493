"""The variables of the shell that started this process, some of which are for other work."""

import os


def without(prefix: str) -> dict[str, str]:
    """Return them for a program that we start, without those of the shell's owner for it, such as GIT_ or K6_."""
    return {name: value for name, value in os.environ.items() if not name.startswith(prefix)}
