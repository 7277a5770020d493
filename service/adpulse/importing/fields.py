"""The values of a mapped field (its columns, template or fixed value), and the records of a kind of event."""

from adpulse.importing.errors import ImportFailed
from adpulse.importing.mapping import Field, Mapping
from adpulse.importing.values import Column, Columns

REQUIRED = ("ts", "campaign_id", "user_id", "event_type")


def check_columns(mapping: Mapping, header: list[str]) -> None:
    """Raise ImportFailed if the file has none of the columns of a field, or a required field has no source."""
    there = set(header)
    for name, field in mapping.fields.items():
        named = field.columns()
        if any(path in there or path.partition(".")[0] in there for path in named) or field.value is not None:
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


def values_of(columns: Columns, field: Field, count: int) -> Column:
    """Return the values of a field: the first of its columns that is not empty, its template, its value."""
    candidates: list[Column] = []
    if field.column is not None:
        candidates += [columns(path) for path in ([field.column] if isinstance(field.column, str) else field.column)]
    if field.template is not None:
        candidates.append(_filled(columns, field.template, count))
    if field.value is not None:
        candidates.append([field.value] * count)
    if len(candidates) == 1:
        return candidates[0]
    return [
        next((value for value in row if value is not None and value != ""), None)
        for row in zip(*candidates, strict=True)
    ]


def _filled(columns: Columns, template: str, count: int) -> Column:
    """Return a template with each record's values; None where one is missing."""
    parts = [part.partition("}") for part in template.split("{")[1:]]
    start = template.partition("{")[0]
    sources = [columns(name) for name, _, _ in parts]
    if not sources:
        return [template] * count
    ends = [end for _, _, end in parts]
    return [
        None
        if any(value is None or value == "" for value in row)
        else start + "".join(f"{value}{end}" for value, end in zip(row, ends, strict=True))
        for row in zip(*sources, strict=True)
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
