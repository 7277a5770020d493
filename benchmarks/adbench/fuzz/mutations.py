"""Requests made from other requests, by spoiling them a little: nearly valid is where parsers differ."""

import random
from collections.abc import Sequence

from adbench.fuzz import bodies, envelopes, heads, queries
from adbench.fuzz.heads import Mutation
from adbench.fuzz.wire import Request

ON_BODY: Sequence[Mutation] = (*bodies.SPOILT, *envelopes.SPOILT, *envelopes.SPOILT)
ON_QUERY: Sequence[Mutation] = queries.SPOILT
ON_HEAD: Sequence[Mutation] = heads.SPOILT


def mutate(rng: random.Random, corpus: Sequence[Request]) -> Request:
    """Return another request: one of the corpus, spoilt one to four times. The same numbers give the same request."""
    request = rng.choice(corpus)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        kinds = ON_BODY if request.method == "POST" and rng.random() < 0.8 else ON_QUERY
        if rng.random() < 0.15:
            kinds = ON_HEAD
        request = rng.choice(kinds)(rng, request, corpus)
    return request
