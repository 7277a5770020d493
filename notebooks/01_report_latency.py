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
# # The 200 ms promise: how long reports take, and why
#
# A dashboard asks `GET /report` for totals and breakdowns of a campaign over an hour, a day, a month. The promise is
# an answer within 200 ms while events come in; the aim is single-digit milliseconds. This notebook answers three
# questions: Which physical designs keep the promise? How much of a report's time depends on its window? Would a column
# store be faster?

# %%
import pandas as pd

from adbench.figures.notebooks import RUN, load, save, show
from adbench.plots import designs, reports
from adbench.records.frames import select

PROMISE_MS = 200

results = load()
show(lambda: results.runs("matrix", "report", "peers")[RUN])

# %% [markdown]
# ## Which designs keep it?
#
# Every design of `sql/variants` stores the same events and answers the same reports. Every answer was compared with a
# recount. Only the storage of `events` differs. The curve of a design shows the share of its reports that were
# answered within a time. Look at the height at which a curve leaves the millisecond range. Designs that read raw
# events answer short windows fast and long windows slowly, because they read more rows. Designs with roll-ups read
# sums for every window. A question that the roll-ups do not hold, such as a breakdown by metadata in `rollup`, reads
# raw events there too.
#
# First the numbers: p95 in ms of the mix of all reports, by the number of events stored. Bold is within the promise.


# %%
def p95() -> pd.DataFrame:
    """Return p95 of a report in ms, by design and events stored."""
    rows = select(results.comparable("matrix"), "report.latency", quantile=0.95, phase="report")
    return rows.pivot_table(index="variant", columns="events", values="value", observed=True)


show(p95, bold=lambda ms: ms < PROMISE_MS)


# %%
def kept() -> str:
    """Return the sentence: how many designs keep the promise at each size, for 95 % of their reports."""
    sizes = [(size, ms.dropna()) for size, ms in p95().items()]
    return "; ".join(f"{size:,} events: **{(ms < PROMISE_MS).sum()} of {len(ms)}** designs" for size, ms in sizes)


show(kept)

# %% [markdown]
# And the whole distribution, at the largest size at which designs were compared:

# %%
save(lambda: designs.distribution(results.comparable("matrix")), "02_latency")

# %% [markdown]
# ## And while events are written?
#
# These are the same reports while writers work at a fixed rate. They become slower because they share two cores and
# the buffer cache with the writers. The answers stay exact, because a report is one statement in one snapshot. The
# table has p50 in ms alone and beside writers, and their ratio.


# %%
def beside_writers() -> pd.DataFrame:
    """Return p50 of a report in ms, alone and while events are written, at the largest size, by design."""
    matrix = results.comparable("matrix")
    alone, beside = (
        designs.by_design(designs.largest(select(matrix, f"{phase}.latency", quantile=0.5, phase=phase)))["value"]
        for phase in ("report", "both")
    )
    return pd.DataFrame({"alone": alone, "beside writers": beside, "ratio": beside / alone}).rename_axis("design")


show(beside_writers)

# %%
save(lambda: designs.distribution(results.comparable("matrix"), "both"), "latency_while_writing")

# %% [markdown]
# ## And after a restart?
#
# A server that has just started has empty caches. There, each shape of report is asked once (*cold*) and at once again
# (*first warm*); *warm* are the reports above, asked over and over. The table has p50 in ms over all shapes. Only the
# embedded server may be restarted, and the kernel drops its copies of the files only on Linux.


# %%
def after_restart() -> pd.DataFrame | str:
    """Return p50 of a report in ms, cold, first warm and warm, at the largest size that was asked cold, by design."""
    matrix = results.comparable("matrix")
    if "cold.latency" not in set(matrix["name"]):
        return "No matrix here has reports on empty caches; on an embedded server, `adbench matrix` measures them."
    cold = designs.largest(select(matrix, "cold.latency", quantile=0.5))
    warm = select(matrix, "report.latency", quantile=0.5, phase="report")
    rows = pd.concat([cold, warm[warm["events"].isin(cold["events"])]])
    named = rows["phase"].astype(str).map({"cold": "cold", "first_warm": "first warm", "report": "warm"})
    found = rows.assign(phase=named).pivot_table(index="variant", columns="phase", values="value", observed=True)
    return found.rename_axis(f"{cold['events'].iloc[0]:,} events, {cold['detail'].iloc[0]}")


show(after_restart)

# %% [markdown]
# ## Where the time goes
#
# These are totals over HTTP. Their plan is made once a connection, and the window makes hardly any difference: a month
# is a few hundred sums at most, for any number of events. `/readyz` is there to compare with: it asks the primary a few
# small questions on a connection of its own, and reads no event and no sum.


# %%
def by_window() -> pd.DataFrame:
    """Return p50 and p99 of totals in ms, by window, idle and while events are written."""
    rows = select(results.comparable("report"), "latency", "kind", "shape", "quantile").query("kind == 'totals'")
    return rows.pivot_table(index="shape", columns=["phase", "quantile"], values="value", observed=True)


show(by_window, bold=lambda ms: ms >= PROMISE_MS)

# %%
save(lambda: reports.windows(results.latest("report")), "report_windows")

# %% [markdown]
# ## Would a column store be faster?
#
# DuckDB and ClickHouse get the same events, sorted for them, and answer inside the asking process, without HTTP. They
# scan raw events fast, but roll-ups need no scan. So each is also asked with roll-ups of its own (*+roll-ups*). Nothing
# is written meanwhile.


# %%
def beside_peers() -> pd.DataFrame:
    """Return p50 in ms by question and system."""
    rows = select(results.comparable("peers"), "latency", "system", "shape")
    return rows.pivot_table(index="shape", columns="system", values="value", observed=True)


show(beside_peers)


# %%
def ahead() -> str:
    """Return the sentence: for how many questions the service is faster than each of the others."""
    times = beside_peers()
    faster = times.drop(columns="adpulse").gt(times["adpulse"], axis=0).sum()
    counts = ", ".join(f"{system} for **{count} of {len(times)}** questions" for system, count in faster.items())
    return f"Over HTTP, AdPulse++ is faster than {counts}."


show(ahead)

# %%
save(lambda: reports.peers(results.latest("peers")), "peers")

# %% [markdown]
# ## Your turn
#
# Change the designs, the shape of report, the phase and the quantile, and run the cell again. The frame has a row for
# each number: `results.frame("matrix")` has all of them, also of other machines.

# %%
DESIGNS = ["btree_gin", "covering", "rollup"]
SHAPE = "month"  # hour, day, week, month, month-largest, month-all, day-by-hour, week-by-campaign, day-by-geo …
PHASE = "report"  # or "both": while events are written
QUANTILE = 0.5  # or 0.95, 0.99


def mine() -> pd.DataFrame:
    """Return that time in ms, by design and events stored."""
    rows = select(results.comparable("matrix"), f"{PHASE}.latency", shape=SHAPE, phase=PHASE, quantile=QUANTILE)
    rows = rows[rows["variant"].isin(DESIGNS)]
    return rows.pivot_table(index="variant", columns="events", values="value", observed=True)


show(mine, bold=lambda ms: ms < PROMISE_MS)
