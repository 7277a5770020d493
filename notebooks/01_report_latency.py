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
# questions: Which physical designs keep the promise? How much does a report cost above the cheapest possible request?
# Would a column store be faster?

# %%
from adbench.figures.notebooks import load, save
from adbench.plots import designs, reports

results = load()
results

# %% [markdown]
# ## Which designs keep it?
#
# Every design of `sql/variants` stores the same events and answers the same reports. Every answer was compared with a
# recount. Only the storage of `events` differs. The curve of a design shows the share of its reports that were
# answered within a time. Look at the height at which a curve leaves the millisecond range. Designs that read raw
# events answer short windows fast and long windows slowly, because they read more rows. Designs with roll-ups read
# sums for every window.

# %%
save(lambda: designs.distribution(results.widest("matrix")), "02_latency")

# %% [markdown]
# ## And while events are written?
#
# These are the same reports while writers work at a fixed rate. They become slower because they share two cores and
# the buffer cache with the writers. The answers stay exact, because a report is one statement in one snapshot.

# %%
save(lambda: designs.distribution(results.widest("matrix"), "both"), "latency_while_writing")

# %% [markdown]
# ## Where the time goes
#
# Over HTTP, the cheapest request with a query is `/readyz`: one `SELECT 1` through the same server, pool and
# connection. The additional time of a report is planning, reading and rendering. The window makes hardly any
# difference: a month is a few hundred sums at most, for any number of events.

# %%
save(lambda: reports.windows(results.latest("report")), "report_windows")

# %% [markdown]
# ## Would a column store be faster?
#
# DuckDB and ClickHouse get the same events, sorted for them, and answer inside the asking process, without HTTP. They
# scan raw events fast, but roll-ups need no scan. They win where a question has no roll-up, or needs a sum for each
# of a thousand campaigns and hours, as the picture shows.

# %%
save(lambda: reports.peers(results.latest("peers")), "peers")
