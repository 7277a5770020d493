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
# # Ask it yourself
#
# The other notebooks read results. This one starts a service on a database of its own with 200,000 events, asks it
# reports, and shows what PostgreSQL does for each: the SQL, and the plan that ran. Then the database moves to another
# design, and the same question is asked again. Times here are of one question on a machine that does other things too:
# look at pages and steps, and take times from the matrix.

# %%
from datetime import UTC, datetime, timedelta

import pandas as pd

from adbench.figures.live import Live
from adbench.figures.notebooks import show

live = Live.start(events=200_000)
# For a service that runs already, as `adpulse up` starts one: live = Live.attach("http://localhost:8080")
# Below, its database then moves to other designs, too.

# %% [markdown]
# ## A report
#
# A week of one campaign, by day. The reply is what `GET /report` sends; `meta` says which design answered.

# %%
# Fixed ends, so that all designs are asked the same.
STOP = datetime.now(UTC).replace(second=0, microsecond=0)
START = STOP - timedelta(days=7)
QUESTION = (
    f"/report?campaign_id=CAMP-0001&start={START:%Y-%m-%dT%H:%M:%SZ}&end={STOP:%Y-%m-%dT%H:%M:%SZ}&granularity=day"
)


def rows() -> pd.DataFrame:
    """Return the rows of the reply."""
    return pd.DataFrame(live.ask(QUESTION)["rows"])[["bucket", "impressions", "clicks", "cost", "ctr"]]


show(rows)


# %%
def answered() -> str:
    """Return the sentence: who answered, and how fast."""
    reply = live.ask(QUESTION)
    meta, totals = reply["meta"], reply["totals"]
    return f"`{meta['variant']}` took **{meta['took_ms']:.1f} ms** for {totals['impressions']:,} impressions."


show(answered)

# %% [markdown]
# ## Its SQL
#
# One statement answers every report of a design. These are its parameters, and its text.

# %%
show(lambda: f"```sql\n{live.sql(QUESTION)}\n```")

# %% [markdown]
# ## Its plan
#
# `EXPLAIN (ANALYZE, BUFFERS)` runs the statement and counts. Each step stands above those that feed it; `ms` and
# `pages` (8 KiB each) include the steps below, and *of them read* came from outside PostgreSQL's cache. Steps that
# touched no page are left out.

# %%
show(lambda: live.plan(QUESTION).query("pages > 0"))

# %% [markdown]
# ## The same question to other designs
#
# A move builds the other design beside the one in force and switches in one moment; reports go on meanwhile. The
# answers are equal, and what PostgreSQL reads for them is not.


# %%
def compared(*designs: str) -> pd.DataFrame:
    """Return for each design the time of the move, the answer, and what was read for it."""
    found = []
    for design in designs:
        moved = live.switch(design)
        reply, plan = live.ask(QUESTION), live.plan(QUESTION)
        found.append(
            {
                "design": design,
                "impressions": reply["totals"]["impressions"],
                "cost": reply["totals"]["cost"],
                "ms": reply["meta"]["took_ms"],
                "pages": plan["pages"].iloc[0],
                "reads": ", ".join(dict.fromkeys(name for name in plan["on"] if name)),
                "moved in, s": moved,
            }
        )
    return pd.DataFrame(found)


table = compared("heap", "btree", "rollup_dims")
show(lambda: table)


# %%
def read() -> str:
    """Return the sentence: the same answer, from how many pages."""
    pages = table.set_index("design")["pages"]
    same = "The same answer" if table["cost"].nunique() == 1 else "**Another answer**"
    return f"{same}, from {pages.max():,} pages in `{pages.idxmax()}` and **{pages.min():,}** in `{pages.idxmin()}`."


show(read)

# %% [markdown]
# ## Your turn
#
# Change the design and the question. [The report](../docs/reference/report.md) lists the parameters:
# `group_by=geo`, `filter=device:mobile`, `granularity=hour`, `timezone=Asia/Kolkata`, `compare=previous` …

# %%
DESIGN = "rollup_dims"
QUESTION = "/report?start=-1d&group_by=geo"

live.switch(DESIGN)
show(lambda: pd.DataFrame(live.ask(QUESTION)["rows"])[["group", "impressions", "clicks", "cost"]])

# %%
show(lambda: live.plan(QUESTION).query("pages > 0"))

# %%
live.close()
