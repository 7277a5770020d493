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
# # Can the gate be trusted?
#
# People switch off a gate with false alarms, and a gate that misses regressions is worse than none. So the gate
# itself is measured: slowdowns are planted in a copy of a revision, and the unchanged gate compares the copy with the
# original many times (`adbench gate --proof`). `docs/explanation/regression-gate.md` explains its method.

# %%
import pandas as pd

from adbench.figures.notebooks import RUN, load, save, show
from adbench.plots import gate
from adbench.records.frames import select

results = load()
show(lambda: results.runs("gate-proof", "gate")[RUN])

# %% [markdown]
# ## How often it is right
#
# The point is the share of runs in which the gate reported a change. The bar is its exact 95 % interval (Clopper and
# Pearson). The mark is the required share. In the first row nothing was planted, so every report there is a false
# alarm. The last rows are changes of SQL that the gate finds by counting; there three runs are as good as thirty.


# %%
def proof() -> pd.DataFrame:
    """Return for each planted change the runs, and the shares that were caught, called otherwise, and left open."""
    found = results.comparable("gate-proof")
    parts = ("runs", "caught", "otherwise", "cannot_tell")
    counts = {name: select(found, name, "plant").set_index("plant")["value"] for name in parts}
    return pd.DataFrame(counts).rename(columns={"cannot_tell": "cannot tell (runs)"})


show(proof)


# %%
def alarms() -> str:
    """Return the sentence: how often the gate called a change where there was none."""
    same = proof().loc["nothing"]
    return f"**{same['otherwise'] * same['runs']:.0f} false alarms** in {same['runs']:.0f} runs of the same code."


show(alarms)

# %%
save(lambda: gate.caught(results.latest("gate-proof")), "07_regression_gate")

# %% [markdown]
# ## And when it is not
#
# *Cannot tell* means that the interval was still too wide when the budget ended, or that two sides with the same code
# differed. It does not fail a pull request, and does not say that there is no regression.

# %%
save(lambda: gate.verdicts(results.latest("gate-proof")), "gate_verdicts")

# %% [markdown]
# ## What one verdict rests on
#
# This run compared a revision with itself. Head and control run the same code here, so both should lie around zero. A
# metric is *same* when its interval lies within the grey band.


# %%
def ratios() -> pd.DataFrame:
    """Return how many per cent more processor time than base each metric took, with the ends of the intervals."""
    rows = select(results.frame("gate"), "ratio", "metric", "side", "confidence")
    rows = rows[rows["file"] == rows["file"].iloc[-1]].set_index(["metric", "side"])
    return 100 * rows[["value", "low", "high"]] - 100


show(ratios)

# %%
save(lambda: gate.intervals(results.latest("gate")), "gate_intervals")

# %% [markdown]
# ## Why it takes rounds
#
# An interval becomes narrower with about the square root of the rounds. Each further look needs more confidence,
# which makes it wider. Decided metrics keep their verdict, and only the others are measured further, so easy metrics
# cost little.

# %%
save(lambda: gate.narrowing(results.latest("gate")), "gate_narrowing")

# %% [markdown]
# ## Your turn
#
# The gate calls a change of more than its tolerance. Which metrics would another tolerance leave undecided?

# %%
TOLERANCE = 1.02  # 1.05 is what the gate uses


def mine() -> pd.DataFrame:
    """Return the metrics whose interval of head against base does not fit within that tolerance."""
    head = ratios().xs("head", level="side")
    return head[(head["low"] < 100 / TOLERANCE - 100) | (head["high"] > 100 * TOLERANCE - 100)]


show(mine)
