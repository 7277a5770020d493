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
# The ceiling is what PostgreSQL itself takes: two sessions of `psql \\copy` that write into the same tables, with the
# same triggers, on the same two cores. The service is measured in turn with it, in the same run, so that a busy
# machine slows both. Everything is durable: a batch is answered after its commit.

# %%
from adbench.figures.notebooks import load, save
from adbench.plots import ingest

results = load()
results

# %% [markdown]
# ## Batches
#
# The more events share a request, the less of the cost is HTTP, queueing and the commit. From a thousand on, what is
# left is decoding and PostgreSQL, and a larger batch gains little.

# %%
save(lambda: ingest.throughput(results.latest("ingest")), "03_throughput")

# %% [markdown]
# ## Microseconds an event
#
# The same from the other side: one request at a time, timed in each stage of the service (`adbench run stages`). What
# belongs to the request is divided by its events; decoding is not, and is the floor that only a faster decoder
# lowers.

# %%
save(lambda: ingest.per_event(results.latest("stages")), "cost_per_event")
