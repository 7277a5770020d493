"""The values of a mapped field (its columns, template or fixed value), and the records of a kind of event."""

from adpulse.importing.errors import ImportFailed
from adpulse.importing.mapping import Field, Mapping
from adpulse.importing.values import Column, Columns

REQUIRED = ("ts", "campaign_id", "user_id", "event_type")


def check_columns(mapping: Mapping, header: list[str]) -> None:
    """Raise ImportFailed if the file has none of the columns of a field, or a required field has no source."""
    there = set(header)
    for name, each in mapping.fields.items():
        named = each.columns()
        if any(path in there or path.partition(".")[0] in there for path in named) or each.value is not None:
            continue
        default = named == [name]
        overridden = mapping.events and all(name in variation.fields for variation in mapping.events)
        if overridden or (default and name not in REQUIRED):
            continue
        missing = " or ".join(named) or name
        raise ImportFailed(
            f"the file has no column {missing} for {name}; it has: {', '.join(header[:40])}. "
            f"Say which: --map {name}=COLUMN, or --set {name}=VALUE",
            usage=True,
        )


def values_of(columns: Columns, each: Field, count: int) -> Column:
    """Return the values of a field: the first of its columns that is not empty, its template, its value."""
    found: list[Column] = []
    if each.column is not None:
        found += [columns(path) for path in ([each.column] if isinstance(each.column, str) else each.column)]
    if each.template is not None:
        found.append(_filled(columns, each.template, count))
    if each.value is not None:
        found.append([each.value] * count)
    if len(found) == 1:
        return found[0]
    return [
        next((value for value in row if value is not None and value != ""), None) for row in zip(*found, strict=True)
    ]


def _filled(columns: Columns, template: str, count: int) -> Column:
    """Return a template with each record's values; None where one is missing."""
    parts = [part.partition("}") for part in template.split("{")[1:]]
    start = template.partition("{")[0]
    found = [columns(name) for name, _, _ in parts]
    if not found:
        return [template] * count
    ends = [end for _, _, end in parts]
    return [
        None
        if any(value is None or value == "" for value in row)
        else start + "".join(f"{value}{end}" for value, end in zip(row, ends, strict=True))
        for row in zip(*found, strict=True)
    ]


def matching(columns: Columns, when: dict[str, str], count: int) -> list[int] | None:
    """Return the places of the records that have these words in these columns; None for all records."""
    if not when:
        return None
    chosen = range(count)
    for path, word in when.items():
        column = columns(path)
        chosen = [place for place in chosen if str(column[place]) == word]  # type: ignore[assignment]  # it is a list here
    return list(chosen)
