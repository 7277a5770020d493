"""Write the tables of README.md and docs/ that come from the code: `make docs`. tests/docs checks it.

A page is prose, written by hand; what lies between `<!-- generated: NAME -->` and `<!-- end -->` is written here.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import typer
from prometheus_client.metrics import MetricWrapperBase
from typer.main import get_command

from adbench import cli as bench_cli
from adbench.capacity import tables
from adbench.experiments.citus import tables as citus_tables
from adbench.experiments.switch import tables as switch_tables
from adbench.figures import design_table, fault_tables, packages
from adbench.records import manifest, model, store
from adbench.workload import profile
from adpulse import telemetry
from adpulse.cli import main
from adpulse.settings import MOST, MOST_S, PREFIX, Settings
from adpulse.variants import catalogue

DOCS = Path(__file__).parent
ROOT = DOCS.parent
_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


# The settings that people set; the others are limits and tuning whose defaults serve almost everybody.
MAIN_SETTINGS = (
    "database_url",
    "read_database_url",
    "pooler_url",
    "data_dir",
    "variant",
    "dimensions",
    "host",
    "port",
    "workers",
    "retention_days",
)


def settings_table(*, main: bool) -> str:
    """Return the settings that people set, or all others: variable, values, default, meaning."""
    properties = Settings.model_json_schema()["properties"]
    names = MAIN_SETTINGS if main else [name for name in Settings.model_fields if name not in MAIN_SETTINGS]
    rows = []
    for name in names:
        field = Settings.model_fields[name]
        default = "(none)" if field.default is None else f"`{field.default}`"
        rows.append((f"`{PREFIX}{name.upper()}`", _values(properties[name]), default, field.description or ""))
    return _table(("variable", "values", "default", "meaning"), rows)


def _values(schema: dict[str, object]) -> str:
    """Return a JSON schema of one value in words: its type and bounds."""
    kinds = [each for each in schema.get("anyOf", [schema]) if each["type"] != "null"]
    words = {
        "integer": "whole number",
        "number": "number",
        "string": "text",
        "boolean": "true or false",
        "array": "list, separated by commas",
    }
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    kind = kinds[0]
    bounds = " and ".join(
        f"{sign} {kind[key]:,}" for key, sign in signs.items() if key in kind and kind[key] not in (MOST, MOST_S)
    )
    word = "path" if kind.get("format") == "path" else words[kind["type"]]
    return f"{word} {bounds}".strip()


def commands(command: Any, program: str) -> str:
    """List a program's own options, and every command with its options and their defaults; groups are unfolded."""
    parts = [] if (own := _options(command)) is None else [own]
    for name, each in getattr(command, "commands", {}).items():
        title = f"{program} {name}"
        if hasattr(each, "commands"):
            parts.append(commands(each, title))
            continue
        parts += [f"### {title}", "", each.help.split("\n\n")[0].replace("\n", " "), ""]
        parts += [] if (table := _options(each)) is None else [table]
    return "\n".join(parts)


def _options(command: Any) -> str | None:
    """Return the options of a program or command as a table; None when there are none."""
    shown = [each for each in command.params if not each.hidden and each.name != "help"]
    names = [next((text for text in each.opts if text.startswith("--")), each.name.upper()) for each in shown]
    rows = [(f"`{name}`", _default(each), each.help or "") for name, each in zip(names, shown, strict=True)]
    return _table(("option", "default", "meaning"), rows) if rows else None


def _default(option: typer.core.TyperOption) -> str:
    if isinstance(option.show_default, str):
        return option.show_default
    if getattr(option, "is_flag", False):  # an argument has no such attribute
        return "off"
    return "" if option.default in (None, "") else f"`{option.default}`"


def decisions() -> str:
    """List the decision records by number, each under the title of its page."""
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    return "".join(f"- [{page.read_text().splitlines()[0].removeprefix('# ')}]({page.name})\n" for page in pages)


def metrics_table() -> str:
    """Return the table of the service's metrics: name, kind, labels and meaning of each."""
    rows = []
    for metric in vars(telemetry).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            name = f"{family.name}_total" if family.type == "counter" else family.name
            labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # not published otherwise
            rows.append((f"`{name}`", family.type, labels, family.documentation))
    return _table(("metric", "kind", "labels", "meaning"), rows)


