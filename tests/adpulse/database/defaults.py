"""Defaults of a database or of a login, as others set them: hostile ones, and those that make no difference."""

import asyncio

from typer.testing import CliRunner

from adpulse.cli import main
from adpulse.database.session import SETTINGS
from tests.servers import Server

# For every setting that a connection states, a value under which something of ours would go wrong.
HOSTILE = {
    "statement_timeout": "60s",
    "transaction_timeout": "61s",
    "lock_timeout": "62s",
    "idle_in_transaction_session_timeout": "63s",
    "idle_session_timeout": "64s",
    "search_path": '"$user", elsewhere, public',
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "timezone": "Asia/Kolkata",
    "datestyle": "SQL, DMY",
    "intervalstyle": "sql_standard",
    "bytea_output": "escape",
    "extra_float_digits": "-15",
    "quote_all_identifiers": "on",
    "standard_conforming_strings": "off",
    "transform_null_equals": "on",
    "exit_on_error": "on",
    "gin_fuzzy_search_limit": "1",
    "row_security": "on",
    "jit": "on",
    "client_min_messages": "error",
    "synchronous_commit": "off",
    "session_replication_role": "replica",
}
# Those that no connection states, because nothing of ours depends on them: texts. EXTREMES has all others.
INDIFFERENT = {
    "application_name": "theirs",
    "backtrace_functions": "exec_simple_query",
    "client_encoding": "LATIN1",  # asyncpg says its own
    "createrole_self_grant": "set, inherit",
    "default_tablespace": "pg_default",
    "default_text_search_config": "pg_catalog.simple",
    "dynamic_library_path": "/nowhere:$libdir",
    "extension_control_path": "/nowhere:$system",
    "lc_messages": "POSIX",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "output_plugin_libraries": "pgoutput",
    "restrict_nonsystem_relation_kind": "view, foreign-table",
    "session_preload_libraries": "auto_explain",
    "temp_tablespaces": "pg_default",
    "timezone_abbreviations": "India",
    "wal_consistency_checking": "all",
}
# Those that a database cannot have, or nobody's service could work with.
NO_DEFAULT = [
    "default_table_access_method",  # one that an extension brings
    "extension_destdir",  # of Debian, to build extensions
    "local_preload_libraries",  # those that lie in the server's folder of plugins
    "log_statement_stats",  # excludes those for its parts, of which a default is tried
    "temp_file_limit",  # an owner's limit to what a query may do; what is over it fails, and says why
    "transaction_deferrable",  # of the transaction that sets it
    "transaction_isolation",
    "transaction_read_only",
]
STATED = {**SETTINGS, "synchronous_commit": "on", "session_replication_role": "origin"}


def known(server: Server, names: dict[str, str]) -> dict[str, str]:
    """Return those settings that this server has."""
    version = int(server.name.removeprefix("pg")) if server.name.startswith("pg") else 17
    return {name: value for name, value in names.items() if name != "transaction_timeout" or version >= 17}


def literal(name: str, value: str) -> str:
    return value if name == "search_path" else f"'{value}'"


# Values of every setting that a session may have and that is no text, far from the usual ones: the other one of two,
# each of some names in turn, and of numbers the lowest, the highest, or one above the lowest, which may mean "none".
EXTREMES = """
SELECT name, CASE vartype
           WHEN 'bool' THEN CASE $1 WHEN 'next' THEN boot_val ELSE (NOT boot_val::bool)::text END
           WHEN 'enum' THEN enumvals[1 + array_position('{low,high,next}', $1) % cardinality(enumvals)]
           ELSE CASE $1 WHEN 'low' THEN min_val WHEN 'high' THEN max_val
                        ELSE least(min_val::float8 + 1, max_val::float8)::text END
       END AS value
  FROM pg_settings
 WHERE context IN ('user', 'superuser') AND vartype <> 'string' AND lower(name) <> ALL ($2)
 UNION ALL
SELECT name, $3::jsonb ->> name FROM pg_settings WHERE $3::jsonb ? name
"""


async def command(url: str, *words: str) -> str:
    """Run a command of `adpulse`; return what it printed."""
    runner = CliRunner(env={"ADPULSE_DATABASE_URL": url, "ADPULSE_LOG_LEVEL": "error"})
    done = await asyncio.to_thread(runner.invoke, main.app, list(words))
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output
