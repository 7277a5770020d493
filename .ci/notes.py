"""Print what CHANGELOG.md says about a version: `notes.py 1.0.0`. Exit status 1 when it says nothing."""

import re
import sys
from pathlib import Path


def notes(changelog: str, version: str) -> str:
    """Return the section of the version, without its heading. Raise LookupError when there is none, or it is empty."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    for section in sections:
        heading, _, text = section.partition("\n")
        if heading.startswith(f"[{version}]") and text.strip():
            return text.strip() + "\n"
    raise LookupError(f"CHANGELOG.md says nothing about {version}")


if __name__ == "__main__":
    try:
        print(notes((Path(__file__).parents[1] / "CHANGELOG.md").read_text(), sys.argv[1]), end="")
    except LookupError as error:
        sys.exit(str(error))
