"""Each preset reads a small file in the real format, with made-up values."""

import json
from pathlib import Path
from typing import Any

import pytest

from adpulse.importing import mapping
from adpulse.importing.chunk import RECORDS
from adpulse.importing.run import Import, rejected
from adpulse.importing.source import opened
from adpulse.ingest import copy_format
from adpulse.settings import Settings

FILES = Path(__file__).parent / "files"

# By file: the events, each as time, campaign, user, type, cost and revenue in micros, metadata; and those left out.
EXPECTED: dict[str, tuple[list[tuple[Any, ...]], int]] = {
    "plain.csv": (
        [
            ("2025-09-24T06:59:31.849095+00:00", "CAMP-123", "U1", "impression", 500, 0, {"geo": "IN"}),
            ("2025-09-24T06:59:31+00:00", "CAMP-123", "U,2", "click", 10_000, 0, {"device": "mobile"}),
        ],
        0,
    ),
    "segment.ndjson": (
        [
            ("2025-09-24T06:59:31.849000+00:00", "spring", "anon-7", "impression", 500, 0,
             {"geo": "en-IN", "device": "ios", "placement": "top", "event": "Ad Viewed"}),
            ("2025-09-24T07:10:00+00:00", "spring", "user-1", "conversion", 0, 12_500_000,
             {"geo": "en-IN", "event": "Order Completed"}),
        ],
        1,
    ),
    "snowplow.tsv": (
        [
            ("2025-09-24T06:59:31.849000+00:00", "CAMP-123", "dom-1", "impression", 500, 0,
             {"geo": "IN", "device": "Mobile", "placement": "top", "banner": "b-1"}),
            ("2025-09-24T07:30:00+00:00", "CAMP-123", "dom-1", "conversion", 0, 20_000_000,
             {"geo": "IN", "device": "Mobile"}),
        ],
        1,
    ),
    "ga4.ndjson": (
        [
            ("2025-09-24T06:59:31.849095+00:00", "spring", "1.2", "impression", 0, 0,
             {"geo": "India", "device": "mobile", "placement": "top", "source": "google", "event": "ad_impression"}),
            ("2025-09-24T07:13:19+00:00", "77", "u-9", "conversion", 0, 49_900_000,
             {"geo": "India", "device": "desktop", "source": "google", "event": "purchase"}),
        ],
        1,
    ),
    "appsflyer.csv": (
        [
            ("2025-09-24T06:59:31+00:00", "9001", "1700000000000-1111", "conversion", 1_500_000, 0,
             {"geo": "IN", "device": "android", "placement": "site-7", "media_source": "network_a",
              "event": "install"}),
            ("2025-09-24T08:00:00+00:00", "(organic)", "1700000000000-2222", "conversion", 0, 5_432_199,
             {"geo": "US", "device": "ios", "media_source": "organic", "event": "af_purchase"}),
        ],
        1,
    ),
    "adjust.csv": (
        [
            ("2025-09-24T06:59:31+00:00", "spring", "a1", "impression", 1_200, 0,
             {"geo": "in", "device": "phone", "network": "Network A", "activity_kind": "impression"}),
            ("2025-09-24T07:13:19+00:00", "spring", "a1", "conversion", 0, 9_990_000,
             {"geo": "in", "device": "phone", "network": "Network A", "activity_kind": "event"}),
        ],
        1,
    ),
    "criteo.tsv": (
        [
            ("2017-01-01T00:00:00+00:00", "22589171", "111", "impression", 10, 0,
             {"cat1": "5", "cat2": "6", "cat3": "7", "attribution": "0"}),
            ("2017-01-01T00:00:02+00:00", "884761", "112", "impression", 241, 0,
             {"cat1": "5", "cat2": "6", "cat3": "7", "attribution": "1"}),
            ("2017-01-01T00:00:02+00:00", "884761", "112", "click", 0, 0,
             {"cat1": "5", "cat2": "6", "cat3": "7", "attribution": "1"}),
            ("2017-01-01T01:00:02+00:00", "884761", "112", "conversion", 0, 0,
             {"cat1": "5", "cat2": "6", "cat3": "7", "attribution": "1"}),
        ],
        0,
    ),
    "ipinyou.tsv": (
        [
            ("2013-06-11T16:01:02.501000+00:00", "2259", "user-1", "impression", 230, 0,
             {"region": "216", "city": "217", "adexchange": "2", "placement": "slot-1", "creative": "creative-1"}),
            ("2013-06-11T16:02:05+00:00", "2259", "user-1", "click", 0, 0,
             {"region": "216", "city": "217", "adexchange": "2", "placement": "slot-1", "creative": "creative-1"}),
        ],
        0,
    ),
    "avazu.csv": (
        [
            ("2014-10-21T00:00:00+00:00", "15706", "dev-1/ip-1", "impression", 0, 0,
             {"placement": "0", "device": "1", "site": "site-1", "app": "app-1", "connection": "2"}),
            ("2014-10-21T23:00:00+00:00", "15704", "dev-2/ip-2", "impression", 0, 0,
             {"placement": "1", "device": "1", "site": "site-1", "app": "app-1", "connection": "0"}),
            ("2014-10-21T23:00:00+00:00", "15704", "dev-2/ip-2", "click", 0, 0,
             {"placement": "1", "device": "1", "site": "site-1", "app": "app-1", "connection": "0"}),
        ],
        0,
    ),
    "openrtb.ndjson": (
        [
            ("2025-09-24T06:59:31.849000+00:00", "CAMP-9", "ifa-1", "impression", 2_346, 0,
             {"geo": "IND", "device": 4, "placement": "top", "seat": "seat-9", "creative": "cr-1"}),
            ("2025-09-24T06:59:32+00:00", "CAMP-9", "u-2", "impression", 1_100, 0, {}),
        ],
        0,
    ),
}  # fmt: skip


def test_every_preset_has_a_file() -> None:
    """Each preset is tested on a file of its name."""
    assert {Path(name).stem for name in EXPECTED} == set(mapping.presets())
    assert all(mapping.presets().values())


@pytest.mark.parametrize("name", EXPECTED)
def test_a_preset_understands_its_format(name: str) -> None:
    """All rows of the file become the right events; other kinds are left out; nothing is rejected."""
    with opened(str(FILES / name)) as source:
        work = Import(source, mapping.build(Path(name).stem, None, {}), Settings())
        chunk = work.read(RECORDS)
        judged = work.judge(chunk)
    assert rejected(chunk, judged) == []
    found = []
    for row in judged.batch.rows:
        event = copy_format.unpack(row)
        amounts = (event.cost_micros, event.revenue_micros)
        texts = (event.campaign_id, event.user_id, event.event_type)
        found.append((event.ts.isoformat(), *texts, *amounts, json.loads(event.metadata)))
    events, skipped = EXPECTED[name]
    assert sorted(found, key=str) == sorted(events, key=str)
    assert judged.events.skipped == skipped
    if name in ("segment.ndjson", "snowplow.tsv", "ipinyou.tsv", "avazu.csv", "openrtb.ndjson"):
        ids = judged.batch.ids or []
        assert None not in ids
        assert len(set(ids)) == len(events)
