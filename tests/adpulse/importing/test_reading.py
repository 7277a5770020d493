"""Files as they come: dialects, encodings, compression, times, amounts; and what is wrong with a line is named."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adpulse.importing import amounts, mapping, times
from adpulse.importing.chunk import RECORDS, Chunk
from adpulse.importing.errors import ImportFailed
from adpulse.importing.mapping import Field
from adpulse.importing.run import Import, rejected
from adpulse.importing.source import opened, zstd
from adpulse.ingest import copy_format
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings

EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C1", "user_id": "U1", "event_type": "click", "cost": 0.25}


def read(path: Path, **options: Any) -> tuple[Chunk, list[Any], list[tuple[int, str | None, str]]]:
    """Return the records of a file, its events, and the line, field and code of those rejected."""
    with opened(str(path)) as source:
        work = Import(source, mapping.build(None, None, options), Settings())
        chunk = Chunk()
        while more := work.read(3):
            chunk += more
        judged = work.judge(chunk)
    bad = [(chunk.lines[each["index"]], each["field"], each["code"]) for each in rejected(chunk, judged)]
    return chunk, [copy_format.unpack(row) for row in judged.batch.rows], bad


def text_of(**dialect: Any) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, [*EVENT, "note"], **dialect)
    writer.writeheader()
    writer.writerow({**EVENT, "note": "a,b;c"})
    return out.getvalue()


fields = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=5)


@given(
    notes=st.lists(fields, min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_table_is_read_as_it_was_written(
    tmp_path: Path, notes: list[str], delimiter: str, end: str, encoding: str
) -> None:
    """In every dialect, with anything in quotes; each row keeps its text, and all texts make the file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(["ts", "campaign_id", "user_id", "event_type", "note"])
    writer.writerows(["2025-09-24T06:59:31Z", "C", "U", "click", note] for note in notes)
    path = tmp_path / "a.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    chunk, events, bad = read(path)
    assert bad == []
    assert [json.loads(event.metadata)["note"] for event in events] == notes
    head = out.getvalue().partition(end)[0] + end
    assert head + "".join(chunk.texts) == out.getvalue()
    assert chunk.lines == [1 + (head + "".join(chunk.texts[:place])).count("\n") for place in range(len(notes))]


@pytest.mark.parametrize("compress", [bytes, gzip.compress, zstd.compress], ids=["plain", "gzip", "zstd"])
@pytest.mark.parametrize(
    "text",
    [
        text_of(),
        text_of(delimiter="\t"),
        json.dumps(EVENT) + "\n" + json.dumps(EVENT) + "\n",
        "\ufeff" + json.dumps(EVENT),
        json.dumps([EVENT, EVENT], indent=2),
        json.dumps({"events": [EVENT] * 5}),
        json.dumps(EVENT, indent=1) + "\n" + json.dumps(EVENT, indent=1),
    ],
    ids=["csv", "tsv", "ndjson", "one line", "array", "envelope", "one after another"],
)
def test_the_format_is_found_out(tmp_path: Path, text: str, compress: Any) -> None:
    """A file needs no name or option to tell what it is."""
    path = tmp_path / "events"
    path.write_bytes(compress(text.encode()))
    _, events, bad = read(path)
    assert bad == []
    assert len(events) == max(text.count("2025-09-24"), 1)
    assert {(event.campaign_id, event.cost_micros) for event in events} == {("C1", 250_000)}


