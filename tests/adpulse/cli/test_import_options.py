"""The options of `adpulse import` say what a mapping in TOML says."""

import pytest
import typer

from adpulse.cli import import_options


def test_options_of_one_field_are_one_entry() -> None:
    """A field has its column, unit, words, format and time zone together, as in a mapping."""
    found = import_options.fields(
        ["ts=time", "cost=price=net", "event_type=kind"], ["user_id="], ["a=b=click"], ["cost=cents"], "millis", "UTC"
    )
    assert found == {
        "ts": {"column": "time", "format": "millis", "timezone": "UTC"},
        "cost": {"column": "price=net", "unit": "cents"},
        "event_type": {"column": "kind", "words": {"a=b": "click"}},
        "user_id": {"value": ""},
    }


def test_no_options_are_an_empty_mapping() -> None:
    """Nothing is given, and nothing is set."""
    assert import_options.fields(None, None, None, None, None, None) == {}
    assert import_options.metadata(None) == {}
    assert import_options.file_format(None, None, None, None, None, None) == {}


@pytest.mark.parametrize("option", ["columns", "constants", "words", "units"])
@pytest.mark.parametrize("text", ["alone", "=right", ""])
def test_a_pair_without_two_names_ends_the_command(option: str, text: str) -> None:
    """A pair needs `=` and a name before it; the status is that of a wrong use."""
    given = {"columns": None, "constants": None, "words": None, "units": None} | {option: [text]}
    with pytest.raises(typer.Exit) as ended:
        import_options.fields(**given, time_format=None, time_zone=None)
    assert ended.value.exit_code == 2


def test_metadata_are_a_word_or_columns() -> None:
    """`rest` and `none` are words of the mapping; all else lists columns."""
    assert import_options.metadata("rest") == {"metadata": "rest"}
    assert import_options.metadata("geo,device") == {"metadata": ["geo", "device"]}


def test_a_format_can_be_typed_in_a_shell() -> None:
    r"""A tab is written `\t`, the header is split at commas, and an empty quote is one."""
    found = import_options.file_format("csv", r"\t", "", None, "latin-1", "ts, user")
    assert found == {"kind": "csv", "delimiter": "\t", "quote": "", "encoding": "latin-1", "header": ["ts", "user"]}
