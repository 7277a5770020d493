"""Tests are where a reader looks for them: `service/adpulse/x/y.py` has `tests/adpulse/x/test_y.py`."""

from pathlib import Path

TESTS = Path(__file__).parent / "adpulse"
SERVICE = TESTS.parents[1] / "service" / "adpulse"

# Modules that hold names, types or texts, and nothing that could go wrong by itself.
DECLARATIONS = {
    "database/sql.py",
    "event/limits.py",
    "event/values.py",
    "importing/errors.py",
    "importing/target.py",
    "ingest/batch.py",
    "web/openapi_events.py",
    "web/routes.py",
    "web/state.py",
}
# Modules that are a step of a larger one, with whose tests they are tested.
TESTED_WITH = {
    "__main__.py": "cli/test_entry.py",
    "ingest/fast_pass.py": "ingest/test_decoder.py",
    "ingest/fast_reader.py": "ingest/test_decoder.py",
    "ingest/store.py": "ingest/test_group_commit.py",
    "reports/replica_watch.py": "../replication/test_physical.py",
    "variants/beside.py": "variants/test_online.py",
    "variants/recount.py": "variants/test_verify.py",
    "variants/switch.py": "variants/test_online.py",
    "web/published.py": "web/test_openapi.py",
    "web/request_bytes.py": "web/test_request_parser.py",
    "web/worker.py": "web/test_server.py",
}


def modules() -> dict[str, Path]:
    """Return where the tests of each module would be, by the module."""
    paths = (path.relative_to(SERVICE) for path in SERVICE.rglob("*.py") if path.name != "__init__.py")
    return {str(path): TESTS / path.with_name(f"test_{path.name}") for path in paths}


def test_every_module_has_tests_where_a_reader_looks() -> None:
    """A module without a test module of its name is listed above, with its reason."""
    without = {module for module, tests in modules().items() if not tests.exists()}
    assert without == DECLARATIONS | TESTED_WITH.keys()


def test_the_exceptions_name_tests() -> None:
    """No module is in both lists, and the tests that are named exist."""
    assert not DECLARATIONS & TESTED_WITH.keys()
    assert [path for path in TESTED_WITH.values() if not (TESTS / path).exists()] == []
