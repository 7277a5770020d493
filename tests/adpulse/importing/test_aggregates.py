"""A file of sums is refused; one of single events that looks a little like it is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from adpulse.importing import aggregates
from adpulse.importing.errors import ImportFailed
from tests.adpulse.importing.conftest import EVENT, read

USED = {"day", "campaign"}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (
            "day,campaign,impressions,clicks\n2025-09-24,C,48000,12\n",
            {"ts": "day", "campaign_id": "campaign", "user_id": {"value": "-"}, "event_type": {"value": "click"}},
        ),
        (json.dumps({**EVENT, "impressions": 48_000}), {}),
    ],
    ids=["table", "objects"],
)
def test_a_file_of_sums_is_refused(tmp_path: Path, text: str, options: dict[str, Any]) -> None:
    """Nothing could make events of a daily total; the message says what to export."""
    path = tmp_path / "a"
    path.write_text(text)
    with pytest.raises(ImportFailed, match=r"aggregated export.*up to 48,000 events.*raw data"):
        read(path, **options)


@pytest.mark.parametrize(
    ("column", "value"), [("Impr.", "1,234"), (" total clicks ", "2"), ("Conversions_all", 7.5), ("ALL CONV.", "12")]
)
def test_a_count_by_any_of_its_names_is_found(column: str, value: Any) -> None:
    """As the large platforms write names and numbers; a number above one in any row is enough."""
    rows = [["2025-09-24", "C", "0"], ["2025-09-24"], ["2025-09-24", "C", value]]
    with pytest.raises(ImportFailed, match="aggregated export") as caught:
        aggregates.refuse(["day", "campaign", column], rows, USED, "a.csv")
    assert caught.value.usage


@pytest.mark.parametrize(
    ("column", "value"),
    [("clicks", "1"), ("clicks", 0), ("clicks", "many"), ("clicks", ""), ("click_id", "48000"), ("campaign", "48000")],
)
def test_single_events_pass(column: str, value: Any) -> None:
    """Columns of zeros and ones, texts, columns of another name, and those that the mapping uses."""
    aggregates.refuse(["day", column], [["2025-09-24", value]], USED, "a.csv")
