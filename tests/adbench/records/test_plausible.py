"""A result that is shown to everybody is plausible, and says nothing of whose it is."""

import math
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adbench.records import plausible, store
from adbench.records.model import Measurement, Result
from adbench.records.plausible import FIRST, private, problems
from tests.adbench.records.test_records import result

PRIVATE = {
    "a path": ["/home/ann/.adpulse/x.log", "in ~/data", "at /srv/pg", r"C:\Users\ann", "('/var/lib/postgresql/18')"],
    "an address": ["10.1.2.3", "to fe80::1 in", "postgresql://db.internal/x", "https://shop.example/report"],
    "a mail address": ["ann@example.org"],
}
HARMLESS = [
    "POST /events/firehose",
    "GET /report p50 / p95", "2026-11-24T20:42:36Z", "18.6", "1 / 2", "127.0.0.1", "http://localhost:80/report", "::1",
    "Linux 6.1.0-18-amd64 x86_64", "Index Only Scan on events_p*, 2 x Seq Scan", "events/s", "a/b", "and/or",
    "Intel(R) Xeon(R) Processor @ 2.20GHz", "maintain.sql, every 1 s",
]  # fmt: skip


def measured(value: float, **more: float) -> Measurement:
    return Measurement(name="rate", value=value, unit="events/s", **more)


def at(text: str) -> list[tuple[str, str]]:
    return list(private(result(parameters={"said": [{"text": text}]})))


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in PRIVATE.items() for text in texts])
def test_private_values_are_found_in_every_place(kind: str, text: str) -> None:
    """A private value is found in parameters, labels and details and as a key, and its place is named."""
    assert at(text) == [("parameters.said.0.text", kind)]
    labelled = Measurement(name="rate", value=1, unit="s", labels={"of": text}, detail=text)
    assert {where for where, _ in private(result(measurements=[labelled]))} == {
        "measurements.0.labels.of",
        "measurements.0.detail",
    }
    assert list(private(result(parameters={text: 1})))


@pytest.mark.parametrize("text", HARMLESS)
def test_usual_values_of_results_are_not_taken_for_private(text: str) -> None:
    """Paths of the API, times, versions, plans and this machine's own loopback are no secrets."""
    assert at(text) == []


def test_names_of_this_machine_are_found_as_words() -> None:
    """A host name or a user's, and not a longer word in which it stands."""
    said = result(parameters={"a": "run by ann-smith on tower7", "b": "towers", "c": "tower7-like"})
    assert [where for where, _ in private(said, ["tower7"])] == ["parameters.a"]
    assert not {"root", "postgres"} & set(plausible.of_this_machine())


def test_the_server_that_was_measured_has_a_name_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its host, whole and without the domain; an address is found anywhere."""
    monkeypatch.setenv("ADPULSE_DATABASE_URL", "postgresql://ann:secret@tower7.example:5433/events")
    names = plausible.of_this_machine()
    assert {"tower7.example", "tower7"} <= set(names)
    assert list(private(result(parameters={"a": "no answer from tower7"}), names))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"measurements": [measured(math.inf)]}, "is no number"),
        ({"measurements": [measured(-1)]}, "is negative"),
        ({"measurements": [measured(1, low=2, high=1.5)]}, "has an interval"),
        ({"measurements": [measured(1), measured(2)]}, "is there twice"),
        ({"started_at": FIRST - timedelta(days=1)}, "the clock"),
        ({"started_at": FIRST + timedelta(days=90_000)}, "the clock"),
        ({"measurements": [], "checks": [], "parameters": {}}, "holds nothing"),
    ],
)
def test_impossible_results_are_named(changed: dict[str, object], reason: str) -> None:
    """Each on its own, with the place."""
    (problem,) = problems(result(**changed))
    assert reason in problem


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=8))
def test_quantiles_rise(values: list[float]) -> None:
    """A higher quantile is never smaller than a lower one of the same labels."""
    found = [
        Measurement(name="latency", value=value, unit="ms", labels={"quantile": f"0.{place}", "shape": "day"})
        for place, value in enumerate(values, 1)
    ]
    assert bool(problems(result(measurements=found))) is (values != sorted(values))


def test_this_test_has_results_to_look_at() -> None:
    """The committed ones, each without a problem, are looked at in test_manifest."""
    some: list[Path] = list(store.COMMITTED.glob("*/*Z-*.json"))
    assert some
    assert isinstance(store.read(some[0]), Result)