def variant_table() -> str:
    """Return the table of sql/variants: every folder with the summary in its header."""
    rows = []
    for each in catalogue.load_all():
        name = each.folder.name
        rows.append((f"[`{name}`](sql/variants/{name}/up.sql)", each.summary))
    return _table(("variant", "what it is"), rows)


def planted_table() -> str:
    """List the bugs that the fault harness is tried with, by the lines before each patch (adbench.faults.planted)."""
    rows = []
    for path in sorted((ROOT / "benchmarks" / "adbench" / "faults" / "planted").glob("*.patch")):
        lines = dict(line.split(": ", 1) for line in path.read_text().partition("diff --git")[0].splitlines() if line)
        link = f"[`{path.stem}`](../../benchmarks/adbench/faults/planted/{path.name})"
        harms = ", ".join(dict.fromkeys(lines["harms"].split(", ")))
        rows.append((link, lines["what"], harms, lines["found as"]))
    return _table(("bug", "what it is", "harms", "found as"), rows)


def dataset(measure: Callable[[profile.Events], profile.Table]) -> str:
    """Return one table of what the data set looks like."""
    return _table(*measure(profile.drawn()))


def simulated(table: Callable[[model.Result], tables.Table]) -> str:
    """Return one table of the newest kept simulation."""
    return _table(*table(manifest.newest(manifest.reference())["simulate"]))


def citus(*shown: Callable[[model.Result], citus_tables.Table]) -> str:
    """Return the tables of the newest kept run on a cluster, and where they come from."""
    if (path := manifest.last("citus")) is None:
        return "No run of `adbench run citus` is kept yet; until one is, this page has no figures.\n"
    run, link = store.read(path), path.relative_to(ROOT)
    said = (
        f"Of {run.started_at:%-d %B %Y}, Citus {run.parameters['citus']}, {run.parameters['nodes']} nodes on one "
        f"machine of {run.machine.cores} cores, {run.parameters['rounds']} rounds ([file](../../{link})):"
    )
    return "\n".join([f"{said}\n", *(_table(*table(run)) for table in shown)])


def result_schema() -> str:
    """Describe the models of benchmarks/adbench/records/model.py: every field, its type and what it means."""
    parts = []
    for shown in (
        model.Result,
        model.Machine,
        model.Postgres,
        model.Source,
        model.Data,
        model.Measurement,
        model.Check,
        model.Gap,
        model.Manifest,
        model.Disk,
        model.Kept,
    ):
        assert shown.__doc__ is not None
        rows = []
        for name, field in shown.model_fields.items():
            kind = getattr(field.annotation, "__name__", None) if isinstance(field.annotation, type) else None
            text = str(field.annotation) if kind in (None, "dict", "list") else str(kind)
            for module in ("adbench.records.model.", "datetime.", "typing.", "pydantic.types."):
                text = text.replace(module, "")
            required = "" if field.is_required() else ", may be left out"
            rows.append((f"`{name}`", f"`{text}`{required}", field.description or ""))
        text = " ".join(shown.__doc__.split())
        parts += [f"### {shown.__name__}", "", text, "", _table(("field", "type", "meaning"), rows)]
    return "\n".join(parts)


def switch_pauses() -> str:
    """Tabulate the newest kept run of `adbench run switch`: how long senders wait, and during which change."""
    if (path := manifest.last("switch")) is None:
        return "It has not been measured for the record yet; until it has, this page claims no times.\n"
    run = store.read(path)
    link, given = path.relative_to(ROOT), run.parameters
    before = f"{run.data.events:,} events of {run.data.days} days" if run.data else "events"
    said = (
        f"Of {run.started_at:%-d %B %Y}, {run.machine.cores} cores for everything, {before} there before. "
        f"A second brings {given['batches_per_second']} batches of {given['batch']} events, "
        f"{given['keyed_batches_per_second']} with a key, each sent twice, and {given['reports_per_second']} reports; "
        f"{given['seconds']} s are quiet, then as many have changes ([file](../../{link})):"
    )
    checks = "".join(
        f"- {'kept' if each.passed else '**missed**'}: {each.name} ({each.detail})\n" for each in run.checks
    )
    return f"{said}\n\n{_table(*switch_tables.by_stretch(run))}\n{_table(*switch_tables.by_change(run))}\n{checks}"


