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
# an answer within 200 ms while events come in; the aim is single-digit milliseconds. Three questions: which physical
# designs keep the promise, what a report costs above the least that a request can cost, and whether a column store
# would have been faster.

# %%
from adbench.figures.notebooks import load, save
from adbench.plots import designs, reports

results = load()
results

# %% [markdown]
# ## Which designs keep it?
#
# Every design of `sql/variants` stores the same events and answers the same reports, and every answer was compared
# with a recount; only how `events` lies on disk differs. The curve of a design says what share of its reports was
# answered by then. Look at the height at which a curve leaves the millisecond range: designs that read raw events
# answer short windows fast and long ones slowly, because they read more rows; designs with roll-ups read sums,
# for every window.

# %%
save(lambda: designs.distribution(results.widest("matrix")), "02_latency")

# %% [markdown]
# ## And while events are written?
#
# The same reports, with writers at a fixed rate beside them. What gets slower now pays for sharing two cores and the
# buffer cache; the answers stay exact, because a report is one statement in one snapshot.

# %%
save(lambda: designs.distribution(results.widest("matrix"), "both"), "latency_while_writing")

# %% [markdown]
# ## Where the time goes
#
# Over HTTP, the least that a request can cost is what `/readyz` takes: one `SELECT 1` through the same server, pool
# and connection. What a report takes above that is planning, reading and rendering. The window makes no difference: a
# month is 720 sums of an hour.

# %%
save(lambda: reports.windows(results.latest("report")), "report_windows")

# %% [markdown]
# ## Would a column store be faster?
#
# DuckDB and ClickHouse are given the same events, sorted for them, and answer inside the asking process, without
# HTTP. They scan raw events fast; roll-ups need not scan. Where a question has no roll-up, or touches a sum for each
# of a thousand campaigns and hours, they win, and the picture says so.

# %%
save(lambda: reports.peers(results.latest("peers")), "peers")
