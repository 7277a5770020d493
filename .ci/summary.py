"""Print the outcome of a run of the workflow as Markdown: `NEEDS='{"lint": {"result": "success"}}' summary.py FOLDER`.

FOLDER holds the JUnit files of the tests, NEEDS the results of the jobs, as GitHub gives them. Exit status 1 when a job
did neither succeed nor was skipped on purpose.
"""

import json
import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def summary(needs: dict[str, str], folder: Path) -> tuple[str, bool]:
    """Return the page, and True if every job succeeded or was skipped. An empty FOLDER gives no table of tests."""
    lines = ["| job | result |", "| --- | --- |", *(f"| {job} | {result} |" for job, result in needs.items()), ""]
    files = sorted(folder.glob("*.xml"))
    if files:
        lines += ["| tests | passed | failed | skipped | seconds |", "| --- | --- | --- | --- | --- |"]
    for path in files:
        # Our own pytest wrote it a moment ago.
        suites = list(ET.parse(path).getroot().iter("testsuite"))  # noqa: S314  # our own file
        total, failed, errors, skipped = (
            sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
        )
        seconds = sum(float(suite.get("time", 0)) for suite in suites)
        passed = total - failed - errors - skipped
        lines.append(f"| {path.stem} | {passed} | {failed + errors} | {skipped} | {seconds:.0f} |")
    return "\n".join(lines) + "\n", all(result in ("success", "skipped") for result in needs.values())


if __name__ == "__main__":
    results = {job: outcome["result"] for job, outcome in json.loads(os.environ["NEEDS"]).items()}
    page, good = summary(results, Path(sys.argv[1]))
    print(page, end="")
    sys.exit(0 if good else 1)