def gate_proof() -> str:
    """Tabulate the newest kept proof of the gate: what was planted, and how often it was called."""
    if (path := manifest.last("gate-proof")) is None:
        said = (
            "It has not been run in full yet; until it has, this page claims no error rates beyond the simulated ones."
        )
        return f"{said}\n"
    proof = store.read(path)
    rows = []
    for check in proof.checks:
        values = {each.name: each for each in proof.measurements if each.labels["plant"] == check.name}
        runs = round(values["runs"].value)
        shares = [
            f"{values[name].value * runs:.0f} ({values[name].low or 0:.0%} – {values[name].high or 0:.0%})"
            for name in ("caught", "otherwise")
        ]
        kept = "yes" if check.passed else "**no**"
        rows.append((check.name, f"{runs}", *shares, f"{values['cannot_tell'].value:.0f}", kept))
    link = path.relative_to(ROOT)
    head = ("planted", "runs", "caught (95 %)", "called otherwise (95 %)", "cannot tell", "as promised")
    run = proof.parameters
    said = (
        f"Of {proof.started_at:%-d %B %Y}, base `{str(run['base'])[:12]}`, suite {run['suite']}, tolerance "
        f"{run['tolerance']}, {run['budget_seconds']:g} s a run, {proof.machine.cores} cores ([file](../../{link})):"
    )
    return f"{said}\n\n{_table(head, rows)}"


def designs() -> str:
    """Return what each design costs to write, to store and to read, by the newest kept matrix."""
    said, head, rows = design_table.newest()
    return f"{said}\n\n{_table(head, rows)}"


BLOCKS: dict[str, Callable[[], str]] = {
    "settings_main": lambda: settings_table(main=True),
    "settings_other": lambda: settings_table(main=False),
    "adpulse": lambda: commands(get_command(main.app), "adpulse"),
    "adbench": lambda: commands(get_command(bench_cli.app), "adbench"),
    "decisions": decisions,
    "metrics": metrics_table,
    "packages": packages.mermaid,
    "planted": planted_table,
    "variants": variant_table,
    "results": result_schema,
    "gate_proof": gate_proof,
    "designs": designs,
    "switch_pauses": switch_pauses,
    "faults_cycles": lambda: fault_tables.newest("faults", fault_tables.cycles, "make faults"),
    "faults_overload": lambda: fault_tables.newest("faults-overload", fault_tables.overload, "adbench faults overload"),
    "faults_planted": lambda: fault_tables.newest("faults-planted", fault_tables.planted, "adbench faults planted"),
    "fuzz_cases": lambda: fault_tables.newest("fuzz", fault_tables.fuzz, "make fuzz"),
    "citus_costs": lambda: citus(citus_tables.writing, citus_tables.reports, citus_tables.aims),
    "citus_spread": lambda: citus(citus_tables.spreads),
    "capacity_demands": lambda: simulated(tables.demands),
    "capacity_fleets": lambda: simulated(tables.fleets),
    "capacity_plays": lambda: simulated(tables.plays),
    "capacity_validation": lambda: simulated(tables.validation),
    "dataset_shares": lambda: dataset(profile.shares),
    "dataset_spread": lambda: dataset(profile.spread),
    "dataset_rhythm": lambda: dataset(profile.rhythm),
    "dataset_week": lambda: dataset(profile.week),
}


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), ["---"] * len(list(head)), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def render(text: str) -> str:
    """Return the text of a page with its generated parts written anew. Raise KeyError for a part that is not known."""
    return _BLOCK.sub(lambda match: f"{match[1]}\n{BLOCKS[match[2]]()}\n{match[3]}", text)


def pages() -> list[Path]:
    """Return the pages that have generated parts."""
    return [page for page in (ROOT / "README.md", *sorted(DOCS.rglob("*.md"))) if _BLOCK.search(page.read_text())]


if __name__ == "__main__":
    for page in pages():
        page.write_text(render(page.read_text()))
