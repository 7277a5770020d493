"""Pauses of senders, from k6's samples of single requests: `k6 run --out csv=…`, times in µs.

Two things are a pause: a request that takes long from send to answer, and a time in which nobody gets an answer. Where
requests arrive on schedule the second is never much below one over their rate.
https://grafana.com/docs/k6/latest/results-output/real-time/csv/
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Span:
    """From an instant to another, in seconds since 1970."""

    start: float
    stop: float

    @property
    def seconds(self) -> float:
        return self.stop - self.start


@dataclass(frozen=True)
class Request:
    """One request by its name in the script, and when it was sent and answered, in seconds since 1970."""

    name: str
    sent: float
    answered: float

    @property
    def ms(self) -> float:
        return (self.answered - self.sent) * 1_000


@dataclass(frozen=True)
class Waiting:
    """Of the requests sent in a span: how many, quantiles of the time to the answer, and the longest pauses, in ms."""

    requests: int
    p50: float
    p99: float
    answer: float  # the longest from send to answer
    gap: float  # the longest without an answer to any; from the start of the span on, and to its end


def read(path: Path) -> list[Request]:
    """Return every request of a file of samples, in order of its answer."""
    with path.open(newline="") as file:
        found = [
            Request(row["name"], answered - float(row["metric_value"]) / 1_000, answered)
            for row in csv.DictReader(file)
            if row["metric_name"] == "http_req_duration"
            # k6 stamps a duration with the moment of the answer.
            for answered in [int(row["timestamp"]) / 1e6]
        ]
    return sorted(found, key=lambda request: request.answered)


def waiting(requests: Iterable[Request], span: Span) -> Waiting | None:
    """Return how long those wait who send in the span; None when nobody does."""
    inside = [each for each in requests if span.start <= each.sent < span.stop]
    if not inside:
        return None
    times = [each.ms for each in inside]
    answers = sorted(min(each.answered, span.stop) for each in inside)
    gap = float(np.diff([span.start, *answers, span.stop]).max()) * 1_000
    p50, p99 = np.quantile(times, [0.5, 0.99])
    return Waiting(len(times), float(p50), float(p99), max(times), gap)


def longest(requests: Iterable[Request], spans: Sequence[Span]) -> float | None:
    """Return the longest from send to answer, in ms, of those that were waiting at some moment of one of the spans."""
    times = [
        each.ms for each in requests if any(each.sent < span.stop and each.answered > span.start for span in spans)
    ]
    return max(times, default=None)
