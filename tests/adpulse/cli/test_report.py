"""`adpulse report`: the options are the parameters of GET /report, and JSON is its reply."""

import json

from adpulse.reports.query_string import PARAMETERS
from tests.adpulse.cli.conftest import DAY, run
from tests.services import Client


async def test_a_key_that_no_event_has_is_said(filled: str) -> None:
    """A misspelt key must not look like an answer."""
    result = await run(filled, *DAY, "--group-by", "metadata.geo")
    assert "group_by names a key that the metadata of no event looked at has; keys that occur: " in result.output


async def test_json_is_the_reply_of_the_service(filled: str, client: Client) -> None:
    """Byte for byte but for the time that it took."""
    result = await run(filled, *DAY, "--campaign", "C", "--granularity", "day", "--json")
    ours = json.loads(result.output)
    theirs = (await client.get("/report?start=2025-09-24&end=2025-09-25&campaign_id=C&granularity=day")).json()
    assert ours.pop("meta")["variant"] == theirs.pop("meta")["variant"]
    assert ours == theirs


async def test_a_bad_question_is_one_line_and_status_2(url: str) -> None:
    """The option is named as it is written."""
    result = await run(url, "--start", "-1h", "--group-by", "user_id")
    assert result.exit_code == 2
    assert "adpulse: group-by is not a dimension; allowed:" in result.output


async def test_the_options_are_the_parameters_with_hyphens(filled: str) -> None:
    """Each parameter of GET /report, by its own name; and --format asks for what `format` asks for."""
    values = {
        "campaign_id": "C", "start": "2025-09-24", "end": "2025-09-25", "granularity": "day",
        "timezone": "Asia/Calcutta", "group_by": "campaign_id", "filter": "event_type:click", "metrics": "clicks",
        "order_by": "clicks", "limit": "1", "compare": "previous", "format": "json",
    }  # fmt: skip
    assert tuple(values) == PARAMETERS
    options = [text for name, value in values.items() for text in (f"--{name.replace('_', '-')}", value)]
    result = await run(filled, *options)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert answer["query"]["timezone"] == "Asia/Calcutta"
    assert [row["clicks"] for row in answer["rows"]] == [1]
    table = await run(filled, *options[:-1], "csv")
    assert table.output.splitlines()[0].startswith("bucket,group,clicks")
