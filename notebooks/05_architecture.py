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
# # Architecture: an event's way in, a report's way out
#
# Code makes every picture here: the parts from `docs/diagrams/architecture.d2`, the life of a request from measured
# times, and the schema from PostgreSQL's catalogue.

# %%
import pandas as pd

from adbench.figures import d2
from adbench.figures.notebooks import RUN, load, save, show
from adbench.plots import ingest
from adbench.records.frames import select

results = load()
show(lambda: results.runs("stages", "catalogue")[RUN])

# %% [markdown]
# ## The parts
#
# The service checks events and writes them in batches. The database keeps the promises. A trigger in the transaction
# that stores the events makes reports exact. It works for every writer: the service, a Lambda function, psql.

# %%
save(d2.architecture, "01_architecture")

# %% [markdown]
# ## The life of an event
#
# This is one request with a thousand events, drawn to scale. The service ran as in production and recorded when the
# request passed from one stage to the next (`adbench run stages`). There were no other requests, so nothing waited in
# the queue. Under load, all requests that arrive during one commit share the next one.
#
# Note three things. The body becomes rows in one pass before PostgreSQL sees it. The same `COPY` includes the cost of
# the roll-ups. The answer is sent only after the commit.


# %%
def stages(batch: int = 1_000) -> pd.DataFrame:
    """Return the median time in ms of each stage, and its share of the request."""
    rows = select(results.comparable("stages"), "stage", "stage", batch=batch).set_index("stage")
    return pd.DataFrame({"ms": rows["value"], "% of the request": 100 * rows["value"] / rows.loc["request", "value"]})


show(stages)

# %%
save(lambda: ingest.life(results.latest("stages")), "04_api_flow")

# %% [markdown]
# ## The schema
#
# These are the tables of the default variant, `08_rollup_dims`. `events` holds the events. `rollup_delta` and
# `rollup_delta_all` hold the sums that each statement added; they are append-only, so writers never wait for each
# other. Reports read `rollup_minute`, `rollup_hour` and `rollup_day`. One statement deletes a delta and adds it to
# the sums, so a report counts it once in every snapshot. The tables `rollup_dim_…` belong to breakdowns by geo,
# device and placement: once a second `rollup_dims()` adds up the raw events behind `rollup_dim_mark`. With many events
# it appends the sums to `rollup_dim_delta`, and merges them into the roll-ups some rounds later.


# %%
def tables() -> pd.DataFrame:
    """Return the tables of the default design, and who writes them."""
    drawn = results.latest("catalogue").parameters
    writers = pd.DataFrame(drawn["flows"]).groupby("target")["by"].agg(lambda by: ", ".join(sorted(set(by))))
    found = pd.DataFrame(drawn["tables"]).set_index("name").rename_axis("table")
    counted = {what: found[what].str.len() for what in ("columns", "indexes")}
    return pd.DataFrame({**counted, "written by": writers.reindex(found.index)})


show(tables)

# %%
save(lambda: d2.schema(results.latest("catalogue").parameters), "05_db_schema")

# %% [markdown]
# ## Your turn
#
# Where does a request of another size spend its time? Batches of 1 to 10,000 events were measured.

# %%
BATCH = 1

show(lambda: stages(BATCH))
