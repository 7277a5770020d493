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
# # What an index costs
#
# The writer pays for an index, and the reader uses it. This notebook shows the cost for both. The designs differ in
# one thing only: each step in the table of `sql/README.md` adds one index, partitions, or a roll-up. Every answer
# behind these figures was compared with a recount.

# %%
import pandas as pd

from adbench.figures.notebooks import RUN, load, save, show
from adbench.plots import designs
from adbench.records.frames import select

results = load()
show(lambda: results.runs("matrix")[RUN])

# %% [markdown]
# ## Read time against write rate
#
# Designs on the right are cheap to write; designs at the bottom are fast to read. A design above and to the left of
# another is worse in both. B-trees in the order of campaigns are expensive because each event goes to another page. A
# roll-up is cheap because a batch becomes a few appended rows, which are compacted later, many at a time.


# %%
def costs() -> pd.DataFrame:
    """Return what each design costs, at the size at which most designs were measured."""
    matrix = results.comparable("matrix")

    def of(name: str, **labels: str | float) -> pd.Series:
        return designs.by_design(designs.widest(select(matrix, name, **labels)))["value"]

    return pd.DataFrame(
        {
            "writes, events/s": of("ingest.rate"),
            "WAL, bytes an event": of("ingest.wal"),
            "upkeep, s a million": of("ingest.upkeep"),
            "stored, bytes an event": of("size.total"),
            "report p50, ms": of("report.latency", quantile=0.5, phase="report"),
        }
    ).rename_axis("design")


show(costs)


# %%
def price() -> str:
    """Return the sentence: what each millisecond that a report saves costs a writer."""
    found = costs()
    fast = found["report p50, ms"].idxmin()
    share = found.loc[fast, "writes, events/s"] / found["writes, events/s"].max()
    times = found["report p50, ms"].max() / found.loc[fast, "report p50, ms"]
    return (
        f"`{fast}` reads **{times:,.0f} times** as fast as the slowest, and writes at {share:.0%} of the fastest rate."
    )


show(price)

# %%
save(lambda: designs.trade(results.comparable("matrix")), "what_an_index_costs")

# %% [markdown]
# ## Bytes
#
# The events take about the same space in every design; in `rollup_dims` each also has the number of its transaction.
# Every vacuum, backup and replica reads the additional bytes again.
# Roll-ups are small where events are dense: a campaign with a thousand events a minute has one row for them. This
# data set is thin (a million events in a month), so roll-ups are at their largest here.


# %%
def largest_relations() -> pd.DataFrame:
    """Return the ten largest tables and indexes of all designs, in bytes an event."""
    rows = designs.widest(select(results.comparable("matrix"), "size", "relation", "kind"))
    return rows.nlargest(10, "value")[["variant", "relation", "kind", "value"]]


show(largest_relations)

# %%
save(lambda: designs.storage(results.comparable("matrix")), "storage")

# %% [markdown]
# ## Your turn
#
# What would a design need for your data? Change the design, the events a day and the days that are kept.

# %%
DESIGN = "rollup"
EVENTS_PER_DAY = 100_000_000
DAYS_KEPT = 90


def mine() -> str:
    """Return the disk, and the share of a day that writing takes."""
    if DESIGN not in (measured := costs()).index:
        return f"`{DESIGN}` was not measured here; there are {', '.join(measured.index)}."
    found = measured.loc[DESIGN]
    stored = found["stored, bytes an event"] * EVENTS_PER_DAY * DAYS_KEPT
    busy = EVENTS_PER_DAY / found["writes, events/s"] / 86_400
    return f"`{DESIGN}`: **{stored / 1e12:,.1f} TB** after {DAYS_KEPT} days; writing takes **{busy:.1%}** of the day."


show(mine)
