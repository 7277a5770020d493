"""Build the long description of the packages: README.md with absolute links, as it is read far from the repository."""

import re
from pathlib import Path
from typing import Any

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
