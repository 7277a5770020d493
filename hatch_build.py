"""Additions of the build to the packages: README.md with absolute links, and the revision that is built."""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

# The target of a Markdown link that is a path of the repository: `](docs/x.md#part)`, of a picture with `!` before it.
_LINK = re.compile(r"(?P<picture>!?)\[(?P<text>[^\]]*)\]\((?P<path>(?!\w+:|#)[^)\s]+)\)")


def absolute(text: str, repository: str, revision: str) -> str:
    """Return the Markdown with every path of the repository as an address under `repository` at `revision`."""

    def link(found: re.Match[str]) -> str:
        kind = "raw" if found["picture"] else "blob"
        return f"{found['picture']}[{found['text']}]({repository}/{kind}/{revision}/{found['path']})"

    return _LINK.sub(link, text)


class LongDescription(MetadataHookInterface):
    """Hatch's hook for the fields that pyproject.toml calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        text = absolute(text, metadata["urls"]["Source"], f"v{metadata['version']}")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


class Revision(BuildHookInterface[Any]):
    """Hatch's hook for what goes into the packages: SOURCE_REVISION as a file beside adpulse/version.py."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if revision := os.environ.get("SOURCE_REVISION"):
            self._folder = tempfile.TemporaryDirectory()
            path = Path(self._folder.name) / "revision.txt"
            path.write_text(f"{revision}\n")
            package = "adpulse" if self.target_name == "wheel" else "service/adpulse"
            build_data["force_include"][str(path)] = f"{package}/revision.txt"
