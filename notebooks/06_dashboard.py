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
# The service publishes metrics for Prometheus (`/metrics`), and `infra/grafana` has a dashboard that shows them. This
# picture is not a screenshot of Grafana. It is drawn from the samples that a Prometheus took during a k6 run
# (`adbench load spike --dashboard`), with the queries of the dashboard's own file.

# %%
import pandas as pd

from adbench.figures.notebooks import RUN, load, save, show
from adbench.plots import dashboard
from adbench.records.frames import select

results = load()
show(lambda: results.runs("load-spike")[RUN])

# %% [markdown]
# ## A spike
#
# The load has one rate for a third of the time, three times that rate for a third, and the first rate again. Read the
# panels from the left: the load on the service, its response times, and its queues.
#
# - *GET /report* and *POST /events* show quantiles over the last 20 seconds. The dashed line is the promise, 200 ms.
# - *Events waiting* and *Commit* distinguish two problems. If commits are slow, the queue grows because of PostgreSQL.
#   If commits are fast and the queue still grows, more events arrive than the writers can take.
# - *Deltas that wait* and *Compaction lag* show upkeep. They may grow in a spike, but must fall again after it.
# - Rates by route and by outcome are up to a minute late, because their recording rules average over a minute.
#
# An alert is *pending* while its condition holds, and *firing* when the condition has held for the time of the rule.
# `AdPulseReportsSlow` needs ten minutes, so a short spike does not fire it.
#
# k6 measured the same load from outside: ms by part of the load, whole and at each quantile.


# %%
def from_outside() -> pd.DataFrame:
    """Return the latencies in ms that k6 saw, by request, part of the load and quantile."""
    spike = results.comparable("load-spike")
    found = {
        what: select(spike, f"{what}.latency", "part", "quantile").pivot_table(
            index="part", columns="quantile", values="value", observed=True
        )
        for what in ("report", "ingest")
    }
    return pd.concat(found, names=["request"]).reindex(["before", "spike", "after"], level="part")


show(from_outside)

# %%
save(lambda: dashboard.overview(results.latest("load-spike", where=dashboard.was_watched)), "06_dashboard")

# %% [markdown]
# ## Your turn
#
# Any panel of the dashboard as a frame: change its title, and look at another one.

# %%
PANEL = "GET /report"


def mine() -> pd.DataFrame:
    """Return the least, the median and the largest value of each series of a panel, in the unit of the panel."""
    seen = results.latest("load-spike", where=dashboard.was_watched).parameters["dashboard"]
    panel = next(each for each in seen["panels"] if each["title"] == PANEL)
    courses = pd.DataFrame({each["legend"]: each["values"] for each in panel["series"]}, dtype="float64")
    return courses.agg(["min", "median", "max"]).T.rename_axis(f"{PANEL}, {panel['unit']}")


show(mine)
