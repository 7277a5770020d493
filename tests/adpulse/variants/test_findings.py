"""Findings count cells, keep the first wrong rows, and never call a wrong audit exact."""

from hypothesis import given
from hypothesis import strategies as st

from adpulse.variants.findings import SUMS, Audit, Findings, Mismatch

sums = st.tuples(*[st.integers(0, 3)] * len(SUMS))
rows = st.dictionaries(st.tuples(st.none() | st.just("2025-09-24"), st.none() | st.sampled_from("ab")), sums)


@given(rows, rows)
def test_both_sides_are_compared(reported: dict, recounted: dict) -> None:  # type: ignore[type-arg]
    """A row that one side lacks counts as wrong, unless it holds zeros only; the order of the sides does not matter."""
    found, turned = Findings(), Findings()
    found.compare("q", reported, recounted)
    turned.compare("q", recounted, reported)
    none = (0,) * len(SUMS)
    wrong = [key for key in reported.keys() | recounted.keys() if reported.get(key, none) != recounted.get(key, none)]
    assert {(each.bucket, each.group) for each in found.mismatches} == set(wrong)
    assert (found.cells, found.wrong) == (turned.cells, turned.wrong)
    assert found.cells == len(SUMS) * len(reported.keys() | recounted.keys())
    assert (found.wrong > 0) == bool(wrong)


def test_a_mismatch_names_the_sums_that_differ() -> None:
    """A reader sees the question, the group and both numbers."""
    mismatch = Mismatch("totals", None, "IN", (1, 2, 3, 4, 5), (1, 2, 3, 9, 5))
    assert str(mismatch) == "totals: group=IN: cost_micros 4 instead of 9"


def test_only_the_first_wrong_rows_are_kept() -> None:
    """All are counted, and memory is bounded."""
    findings = Findings()
    findings.compare("q", {}, {(None, str(n)): (1, 0, 0, 0, 0) for n in range(3_000)})
    assert findings.wrong == 15_000
    assert len(findings.mismatches) == 1_000


def test_an_audit_of_nothing_is_not_exact() -> None:
    """Without cells there is no accuracy; with a wrong cell it is below 1."""
    assert (Audit(0, 0, []).exact, Audit(0, 0, []).accuracy) == (False, None)
    assert (Audit(4, 0, []).exact, Audit(4, 0, []).accuracy) == (True, 1)
    assert (Audit(4, 1, []).exact, Audit(4, 1, []).accuracy) == (False, 0.75)
