"""The mix of reports that a dashboard asks, without HTTP: the questions of k6/lib/reports.js."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import parse_qsl

from adbench.harness.k6 import SCRIPTS
from adbench.workload.campaigns import ZIPF
from adbench.workload.dataset import Dataset
from adpulse.reports.query import Query
from adpulse.reports.query_string import parse
from adpulse.settings import Settings

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata")
_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Question:
    """One report of the mix."""

    shape: str
    query: Query


def ask(data: Dataset, text: str, settings: Settings) -> Query:
    """Return a query string as the service reads it, at the moment at which the data set ends."""
    return parse(parse_qsl(text), data.end, settings)


def mix(data: Dataset, settings: Settings) -> Iterator[Question]:
    """Return questions without end, the same ones for the same data set; shapes and campaigns by their weights."""
    rng = random.Random(data.seed)
    shapes = json.loads((SCRIPTS / "lib" / "shapes.json").read_text())
    weights = [weight for _, weight, _ in shapes]
    campaigns = list(accumulate(rank**-ZIPF for rank in range(1, data.campaigns + 1)))
    holes = {
        "campaign": lambda: data.campaign_id(rng.choices(range(data.campaigns), cum_weights=campaigns)[0]),
        "zone": lambda: rng.choice(ZONES),
        "days": lambda: str(data.days),
    }
    while True:
        shape, _, text = rng.choices(shapes, weights)[0]
        yield Question(shape, ask(data, _HOLE.sub(lambda hole: holes[hole[1]](), text), settings))
