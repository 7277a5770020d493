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
# The ceiling is the rate of PostgreSQL alone: two sessions of `psql \\copy` write into the same tables, with the same
# triggers, on the same two cores. Ceiling and service take turns in the same run, so a busy machine slows both.
# Everything is durable: a batch is answered after its commit.

# %%
from adbench.figures.notebooks import load, save
from adbench.plots import ingest

results = load()
results

# %% [markdown]
# ## Batches
#
# With more events in a request, HTTP, queueing and the commit cost less for each event. From a thousand events on,
# only decoding and PostgreSQL matter, and a larger batch gains little.

# %%
save(lambda: ingest.throughput(results.latest("ingest")), "03_throughput")

# %% [markdown]
# ## Microseconds an event
#
# Here one request at a time is timed in each stage of the service (`adbench run stages`). The cost of a request is
# divided by its events. The cost of decoding an event does not shrink with larger batches; only a faster decoder
# lowers it.

# %%
save(lambda: ingest.per_event(results.latest("stages")), "cost_per_event")
