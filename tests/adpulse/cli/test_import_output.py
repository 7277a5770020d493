"""The outcome of an import in a line that can be read aloud, and nothing of a file is obeyed by the terminal."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adpulse.cli import console, import_output
from adpulse.importing.outcome import Outcome


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (Outcome(records=1, accepted=1, seconds=0.5), "1 event; 0.5 s, 2 records/s"),
        (Outcome(), "0 events; 0.0 s"),
        (
            Outcome(records=2_000, accepted=1_500, duplicates=1, rejected=400, skipped=99, seconds=2),
            "1,500 events, 1 duplicate, 400 rejected, 99 of other kinds left out; 2.0 s, 1,000 records/s",
        ),
        (
            Outcome(records=1, known_records=1, known_at=datetime(2025, 9, 24, 6, 59, tzinfo=UTC), seconds=0.1),
            "0 events, 1 record imported before on 2025-09-24 06:59: counted once; 0.1 s",
        ),
        (
            Outcome(records=3, known_records=2, accepted=1, seconds=1),
            "1 event, 2 records imported before: counted once; 1.0 s, 1 records/s",
        ),
    ],
)
def test_an_outcome_is_one_line(
    outcome: Outcome, line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves out what did not happen; records that were known do not make it look fast."""
    monkeypatch.setattr(console.out, "_width", 200)
    import_output.report({"a.csv": (outcome, None)}, as_json=False)
    assert capsys.readouterr().out.splitlines() == [f"a.csv: {line}"]


def test_reasons_come_most_frequent_first(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its field, where it has one, and the file in which the lines are; as JSON the same."""
    monkeypatch.setattr(console.out, "_width", 200)
    reasons = Counter({("ts", "timezone"): 2, ("", "malformed_json"): 30})
    outcomes = {"a\x1b[31m\n.csv": (Outcome(records=32, rejected=32, reasons=reasons), Path("rejected"))}
    import_output.report(outcomes, as_json=False)
    assert capsys.readouterr().out.splitlines() == [
        "a␛[31m␊.csv: 0 events, 32 rejected; 0.0 s",
        "  30 rejected (malformed_json)",
        "  2 rejected (timezone): ts",
        "  rejected lines with their reasons: rejected",
    ]
    import_output.report(outcomes, as_json=True)
    (file,) = json.loads(capsys.readouterr().out)["files"]
    assert (file["file"], file["rejected"], file["rejected_file"]) == ("a\x1b[31m\n.csv", 32, "rejected")
    assert [each["count"] for each in file["reasons"]] == [30, 2]
