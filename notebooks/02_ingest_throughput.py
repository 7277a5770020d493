# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How fast events come in, and what an event costs
#
# The ceiling is the rate of PostgreSQL alone: two sessions of `psql \copy` write into bare daily partitions, without
# triggers, on the same two cores (until 27 November 2026: into the same tables, with the same triggers). Ceiling and
# service take turns in the same run, so a busy machine slows both.
# Everything is durable: a batch is answered after its commit.

# %%
import pandas as pd

from adbench.figures.notebooks import RUN, load, save, show
from adbench.plots import ingest
from adbench.records.frames import select

results = load()
show(lambda: results.runs("ingest", "stages")[RUN])

# %% [markdown]
# ## Batches
#
# With more events in a request, HTTP, queueing and the commit cost less for each event. From a thousand events on,
# only decoding and PostgreSQL matter, and a larger batch gains little. The table has events a second, and the share of
# the ceiling where it was measured.


# %%
def by_batch() -> pd.DataFrame:
    """Return events a second by events in a request, plain and gzip, and the share of the ceiling of plain JSON."""
    measured = results.comparable("ingest")
    rates = select(measured, "ingest.rate", "batch", "kind")
    found = rates.pivot_table(index="batch", columns="kind", values="value", observed=True)
    newest = measured.query("started_at == started_at.max()")  # shares of two ceilings do not compare
    shares = select(newest, "of_ceiling", "batch", "kind").query("kind == 'plain'").set_index("batch")["value"]
    return found.assign(**{"plain ÷ ceiling": shares})


show(by_batch)


# %%
def gain() -> str:
    """Return the sentence: what a larger batch is worth."""
    plain = by_batch()["plain"].dropna()
    first, last = plain.index[0], plain.index[-1]
    return (
        f"A request of {last:,} events carries **{plain[last] / plain[first]:,.0f} times** as many events a second as "
        f"one of {first:,}; the last step, from {plain.index[-2]:,}, is a factor of {plain[last] / plain.iloc[-2]:.2f}."
    )


show(gain)

# %%
save(lambda: ingest.throughput(results.latest("ingest", where=ingest.sweeps)), "03_throughput")

# %% [markdown]
# ## Microseconds an event
#
# Here one request at a time is timed in each stage of the service (`adbench run stages`). The cost of a request is
# divided by its events. The cost of decoding an event does not shrink with larger batches; only a faster decoder
# lowers it.


# %%
def per_event() -> pd.DataFrame:
    """Return microseconds an event, by stage and events in a request."""
    rows = select(results.comparable("stages"), "stage", "stage", "batch")
    rows = rows.assign(us=rows["value"] * 1_000 / rows["batch"].astype(float))
    return rows.pivot_table(index="stage", columns="batch", values="us", observed=True)


show(per_event)

# %%
save(lambda: ingest.per_event(results.latest("stages")), "cost_per_event")

# %% [markdown]
# ## Your turn
#
# How long does a load take to arrive? Change the number of events a day, the size of a request and the share of the
# capacity that you are willing to use.

# %%
EVENTS_PER_DAY = 500_000_000
BATCH = 1_000  # events in a request: 1, 10, 100, 1_000, 5_000 …
KIND = "plain"  # or "gzip"
USED = 0.5  # of the measured rate: peaks need the rest


def mine() -> str:
    """Return what that load asks of one machine like the measured one."""
    rate = select(results.comparable("ingest"), "ingest.rate", batch=BATCH, kind=KIND)["value"].iloc[-1]
    mean = EVENTS_PER_DAY / 86_400
    machines = -(-mean // (USED * rate))
    return (
        f"{mean:,.0f} events/s on average; one machine takes {rate:,.0f} in requests of {BATCH:,} ({KIND}). At "
        f"{USED:.0%} of that, **{machines:.0f} machine{'s' if machines > 1 else ''}**."
    )


show(mine)
