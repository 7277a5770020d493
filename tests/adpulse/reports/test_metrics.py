"""The metrics of a report: formulas, ratios without a divisor, change."""

from adpulse.reports.metrics import METRICS, Sums, change


def test_the_derived_metrics_are_what_their_formulas_say() -> None:
    """Checked by hand: 2,000 impressions, 50 clicks, 4 conversions, 12.50 spent, 31.25 earned."""
    sums = Sums(2_000, 50, 4, 12_500_000, 31_250_000)
    expected = {"ctr": 0.025, "cvr": 0.08, "cpm": 6.25, "cpc": 0.25, "cpa": 3.125, "roas": 2.5}
    assert {name: METRICS[name].value(sums) for name in expected} == expected


def test_a_ratio_without_a_divisor_is_none() -> None:
    """A ratio without a divisor is None: not zero, and no error."""
    for name in ("ctr", "cvr", "cpm", "cpc", "cpa", "roas"):
        assert METRICS[name].value(Sums()) is None
    assert METRICS["ctr"].value(Sums(impressions=5)) == 0


def test_change_is_relative_to_what_was() -> None:
    """A quarter more is 0.25; from nothing there is no change to tell."""
    assert change(125, 100) == 0.25
    assert change(0, 100) == -1
    assert change(5, 0) is None
    assert change(None, 5) is None
    assert change(5, None) is None
