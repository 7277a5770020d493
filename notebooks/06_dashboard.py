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
# # What an operator sees
#
# The service tells Prometheus what it does (`/metrics`), and `infra/grafana` has a dashboard made of it. This is no
# photograph of Grafana: it is drawn from the samples that a Prometheus took during a k6 run
# (`adbench load spike --dashboard`), by the queries of the dashboard's own file, in the look of the other pictures.

# %%
from adbench.figures.notebooks import load, save
from adbench.plots import dashboard

results = load()
results

# %% [markdown]
# ## A spike
#
# A third of the time at one rate, a third at three times that rate, a third as before. Read it from the left: what is
# asked of the service, how long it takes, and where it waits.
#
# - *GET /report* and *POST /events* show quantiles over the last 20 seconds. The dashed line is the promise, 200 ms.
# - *Events waiting* and *Commit* tell two troubles apart. When a commit is slow, the queue grows because PostgreSQL
#   is late; when commits are quick and the queue grows all the same, more comes in than the writers take.
# - *Deltas that wait* and *Compaction lag* are upkeep. They may grow in a spike; they have to come back.
# - Rates by route and by outcome lag behind by up to a minute: their recording rules look that far back.
#
# An alert is *pending* while its condition holds, and *firing* when it has held for as long as the rule says:
# `AdPulseReportsSlow`, for one, wants ten minutes of it, so a spike of one minute wakes nobody.

# %%
save(lambda: dashboard.overview(results.latest("load-spike", where=dashboard.was_watched)), "06_dashboard")
