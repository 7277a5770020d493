"""Questions into answers.

Hypothesis: without roll-ups a report costs in proportion to the rows in its window, and the index only decides how
many more it reads; with roll-ups the window hardly matters, except where a question needs raw events (`geo`,
`filter`), which only rollup_dims answers without them.

    pytest benchmarks/suites/test_report.py --benchmark-only --benchmark-group-by=param:shape,param:window

Each answer is compared with the control's, `heap`, which reads every event. The service's reporter is timed, without
HTTP and with nobody writing.
"""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from adbench.checks import promises
from adbench.workload import report_mix
from adpulse.reports.report import Report
from adpulse.variants import catalogue
from benchmarks.suites.conftest import VARIANTS, Lab

WINDOWS = {"hour": ("-1h", "minute"), "day": ("-1d", "hour"), "month": ("-30d", "day")}
# The tenth campaign has 2 % of the events.
SHAPES = {
    "total": "campaign_id=CAMP-0010",
    "series": "campaign_id=CAMP-0010&granularity={granularity}",
    "ranking": "group_by=campaign_id",
    "geo": "campaign_id=CAMP-0010&group_by=geo",
    "filter": "campaign_id=CAMP-0010&filter=geo:US",
}
MIX = 200  # reports of the mix on which a promise is judged
PROMISES = [(variant.name, promise) for variant in catalogue.load_all() for promise in promises.read(variant)]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("shape", SHAPES)
def test_report(benchmark: BenchmarkFixture, lab: Lab, shape: str, window: str, variant: str) -> None:
    """Answer one shape of report over one window."""
    start, granularity = WINDOWS[window]
    text = f"{SHAPES[shape].format(granularity=granularity)}&start={start}"
    query = report_mix.ask(lab.data(), text, lab.settings)
    reporter = lab.reporter(lab.database(variant))
    report: Report = benchmark(lambda: lab.run(reporter.report(query)))
    control = lab.run(lab.reporter(lab.database("heap")).report(query))
    assert (report.totals, report.rows) == (control.totals, control.rows)


@pytest.mark.parametrize(("variant", "promise"), PROMISES, ids=lambda value: getattr(value, "percent", value))
def test_promise(benchmark: BenchmarkFixture, lab: Lab, variant: str, promise: promises.Promise) -> None:
    """Check the promise of the variant's header for the mix of reports, at the scale that it names."""
    events = promise.events if lab.timed else lab.events
    purpose = "report" if events == lab.events else f"report_{events}"
    reporter = lab.reporter(lab.database(variant, purpose, events))
    asked = report_mix.mix(lab.data(events), lab.settings)
    benchmark.pedantic(lambda: lab.run(reporter.report(next(asked).query)), rounds=MIX, warmup_rounds=10)
    if not lab.timed:
        return
    assert benchmark.stats is not None
    if figure := promise.broken([1_000 * seconds for seconds in benchmark.stats.stats.data]):
        pytest.fail(f"{variant} promises {figure}")