def test_parquet(tmp_path: Path) -> None:
    """Rows of Parquet are records, with its own types of times, decimals and nested values."""
    path = tmp_path / "a.parquet"
    instants = [datetime(2025, 9, 24, 6, 59, second, 849_095, tzinfo=UTC) for second in range(4)]
    columns = {
        "ts": pa.array(instants, pa.timestamp("us", "UTC")),
        "campaign_id": [7, 8, 9, 10],
        "user_id": ["U"] * 4,
        "event_type": ["click"] * 4,
        "cost": pa.array([Decimal("0.25")] * 4, pa.decimal128(10, 2)),
        "more": [{"geo": "IN"}] * 4,
    }
    pq.write_table(pa.table(columns), path)
    chunk, events, bad = read(path, metadata={"geo": "more.geo"})
    assert (chunk.lines, bad) == ([1, 2, 3, 4], [])
    assert [(each.ts, each.campaign_id, each.cost_micros) for each in events] == [
        (instant, str(number), 250_000) for instant, number in zip(instants, range(7, 11), strict=True)
    ]
    assert json.loads(events[0].metadata) == {"geo": "IN"}


BAD = [
    {"ts": "2025-09-24T06:59:31"},
    {"ts": "yesterday"},
    {"ts": "2999-01-01T00:00:00Z"},
    {"campaign_id": None},
    {"user_id": "U" * 129},
    {"event_type": "clack"},
    {"cost": "abc"},
    {"cost": "-1"},
    {"cost": "0.0000001"},
    {"cost": "1e999"},
]


@pytest.mark.parametrize("wrong", BAD, ids=lambda wrong: json.dumps(wrong)[:30])
def test_reasons_are_those_of_http(tmp_path: Path, wrong: dict[str, str | None]) -> None:
    """A line of CSV is rejected for the same field with the same code as the same event over HTTP."""
    event = {name: value for name, value in {**EVENT, **wrong}.items() if value is not None}
    numbers = {name: json.loads(value) for name, value in wrong.items() if name == "cost" and value and value != "abc"}
    (sent,) = Decoder(Settings()).decode(json.dumps({"events": [event | numbers]}).encode()).rejected
    path = tmp_path / "a.csv"
    with path.open("w") as file:
        writer = csv.DictWriter(file, [*EVENT])
        writer.writeheader()
        writer.writerows([EVENT, event, EVENT])
    _, events, bad = read(path)
    assert len(events) == 2
    assert bad == [(3, sent["field"], sent["code"])]


def test_lines_that_are_no_events(tmp_path: Path) -> None:
    """A bad line costs itself alone: no JSON, no object, no UTF-8, a field twice, too few columns."""
    good = json.dumps(EVENT).encode()
    twice = b'{"ts":"2025-09-24T06:59:31Z","campaign_id":"C","campaign_id":"D","user_id":"U","event_type":"click"}'
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"\n".join([good, b"{]", b"\xff\xfe{}", b"7", twice, b"", good]))
    for options in ({}, {"metadata": ["x"]}):
        _, events, bad = read(path, **options, file={"kind": "ndjson"})
        assert len(events) == 2
        codes = [(2, "malformed_json"), (3, "malformed_json"), (4, "type"), (5, "repeated_field")]
        assert [(line, code) for line, _, code in bad] == codes
    path.write_bytes(
        b"ts,campaign_id,user_id,event_type\n2025-09-24T06:59:31Z,C,U\n2025-09-24T06:59:31Z,\xff,U,click\n"
    )
    _, _, bad = read(path)
    assert bad == [(2, None, "columns"), (3, "campaign_id", "characters")]


