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
# Every picture here is made by code: the parts from `docs/diagrams/architecture.d2`, the life of a request from
# measured times, the schema from PostgreSQL's own catalogue.

# %%
from adbench.figures import d2
from adbench.figures.notebooks import load, save
from adbench.plots import ingest

results = load()
results

# %% [markdown]
# ## The parts
#
# The service checks and batches; the database keeps the promises. What makes a report exact, a trigger inside the
# transaction that stores the events, works for every writer: the service, a Lambda function, psql.

# %%
save(d2.architecture, "01_architecture")

# %% [markdown]
# ## The life of an event
#
# A thousand events in one request, drawn to scale. The service ran as it does in production and noted when the
# request passed from one of its stages to the next (`adbench run stages`). Nobody else was sending, so nothing waited
# in the queue; under load the time of a commit is shared by all the requests that arrive during the one before.
#
# What to look for: the body is turned into rows in one pass before PostgreSQL sees it, the roll-ups are paid for
# inside the same `COPY`, and the answer leaves only after the commit.

# %%
save(lambda: ingest.life(results.latest("stages")), "04_api_flow")

# %% [markdown]
# ## The schema
#
# The tables of the default variant, `07_rollup`. `events` is what happened; `rollup_delta` is what each statement
# added, append-only, so that writers never wait for one another; `rollup_minute` and `rollup_hour` are what reports
# read. A delta leaves its table in the statement that adds it to the sums, so a report sees it once, in
# every snapshot.

# %%
save(lambda: d2.schema(results.latest("catalogue").parameters), "05_db_schema")