@given(
    instant=st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)),
    zone=st.sampled_from(["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
)
def test_times(instant: datetime, zone: str) -> None:
    """Each way to write a time gives the instant that the zone's clock showed, to the microsecond."""
    aware = instant.replace(tzinfo=ZoneInfo(zone))
    micros = (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    ways = [
        (instant.isoformat(" "), Field(timezone=zone)),
        (instant.isoformat().replace(".", ","), Field(timezone=zone)),
        (f"{instant:%Y%m%d %H%M%S.%f}", Field(format="%Y%m%d %H%M%S.%f", timezone=zone)),
        (f"{instant:%d %B %Y %I:%M:%S.%f %p}", Field(format="%d %B %Y %I:%M:%S.%f %p", timezone=zone)),
    ]
    gone = aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None) != instant
    for text, field in ways:
        if gone:
            with pytest.raises(times.Skipped):
                times.compiled(field)(text)
        else:
            assert datetime.fromisoformat(json.loads(times.compiled(field)(text))) == aware
    numbers = [(micros, "micros"), (str(micros), "micros"), (str(Decimal(micros) / 1000), "millis")]
    for text, form in [*numbers, (str(Decimal(micros) / 10**6), "seconds")]:
        found = json.loads(times.compiled(Field(format=form))(text))
        assert datetime.fromisoformat(found) == aware


@pytest.mark.parametrize(
    ("text", "field", "decimal", "written"),
    [
        ("0.0005", Field(), ".", "0.0005"),
        ("1,234.5", Field(), ".", "1234.5"),
        ("1.234,5", Field(), ",", "1234.5"),
        ("1234,5", Field(), ",", "1234.5"),
        ("12", Field(unit="cents"), ".", "0.12"),
        ("2.3456", Field(unit="cpm"), ".", "0.0023456"),
        ("2.3456", Field(unit="cpm", round=True), ".", "0.002346"),
        (500, Field(unit="micros"), ".", "0.000500"),
        ("1e-5", Field(), ".", "0.00001"),
        ("1,5", Field(), ".", '"1,5"'),
        ("1.5", Field(), ",", '"1.5"'),
        ("€ 5", Field(), ".", '"€ 5"'),
    ],
)
def test_amounts(text: Any, field: Field, decimal: str, written: str) -> None:
    """Amounts are converted exactly; what could be read in two ways stays, and is rejected."""
    found = amounts.compiled(field, decimal)(text)
    assert json.loads(found) == json.loads(written)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "day,campaign,impressions,clicks\n2025-09-24,C,48000,12\n",
            {"ts": "day", "campaign_id": "campaign", "user_id": {"value": "-"}, "event_type": {"value": "click"}},
            "aggregated export.*48,000",
        ),
        (json.dumps({**EVENT, "impressions": 48000}), {}, "aggregated export"),
        ("a,b\n1,2\n", {}, "no column ts for ts; it has: a, b"),
        ("ts,ts\n", {}, "two columns"),
        ("", {}, "is empty"),
        ('ts,campaign_id,user_id,event_type\n"' + "x\n" * 600_000, {}, "field limit"),
        ("[" + json.dumps(EVENT), {}, "ends in the middle"),
        ("ts\n1\n", {"ts": {"timezone": "Mars/One"}}, "no time zone|no column"),
        ("ts\n1\n", {"file": {"encoding": "utf-99"}}, "no encoding"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str, options: dict[str, Any], message: str) -> None:
    """A file that cannot be imported is refused, with the reason and what to do."""
    path = tmp_path / "a"
    path.write_text(text)
    with pytest.raises(ImportFailed, match=message):
        read(path, **options)


@pytest.mark.parametrize(
    "document",
    [
        "tss = 'x'",
        "cost = {column='a', unit='dollars'}",
        "cost = {colum='a'}",
        "[[event]]\nx = 1",
        "metadata = 'some'",
        "x =",
    ],
)
def test_mappings_that_are_refused(tmp_path: Path, document: str) -> None:
    """A mapping with a mistake is refused before anything is read."""
    path = tmp_path / "m.toml"
    path.write_text(document)
    with pytest.raises(ImportFailed, match="mapping") as caught:
        mapping.build(None, path, {})
    assert caught.value.usage


def test_empty_lines_are_no_end(tmp_path: Path) -> None:
    """Records are read after any number of empty lines."""
    path = tmp_path / "a.csv"
    head, row = text_of(delimiter="\t").splitlines(keepends=True)
    path.write_text(head + "\n" * 300_000 + row + "\n" * 5 + row)
    chunk, events, _ = read(path)
    assert (chunk.lines, len(events)) == ([300_002, 300_008], 2)


def test_memory_is_bounded(tmp_path: Path) -> None:
    """A line that never ends is refused; a group of large records is a short one; together they are the file."""
    path = tmp_path / "a.gz"
    with gzip.open(path, "wb", 1) as file:
        for _ in range(64):
            file.write(b"x" * 1_000_000)
    with pytest.raises(ImportFailed, match="a line of more than"):
        read(path)
    with gzip.open(path, "wt", 1) as text:
        text.writelines(json.dumps({**EVENT, "user_id": str(n), "metadata": "x" * 20_000}) + "\n" for n in range(1_500))
    with opened(str(path)) as source:
        work = Import(source, mapping.build(None, None, {}), Settings())
        sizes = []
        while chunk := work.read(RECORDS):
            sizes.append(len(chunk))
    assert len(sizes) == 2
    assert sum(sizes) == 1_500


LINE = "2025-09-24T06:59:31Z,C,U,click,"
HEAD = "ts,campaign_id,user_id,event_type,note\n"


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress], ids=["gzip", "zstd"])
@pytest.mark.parametrize("rows", [2, 500], ids=["small", "large"])
@pytest.mark.parametrize("harm", [lambda data: data[:-5], lambda data: data + b"more"], ids=["cut", "with more"])
def test_a_damaged_file_is_said_to_be_one(tmp_path: Path, compress: Any, rows: int, harm: Any) -> None:
    """A compressed file that is cut, or goes on as something else, fails with its name, wherever that is noticed."""
    path = tmp_path / "a.gz"
    path.write_bytes(harm(compress((HEAD + (LINE + "x" * 3_000 + "\n") * rows).encode())))
    with pytest.raises(ImportFailed, match=r"a\.gz cannot be read to its end"):
        read(path)


DOCUMENT = json.dumps(EVENT)
LOST = {
    "a quote that never closes": HEAD + LINE + '"a\n' + (LINE + "b\n") * 3,
    "one in the last line": HEAD + LINE + '"a',
    "one that another quote closes": HEAD + LINE + '"a\n' + LINE + "b\n" + LINE + '"c"\n',
    "half of a character at the end": (HEAD + LINE + "é").encode("utf-16")[:-1],
    "UTF-16 without a mark": (HEAD + LINE).encode("utf-16-le"),
    "carriage returns": (HEAD + LINE + "a\n").replace("\n", "\r"),
    "a second list": f"[{DOCUMENT}]\n[{DOCUMENT}]",
    "an object after the list": f"[{DOCUMENT}] {DOCUMENT}",
    "a second envelope": f'{{"events": [{DOCUMENT}]}}\n{{"events": [{DOCUMENT}]}}',
    "a second list of events": f'{{"events": [{DOCUMENT}], "events": [{DOCUMENT}]}}',
    "an envelope that is cut": f'{{"events": [{DOCUMENT}]',
}


@pytest.mark.parametrize("content", LOST.values(), ids=LOST)
def test_no_part_of_a_file_is_passed_over(tmp_path: Path, content: str | bytes) -> None:
    """A file of which a part would be read as nothing, or as part of something else, is refused."""
    path = tmp_path / "a"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ImportFailed):
        read(path)


def test_other_members_of_an_envelope_are_passed_over(tmp_path: Path) -> None:
    """An envelope may hold more than its events, as answers of many services do."""
    path = tmp_path / "a.json"
    path.write_text(f'{{"events": [{DOCUMENT}], "next": [1]}}\n')
    assert len(read(path)[1]) == 1


@pytest.mark.parametrize(
    "shape",
    [{"delimiter": ";;"}, {"delimiter": ""}, {"quote": "ab"}, {"escape": "ab"}]
    + [{"encoding": name} for name in ("idna", "base64", "utf-16", "ascii", "no such", "undefined")],
    ids=str,
)
def test_a_file_cannot_be_written_like_that(tmp_path: Path, shape: dict[str, str]) -> None:
    """An option that no file, or not this one, can fit is an error of the command."""
    path = tmp_path / "a.csv"
    path.write_text(HEAD + LINE + "é\n")
    with pytest.raises(ImportFailed):
        read(path, file=shape)
